import stringWidth from "string-width";

let graphemes: Intl.Segmenter | undefined;

function segmenter(): Intl.Segmenter {
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return graphemes;
}

const PLAIN = /^[\x20-\x7e]*$/;
const WORD = /[\p{L}\p{N}\p{M}_]/u;

/** Columns that `text` takes on a terminal. Escapes count nothing; a tab must be expanded before. */
export function textWidth(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** The graphemes of `text`, in order. */
export function splitGraphemes(text: string): readonly string[] {
  if (PLAIN.test(text)) return text.split("");
  return Array.from(segmenter().segment(text), (part) => part.segment);
}

/** The start of the grapheme before `at`; 0 at the start. Offsets are UTF-16. */
export function previousGrapheme(text: string, at: number): number {
  if (at <= 0) return 0;
  const lineStart = text.lastIndexOf("\n", at - 1);
  if (lineStart === at - 1) return at - 1;
  // No grapheme is near this long; a window keeps a step cheap in a line of a megabyte.
  const line = text.slice(Math.max(lineStart + 1, at - 256), at);
  const last = splitGraphemes(line).at(-1) ?? "";
  return at - last.length;
}

/** The end of the grapheme at `at`; the text's length at its end. */
export function nextGrapheme(text: string, at: number): number {
  if (at >= text.length) return text.length;
  // No grapheme a person types is longer; a longer one is walked in parts.
  const [first = ""] = splitGraphemes(text.slice(at, at + 64));
  return at + Math.max(1, first.length);
}

/** Where a move one word to the left ends: the start of the word before `at`. A word is letters, digits, marks and `_`. */
export function previousWord(text: string, at: number): number {
  let here = at;
  while (here > 0 && !WORD.test(charBefore(text, here))) here -= charBefore(text, here).length;
  while (here > 0 && WORD.test(charBefore(text, here))) here -= charBefore(text, here).length;
  return here;
}

/** Where a move one word to the right ends: the end of the word after `at`. */
export function nextWord(text: string, at: number): number {
  let here = at;
  while (here < text.length && !WORD.test(charAt(text, here))) here += charAt(text, here).length;
  while (here < text.length && WORD.test(charAt(text, here))) here += charAt(text, here).length;
  return here;
}

/** The start of the run of non-space before `at`, as ctrl-w takes it. */
export function previousBlank(text: string, at: number): number {
  let here = at;
  while (here > 0 && /\s/.test(text.charAt(here - 1))) here -= 1;
  while (here > 0 && !/\s/.test(text.charAt(here - 1))) here -= 1;
  return here;
}

function charAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function charBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  const isPair = low >= 0xdc00 && low <= 0xdfff && at >= 2;
  return text.slice(isPair ? at - 2 : at - 1, at);
}

/** Cuts `text` (no escapes, no line ends) to rows of at most `columns`; never empty. A wide character is not split. */
export function wrapGraphemes(text: string, columns: number): readonly string[] {
  if (PLAIN.test(text)) {
    if (text.length <= columns) return [text];
    const rows: string[] = [];
    for (let at = 0; at < text.length; at += columns) rows.push(text.slice(at, at + columns));
    return rows;
  }
  const rows: string[] = [];
  let row = "";
  let width = 0;
  for (const part of splitGraphemes(text)) {
    const partWidth = textWidth(part);
    if (width + partWidth > columns && row !== "") {
      rows.push(row);
      row = "";
      width = 0;
    }
    row += part;
    width += partWidth;
  }
  rows.push(row);
  return rows;
}

/** The longest start of `text` (no escapes) that fits in `columns`, with `…` where something was cut. */
export function fitWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns <= 0) return "";
  return `${wrapGraphemes(text, Math.max(1, columns - 1))[0] ?? ""}…`;
}
