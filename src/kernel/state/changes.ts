import type { Database, Statement } from "better-sqlite3";
import { KernelError } from "../errors.ts";
import { type ContextId, idToBytes, type PrincipalId } from "../ids.ts";
import { type RecordChange, recordStatement } from "./records.ts";
import { bodyOf, bytesOrNull, type Cell, type Row } from "./rows.ts";
import type { Change, LogRow, ProjectedBlock } from "./store.ts";

type Of<K extends Change["kind"]> = Extract<Change, { kind: K }>;

/** Prepares a statement once per database. */
export type Prepare = (sql: string) => Statement<Cell[], Row>;

export function preparer(db: Database): Prepare {
  const statements = new Map<string, Statement<Cell[], Row>>();
  return (sql) => {
    let statement = statements.get(sql);
    if (statement === undefined) statements.set(sql, (statement = db.prepare<Cell[], Row>(sql)));
    return statement;
  };
}

/** Applies changes one by one; the caller holds the transaction. Throws `KernelError` for a change that does not fit. */
export class ChangeWriter {
  readonly #prepare: Prepare;
  readonly #actors = new Map<PrincipalId, number>();

  constructor(prepare: Prepare) {
    this.#prepare = prepare;
  }

  /** After a rollback: numbers given in the transaction were not kept. */
  forget(): void {
    this.#actors.clear();
  }

  apply(change: Change): void {
    switch (change.kind) {
      case "createDocument":
        this.#createDocument(change);
        break;
      case "copyDocument":
        this.#copyDocument(change);
        break;
      case "appendLog":
        this.#appendLog(change.contextId, change.rows);
        break;
      case "putKeyframe":
        this.#putKeyframe(change);
        break;
      case "putOperation":
        this.#putOperation(change);
        break;
      case "putProjection":
        this.#putProjection(change.contextId, change.blocks, change.projected);
        break;
      case "putClient":
        this.#run("INSERT OR REPLACE INTO client VALUES(?, ?, ?)", [
          this.#document(change.contextId),
          this.#actor(change.principalId),
          change.client,
        ]);
        break;
      default:
        this.#record(change);
    }
  }

  #record(change: RecordChange): void {
    const { sql, cells } = recordStatement(change);
    this.#run(sql, cells);
  }

  #run(sql: string, cells: Cell[]): void {
    this.#prepare(sql).run(...cells);
  }

  /** The small number of a principal. */
  #actor(principalId: PrincipalId): number {
    let actor = this.#actors.get(principalId);
    if (actor === undefined) {
      const bytes = idToBytes(principalId);
      this.#run("INSERT OR IGNORE INTO actor(principal) VALUES(?)", [bytes]);
      actor = Number(this.#prepare("SELECT id FROM actor WHERE principal = ?").get(bytes)?.id);
      this.#actors.set(principalId, actor);
    }
    return actor;
  }

  #document(contextId: ContextId): number {
    const row = this.#prepare("SELECT id FROM document WHERE context = ?").get(idToBytes(contextId));
    if (row === undefined) throw new KernelError("notFound", `no document of context ${contextId}`, { contextId });
    return Number(row.id);
  }

  #createDocument({ contextId }: Of<"createDocument">): void {
    const done = this.#prepare("INSERT OR IGNORE INTO document(context) VALUES(?)").run(idToBytes(contextId));
    if (done.changes === 0) throw new KernelError("conflict", `context ${contextId} already has a document`, { contextId });
  }

  #copyDocument({ source, target, version }: Of<"copyDocument">): void {
    const from = this.#document(source);
    const head = Number(this.#prepare("SELECT head FROM document WHERE id = ?").get(from)?.head);
    if (!Number.isSafeInteger(version) || version < 0 || version > head) {
      throw new KernelError("invalid", `no version ${version} of context ${source}: it has 0 to ${head}`, { head });
    }
    this.#createDocument({ kind: "createDocument", contextId: target });
    const to = this.#document(target);
    this.#run("INSERT INTO log SELECT ?, seq, at, actor, data FROM log WHERE document = ? AND seq <= ?", [to, from, version]);
    this.#run("INSERT INTO keyframe(document, seq, data) SELECT ?, seq, data FROM keyframe WHERE document = ? AND seq <= ?", [
      to,
      from,
      version,
    ]);
    const columns = "number, actor, label, from_seq, min(to_seq, ?), at, blocks";
    this.#run(`INSERT INTO operation SELECT ?, ${columns} FROM operation WHERE document = ? AND from_seq <= ?`, [
      to,
      version,
      from,
      version,
    ]);
    // The projection is the source's newest state: it is true for the copy only when both are at one version.
    const copied = this.#prepare(
      "INSERT INTO block SELECT ?, key, ord, version, drift_source, body FROM block WHERE document = ? AND ? = (SELECT head FROM document WHERE id = ? AND projected = head)",
    ).run(to, from, version, from);
    this.#run("UPDATE document SET head = ?, projected = ?, forked_from = ?, forked_version = ? WHERE id = ?", [
      version,
      copied.changes > 0 ? version : 0,
      idToBytes(source),
      version,
      to,
    ]);
  }

  #appendLog(contextId: ContextId, rows: readonly LogRow[]): void {
    const first = rows[0];
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return;
    const document = this.#document(contextId);
    const insert = this.#prepare("INSERT INTO log VALUES(?, ?, ?, ?, ?)");
    let seq = first.seq;
    for (const row of rows) {
      if (row.seq !== seq++) throw new KernelError("conflict", `log rows of context ${contextId} are not contiguous at ${row.seq}`);
      insert.run(document, row.seq, row.at, this.#actor(row.principalId), row.data);
    }
    const done = this.#prepare("UPDATE document SET head = ? WHERE id = ? AND head = ?").run(last.seq, document, first.seq - 1);
    if (done.changes === 0) throw new KernelError("conflict", `another writer changed context ${contextId}`, { contextId });
  }

  #putKeyframe({ contextId, keyframe: { seq, data } }: Of<"putKeyframe">): void {
    const document = this.#document(contextId);
    this.#run("INSERT OR REPLACE INTO keyframe VALUES(?, ?, ?)", [document, seq, data]);
  }

  #putOperation({ contextId, operation }: Of<"putOperation">): void {
    const { number, principalId, label, from, to, at, blocks } = operation;
    const cells = [this.#document(contextId), number, this.#actor(principalId), label, from, to, at, JSON.stringify(blocks)];
    this.#run("INSERT OR REPLACE INTO operation VALUES(?, ?, ?, ?, ?, ?, ?, ?)", cells);
  }

  #putProjection(contextId: ContextId, blocks: readonly ProjectedBlock[], projected: number): void {
    const document = this.#document(contextId);
    const insert = this.#prepare(
      "INSERT OR REPLACE INTO block(document, key, ord, version, drift_source, body) VALUES(?, ?, ?, ?, ?, ?)",
    );
    for (const { key, order, version, block } of blocks) {
      insert.run(document, key, order, version, bytesOrNull(block.sourceContext), bodyOf(block));
    }
    this.#run("UPDATE document SET projected = ? WHERE id = ?", [projected, document]);
  }
}
