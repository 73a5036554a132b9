import type { Assertion, Node, Range } from "./ast.ts";
import { type Alphabet, classRanges, otherCases, otherRanges, setRanges, sortedRanges } from "./classes.ts";

export interface EmitOptions {
  /** What the texts hold (`alphabetOf`): the less, the shorter and faster the classes. */
  readonly alphabet: Alphabet;
  readonly ignoreCase: boolean;
  /** Groups capture; else only those that a back-reference needs. */
  readonly captures: boolean;
  /**
   * `lines`: the text holds many lines, `^` and `$` are at newlines, and only a newline itself matches a newline; for the `m`
   * flag. `carriage` is the same for text that holds `\r` or another terminator of JavaScript's. `whole`: they are at the ends
   * of the text, and a newline is a character like any other; for no flag.
   */
  readonly anchors: "lines" | "carriage" | "whole";
}

/**
 * A JavaScript source (never for the flags `i`, `u` and `s`: V8's linear engine takes none of them). A character beyond the basic
 * plane is a pair of surrogates; a lone one stands for a byte that is no text, and nothing matches it.
 */
export function emit(node: Node, options: EmitOptions): string {
  return new Emitter(node, options).source();
}

class Emitter {
  readonly #root: Node;
  readonly #options: EmitOptions;
  /** JavaScript numbers the groups that capture; ours may leave some out. */
  readonly #numbers = new Map<number, number>();

  constructor(root: Node, options: EmitOptions) {
    this.#root = root;
    this.#options = options;
    const wanted = options.captures ? undefined : backReferences(root);
    let count = 0;
    visit(root, (node) => {
      if (node.kind === "group" && (wanted === undefined || wanted.has(node.index))) this.#numbers.set(node.index, ++count);
    });
  }

  source(): string {
    return this.#node(this.#root);
  }

  #node(node: Node): string {
    switch (node.kind) {
      case "empty":
        return "(?:)";
      case "char":
        return this.#char(node.code);
      case "any":
        return this.#set([], true);
      case "set":
        return this.#set(setRanges(node, this.#options.ignoreCase, this.#options.alphabet), node.negated);
      case "assert":
        return this.#assert(node.what);
      case "group": {
        const body = this.#node(node.body);
        return this.#numbers.has(node.index) ? `(${body})` : `(?:${body})`;
      }
      case "back":
        return `(?:\\${this.#numbers.get(node.index)})`;
      case "repeat":
        return this.#repeat(node);
      case "sequence":
        return node.parts.map((part) => (part.kind === "choice" ? `(?:${this.#node(part)})` : this.#node(part))).join("");
      case "choice":
        return node.options.map((option) => this.#node(option)).join("|");
      default:
        return node satisfies never;
    }
  }

  #repeat(node: Extract<Node, { kind: "repeat" }>): string {
    const body = this.#node(node.body);
    const bare =
      node.body.kind === "char" ? body.length === 1 || /^\\[^u]$|^\[[^\]]*\]$|^\\u....$/.test(body) : node.body.kind === "group";
    const simple = bare || /^\[(?:[^\]\\]|\\.)*\]$/.test(body);
    const atom = simple ? body : `(?:${body})`;
    if (node.least === 0 && node.most === 1) return `${atom}?`;
    if (node.most === Number.POSITIVE_INFINITY)
      return node.least < 2 ? `${atom}${node.least === 0 ? "*" : "+"}` : `${atom}{${node.least},}`;
    return `${atom}{${node.least},${node.most}}`;
  }

  #char(code: number): string {
    const others = this.#options.ignoreCase ? otherCases(code) : [];
    if (others.length > 0) return this.#set(sortedRanges([code, ...others].map((value) => [value, value])), false);
    return escaped(code);
  }

  /** `ranges` are in order. */
  #set(ranges: readonly Range[], negated: boolean): string {
    const { alphabet, anchors } = this.#options;
    if (anchors === "whole") return setSource(ranges, negated, alphabet);
    if (negated) return setSource(sortedRanges([...ranges, [10, 10]]), true, alphabet);
    const others = ranges.flatMap(([first, last]) => otherRanges([[10, 10]], first, last));
    return setSource(others, false, alphabet);
  }

  #assert(what: Assertion): string {
    const { anchors, alphabet } = this.#options;
    switch (what) {
      case "start":
        return anchors === "carriage" ? "(?<![^\\n])" : "^";
      case "end":
        return anchors === "carriage" ? "(?![^\\n])" : "$";
      default: {
        if (alphabet === "ascii" && what === "boundary") return "\\b";
        if (alphabet === "ascii" && what === "inside") return "\\B";
        const word = wordSource(alphabet);
        const starts = `(?<!${word})(?=${word})`;
        const ends = `(?<=${word})(?!${word})`;
        if (what === "wordStart") return starts;
        if (what === "wordEnd") return ends;
        return what === "boundary" ? `(?:${starts}|${ends})` : `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`;
      }
    }
  }
}

/** Not preceded or followed by a character of a word: around a match, for `grep -w`. */
export function wordGuards(alphabet: Alphabet): readonly [before: string, after: string] {
  const word = wordSource(alphabet);
  return [`(?<!${word})`, `(?!${word})`];
}

function wordSource(alphabet: Alphabet): string {
  return alphabet === "ascii" ? "\\w" : setSource(classRanges("word", alphabet), false, alphabet);
}

/** A set of characters; `ranges` are in order. */
function setSource(ranges: readonly Range[], negated: boolean, alphabet: Alphabet): string {
  const basic = ranges
    .filter(([first]) => first < 0x1_0000)
    .map(rangeSource)
    .join("");
  if (alphabet === "ascii") return `[${negated ? "^" : ""}${basic}]`;
  const within = negated ? `[^${basic}\\ud800-\\udfff]` : `[${basic}]`;
  if (alphabet === "basic") return within;
  const above = negated ? otherRanges(ranges, 0x1_0000, 0x10_ffff) : ranges.filter(([, last]) => last > 0xffff);
  return above.length === 0 ? within : `(?:${within}|${above.map(astralSource).join("|")})`;
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}

function escaped(code: number): string {
  if (code > 0xffff)
    return [...String.fromCodePoint(code)].map((char) => unit(char.charCodeAt(0)) + unit(char.charCodeAt(1))).join("");
  const char = String.fromCharCode(code);
  if (/[A-Za-z0-9 _=,:;<>@#%&"'`~!-]/.test(char)) return char;
  return unit(code);
}

function rangeSource([first, last]: Range): string {
  const end = Math.min(last, 0xffff);
  const inClass = (code: number) => (/[A-Za-z0-9]/.test(String.fromCharCode(code)) ? String.fromCharCode(code) : unit(code));
  if (first === end) return inClass(first);
  // Halves of pairs are no characters.
  if (first < 0xd800 && end > 0xdfff) return `${inClass(first)}-\\ud7ff\\ue000-${inClass(end)}`;
  return `${inClass(first)}-${inClass(end)}`;
}

/** Code points above the basic plane as surrogate pairs. */
function astralSource([from, last]: Range): string {
  const first = Math.max(from, 0x1_0000);
  const high = (code: number) => 0xd800 + ((code - 0x1_0000) >> 10);
  const low = (code: number) => 0xdc00 + ((code - 0x1_0000) & 1023);
  const rows: string[] = [];
  for (let top = high(first); top <= high(last); top++) {
    const from2 = top === high(first) ? low(first) : 0xdc00;
    const to = top === high(last) ? low(last) : 0xdfff;
    if (from2 === 0xdc00 && to === 0xdfff && top < high(last) - 1) {
      rows.push(`[${unit(top)}-${unit(high(last) - 1)}][\\udc00-\\udfff]`);
      top = high(last) - 1;
    } else rows.push(`${unit(top)}[${unit(from2)}-${unit(to)}]`);
  }
  return rows.join("|");
}

export function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  if (node.kind === "group" || node.kind === "repeat") visit(node.body, see);
  else if (node.kind === "sequence") for (const part of node.parts) visit(part, see);
  else if (node.kind === "choice") for (const option of node.options) visit(option, see);
}

function backReferences(root: Node): ReadonlySet<number> {
  const found = new Set<number>();
  visit(root, (node) => {
    if (node.kind === "back") found.add(node.index);
  });
  return found;
}
