import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { places } from "../../kernel/host/places.ts";

/** The file of this user that faults are kept in, absolute host path. */
export function logFile(): string {
  return join(places((name) => process.env[name]).data, "kaish.log");
}

/**
 * Keeps a fault of ours with its stack: peers and screens are told no more than that there was one. Never throws: a full or
 * read-only disk must not turn a logged fault into a crash.
 */
export function logFault(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    const file = logFile();
    mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
    appendFileSync(file, `${new Date().toISOString()} ${process.pid} ${text}\n`, { mode: 0o600 });
  } catch {
    // See above.
  }
}
