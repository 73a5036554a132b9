const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "?": "?",
};

function codePoint(hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
}

const ESCAPE = /\\(?:([abeEfnrtv\\'"?])|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c([\s\S]))/g;

/** Text of the body of `$'…'`. A byte above 127 (`\xc3\xa9`) joins its neighbours to UTF-8. */
export function decodeAnsi(body: string): string {
  let bytes: number[] = [];
  let text = "";
  const flush = () => {
    if (bytes.length > 0) text += new TextDecoder().decode(Uint8Array.from(bytes));
    bytes = [];
  };
  let last = 0;
  for (const found of body.matchAll(ESCAPE)) {
    if (found.index > last) {
      flush();
      text += body.slice(last, found.index);
    }
    last = found.index + found[0].length;
    const [, simple, hex, short, long, octal, control] = found;
    const byte = hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) & 255 : undefined;
    if (byte !== undefined) {
      bytes.push(byte);
      continue;
    }
    flush();
    if (simple !== undefined) text += SIMPLE[simple] ?? simple;
    else if (short !== undefined) text += codePoint(short);
    else if (long !== undefined) text += codePoint(long);
    else if (control !== undefined) text += String.fromCharCode(control.toUpperCase().charCodeAt(0) ^ 64);
  }
  flush();
  const whole = text + body.slice(last);
  const nul = whole.indexOf("\0");
  return nul < 0 ? whole : whole.slice(0, nul);
}

export interface Unescaped {
  readonly text: string;
  /** For each offset in `text`, and its end, the offset in the outer text. */
  readonly offsets: readonly number[];
}

/** The program inside backquotes: a backslash before `` ` ``, `\` and `$` (and `"` inside double quotes) goes. */
export function unescapeBackquoted(image: string, start: number, quoted: boolean, outer: readonly number[] | undefined): Unescaped {
  const offsets: number[] = [];
  let text = "";
  const end = image.length - 1;
  for (let at = 1; at < end; at++) {
    const next = image.charAt(at + 1);
    if (image.charAt(at) === "\\" && at + 1 < end && (next === "`" || next === "\\" || next === "$" || (next === '"' && quoted)))
      at++;
    offsets.push(outer?.[start + at] ?? start + at);
    text += image.charAt(at);
  }
  offsets.push(outer?.[start + end] ?? start + end);
  return { text, offsets };
}
