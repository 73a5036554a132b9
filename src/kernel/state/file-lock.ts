import Database from "better-sqlite3";
import { KernelError } from "../errors.ts";

/** Held until `release` or the end of the process, however that ends. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the exclusive lock of a file, which is made if it is not there; its folder must exist. Undefined while another holder has
 * it, in this process or another. The operating system lets it go when the process ends, so no stale lock is ever met.
 * Throws `io`.
 */
export function lockFile(path: string): FileLock | undefined {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
    const held = database;
    return { release: () => void held.close() };
  } catch (error) {
    database?.close();
    const code = (error as { code?: unknown }).code;
    if (typeof code === "string" && code.startsWith("SQLITE_BUSY")) return undefined;
    throw new KernelError(
      "io",
      `cannot lock ${path}: ${error instanceof Error ? error.message : String(error)}`,
      { path },
      { cause: error },
    );
  }
}
