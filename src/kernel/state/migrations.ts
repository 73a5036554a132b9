import type { Database } from "better-sqlite3";
import { KernelError } from "../errors.ts";

/**
 * Step N brings a database from version N to N + 1 (`PRAGMA user_version`). A step that was released is never edited: a
 * change of the schema is a new step. Ids are 16 bytes, times milliseconds, JSON is text; an actor is a principal as a small
 * number, because every log row names one.
 */
const steps: readonly string[] = [
  `
  CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE kernel(id BLOB PRIMARY KEY, founder BLOB NOT NULL, label TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE principal(id BLOB PRIMARY KEY, username TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE context(
    id BLOB PRIMARY KEY, kernel BLOB NOT NULL, label TEXT NOT NULL UNIQUE, short TEXT NOT NULL UNIQUE, parent BLOB,
    fork_kind TEXT, forked_at INTEGER, created_by BLOB NOT NULL, created_at INTEGER NOT NULL, cwd TEXT NOT NULL,
    provider TEXT, model TEXT, prompt TEXT
  ) WITHOUT ROWID;
  CREATE TABLE actor(id INTEGER PRIMARY KEY, principal BLOB NOT NULL UNIQUE);
  CREATE TABLE document(
    id INTEGER PRIMARY KEY, context BLOB NOT NULL UNIQUE, head INTEGER NOT NULL DEFAULT 0,
    projected INTEGER NOT NULL DEFAULT 0,
    forked_from BLOB, forked_version INTEGER
  );
  CREATE TABLE log(
    document INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, actor INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY(document, seq)
  ) WITHOUT ROWID;
  CREATE TABLE keyframe(document INTEGER NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(document, seq));
  CREATE TABLE operation(
    document INTEGER NOT NULL, number INTEGER NOT NULL, actor INTEGER NOT NULL, label TEXT NOT NULL, from_seq INTEGER NOT NULL,
    to_seq INTEGER NOT NULL, at INTEGER NOT NULL, blocks TEXT NOT NULL, PRIMARY KEY(document, number)
  ) WITHOUT ROWID;
  CREATE TABLE client(document INTEGER NOT NULL, actor INTEGER NOT NULL, client INTEGER NOT NULL, PRIMARY KEY(document, actor)) WITHOUT ROWID;
  CREATE TABLE block(
    document INTEGER NOT NULL, key TEXT NOT NULL, ord TEXT NOT NULL, version INTEGER NOT NULL, drift_source BLOB, body TEXT NOT NULL,
    PRIMARY KEY(document, key)
  );
  CREATE INDEX block_order ON block(document, ord, key);
  CREATE INDEX block_drift ON block(drift_source) WHERE drift_source IS NOT NULL;
  CREATE TABLE drift(
    id BLOB PRIMARY KEY, number INTEGER NOT NULL UNIQUE, source BLOB NOT NULL, target BLOB NOT NULL, principal BLOB NOT NULL,
    kind TEXT NOT NULL, content TEXT NOT NULL, model TEXT, staged_at INTEGER NOT NULL, attempts INTEGER NOT NULL, state TEXT NOT NULL,
    error TEXT
  ) WITHOUT ROWID;
  CREATE TABLE shell(context BLOB PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE mount(
    context BLOB NOT NULL, path TEXT NOT NULL, type TEXT NOT NULL, source TEXT NOT NULL, writable INTEGER NOT NULL,
    PRIMARY KEY(context, path)
  ) WITHOUT ROWID;
  CREATE TABLE member(
    context BLOB NOT NULL, nick TEXT NOT NULL, instance TEXT NOT NULL, kernel BLOB NOT NULL, principal BLOB NOT NULL,
    status TEXT NOT NULL, seen_at INTEGER NOT NULL, PRIMARY KEY(context, nick, instance)
  ) WITHOUT ROWID;
  CREATE TABLE history(
    id INTEGER PRIMARY KEY, context BLOB NOT NULL, principal BLOB NOT NULL, code TEXT NOT NULL, at INTEGER NOT NULL, status INTEGER
  );
  CREATE INDEX history_context ON history(context, id);
  `,
];

/** The version this program writes. */
export const schemaVersion = steps.length;

/** Brings the database to this program's version. Throws `newer` and changes nothing when a newer program wrote it. */
export function migrate(db: Database): void {
  const found = Number(db.pragma("user_version", { simple: true }));
  if (found > schemaVersion) {
    throw new KernelError(
      "newer",
      `${db.name} has schema version ${found}, this kaish knows up to ${schemaVersion}: use the kaish that wrote it, or a newer one`,
      { found, known: schemaVersion, path: db.name },
    );
  }
  if (found === schemaVersion) return;
  // Another process may be migrating: look again under the write lock.
  db.transaction(() => {
    const now = Number(db.pragma("user_version", { simple: true }));
    for (const step of steps.slice(now)) db.exec(step);
    db.pragma(`user_version = ${Math.max(now, schemaVersion)}`);
  }).immediate();
}
