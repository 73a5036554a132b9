const named: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\t": "\\t",
  "\r": "\\r",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\v": "\\v",
  "\x1b": "\\E",
};

/** `${x@Q}`: the text in quotes that read back as the same text. */
export function quote(text: string): string {
  if (/[\x00-\x1f\x7f]/.test(text)) {
    const body = text.replace(
      /[\\'\x00-\x1f\x7f]/g,
      (char) => named[char] ?? (char < " " || char === "\x7f" ? octal(char) : `\\${char}`),
    );
    return `$'${body}'`;
  }
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function octal(char: string): string {
  return `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`;
}

/** As `set -x` and `printf %q` show it: quotes only where they are needed. */
export function quoteWord(text: string): string {
  if (text === "") return "''";
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : quote(text);
}
