/** What a block may be made of: checks of values that come from outside, and copies nobody else can change. */
import { KernelError } from "../errors.ts";
import { isId } from "../ids.ts";
import type { BlockKind, BlockPatch, DriftKind, Json, NewBlock, Role, Status, ToolKind } from "../types.ts";

/** UTF-16 units one block's text may have. */
const contentLimit = 8 * 1024 * 1024;
/** UTF-16 units a JSON member of a block may have as text, and how deep it may nest. */
const jsonLimit = 1024 * 1024;
const depthLimit = 64;

const roles: ReadonlySet<Role> = new Set<Role>(["user", "model", "system", "tool"]);
const kinds: ReadonlySet<BlockKind> = new Set<BlockKind>(["text", "thinking", "toolCall", "toolResult", "drift"]);
const toolKinds: ReadonlySet<ToolKind> = new Set<ToolKind>(["shell", "mcp", "builtin"]);
const driftKinds: ReadonlySet<DriftKind> = new Set<DriftKind>(["push", "pull", "merge", "distill", "commit"]);
const next: Readonly<Record<Status, readonly Status[]>> = {
  pending: ["running", "done", "error"],
  running: ["done", "error"],
  done: [],
  error: [],
};

function oneOf<T extends string>(set: ReadonlySet<T>, value: T | undefined, what: string): void {
  if (value !== undefined && !set.has(value))
    throw new KernelError("invalid", `no such ${what}: ${String(value)} (one of ${[...set].join(", ")})`);
}

/** Throws `invalid` or `tooLarge`. */
export function checkNewBlock(block: NewBlock): void {
  if (block.role === undefined || block.kind === undefined) throw new KernelError("invalid", "a block needs a role and a kind");
  oneOf(roles, block.role, "role");
  oneOf(kinds, block.kind, "kind");
  checkStatus(block.status);
  oneOf(toolKinds, block.toolKind, "toolKind");
  oneOf(driftKinds, block.driftKind, "driftKind");
  const isTool = block.kind === "toolCall" || block.kind === "toolResult";
  if (block.toolKind !== undefined && !isTool) throw new KernelError("invalid", `a ${block.kind} block has no toolKind`);
  if (block.driftKind !== undefined && block.kind !== "drift")
    throw new KernelError("invalid", `a ${block.kind} block has no driftKind`);
  for (const id of [block.sourceContext, block.driftId]) {
    if (id !== undefined && !isId(id)) throw new KernelError("invalid", `not an id: ${String(id)}`);
  }
  checkLength(0, block.content ?? "");
}

export function checkPatch(patch: BlockPatch): void {
  checkStatus(patch.status);
  if (patch.exitCode !== undefined && !Number.isSafeInteger(patch.exitCode)) {
    throw new KernelError("invalid", `not an exit code: ${patch.exitCode}`);
  }
}

function checkStatus(status: Status | undefined): void {
  if (status !== undefined && !Object.hasOwn(next, status)) {
    throw new KernelError("invalid", `no such status: ${String(status)} (one of ${Object.keys(next).join(", ")})`);
  }
}

/** Throws `illegal`. A status may always be set to what it is. */
export function checkTransition(from: Status, to: Status): void {
  if (from !== to && !next[from].includes(to)) {
    throw new KernelError("illegal", `a block that is ${from} cannot become ${to}`, { status: from, allowed: next[from] });
  }
}

/** Throws `tooLarge`. */
export function checkLength(length: number, more: string): void {
  if (length + more.length > contentLimit) {
    throw new KernelError("tooLarge", `a block holds at most ${contentLimit} characters`, {
      limit: contentLimit,
      length,
      adding: more.length,
    });
  }
}

/** Half a surrogate pair cannot be stored as UTF-8: replicas would differ. It becomes U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

/** A deep, frozen copy. Throws `invalid` for what is not JSON, `tooLarge`. */
export function frozenJson(value: Json, what: string): Json {
  let size = 0;
  const copy = (item: unknown, depth: number): Json => {
    if (depth > depthLimit) throw new KernelError("invalid", `${what} nests deeper than ${depthLimit}`);
    if (typeof item === "string") {
      size += item.length;
      return wellFormed(item);
    }
    size += 8;
    if (size > jsonLimit) throw new KernelError("tooLarge", `${what} is larger than ${jsonLimit} characters`, { limit: jsonLimit });
    if (item === null || typeof item === "boolean") return item;
    if (typeof item === "number" && Number.isFinite(item)) return item;
    if (Array.isArray(item)) return Object.freeze(item.map((member) => copy(member, depth + 1)));
    if (typeof item === "object" && isPlain(item)) {
      const members = Object.entries(item).filter(([, member]) => member !== undefined);
      return Object.freeze(Object.fromEntries(members.map(([key, member]) => [wellFormed(key), copy(member, depth + 1)])));
    }
    throw new KernelError("invalid", `${what} holds what JSON has no form for: ${typeof item}`);
  };
  const result = copy(value, 0);
  if (size > jsonLimit) throw new KernelError("tooLarge", `${what} is larger than ${jsonLimit} characters`, { limit: jsonLimit });
  return result;
}

function isPlain(item: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(item);
  return prototype === Object.prototype || prototype === null;
}
