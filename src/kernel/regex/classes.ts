import type { ClassName, Range } from "./ast.ts";

/** The classes within ASCII; `space` is without newline, which a line never holds. */
const ascii: Readonly<Record<ClassName, readonly Range[]>> = {
  alpha: [
    [65, 90],
    [97, 122],
  ],
  digit: [[48, 57]],
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  upper: [[65, 90]],
  lower: [[97, 122]],
  space: [
    [9, 9],
    [11, 13],
    [32, 32],
  ],
  blank: [
    [9, 9],
    [32, 32],
  ],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  print: [[32, 126]],
  graph: [[33, 126]],
  cntrl: [
    [0, 9],
    [11, 31],
    [127, 127],
  ],
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
  word: [
    [48, 57],
    [65, 90],
    [95, 95],
    [97, 122],
  ],
};

/** Above ASCII, in the basic plane; what has no entry has no members there. */
const properties: Readonly<Partial<Record<ClassName, RegExp>>> = {
  alpha: /[\p{Alphabetic}\p{Nd}]/u,
  alnum: /[\p{Alphabetic}\p{Nd}]/u,
  word: /[\p{Alphabetic}\p{Nd}]/u,
  upper: /\p{Lu}/u,
  lower: /\p{Ll}/u,
  space: /[\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]/u,
  blank: /[\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]/u,
  punct: /[^\p{Alphabetic}\p{Nd}\p{Cc}\p{Cs}\p{Cn}\p{Zs}\p{Zl}\p{Zp}]/u,
  print: /[^\p{Cc}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u,
  graph: /[^\p{Cc}\p{Cs}\p{Cn}\p{Zs}\p{Zl}\p{Zp}]/u,
  cntrl: /[\u0080-\u009f\u2028\u2029]/u,
};

const wide = new Map<ClassName, readonly Range[]>();

/** The members of a class: in ASCII only, or in the whole basic plane. */
export function classRanges(name: ClassName, asciiOnly: boolean): readonly Range[] {
  if (asciiOnly) return ascii[name];
  let ranges = wide.get(name);
  if (ranges === undefined) {
    ranges = [...ascii[name], ...upperRanges(properties[name])];
    wide.set(name, ranges);
  }
  return ranges;
}

function upperRanges(test: RegExp | undefined): readonly Range[] {
  if (test === undefined) return [];
  const ranges: [number, number][] = [];
  for (let code = 128; code < 0x1_0000; code++) {
    if (code === 0xd800) code = 0xe000;
    if (!test.test(String.fromCharCode(code))) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  return ranges;
}

/** The code points that differ from `code` in case only. */
export function otherCases(code: number): readonly number[] {
  const char = String.fromCodePoint(code);
  const found = new Set<number>();
  for (const other of [char.toLowerCase(), char.toUpperCase()]) {
    const value = other.codePointAt(0) ?? code;
    if (value !== code && other.length === (value > 0xffff ? 2 : 1)) found.add(value);
  }
  return [...found];
}

/** Ranges with the other cases of their members. Very large ranges are left: they hold both cases. */
export function foldedRanges(ranges: readonly Range[]): readonly Range[] {
  const out: Range[] = [...ranges];
  for (const [first, last] of ranges) {
    if (last - first > 2000) continue;
    for (let code = first; code <= last; code++) for (const other of otherCases(code)) out.push([other, other]);
  }
  return out;
}
