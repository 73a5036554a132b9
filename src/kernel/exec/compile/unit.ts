import type { Unit } from "../runtime.ts";

export type { Unit } from "../runtime.ts";

/** The line of an offset, from 1. */
export function lineOf(unit: Unit, offset: number): number {
  let line = 1;
  for (let at = unit.source.indexOf("\n"); at >= 0 && at < offset; at = unit.source.indexOf("\n", at + 1)) line++;
  return line;
}

/** True if running this node may have to wait: there is a command or process substitution somewhere in it. */
export function mayWait(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  if (Array.isArray(node)) return node.some(mayWait);
  const kind = (node as { kind?: unknown }).kind;
  if ((kind === "command" && "style" in node) || kind === "process") return true;
  return Object.values(node).some(mayWait);
}
