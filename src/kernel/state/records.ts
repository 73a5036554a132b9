import { idToBytes } from "../ids.ts";
import { type Cell, contextCells, driftCells, mountOwner } from "./rows.ts";
import type { Change } from "./store.ts";

/** Changes of one row of one table. */
export type RecordChange = Exclude<
  Change,
  { kind: "createDocument" | "copyDocument" | "appendLog" | "putKeyframe" | "putOperation" | "putProjection" | "putClient" }
>;

type Records = {
  readonly [K in RecordChange["kind"]]: {
    readonly sql: string;
    readonly cells: (change: Extract<RecordChange, { kind: K }>) => Cell[];
  };
};

const contextColumns = "label, short, parent, fork_kind, forked_at, created_by, created_at, cwd, provider, model, prompt";

/** An insert of `count` values that replaces `columns` of the row with the same key. */
function upsert(table: string, count: number, key: string, columns: string): string {
  const updates = columns.split(", ").map((name) => `${name} = excluded.${name}`);
  return `INSERT INTO ${table} VALUES(${"?, ".repeat(count - 1)}?) ON CONFLICT(${key}) DO UPDATE SET ${updates.join(", ")}`;
}

const records: Records = {
  putKernel: {
    sql: "INSERT OR REPLACE INTO kernel VALUES(?, ?, ?, ?)",
    cells: ({ kernel }) => [idToBytes(kernel.id), idToBytes(kernel.founder), kernel.label, kernel.createdAt],
  },
  putPrincipal: {
    sql: upsert("principal", 3, "id", "username, display_name"),
    cells: ({ principal }) => [idToBytes(principal.id), principal.username, principal.displayName],
  },
  putContext: { sql: upsert("context", 13, "id", contextColumns), cells: ({ context }) => contextCells(context) },
  putDrift: { sql: upsert("drift", 12, "id", "content, model, attempts, state, error"), cells: ({ drift }) => driftCells(drift) },
  deleteDrift: { sql: "DELETE FROM drift WHERE id = ?", cells: ({ id }) => [idToBytes(id)] },
  putShell: {
    sql: "INSERT OR REPLACE INTO shell VALUES(?, ?)",
    cells: ({ contextId, state }) => [idToBytes(contextId), JSON.stringify(state)],
  },
  putMount: {
    sql: "INSERT OR REPLACE INTO mount VALUES(?, ?, ?, ?, ?)",
    cells: ({ mount }) => [mountOwner(mount.contextId), mount.path, mount.type, mount.source, mount.writable ? 1 : 0],
  },
  deleteMount: {
    sql: "DELETE FROM mount WHERE context = ? AND path = ?",
    cells: ({ contextId, path }) => [mountOwner(contextId), path],
  },
  putMember: {
    sql: "INSERT OR REPLACE INTO member VALUES(?, ?, ?, ?, ?, ?, ?)",
    cells: ({ member: { contextId, nick, instance, kernelId, principalId, status, seenAt } }) => [
      idToBytes(contextId),
      nick,
      instance,
      idToBytes(kernelId),
      idToBytes(principalId),
      status,
      seenAt,
    ],
  },
  deleteMember: {
    sql: "DELETE FROM member WHERE context = ? AND nick = ? AND instance = ?",
    cells: ({ contextId, nick, instance }) => [idToBytes(contextId), nick, instance],
  },
  addHistory: {
    sql: "INSERT INTO history(context, principal, code, at, status) VALUES(?, ?, ?, ?, ?)",
    cells: ({ entry }) => [idToBytes(entry.contextId), idToBytes(entry.principalId), entry.code, entry.at, entry.status ?? null],
  },
  putSetting: {
    sql: "INSERT OR REPLACE INTO setting VALUES(?, ?)",
    cells: ({ name, value }) => [name, JSON.stringify(value)],
  },
};

/** The statement that makes `change`. */
export function recordStatement(change: RecordChange): { readonly sql: string; readonly cells: Cell[] } {
  const { sql, cells } = records[change.kind] as { sql: string; cells: (change: RecordChange) => Cell[] };
  return { sql, cells: cells(change) };
}
