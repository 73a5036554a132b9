import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, describe, expect, it } from "vitest";
import { KernelError } from "../../../src/kernel/errors.ts";
import { memoryStore, openSqliteStore } from "../../../src/kernel/state/index.ts";
import { schemaVersion } from "../../../src/kernel/state/migrations.ts";
import { someContext, storeContract } from "./store-contract.ts";

const folder = mkdtempSync(join(tmpdir(), "kaish-store-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const file = (): string => join(folder, `state-${++count}.db`);

let last = "";
storeContract(
  "sqlite",
  () => openSqliteStore((last = file())),
  async (store) => {
    await store.close();
    return openSqliteStore(last);
  },
);
storeContract("memory", memoryStore);

function thrown(work: () => unknown): KernelError {
  try {
    work();
  } catch (error) {
    if (error instanceof KernelError) return error;
    throw error;
  }
  throw new Error("it did not throw");
}

describe("a database", () => {
  it("of a newer version is refused by name, and left as it is", async () => {
    const path = file();
    await openSqliteStore(path).close();
    const db = new Database(path);
    db.pragma(`user_version = ${schemaVersion + 41}`);
    db.close();
    const error = thrown(() => openSqliteStore(path));
    expect(error.code).toBe("newer");
    expect(error.message).toContain(`version ${schemaVersion + 41},`);
    expect(error.message).toContain(`up to ${schemaVersion}:`);
    const after = new Database(path);
    expect(after.pragma("user_version", { simple: true })).toBe(schemaVersion + 41);
    after.close();
  });

  it("that is no database is corrupt, a missing folder is io; both name the file", () => {
    const path = file();
    writeFileSync(path, "this is no database, and long enough to be seen as none ".repeat(100));
    expect(thrown(() => openSqliteStore(path))).toMatchObject({ code: "corrupt", message: expect.stringContaining(path) });
    const missing = join(folder, "none", "state.db");
    expect(thrown(() => openSqliteStore(missing))).toMatchObject({ code: "io", message: expect.stringContaining(missing) });
  });

  it("is in WAL mode, so that what was committed survives a kill", async () => {
    const path = file();
    const store = openSqliteStore(path);
    expect(store.durable).toBe(true);
    expect(memoryStore().durable).toBe(false);
    const db = new Database(path);
    expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
    // Committed is seen by another connection at once.
    const context = someContext("main");
    await store.commit([{ kind: "putContext", context }]);
    expect(db.prepare("SELECT label FROM context").pluck().all()).toEqual(["main"]);
    db.close();
    await store.close();
  });

  it("rejects after it is closed", async () => {
    const store = memoryStore();
    await store.close();
    await expect(store.contexts()).rejects.toBeInstanceOf(KernelError);
    await expect(store.commit([{ kind: "putSetting", name: "a", value: 1 }])).rejects.toBeInstanceOf(KernelError);
  });
});
