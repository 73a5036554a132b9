/**
 * How a block lies in the Yjs document: `Y.Map("b")`, under `principal:seq` a `Y.Map` of
 * h header, one immutable JSON value · s status · o order key · t text · c collapsed · u updatedAt · x what may change besides.
 * The context's id is nowhere in it, so that a fork is a copy of bytes.
 */
import * as Y from "yjs";
import { KernelError } from "../errors.ts";
import type { BlockId, ContextId, DriftId, PrincipalId } from "../ids.ts";
import type { BlockKind, BlockPatch, BlockSnapshot, DriftKind, Json, NewBlock, Role, Status, ToolKind, Usage } from "../types.ts";
import { frozenJson } from "./block-values.ts";

export type BlockMap = Y.Map<unknown>;

export interface Header {
  readonly role: Role;
  readonly kind: BlockKind;
  readonly at: number;
  /** Key of the parent. */
  readonly parent?: string;
  readonly ephemeral?: true;
  readonly toolKind?: ToolKind;
  readonly toolName?: string;
  readonly toolInput?: Json;
  readonly toolCallId?: string;
  readonly sourceContext?: ContextId;
  readonly sourceModel?: string;
  readonly driftKind?: DriftKind;
  readonly driftId?: DriftId;
}

/** Sparse, replaced whole. */
export interface Extras {
  readonly excluded?: boolean;
  readonly exitCode?: number;
  readonly isError?: boolean;
  readonly stderr?: string;
  readonly truncated?: boolean;
  readonly data?: Json;
  readonly usage?: Usage;
}

const headerMembers = [
  "toolKind",
  "toolName",
  "toolInput",
  "toolCallId",
  "sourceContext",
  "sourceModel",
  "driftKind",
  "driftId",
] as const satisfies readonly (keyof Header & keyof NewBlock)[];
const extraMembers = [
  "excluded",
  "exitCode",
  "isError",
  "stderr",
  "truncated",
  "data",
  "usage",
] as const satisfies readonly (keyof Extras & keyof BlockPatch)[];

export function keyOf(id: BlockId): string {
  return `${id.principalId}:${id.seq}`;
}

export function idOf(contextId: ContextId, key: string): BlockId {
  const colon = key.indexOf(":");
  return { contextId, principalId: key.slice(0, colon) as PrincipalId, seq: Number(key.slice(colon + 1)) };
}

export function newHeader(block: NewBlock, at: number): Header {
  const header: Record<string, unknown> = { role: block.role, kind: block.kind, at };
  if (block.parentId !== undefined) header.parent = keyOf(block.parentId);
  if (block.ephemeral === true) header.ephemeral = true;
  for (const name of headerMembers) if (block[name] !== undefined) header[name] = block[name];
  return frozenJson(header as Json, "a block's header") as unknown as Header;
}

/** The extras after `patch`, or undefined when it changes none. */
export function patchedExtras(before: Extras, patch: BlockPatch): Extras | undefined {
  const changed = extraMembers.filter((name) => patch[name] !== undefined && patch[name] !== before[name]);
  if (changed.length === 0) return undefined;
  const after: Record<string, unknown> = { ...before };
  for (const name of changed) after[name] = frozenJson(patch[name] as Json, name);
  return Object.freeze(after);
}

export function putBlock(
  into: Y.Map<BlockMap>,
  key: string,
  parts: { header: Header; status: Status; order: string; content: string; collapsed: boolean; extras: Extras },
): void {
  const block: BlockMap = new Y.Map();
  block.set("h", parts.header);
  block.set("s", parts.status);
  block.set("o", parts.order);
  block.set("t", new Y.Text(parts.content));
  if (parts.collapsed) block.set("c", true);
  if (Object.keys(parts.extras).length > 0) block.set("x", parts.extras);
  into.set(key, block);
}

/** The parts of a stored block. Throws `corrupt` when one is missing. */
export function headerOf(block: BlockMap): Header {
  const header = block.get("h");
  if (typeof header !== "object" || header === null) throw new KernelError("corrupt", "a block without a header");
  return header as Header;
}

export function textOf(block: BlockMap): Y.Text {
  const text = block.get("t");
  if (!(text instanceof Y.Text)) throw new KernelError("corrupt", "a block without text");
  return text;
}

export function statusOf(block: BlockMap): Status {
  return block.get("s") as Status;
}

export function orderOf(block: BlockMap): string {
  return String(block.get("o"));
}

export function extrasOf(block: BlockMap): Extras {
  return (block.get("x") ?? {}) as Extras;
}

/** Everything of a block but its text, which `content` gives. */
export function snapshotOf(contextId: ContextId, key: string, block: BlockMap, content: string): BlockSnapshot {
  const { at, parent, ephemeral, ...header } = headerOf(block);
  const { excluded, ...extras } = extrasOf(block);
  const updated = block.get("u");
  return {
    id: idOf(contextId, key),
    ...(parent === undefined ? {} : { parentId: idOf(contextId, parent) }),
    ...header,
    status: statusOf(block),
    createdAt: at,
    updatedAt: typeof updated === "number" ? updated : at,
    content,
    collapsed: block.get("c") === true,
    excluded: excluded === true,
    ephemeral: ephemeral === true,
    ...extras,
  };
}
