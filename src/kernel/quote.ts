const controls: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\E",
};

/** `$'…'`, for text with control characters. */
function ansiQuote(text: string): string {
  const body = text.replace(/[\\'\x00-\x1f\x7f]|[\udc80-\udcff]/gu, (char) => {
    if (char === "\\" || char === "'") return `\\${char}`;
    return controls[char] ?? `\\${(char.charCodeAt(0) & 0xff).toString(8).padStart(3, "0")}`;
  });
  return `$'${body}'`;
}

const needsAnsi = /[\x00-\x1f\x7f]/;

function inSingleQuotes(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `${x@Q}`: in quotes that read back as the same text. */
export function quote(text: string): string {
  return needsAnsi.test(text) ? ansiQuote(text) : inSingleQuotes(text);
}

const bare = /^[A-Za-z0-9_@%+:,./=\-\u0080-\u{10ffff}]+$/u;

/** As `set -x` shows a word: quotes only where they are needed. */
export function quoteWord(text: string): string {
  return bare.test(text) ? text : singleQuote(text);
}

/** `%q`: backslashes, or `$'…'` where there are control characters. */
export function backslashQuote(text: string): string {
  if (text === "") return "''";
  if (needsAnsi.test(text)) return ansiQuote(text);
  return text.replace(/[ |&;()<>!{}*[\]?^$`'"\\,]|^[~#]|(?<=[:=])~/g, "\\$&");
}

/** In single quotes, as `alias`, `trap` and `set` print: a newline stands as it is. */
export function singleQuote(text: string): string {
  return needsAnsi.test(text.replaceAll("\n", "")) ? ansiQuote(text) : inSingleQuotes(text);
}

/** As `set` prints values: bare where nothing is special. */
export function quoteWhereNeeded(text: string): string {
  return text === "" || bare.test(text) ? text : quote(text);
}

/** In double quotes, as `declare -p` prints. */
export function doubleQuote(text: string): string {
  return needsAnsi.test(text) ? ansiQuote(text) : `"${text.replace(/["\\$`]/g, "\\$&")}"`;
}
