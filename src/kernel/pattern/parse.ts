import { anyUnit, classTest, foldCode, type Node, nothing, star, type Unit } from "./node.ts";

/** Part of a pattern's text. In an inactive part (it was quoted) every character is only itself. */
export interface PatternSegment {
  readonly text: string;
  readonly active: boolean;
}

interface Char {
  readonly code: number;
  /** May be special. */
  readonly active: boolean;
}

export interface ParseOptions {
  readonly extglob: boolean;
  readonly nocase: boolean;
}

/** What a pattern says: its tree, and its items on the top level. */
export interface ParsedPattern {
  readonly items: readonly Node[];
  /** Anything in it is more than a literal character. */
  readonly magic: boolean;
  readonly negates: boolean;
}

const code = (text: string): number => text.charCodeAt(0);
const [backslash, open, close, bar, bracket, bang, caret, dash] = ["\\", "(", ")", "|", "[", "!", "^", "-"].map(code) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
const closeBracket = code("]");
const asterisk = code("*");
const question = code("?");

/** Extended globs nest no deeper; further ones are literal text. */
const maxNesting = 200;

/** Names of characters that `[[.name.]]` knows, besides a character itself. */
const collating: Readonly<Record<string, string>> = {
  space: " ",
  hyphen: "-",
  period: ".",
  slash: "/",
  tab: "\t",
  newline: "\n",
  asterisk: "*",
  backslash: "\\",
  comma: ",",
  "left-square-bracket": "[",
  "right-square-bracket": "]",
  circumflex: "^",
  underscore: "_",
  tilde: "~",
};

export function parsePattern(segments: readonly PatternSegment[], options: ParseOptions): ParsedPattern {
  const parser = new PatternParser(toChars(segments), options);
  const items = parser.sequence(0, parser.length, 0);
  return { items, magic: parser.magic, negates: parser.negates };
}

/** Backslashes of active text are taken off here: the character behind one is inactive. A last lone one is itself. */
function toChars(segments: readonly PatternSegment[]): readonly Char[] {
  const chars: Char[] = [];
  let escaped = false;
  for (const { text, active } of segments) {
    for (const char of text) {
      const point = char.codePointAt(0) ?? 0;
      if (active && !escaped && point === backslash) {
        escaped = true;
        continue;
      }
      chars.push({ code: point, active: active && !escaped });
      escaped = false;
    }
  }
  if (escaped) chars.push({ code: backslash, active: false });
  return chars;
}

class PatternParser {
  readonly #chars: readonly Char[];
  readonly #options: ParseOptions;
  magic = false;
  negates = false;

  constructor(chars: readonly Char[], options: ParseOptions) {
    this.#chars = chars;
    this.#options = options;
  }

  get length(): number {
    return this.#chars.length;
  }

  /** The characters from `at` to `end` as items to be read one after the other. */
  sequence(at: number, end: number, nesting: number): readonly Node[] {
    const items: Node[] = [];
    let i = at;
    while (i < end) {
      const char = this.#chars[i] as Char;
      const group = this.#startsGroup(i, end, nesting) ? this.#group(i, end, nesting) : undefined;
      if (group === "unclosed") {
        // As bash: what is left is compared as a string.
        for (; i < end; i++) items.push(this.#literal(this.#chars[i]?.code ?? 0));
        break;
      }
      if (group !== undefined) {
        items.push(group.node);
        i = group.end;
        continue;
      }
      const set = this.#is(i, bracket) ? this.#set(i, end) : undefined;
      if (set !== undefined) {
        items.push(set.unit);
        i = set.end;
        this.magic = true;
        continue;
      }
      if (this.#is(i, asterisk)) {
        if (items.at(-1) !== star) items.push(star);
        this.magic = true;
      } else if (this.#is(i, question)) {
        items.push(anyUnit);
        this.magic = true;
      } else items.push(this.#literal(char.code));
      i++;
    }
    return items;
  }

  #is(at: number, what: number): boolean {
    const char = this.#chars[at];
    return char?.active === true && char.code === what;
  }

  #literal(point: number): Unit {
    if (!this.#options.nocase) return { kind: "unit", literal: point, test: (other) => other === point };
    const folded = foldCode(point);
    return { kind: "unit", literal: point, test: (other) => other === point || foldCode(other) === folded };
  }

  #startsGroup(at: number, end: number, nesting: number): boolean {
    const char = this.#chars[at] as Char;
    if (!this.#options.extglob || nesting >= maxNesting || !char.active || at + 1 >= end || !this.#is(at + 1, open)) return false;
    return "?*+@!".includes(String.fromCodePoint(char.code));
  }

  /** The extended glob that starts at `at`. */
  #group(at: number, end: number, nesting: number): { node: Node; end: number } | "unclosed" {
    const bounds = this.#alternatives(at + 2, end);
    if (bounds === undefined) return "unclosed";
    const items = bounds.map(([from, to]): Node => ({ kind: "sequence", items: this.sequence(from, to, nesting + 1) }));
    const inner: Node = items.length === 1 ? (items[0] ?? nothing) : { kind: "either", items };
    this.magic = true;
    const after = (bounds.at(-1)?.[1] ?? at) + 1;
    switch (String.fromCodePoint(this.#chars[at]?.code ?? 0)) {
      case "?":
        return { node: { kind: "maybe", item: inner }, end: after };
      case "*":
        return { node: { kind: "maybe", item: { kind: "many", item: inner } }, end: after };
      case "+":
        return { node: { kind: "many", item: inner }, end: after };
      case "@":
        return { node: inner, end: after };
      default:
        this.negates = true;
        return { node: { kind: "not", item: inner }, end: after };
    }
  }

  /** Where the alternatives of a group lie whose first starts at `at`; undefined if it is never closed. */
  #alternatives(at: number, end: number): (readonly [number, number])[] | undefined {
    const bounds: (readonly [number, number])[] = [];
    let from = at;
    let depth = 0;
    for (let i = at; i < end; i++) {
      if (this.#is(i, bracket)) {
        const to = this.#setEnd(i, end);
        if (to === undefined) return undefined;
        i = to;
      } else if (this.#is(i, open)) depth++;
      else if (this.#is(i, close)) {
        if (depth === 0) {
          bounds.push([from, i]);
          return bounds;
        }
        depth--;
      } else if (depth === 0 && this.#is(i, bar)) {
        bounds.push([from, i]);
        from = i + 1;
      }
    }
    return undefined;
  }

  /** The place of the `]` that closes the bracket at `at`. */
  #setEnd(at: number, end: number): number | undefined {
    let i = at + 1;
    if (this.#is(i, bang) || this.#is(i, caret)) i++;
    for (let first = true; i < end; i++, first = false) {
      if (this.#is(i, closeBracket) && !first) return i;
      if (this.#is(i, bracket)) i = (this.#named(i, end)?.end ?? i + 1) - 1;
    }
    return undefined;
  }

  /** `[:name:]`, `[=x=]` or `[.x.]` at `at`. */
  #named(at: number, end: number): { kind: string; name: string; end: number } | undefined {
    const sign = this.#chars[at + 1];
    if (sign === undefined || !sign.active) return undefined;
    const kind = String.fromCodePoint(sign.code);
    if (!":=.".includes(kind)) return undefined;
    let name = "";
    for (let i = at + 2; i + 1 < end; i++) {
      if (this.#is(i, sign.code) && this.#is(i + 1, closeBracket) && name !== "") return { kind, name, end: i + 2 };
      name += String.fromCodePoint(this.#chars[i]?.code ?? 0);
    }
    return undefined;
  }

  #set(at: number, end: number): { unit: Unit; end: number } | undefined {
    const last = this.#setEnd(at, end);
    if (last === undefined) return undefined;
    const tests: ((point: number) => boolean)[] = [];
    const negated = this.#is(at + 1, bang) || this.#is(at + 1, caret);
    let i = at + (negated ? 2 : 1);
    while (i < last) {
      const from = this.#member(i, last);
      i = from.end;
      if (from.test !== undefined) tests.push(from.test);
      if (from.code === undefined) continue;
      if (this.#is(i, dash) && i + 1 < last) {
        const to = this.#member(i + 1, last);
        i = to.end;
        if (to.code !== undefined) tests.push(this.#range(from.code, to.code));
      } else tests.push(this.#range(from.code, from.code));
    }
    const test = (point: number): boolean => tests.some((one) => one(point)) !== negated;
    return { unit: { kind: "unit", test }, end: last + 1 };
  }

  /** One member of a set: a character that may start a range, or a class. */
  #member(at: number, last: number): { code?: number; test?: (point: number) => boolean; end: number } {
    const named = this.#is(at, bracket) ? this.#named(at, last) : undefined;
    if (named === undefined) {
      // As bash: an unclosed `[:` loses its bracket.
      if (this.#is(at, bracket) && this.#is(at + 1, code(":"))) return { end: at + 1 };
      return { code: this.#chars[at]?.code ?? 0, end: at + 1 };
    }
    if (named.kind === ":") return { test: classTest(named.name) ?? (() => false), end: named.end };
    const char = named.kind === "." && Object.hasOwn(collating, named.name) ? (collating[named.name] ?? "") : named.name;
    const point = char.codePointAt(0) ?? 0;
    if (char.length !== (point > 0xffff ? 2 : 1)) return { test: () => false, end: named.end };
    if (named.kind === "=") return { test: this.#range(point, point), end: named.end };
    return { code: point, end: named.end };
  }

  #range(from: number, to: number): (point: number) => boolean {
    if (!this.#options.nocase) return (point) => point >= from && point <= to;
    const [low, high] = [foldCode(from), foldCode(to)];
    return (point) => {
      const folded = foldCode(point);
      return folded >= low && folded <= high;
    };
  }
}
