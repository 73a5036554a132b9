import { readlinkSync } from "node:fs";
import { hostSink, hostSource, Killed } from "../../kernel/exec/index.ts";
import type { ByteSink, ByteSource } from "../../kernel/streams.ts";

/** What the process was started with, read when it is asked for: a snapshot is older than its process. */
export interface Started {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  /** The folder that holds the bundles. */
  readonly folder: string;
  /** This process was started from a snapshot, which cannot load the REPL. */
  readonly snapshot: boolean;
}

/** The environment as exported variables. */
export function environment(): ReadonlyMap<string, string> {
  return new Map(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/**
 * The folder that the process is in, absolute host path. One that was deleted keeps the name it had: what needs no folder still
 * runs there, and what does is told by name that it is gone.
 */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return deletedDirectory();
  }
}

/** `/` where the system does not tell. The environment does not either: the launcher's `sh` empties a PWD that is gone. */
function deletedDirectory(): string {
  try {
    return readlinkSync("/proc/self/cwd").replace(/ \(deleted\)$/, "");
  } catch {
    return "/";
  }
}

export interface StandardStreams {
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
}

export function standardStreams(): StandardStreams {
  return { stdin: hostSource(0), stdout: hostSink(1), stderr: hostSink(2) };
}

const signalNumbers = { HUP: 1, INT: 2, TERM: 15 } as const;

/**
 * A signal that aborts at the first SIGINT, SIGTERM or SIGHUP of the process that `isTrapped` does not take; the next one ends
 * the process at once. `status` is what the process should end with because of it; undefined while none came.
 */
export function interruption(isTrapped: (name: string) => boolean = () => false): {
  readonly signal: AbortSignal;
  readonly status: () => number | undefined;
} {
  const controller = new AbortController();
  let status: number | undefined;
  for (const name of ["HUP", "INT", "TERM"] as const) {
    process.on(`SIG${name}`, () => {
      if (status !== undefined) process.exit(128 + signalNumbers[name]);
      if (isTrapped(name)) return;
      status = 128 + signalNumbers[name];
      controller.abort(new Killed(signalNumbers[name]));
    });
  }
  return { signal: controller.signal, status: () => status };
}
