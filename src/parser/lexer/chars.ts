/** Character classes of the lexer. A table holds 1 for each ASCII code in the class; other codes are in no class. */
export type CharTable = Uint8Array;

export function charTable(chars: string): CharTable {
  const table = new Uint8Array(128);
  for (const char of chars) table[char.charCodeAt(0)] = 1;
  return table;
}

export function inTable(table: CharTable, code: number): boolean {
  return code < 128 && table[code] === 1;
}

const NAME_CHARS = charTable("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");

/** End of the variable name that starts at `offset`; `offset` itself when none does. */
export function nameEnd(text: string, offset: number): number {
  const first = text.charCodeAt(offset);
  if (!inTable(NAME_CHARS, first) || (first >= 48 && first <= 57)) return offset;
  let end = offset + 1;
  while (inTable(NAME_CHARS, text.charCodeAt(end))) end++;
  return end;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

const DELIMITERS = charTable(" \t\n;&|()<>");

/** True when a word that ends at `offset` is complete: a metacharacter or the end of the text follows. */
export function isDelimiter(text: string, offset: number): boolean {
  return offset >= text.length || inTable(DELIMITERS, text.charCodeAt(offset));
}

/** Start-character hints for a pattern that may start with any character: one code for each bucket of chevrotain's table. */
export const ANY_CHAR: readonly number[] = [
  ...Array.from({ length: 256 }, (_, code) => code),
  ...Array.from({ length: 257 }, (_, bucket) => Math.min(65535, 256 + bucket * 255)),
];
