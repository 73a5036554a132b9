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

/** `%q`: backslashes, or `$'…'` where there are control characters. */
export function backslashQuote(text: string): string {
  if (text === "") return "''";
  if (needsAnsi.test(text)) return ansiQuote(text);
  return text.replace(/[ |&;()<>!{}*[\]?^$`'"\\,]|^[~#]|(?<=[:=])~/g, "\\$&");
}

/** In single quotes, as `alias`, `trap` and `set` print. */
export function singleQuote(text: string): string {
  return needsAnsi.test(text.replaceAll("\n", "")) ? ansiQuote(text) : `'${text.replaceAll("'", "'\\''")}'`;
}

/** As `set` prints values: bare where nothing is special. */
export function quoteWhereNeeded(text: string): string {
  if (needsAnsi.test(text)) return ansiQuote(text);
  return /^$|^[A-Za-z0-9_@%+:,./=\-\u0080-\u{10ffff}]+$/u.test(text) ? text : singleQuote(text);
}

/** In double quotes, as `declare -p` prints. */
export function doubleQuote(text: string): string {
  return needsAnsi.test(text) ? ansiQuote(text) : `"${text.replace(/["\\$`]/g, "\\$&")}"`;
}
