import type { Unit } from "../runtime.ts";

export type { Unit } from "../runtime.ts";

const lineStarts = new WeakMap<Unit, readonly number[]>();

/** The line of an offset, from 1. */
export function lineOf(unit: Unit, offset: number): number {
  let starts = lineStarts.get(unit);
  if (starts === undefined) {
    starts = findLines(unit.source);
    lineStarts.set(unit, starts);
  }
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

function findLines(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** True if running this node may have to wait: there is a command or process substitution somewhere in it. */
export function mayWait(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  if (Array.isArray(node)) return node.some(mayWait);
  const kind = (node as { kind?: unknown }).kind;
  if ((kind === "command" && "style" in node) || kind === "process") return true;
  return Object.values(node).some(mayWait);
}
