import type { ClassName, Node, Range } from "./ast.ts";

/** The classes within ASCII. */
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
    [9, 13],
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
    [0, 31],
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

/** Above ASCII; what has no entry has no members there. */
const properties: Readonly<Partial<Record<ClassName, RegExp>>> = {
  alpha: /[\p{Alphabetic}\p{Nd}]+/gu,
  alnum: /[\p{Alphabetic}\p{Nd}]+/gu,
  word: /[\p{Alphabetic}\p{Nd}]+/gu,
  upper: /\p{Lu}+/gu,
  lower: /\p{Ll}+/gu,
  space: /[\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+/gu,
  blank: /[\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]+/gu,
  punct: /[^\p{Alphabetic}\p{Nd}\p{Cc}\p{Cs}\p{Cn}\p{Zs}\p{Zl}\p{Zp}]+/gu,
  print: /[^\p{Cc}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]+/gu,
  graph: /[^\p{Cc}\p{Cs}\p{Cn}\p{Zs}\p{Zl}\p{Zp}]+/gu,
  cntrl: /[\u0080-\u009f\u2028\u2029]+/gu,
};

/** Which characters a text holds: `ascii`; `basic`, those of the basic plane; `full`, all. */
export type Alphabet = "ascii" | "basic" | "full";

export function alphabetOf(text: string): Alphabet {
  if (!/[^\x00-\x7f]/.test(text)) return "ascii";
  return /[\ud800-\udfff]/.test(text) ? "full" : "basic";
}

const known = new Map<string, readonly Range[]>();

/** The members of a class in an alphabet, in order. */
export function classRanges(name: ClassName, alphabet: Alphabet): readonly Range[] {
  if (alphabet === "ascii") return ascii[name];
  const key = `${alphabet} ${name}`;
  let ranges = known.get(key);
  if (ranges === undefined) {
    const lower = alphabet === "basic" ? ascii[name] : classRanges(name, "basic");
    ranges = [...lower, ...propertyRanges(properties[name], alphabet === "basic" ? [0] : [1, 2, 3, 14, 15, 16])];
    known.set(key, ranges);
  }
  return ranges;
}

function propertyRanges(test: RegExp | undefined, planes: readonly number[]): readonly Range[] {
  if (test === undefined) return [];
  const ranges: Range[] = [];
  for (const plane of planes) {
    for (const { index, 0: run } of planeText(plane).matchAll(test)) {
      const first = plane === 0 ? index + 128 : (plane << 16) + index / 2;
      const last = first + (plane === 0 ? run.length : run.length / 2) - 1;
      ranges.push([first, last]);
    }
  }
  return ranges;
}

/** All characters of a plane in order. Plane 0 starts behind ASCII; its surrogates stand there alone, as no characters. */
function planeText(plane: number): string {
  const parts: string[] = [];
  for (let code = plane === 0 ? 128 : plane << 16; code < (plane + 1) << 16; code += 128) {
    const codes = Array.from({ length: 128 }, (_, i) => (code + i >= 0xdc00 && code + i < 0xe000 ? 0xd800 : code + i));
    parts.push(String.fromCodePoint(...codes));
  }
  return parts.join("");
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
function foldedRanges(ranges: readonly Range[]): readonly Range[] {
  const out: Range[] = [...ranges];
  for (const [first, last] of ranges) {
    if (last - first > 2000) continue;
    for (let code = first; code <= last; code++) for (const other of otherCases(code)) out.push([other, other]);
  }
  return out;
}

/** In order, without overlaps. */
export function sortedRanges(ranges: readonly Range[]): readonly Range[] {
  const out: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = out.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else out.push([first, last]);
  }
  return out;
}

/** What of [first, last] is in none of the ranges, which are in order. */
export function otherRanges(ranges: readonly Range[], first: number, last: number): readonly Range[] {
  const out: Range[] = [];
  let next = first;
  for (const [from, to] of ranges) {
    if (to < next) continue;
    if (from > last) break;
    if (from > next) out.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= last) out.push([next, last]);
  return out;
}

/** What a bracket expression names, in order; whether it is negated is not looked at. */
export function setRanges(set: Extract<Node, { kind: "set" }>, ignoreCase: boolean, alphabet: Alphabet): readonly Range[] {
  const cased = ignoreCase && set.classes.some((name) => name === "upper" || name === "lower");
  const classes = cased ? [...set.classes, "upper" as const, "lower" as const] : set.classes;
  const own = ignoreCase ? foldedRanges(set.ranges) : set.ranges;
  return sortedRanges([...own, ...classes.flatMap((name) => classRanges(name, alphabet))]);
}
