import Database from "better-sqlite3";
import { KernelError, type KernelErrorCode } from "../errors.ts";
import { type ContextId, idFromBytes, idToBytes, type PrincipalId } from "../ids.ts";
import type { BlockSnapshot, Context, Json, Kernel, Principal, StagedDrift } from "../types.ts";
import { ChangeWriter, type Prepare, preparer } from "./changes.ts";
import { migrate } from "./migrations.ts";
import {
  blockOf,
  type Cell,
  contextOf,
  documentOf,
  driftOf,
  historyOf,
  kernelOf,
  memberOf,
  mountOf,
  operationOf,
  principalOf,
  type Row,
} from "./rows.ts";
import type {
  Change,
  DocumentRow,
  HistoryRow,
  Keyframe,
  LogRow,
  MemberRow,
  MountRow,
  Operation,
  ProjectedBlock,
  Store,
} from "./store.ts";

/** `path`: the database file; its folder must exist. Throws `KernelError`: `newer`, `corrupt`, `io`. */
export function openSqliteStore(path: string): Store {
  return guard(path, () => {
    const db = new Database(path);
    try {
      db.pragma("busy_timeout = 5000");
      db.pragma("journal_mode = WAL");
      db.pragma("synchronous = NORMAL");
      db.pragma("wal_autocheckpoint = 2000");
      migrate(db);
      return new SqliteStore(db);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Goes with the process. */
export function memoryStore(): Store {
  return openSqliteStore(":memory:");
}

class SqliteStore implements Store {
  readonly durable: boolean;
  readonly #db: Database.Database;
  readonly #prepare: Prepare;
  readonly #writer: ChangeWriter;
  readonly #actors = new Map<number, PrincipalId>();
  readonly #commit: Database.Transaction<(batch: readonly Change[]) => void>;

  constructor(db: Database.Database) {
    this.durable = !db.memory;
    this.#db = db;
    this.#prepare = preparer(db);
    this.#writer = new ChangeWriter(this.#prepare);
    this.#commit = db.transaction((batch: readonly Change[]) => {
      for (const change of batch) this.#writer.apply(change);
    });
  }

  async commit(batch: readonly Change[]): Promise<void> {
    try {
      guard(this.#db.name, () => this.#commit.immediate(batch));
    } catch (error) {
      this.#writer.forget();
      throw error;
    }
  }

  async kernel(): Promise<Kernel | undefined> {
    return this.#all("SELECT * FROM kernel LIMIT 1", []).map(kernelOf)[0];
  }

  async principals(): Promise<readonly Principal[]> {
    return this.#all("SELECT * FROM principal ORDER BY id", []).map(principalOf);
  }

  async contexts(): Promise<readonly Context[]> {
    return this.#all("SELECT * FROM context ORDER BY created_at, id", []).map(contextOf);
  }

  async setting(name: string): Promise<Json | undefined> {
    const row = this.#get("SELECT value FROM setting WHERE name = ?", [name]);
    return row === undefined ? undefined : (JSON.parse(String(row.value)) as Json);
  }

  async document(contextId: ContextId): Promise<DocumentRow | undefined> {
    const row = this.#get("SELECT * FROM document WHERE context = ?", [idToBytes(contextId)]);
    return row === undefined ? undefined : documentOf(contextId, row);
  }

  async log(contextId: ContextId, after: number, upTo = Number.MAX_SAFE_INTEGER): Promise<readonly LogRow[]> {
    const sql = `SELECT seq, at, actor, data FROM log
      WHERE document = (SELECT id FROM document WHERE context = ?) AND seq > ? AND seq <= ? ORDER BY seq`;
    return this.#all(sql, [idToBytes(contextId), after, upTo]).map((row) => ({
      seq: Number(row.seq),
      at: Number(row.at),
      principalId: this.#principal(Number(row.actor)),
      data: row.data as Uint8Array,
    }));
  }

  async keyframe(contextId: ContextId, upTo = Number.MAX_SAFE_INTEGER): Promise<Keyframe | undefined> {
    const sql = `SELECT seq, data FROM keyframe WHERE document = (SELECT id FROM document WHERE context = ?) AND seq <= ?
      ORDER BY seq DESC LIMIT 1`;
    const row = this.#get(sql, [idToBytes(contextId), upTo]);
    return row === undefined ? undefined : { seq: Number(row.seq), data: row.data as Uint8Array };
  }

  async operations(
    contextId: ContextId,
    { limit, before = Number.MAX_SAFE_INTEGER }: { limit: number; before?: number },
  ): Promise<readonly Operation[]> {
    const sql = `SELECT number, principal, label, from_seq, to_seq, at, blocks FROM operation JOIN actor ON actor.id = actor
      WHERE document = (SELECT id FROM document WHERE context = ?) AND number < ? ORDER BY number DESC LIMIT ?`;
    return this.#all(sql, [idToBytes(contextId), before, limit]).map(operationOf);
  }

  async clients(contextId: ContextId): Promise<ReadonlyMap<PrincipalId, number>> {
    const sql = `SELECT principal, client FROM client JOIN actor ON actor.id = actor
      WHERE document = (SELECT id FROM document WHERE context = ?)`;
    const rows = this.#all(sql, [idToBytes(contextId)]);
    return new Map(rows.map((row) => [idFromBytes<PrincipalId>(row.principal as Uint8Array), Number(row.client)]));
  }

  async projection(contextId: ContextId, limit = Number.MAX_SAFE_INTEGER): Promise<readonly ProjectedBlock[]> {
    const sql = `SELECT key, ord, version, body FROM block WHERE document = (SELECT id FROM document WHERE context = ?)
      ORDER BY ord DESC, key DESC LIMIT ?`;
    const rows = this.#all(sql, [idToBytes(contextId), limit]).reverse();
    return rows.map((row) => ({
      key: String(row.key),
      order: String(row.ord),
      version: Number(row.version),
      block: blockOf(contextId, String(row.key), String(row.body)),
    }));
  }

  async driftBlocks(contextId: ContextId): Promise<readonly BlockSnapshot[]> {
    const sql = `SELECT context, key, body FROM block JOIN document ON document.id = document
      WHERE drift_source IS NOT NULL AND (context = ? OR drift_source = ?)`;
    const bytes = idToBytes(contextId);
    const blocks = this.#all(sql, [bytes, bytes]).map((row) =>
      blockOf(idFromBytes<ContextId>(row.context as Uint8Array), String(row.key), String(row.body)),
    );
    return blocks.filter((block) => block.kind === "drift").sort((a, b) => a.createdAt - b.createdAt);
  }

  async drifts(): Promise<readonly StagedDrift[]> {
    return this.#all("SELECT * FROM drift ORDER BY number", []).map(driftOf);
  }

  async shell(contextId: ContextId): Promise<Json | undefined> {
    const row = this.#get("SELECT state FROM shell WHERE context = ?", [idToBytes(contextId)]);
    return row === undefined ? undefined : (JSON.parse(String(row.state)) as Json);
  }

  async mounts(): Promise<readonly MountRow[]> {
    return this.#all("SELECT * FROM mount ORDER BY context, path", []).map(mountOf);
  }

  async members(): Promise<readonly MemberRow[]> {
    return this.#all("SELECT * FROM member ORDER BY context, nick, instance", []).map(memberOf);
  }

  async history(contextId: ContextId, limit: number): Promise<readonly HistoryRow[]> {
    return this.#all("SELECT * FROM history WHERE context = ? ORDER BY id DESC LIMIT ?", [idToBytes(contextId), limit])
      .map(historyOf)
      .reverse();
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  /** Remembered: every log row names one. */
  #principal(actor: number): PrincipalId {
    let principalId = this.#actors.get(actor);
    if (principalId === undefined) {
      const row = this.#get("SELECT principal FROM actor WHERE id = ?", [actor]);
      if (row === undefined) throw new KernelError("corrupt", `${this.#db.name}: a log row has no author`, { path: this.#db.name });
      principalId = idFromBytes<PrincipalId>(row.principal as Uint8Array);
      this.#actors.set(actor, principalId);
    }
    return principalId;
  }

  #all(sql: string, cells: Cell[]): Row[] {
    return guard(this.#db.name, () => this.#prepare(sql).all(...cells));
  }

  #get(sql: string, cells: Cell[]): Row | undefined {
    return guard(this.#db.name, () => this.#prepare(sql).get(...cells));
  }
}

/** Runs `work`; what SQLite throws becomes a `KernelError` that names the file. */
function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof KernelError) throw error;
    const code = sqliteCode(error);
    throw new KernelError(code, `${path}: ${error instanceof Error ? error.message : String(error)}`, { path }, { cause: error });
  }
}

function sqliteCode(error: unknown): KernelErrorCode {
  const code = error instanceof Database.SqliteError ? error.code : "";
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return "corrupt";
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return "locked";
  if (/^SQLITE_CONSTRAINT/.test(code)) return "conflict";
  if (/^SQLITE_(IOERR|FULL|READONLY|CANTOPEN|PERM)/.test(code)) return "io";
  // better-sqlite3 reports a missing folder and a closed database as TypeError.
  return error instanceof TypeError ? "io" : "internal";
}
