import { encodeEscaped } from "../support/io/escaped-text.ts";

/**
 * Backslash escapes of echo, printf and `%b`. A byte past 0x7f that an escape names stands in the text as the lone
 * surrogate U+DC00 + byte until `encodeEscaped`, since it may be no character.
 */
export interface Unescaped {
  readonly text: string;
  /** `\c` was met: nothing more is printed. */
  readonly stop: boolean;
}

const simple: Readonly<Record<string, string>> = {
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
};

function byte(code: number): string {
  const low = code & 0xff;
  return String.fromCharCode(low < 0x80 ? low : 0xdc00 + low);
}

/** Bytes in the form that `encodeEscaped` turns back into them. */
export function bytesAsText(bytes: Uint8Array): string {
  return Array.from(bytes, byte).join("");
}

/** `echo -e`: octal is `\0nnn`. An unknown escape stays as it is. */
export function unescapeEcho(text: string): Unescaped {
  return decode(text, /\\(?:0([0-7]{0,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([\s\S]))/g, "c");
}

/** `%b`: octal is `\0nnn` and `\nnn`. */
export function unescapeArgument(text: string): Unescaped {
  return decode(
    text,
    /\\(?:(0[0-7]{0,3}|[1-7][0-7]{0,2})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([\s\S]))/g,
    "c",
  );
}

/** A format of printf: octal is `\nnn`, and a quote may be escaped. */
export function unescapeFormat(text: string): string {
  return decode(text, /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([\s\S]))/g, "").text;
}

function decode(text: string, pattern: RegExp, stopper: string): Unescaped {
  if (!text.includes("\\")) return { text, stop: false };
  let out = "";
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const [all, octal, hex, four, eight, char] = match;
    out += text.slice(from, match.index);
    from = match.index + all.length;
    if (octal !== undefined) out += byte(Number.parseInt(octal || "0", 8));
    else if (hex !== undefined) out += byte(Number.parseInt(hex, 16));
    else if (four !== undefined || eight !== undefined) {
      const code = Number.parseInt(four ?? eight ?? "0", 16);
      out += code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
    } else if (char === stopper) return { text: out, stop: true };
    else if (char !== undefined && Object.hasOwn(simple, char)) out += simple[char];
    else if (stopper === "" && (char === '"' || char === "'" || char === "?")) out += char;
    else out += all;
  }
  return { text: out + text.slice(from), stop: false };
}

/** The text ready to be written: bytes where it holds bytes. */
export function escapedOutput(text: string): string | Uint8Array {
  return /[\udc80-\udcff]/.test(text) ? encodeEscaped(text) : text;
}
