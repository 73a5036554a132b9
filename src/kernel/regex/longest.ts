import type { Assertion, Node } from "./ast.ts";
import { emit } from "./emit.ts";

/** One instruction of a small machine; the targets are indexes. */
type Op =
  | { readonly kind: "char"; readonly test: RegExp }
  | { readonly kind: "split"; readonly first: number; readonly second: number }
  | { readonly kind: "jump"; to: number }
  | { readonly kind: "assert"; readonly what: Assertion }
  | { readonly kind: "match" };

const sizeLimit = 20_000;

/**
 * Finds where the longest match that starts at a given place ends, in time linear in the text. Undefined if the expression has
 * back-references or is too big: then the caller keeps what it has.
 */
export function longestMatcher(
  node: Node,
  ignoreCase: boolean,
): ((text: string, start: number, limit: number) => number) | undefined {
  const ops: Op[] = [];
  try {
    build(node, ops, ignoreCase);
  } catch (error) {
    if (error instanceof TooBig) return undefined;
    throw error;
  }
  ops.push({ kind: "match" });
  return (text, start, limit) => run(ops, text, start, limit);
}

class TooBig extends Error {}

function build(node: Node, ops: Op[], ignoreCase: boolean): void {
  if (ops.length > sizeLimit) throw new TooBig();
  switch (node.kind) {
    case "empty":
      return;
    case "char":
    case "any":
    case "set": {
      const source = emit(node, { ascii: false, ignoreCase, captures: false, anchors: "whole" });
      ops.push({ kind: "char", test: new RegExp(`^(?:${source})$`) });
      return;
    }
    case "assert":
      ops.push({ kind: "assert", what: node.what });
      return;
    case "group":
      build(node.body, ops, ignoreCase);
      return;
    case "back":
      throw new TooBig();
    case "sequence":
      for (const part of node.parts) build(part, ops, ignoreCase);
      return;
    case "choice":
      buildChoice(node.options, ops, ignoreCase);
      return;
    case "repeat":
      buildRepeat(node, ops, ignoreCase);
      return;
    default:
      node satisfies never;
  }
}

function buildChoice(options: readonly Node[], ops: Op[], ignoreCase: boolean): void {
  const jumps: { kind: "jump"; to: number }[] = [];
  for (const [index, option] of options.entries()) {
    const last = index === options.length - 1;
    const split = ops.length;
    if (!last) ops.push({ kind: "match" });
    build(option, ops, ignoreCase);
    if (last) break;
    const jump = { kind: "jump" as const, to: 0 };
    jumps.push(jump);
    ops.push(jump);
    ops[split] = { kind: "split", first: split + 1, second: ops.length };
  }
  for (const jump of jumps) jump.to = ops.length;
}

function buildRepeat(node: Extract<Node, { kind: "repeat" }>, ops: Op[], ignoreCase: boolean): void {
  for (let i = 0; i < node.least; i++) build(node.body, ops, ignoreCase);
  if (node.most === Number.POSITIVE_INFINITY) {
    const split = ops.length;
    ops.push({ kind: "match" });
    build(node.body, ops, ignoreCase);
    ops.push({ kind: "jump", to: split });
    ops[split] = { kind: "split", first: split + 1, second: ops.length };
    return;
  }
  const splits: number[] = [];
  for (let i = node.least; i < node.most; i++) {
    splits.push(ops.length);
    ops.push({ kind: "match" });
    build(node.body, ops, ignoreCase);
  }
  for (const split of splits) ops[split] = { kind: "split", first: split + 1, second: ops.length };
}

const word = /[\p{L}\p{N}_]/u;

function holds(what: Assertion, text: string, at: number): boolean {
  if (what === "start") return at === 0 || text[at - 1] === "\n";
  if (what === "end") return at === text.length || text[at] === "\n";
  const before = at > 0 && word.test(text[at - 1] as string);
  const after = at < text.length && word.test(text[at] as string);
  if (what === "boundary") return before !== after;
  if (what === "inside") return before === after;
  return what === "wordStart" ? !before && after : before && !after;
}

/** All threads at once: a set of places in the program for each character. */
function run(ops: readonly Op[], text: string, start: number, limit: number): number {
  let best = -1;
  let current: number[] = [];
  let seen = new Uint8Array(ops.length);
  const enter = (list: number[], first: number, at: number) => {
    const stack = [first];
    for (let pc = stack.pop(); pc !== undefined; pc = stack.pop()) {
      if (seen[pc] === 1) continue;
      seen[pc] = 1;
      const op = ops[pc] as Op;
      if (op.kind === "jump") stack.push(op.to);
      else if (op.kind === "split") stack.push(op.second, op.first);
      else if (op.kind === "assert") {
        if (holds(op.what, text, at)) stack.push(pc + 1);
      } else if (op.kind === "match") best = at;
      else list.push(pc);
    }
  };
  enter(current, 0, start);
  for (let at = start; at < limit && current.length > 0; ) {
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const following: number[] = [];
    seen = new Uint8Array(ops.length);
    at += char.length;
    for (const pc of current) {
      const op = ops[pc] as Op;
      if (op.kind === "char" && op.test.test(char)) enter(following, pc + 1, at);
    }
    current = following;
  }
  return best;
}
