/** Rows of the database as the kernel's types, and back. */
import { type AnyId, type BlockId, type ContextId, idFromBytes, idToBytes, type PrincipalId } from "../ids.ts";
import type { BlockSnapshot, Context, DriftKind, ForkKind, Kernel, Membership, Principal, StagedDrift } from "../types.ts";
import type { DocumentRow, HistoryRow, MemberRow, MountRow, Operation } from "./store.ts";

/** What SQLite answers for a column. */
export type Cell = null | number | string | Uint8Array;
export type Row = Readonly<Record<string, Cell>>;

const text = (cell: Cell | undefined): string => String(cell ?? "");
const id = <T extends AnyId>(cell: Cell | undefined): T => idFromBytes<T>(cell as Uint8Array);

/** `{name: value}`, or nothing for NULL: absent and null are not the same in the kernel's types. */
function optional<K extends string, V>(name: K, cell: Cell | undefined, convert: (cell: Cell) => V): { [P in K]?: V } {
  return cell === null || cell === undefined ? {} : ({ [name]: convert(cell) } as { [P in K]?: V });
}

export const bytesOrNull = (value: AnyId | undefined): Uint8Array | null => (value === undefined ? null : idToBytes(value));

export function kernelOf(row: Row): Kernel {
  return { id: id(row.id), founder: id(row.founder), label: text(row.label), createdAt: Number(row.created_at) };
}

export function principalOf(row: Row): Principal {
  return { id: id(row.id), username: text(row.username), displayName: text(row.display_name) };
}

export function contextOf(row: Row): Context {
  return {
    id: id(row.id),
    kernelId: id(row.kernel),
    label: text(row.label),
    shortId: text(row.short),
    ...optional("parentId", row.parent, id<ContextId>),
    ...optional("forkKind", row.fork_kind, (cell) => cell as ForkKind),
    ...optional("forkedAt", row.forked_at, Number),
    createdBy: id(row.created_by),
    createdAt: Number(row.created_at),
    cwd: text(row.cwd),
    ...optional("provider", row.provider, text),
    ...optional("model", row.model, text),
    ...optional("systemPrompt", row.prompt, text),
  };
}

export function contextCells(context: Context): Cell[] {
  return [
    idToBytes(context.id),
    idToBytes(context.kernelId),
    context.label,
    context.shortId,
    bytesOrNull(context.parentId),
    context.forkKind ?? null,
    context.forkedAt ?? null,
    idToBytes(context.createdBy),
    context.createdAt,
    context.cwd,
    context.provider ?? null,
    context.model ?? null,
    context.systemPrompt ?? null,
  ];
}

export function documentOf(contextId: ContextId, row: Row): DocumentRow {
  return {
    contextId,
    head: Number(row.head),
    projected: Number(row.projected),
    ...(row.forked_from === null
      ? {}
      : { forkedFrom: { contextId: id<ContextId>(row.forked_from), version: Number(row.forked_version) } }),
  };
}

export function operationOf(row: Row): Operation {
  return {
    number: Number(row.number),
    principalId: id(row.principal),
    label: text(row.label) as Operation["label"],
    from: Number(row.from_seq),
    to: Number(row.to_seq),
    at: Number(row.at),
    blocks: JSON.parse(text(row.blocks)) as string[],
  };
}

export function driftOf(row: Row): StagedDrift {
  return {
    id: id(row.id),
    number: Number(row.number),
    source: id(row.source),
    target: id(row.target),
    principalId: id(row.principal),
    kind: text(row.kind) as DriftKind,
    content: text(row.content),
    ...optional("sourceModel", row.model, text),
    stagedAt: Number(row.staged_at),
    attempts: Number(row.attempts),
    state: text(row.state) as StagedDrift["state"],
    ...optional("error", row.error, text),
  };
}

export function driftCells(drift: StagedDrift): Cell[] {
  return [
    idToBytes(drift.id),
    drift.number,
    idToBytes(drift.source),
    idToBytes(drift.target),
    idToBytes(drift.principalId),
    drift.kind,
    drift.content,
    drift.sourceModel ?? null,
    drift.stagedAt,
    drift.attempts,
    drift.state,
    drift.error ?? null,
  ];
}

/** The kernel's own mounts have an empty context. */
export const mountOwner = (contextId: ContextId | undefined): Uint8Array =>
  contextId === undefined ? new Uint8Array() : idToBytes(contextId);

export function mountOf(row: Row): MountRow {
  const owner = row.context as Uint8Array;
  return {
    ...(owner.length === 0 ? {} : { contextId: id<ContextId>(owner) }),
    path: text(row.path),
    type: text(row.type),
    source: text(row.source),
    writable: row.writable === 1,
  };
}

export function memberOf(row: Row): MemberRow {
  return {
    contextId: id(row.context),
    kernelId: id(row.kernel),
    nick: text(row.nick),
    instance: text(row.instance),
    principalId: id(row.principal),
    status: text(row.status) as Membership["status"],
    seenAt: Number(row.seen_at),
  };
}

export function historyOf(row: Row): HistoryRow {
  return {
    contextId: id(row.context),
    principalId: id<PrincipalId>(row.principal),
    code: text(row.code),
    at: Number(row.at),
    ...optional("status", row.status, Number),
  };
}

/** A body holds no context id, so that a fork copies it as it is. */
export function bodyOf(block: BlockSnapshot): string {
  const { id: _, parentId, ...rest } = block;
  return JSON.stringify(parentId === undefined ? rest : { ...rest, parent: [parentId.principalId, parentId.seq] });
}

export function blockOf(contextId: ContextId, key: string, body: string): BlockSnapshot {
  const { parent, ...rest } = JSON.parse(body) as Omit<BlockSnapshot, "id" | "parentId"> & { parent?: [PrincipalId, number] };
  const colon = key.indexOf(":");
  const blockId: BlockId = { contextId, principalId: key.slice(0, colon) as PrincipalId, seq: Number(key.slice(colon + 1)) };
  return {
    id: blockId,
    ...rest,
    ...(parent === undefined ? {} : { parentId: { contextId, principalId: parent[0], seq: parent[1] } }),
  };
}
