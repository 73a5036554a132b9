import type { ByteSource } from "../../kernel/command.ts";
import { isPromise, type MaybePromise } from "../../vfs/index.ts";

export interface Taken {
  readonly bytes: Uint8Array;
  /** The delimiter was met; it is not among the bytes. */
  readonly complete: boolean;
}

export interface Progress {
  bytes: Uint8Array;
  closed: boolean;
}

/**
 * Takes bytes up to `delimiter` (undefined: to the end or until `enough`) and leaves the rest in the source. `joins`: a
 * backslash protects the delimiter, which stays. `enough` is given what was gathered and answers how much of it is
 * wanted, or -1 for more. `progress` shows what was gathered; once it is `closed`, what comes later goes back to the source.
 */
export function takeBytes(
  source: ByteSource,
  delimiter: number | undefined,
  joins: boolean,
  enough?: (bytes: Uint8Array) => number,
  progress?: Progress,
): MaybePromise<Taken> {
  let gathered: Uint8Array = new Uint8Array(0);
  let searched = 0;
  const step = (chunk: Uint8Array | null): Taken | undefined => {
    if (chunk === null) return { bytes: gathered, complete: false };
    if (progress?.closed === true) {
      source.unread(chunk);
      return { bytes: gathered, complete: false };
    }
    gathered = gathered.length === 0 ? chunk : Buffer.concat([gathered, chunk]);
    if (progress !== undefined) progress.bytes = gathered;
    const size = enough?.(gathered) ?? -1;
    const end = delimiter === undefined ? -1 : findDelimiter(gathered, delimiter, searched, joins);
    if (end >= 0 && (size < 0 || end < size)) return cut(end, end + 1, true);
    if (size >= 0) return cut(size, size, true);
    // With backslashes the count must start from the beginning of a run, so the search starts anew.
    searched = joins ? 0 : gathered.length;
    return undefined;
  };
  const cut = (end: number, next: number, complete: boolean): Taken => {
    if (next < gathered.length) source.unread(gathered.subarray(next));
    return { bytes: gathered.subarray(0, end), complete };
  };
  const rest = async (first: Promise<Uint8Array | null>): Promise<Taken> => {
    let taken = step(await first);
    while (taken === undefined) taken = step(await source.read());
    return taken;
  };
  for (;;) {
    const chunk = source.read();
    if (isPromise(chunk)) return rest(chunk);
    const taken = step(chunk);
    if (taken !== undefined) return taken;
  }
}

function findDelimiter(bytes: Uint8Array, delimiter: number, from: number, joins: boolean): number {
  let at = bytes.indexOf(delimiter, from);
  while (joins && at > 0) {
    let backslashes = 0;
    while (bytes[at - 1 - backslashes] === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return at;
    at = bytes.indexOf(delimiter, at + 1);
  }
  return at;
}
