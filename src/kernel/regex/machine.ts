import type { Assertion, Node, Range } from "./ast.ts";
import { classRanges, otherCases, setRanges, sortedRanges } from "./classes.ts";

/** One instruction of a small machine; the targets are indexes. */
type Op =
  | { readonly kind: "char"; readonly test: CharTest }
  | { readonly kind: "split"; readonly first: number; readonly second: number }
  | { readonly kind: "jump"; to: number }
  | { readonly kind: "assert"; readonly what: Assertion }
  | { readonly kind: "save"; readonly slot: number }
  | { readonly kind: "match" };

type CharTest = (code: number) => boolean;

export interface MachineOptions {
  readonly ignoreCase: boolean;
  /** `^` and `$` are at newlines. */
  readonly lines: boolean;
  /** Answers what the groups held; else only where the match is. */
  readonly captures: boolean;
}

/**
 * Where the match starts and ends, then the same for each group, -1 where it held nothing. It starts at `start`, or with
 * `anywhere` at the first place from there where one can, and ends as far behind as it can, at `limit` at the most; what the
 * groups hold is glibc's choice.
 */
export type Machine = (text: string, start: number, limit: number, anywhere: boolean) => readonly number[] | undefined;

const sizeLimit = 100_000;

/** Matches in time linear in the text. Undefined if the expression has back-references or is too big. */
export function makeMachine(node: Node, options: MachineOptions): Machine | undefined {
  const builder = new Builder(options);
  try {
    builder.build(node);
  } catch (error) {
    if (error instanceof TooBig) return undefined;
    throw error;
  }
  builder.ops.push({ kind: "match" });
  return (text, start, limit, anywhere) => new Run(builder.ops, options.lines, text, limit).match(start, anywhere);
}

class TooBig extends Error {}

class Builder {
  readonly ops: Op[] = [];
  readonly #options: MachineOptions;
  readonly #tests = new Map<Node, CharTest>();

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  build(node: Node): void {
    const { ops } = this;
    if (ops.length > sizeLimit) throw new TooBig();
    switch (node.kind) {
      case "empty":
        return;
      case "char":
      case "any":
      case "set":
        ops.push({ kind: "char", test: this.#test(node) });
        return;
      case "assert":
        ops.push({ kind: "assert", what: node.what });
        return;
      case "group":
        this.#save(2 * node.index);
        this.build(node.body);
        this.#save(2 * node.index + 1);
        return;
      case "back":
        throw new TooBig();
      case "sequence":
        for (const part of node.parts) this.build(part);
        return;
      case "choice":
        this.#choice(node.options);
        return;
      case "repeat":
        this.#repeat(node);
        return;
      default:
        node satisfies never;
    }
  }

  #save(slot: number): void {
    if (this.#options.captures) this.ops.push({ kind: "save", slot });
  }

  /** One test for all copies of a repeated piece. */
  #test(node: Extract<Node, { kind: "char" | "any" | "set" }>): CharTest {
    let test = this.#tests.get(node);
    if (test === undefined) {
      test = charTest(node, this.#options);
      this.#tests.set(node, test);
    }
    return test;
  }

  #choice(options: readonly Node[]): void {
    const { ops } = this;
    const jumps: { kind: "jump"; to: number }[] = [];
    for (const [index, option] of options.entries()) {
      if (index === options.length - 1) {
        this.build(option);
        break;
      }
      const split = this.#optional(option);
      const jump = { kind: "jump" as const, to: 0 };
      jumps.push(jump);
      ops.push(jump);
      ops[split] = { kind: "split", first: split + 1, second: ops.length };
    }
    for (const jump of jumps) jump.to = ops.length;
  }

  #repeat(node: Extract<Node, { kind: "repeat" }>): void {
    const { ops } = this;
    for (let i = 0; i < node.least; i++) this.build(node.body);
    if (node.most === Number.POSITIVE_INFINITY) {
      const split = this.#optional(node.body);
      ops.push({ kind: "jump", to: split });
      ops[split] = { kind: "split", first: split + 1, second: ops.length };
      return;
    }
    const splits: number[] = [];
    for (let i = node.least; i < node.most; i++) splits.push(this.#optional(node.body));
    for (const split of splits) ops[split] = { kind: "split", first: split + 1, second: ops.length };
  }

  /** Answers the place that the caller fills with a split, in front of the body. */
  #optional(body: Node): number {
    const split = this.ops.push({ kind: "match" }) - 1;
    this.build(body);
    return split;
  }
}

function charTest(node: Extract<Node, { kind: "char" | "any" | "set" }>, options: MachineOptions): CharTest {
  if (node.kind === "any") return options.lines ? (code) => code !== 10 && isCharacter(code) : isCharacter;
  if (node.kind === "set") {
    const test = memberTest(setRanges(node, options.ignoreCase, "full"));
    return node.negated ? (code) => !test(code) && isCharacter(code) : test;
  }
  const others = options.ignoreCase ? otherCases(node.code) : [];
  if (others.length === 0) return (code) => code === node.code;
  return memberTest(sortedRanges([node.code, ...others].map((code) => [code, code])));
}

/** False for half a pair. */
function isCharacter(code: number): boolean {
  return code < 0xd800 || code > 0xdfff;
}

/** `ranges` are in order. */
function memberTest(ranges: readonly Range[]): CharTest {
  const ascii = Array.from({ length: 128 }, (_, code) => ranges.some(([first, last]) => first <= code && code <= last));
  return (code) => {
    if (code < 128) return ascii[code] === true;
    let low = 0;
    for (let high = ranges.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((ranges[middle] as Range)[1] < code) low = middle + 1;
      else high = middle;
    }
    const range = ranges[low];
    return range !== undefined && range[0] <= code;
  };
}

let wordTest: CharTest | undefined;

function isWord(code: number | undefined): boolean {
  if (code === undefined) return false;
  wordTest ??= memberTest(sortedRanges(classRanges("word", "full")));
  return wordTest(code);
}

interface Thread {
  readonly pc: number;
  /** Where its match starts, 0, then where each group does and where it ends. */
  readonly slots: readonly number[];
}

/** All threads at once: a set of places in the program for each character, the preferred ones first. */
class Run {
  readonly #ops: readonly Op[];
  readonly #lines: boolean;
  readonly #text: string;
  readonly #limit: number;
  /** The step in which a place was last entered. */
  readonly #seen: Int32Array;
  #step = 1;
  #best: readonly number[] | undefined;

  constructor(ops: readonly Op[], lines: boolean, text: string, limit: number) {
    this.#ops = ops;
    this.#lines = lines;
    this.#text = text;
    this.#limit = limit;
    this.#seen = new Int32Array(ops.length);
  }

  match(start: number, anywhere: boolean): readonly number[] | undefined {
    let current: Thread[] = [];
    this.#enter(current, { pc: 0, slots: [start] }, start);
    for (let at = start; at < this.#limit && (current.length > 0 || (anywhere && this.#best === undefined)); ) {
      const code = this.#text.codePointAt(at) ?? 0;
      at += code > 0xffff ? 2 : 1;
      this.#step++;
      const following: Thread[] = [];
      for (const { pc, slots } of current) {
        // Only what starts as far in front can still be better.
        if (this.#best !== undefined && (slots[0] as number) > (this.#best[0] as number)) continue;
        const op = this.#ops[pc] as Op;
        if (op.kind === "char" && op.test(code)) this.#enter(following, { pc: pc + 1, slots }, at);
      }
      if (anywhere && this.#best === undefined) this.#enter(following, { pc: 0, slots: [at] }, at);
      current = following;
    }
    return this.#best;
  }

  #enter(list: Thread[], first: Thread, at: number): void {
    const stack = [first];
    for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
      const { pc, slots } = thread;
      if (this.#seen[pc] === this.#step) continue;
      this.#seen[pc] = this.#step;
      const op = this.#ops[pc] as Op;
      switch (op.kind) {
        case "jump":
          stack.push({ pc: op.to, slots });
          break;
        case "split":
          stack.push({ pc: op.second, slots }, { pc: op.first, slots });
          break;
        case "assert":
          if (this.#holds(op.what, at)) stack.push({ pc: pc + 1, slots });
          break;
        case "save":
          stack.push({ pc: pc + 1, slots: saved(slots, op.slot, at) });
          break;
        case "match":
          this.#found(slots, at);
          break;
        case "char":
          list.push(thread);
          break;
        default:
          op satisfies never;
      }
    }
  }

  #found(slots: readonly number[], at: number): void {
    const best = this.#best;
    if (best !== undefined && (best[0] as number) < (slots[0] as number)) return;
    this.#best = saved(slots, 1, at);
  }

  #holds(what: Assertion, at: number): boolean {
    const text = this.#text;
    if (what === "start") return at === 0 || (this.#lines && text[at - 1] === "\n");
    if (what === "end") return at === text.length || (this.#lines && text[at] === "\n");
    const before = at > 0 && isWord(codeBefore(text, at));
    const after = isWord(text.codePointAt(at));
    if (what === "boundary") return before !== after;
    if (what === "inside") return before === after;
    return what === "wordStart" ? !before && after : before && !after;
  }
}

function saved(slots: readonly number[], slot: number, at: number): readonly number[] {
  const copy = slots.slice();
  while (copy.length < slot) copy.push(-1);
  copy[slot] = at;
  return copy;
}

function codeBefore(text: string, at: number): number | undefined {
  const low = text.charCodeAt(at - 1);
  return at > 1 && low >= 0xdc00 && low <= 0xdfff ? text.codePointAt(at - 2) : low;
}
