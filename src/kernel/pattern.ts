import { Automaton, type State } from "./pattern/automaton.ts";
import { type Node, star } from "./pattern/node.ts";
import { type ParsedPattern, type PatternSegment, parsePattern } from "./pattern/parse.ts";
import { findParts, matchesParts, type Parts, partsEnd, partsStart } from "./pattern/parts.ts";
import { SetMatcher } from "./pattern/sets.ts";

export type { PatternSegment } from "./pattern/parse.ts";

export interface PatternOptions {
  /** `?(…) *(…) +(…) @(…) !(…)`. */
  readonly extglob: boolean;
  /** Case does not count, except in classes such as `[[:upper:]]`, as bash. */
  readonly nocase?: boolean;
  /** `matches` only: a dot at the start of the text is matched by a literal dot alone (file names without dotglob). */
  readonly period?: boolean;
}

/**
 * A shell pattern, with bash's meaning in a UTF-8 locale: `?` and a set read one character (code point), sets go by code
 * point. Offsets are UTF-16. No pattern costs more than polynomial time: without `!(…)` it is linear in the text.
 */
export interface Pattern {
  /** The text it matches when nothing in it is special, else undefined. */
  readonly constant: string | undefined;
  /** True if `text` as a whole matches. */
  matches(text: string): boolean;
  /** The length of the longest or shortest beginning that matches, -1 if none does. */
  longestPrefix(text: string): number;
  shortestPrefix(text: string): number;
  /** Where the longest or shortest matching end begins, -1 if none does. */
  longestSuffix(text: string): number;
  shortestSuffix(text: string): number;
  /**
   * The leftmost match at or after `from`, and the longest there. As bash's `${v//p/r}`, none at the end of a text that is
   * not empty, and none at all for the empty pattern.
   */
  find(text: string, from?: number): { readonly start: number; readonly end: number } | undefined;
  /** `${v/p/r}` and `${v//p/r}`: the replacement is made from each match. */
  replace(text: string, all: boolean, replacement: (match: string) => string): string;
}

/** Compiles a pattern once for any number of texts. It cannot fail: what is malformed is literal, as in bash. */
export function compilePattern(segments: readonly PatternSegment[], options: PatternOptions): Pattern {
  const parsed = parsePattern(segments, { extglob: options.extglob, nocase: options.nocase === true });
  const period = options.period === true;
  const parts = options.nocase === true || parsed.negates ? undefined : asParts(parsed);
  if (parts !== undefined) return partsPattern(parts, parsed.magic, period);
  return parsed.negates ? setPattern(parsed, period) : automatonPattern(parsed, period);
}

/** One active text as a pattern (`find -name`, `case` from a variable). */
export function textPattern(text: string, options: PatternOptions): Pattern {
  return compilePattern([{ text, active: true }], options);
}

function asParts(parsed: ParsedPattern): Parts | undefined {
  const parts = [""];
  for (const item of parsed.items) {
    if (item === star) parts.push("");
    else if (item.kind === "unit" && item.literal !== undefined) parts[parts.length - 1] += String.fromCodePoint(item.literal);
    else return undefined;
  }
  return parts;
}

type Find = (text: string, from: number) => readonly [number, number] | undefined;

function replacer(find: Find): Pick<Pattern, "find" | "replace"> {
  const next: Find = (text, from) => (from >= text.length && text !== "" ? undefined : find(text, from));
  return {
    find(text, from = 0) {
      const found = next(text, from);
      return found === undefined ? undefined : { start: found[0], end: found[1] };
    },
    replace(text, all, replacement) {
      let out = "";
      let copied = 0;
      let from = 0;
      for (;;) {
        const found = next(text, from);
        if (found === undefined) break;
        const [start, end] = found;
        out += text.slice(copied, start) + replacement(text.slice(start, end));
        copied = end;
        from = end > start ? end : end + width(text, end);
        if (!all || text === "") break;
      }
      return copied === 0 && out === "" ? text : out + text.slice(copied);
    },
  };
}

/** UTF-16 units of the character at `at`. */
function width(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function partsPattern(parts: Parts, magic: boolean, period: boolean): Pattern {
  const dotted = (parts[0] as string).startsWith(".");
  const constant = magic ? undefined : (parts[0] as string);
  return {
    constant,
    matches: period
      ? (text) => (dotted || !text.startsWith(".")) && matchesParts(parts, text)
      : constant === undefined
        ? (text) => matchesParts(parts, text)
        : (text) => text === constant,
    longestPrefix: (text) => partsEnd(parts, text, 0, true),
    shortestPrefix: (text) => partsEnd(parts, text, 0, false),
    longestSuffix: (text) => partsStart(parts, text, true),
    shortestSuffix: (text) => partsStart(parts, text, false),
    ...replacer((text, from) => (constant === "" ? undefined : findParts(parts, text, from))),
  };
}

/** Made at the first call. */
function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function automatonPattern(parsed: ParsedPattern, period: boolean): Pattern {
  const root: Node = { kind: "sequence", items: parsed.items };
  const forward = lazy(() => new Automaton(root, false));
  const backward = lazy(() => new Automaton(root, true));
  const starts = startFinder(root);
  return {
    constant: parsed.magic ? undefined : asParts(parsed)?.[0],
    matches: (text) => runs(forward(), text, period),
    longestPrefix: (text) => endFrom(forward(), text, 0, true),
    shortestPrefix: (text) => endFrom(forward(), text, 0, false),
    longestSuffix: (text) => startOf(backward(), text, true),
    shortestSuffix: (text) => startOf(backward(), text, false),
    ...replacer((text, from) => {
      const start = starts(text).indexOf(1, from);
      return start < 0 ? undefined : [start, endFrom(forward(), text, start, true)];
    }),
  };
}

function runs(automaton: Automaton, text: string, period: boolean): boolean {
  let state: State | null = automaton.start;
  let i = 0;
  if (period && text.startsWith(".")) {
    state = automaton.afterPeriod();
    i = 1;
  }
  while (state !== null && i < text.length) {
    const code = text.codePointAt(i) as number;
    state = automaton.step(state, code);
    i += code > 0xffff ? 2 : 1;
  }
  return state?.accepts === true;
}

function endFrom(automaton: Automaton, text: string, from: number, longest: boolean): number {
  let state: State | null = automaton.start;
  let end = -1;
  for (let i = from; ; ) {
    if (state.accepts) {
      end = i;
      if (!longest) return end;
    }
    if (i >= text.length) return end;
    const code = text.codePointAt(i) as number;
    state = automaton.step(state, code);
    if (state === null) return end;
    i += code > 0xffff ? 2 : 1;
  }
}

/** The character that ends before `at`. */
function codeBefore(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  if (unit < 0xdc00 || unit > 0xdfff || at < 2) return unit;
  const pair = text.codePointAt(at - 2) as number;
  return pair > 0xffff ? pair : unit;
}

function startOf(automaton: Automaton, text: string, longest: boolean): number {
  let state: State | null = automaton.start;
  let start = -1;
  for (let i = text.length; ; ) {
    if (state.accepts) {
      start = i;
      if (!longest) return start;
    }
    if (i === 0) return start;
    const code = codeBefore(text, i);
    state = automaton.step(state, code);
    if (state === null) return start;
    i -= code > 0xffff ? 2 : 1;
  }
}

/** Marks (1) each place of a text where some match starts, in one pass from its end. The last answer is kept. */
function startFinder(root: Node): (text: string) => Uint8Array {
  const automaton = lazy(() => new Automaton({ kind: "sequence", items: [root, star] }, true));
  let lastText: string | undefined;
  let marks = new Uint8Array();
  return (text) => {
    if (text === lastText) return marks;
    marks = new Uint8Array(text.length + 1);
    lastText = text;
    let state: State | null = automaton().start;
    for (let i = text.length; state !== null; ) {
      if (state.accepts) marks[i] = 1;
      if (i === 0) break;
      const code = codeBefore(text, i);
      state = automaton().step(state, code);
      i -= code > 0xffff ? 2 : 1;
    }
    return marks;
  };
}

/** A text as code points, with the UTF-16 offset of each and of the end. */
function split(text: string): { codes: number[]; offsets: number[] } {
  const codes: number[] = [];
  const offsets: number[] = [];
  for (let i = 0; i < text.length; i += width(text, i)) {
    codes.push(text.codePointAt(i) as number);
    offsets.push(i);
  }
  offsets.push(text.length);
  return { codes, offsets };
}

function setPattern(parsed: ParsedPattern, period: boolean): Pattern {
  const root: Node = { kind: "sequence", items: parsed.items };
  const endsAt = (codes: readonly number[], matcher: SetMatcher, start: number): Uint8Array => {
    const starts = new Uint8Array(codes.length + 1);
    starts[start] = 1;
    return matcher.ends(root, starts);
  };
  const prefix = (text: string, longest: boolean): number => {
    const { codes, offsets } = split(text);
    const ends = endsAt(codes, new SetMatcher(codes, false), 0);
    return offsets[longest ? ends.lastIndexOf(1) : ends.indexOf(1)] ?? -1;
  };
  const suffix = (text: string, longest: boolean): number => {
    const { codes, offsets } = split(text);
    const matcher = new SetMatcher(codes, false);
    const matches = (start: number): boolean => endsAt(codes, matcher, start)[codes.length] === 1;
    const places = Array.from({ length: codes.length + 1 }, (_, i) => (longest ? i : codes.length - i));
    return offsets[places.find(matches) ?? -1] ?? -1;
  };
  return {
    constant: undefined,
    matches: (text) => {
      const { codes } = split(text);
      return endsAt(codes, new SetMatcher(codes, period), 0)[codes.length] === 1;
    },
    longestPrefix: (text) => prefix(text, true),
    shortestPrefix: (text) => prefix(text, false),
    longestSuffix: (text) => suffix(text, true),
    shortestSuffix: (text) => suffix(text, false),
    ...replacer((text, from) => {
      const { codes, offsets } = split(text);
      const matcher = new SetMatcher(codes, false);
      for (let i = offsets.indexOf(from); i <= codes.length; i++) {
        const end = endsAt(codes, matcher, i).lastIndexOf(1);
        if (end >= 0) return [offsets[i] as number, offsets[end] as number];
      }
      return undefined;
    }),
  };
}
