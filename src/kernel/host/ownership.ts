import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KernelError } from "../errors.ts";
import { lockFile } from "../state/index.ts";
import type { Kernel } from "../types.ts";
import { reason } from "./places.ts";

/** The process that hosts a kernel. */
export interface Owner {
  readonly pid: number;
  /** When that process started, in the host's own units: tells it from a later one with the same number. */
  readonly startedAt?: string;
  /** Where it listens, or will. */
  readonly socket: string;
}

/** The right to host a kernel: one process at a time. */
export interface Ownership {
  release(): void;
}

/** Takes the kernel's lock and leaves word of who has it. Throws `locked`, with data pid and socket of the one who does. */
export function takeOwnership(folder: string, kernel: Kernel, socket: string): Ownership {
  const lock = lockFile(join(folder, "lock"));
  if (lock === undefined) throw lockedError(kernel, readOwner(folder));
  const startedAt = startTime(process.pid);
  const owner: Owner = { pid: process.pid, ...(startedAt === undefined ? {} : { startedAt }), socket };
  const path = join(folder, "owner.json");
  try {
    writeFileSync(path, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  } catch (error) {
    lock.release();
    throw new KernelError("io", `cannot write ${path}: ${reason(error)}`, { path }, { cause: error });
  }
  return {
    release() {
      rmSync(path, { force: true });
      lock.release();
    },
  };
}

function lockedError(kernel: Kernel, owner: Owner | undefined): KernelError {
  const who = owner === undefined ? "another process" : `process ${owner.pid}`;
  const how = owner === undefined ? "" : `; attach to it with: kaish --connect ${owner.socket}`;
  return new KernelError("locked", `the kernel ${kernel.label} is hosted by ${who}${how}`, {
    kernel: kernel.label,
    ...(owner === undefined ? {} : { pid: owner.pid, socket: owner.socket }),
  });
}

/** Who hosts the kernel of this folder, if that process still runs. */
export function liveOwner(folder: string): Owner | undefined {
  const owner = readOwner(folder);
  return owner !== undefined && isAlive(owner) ? owner : undefined;
}

function readOwner(folder: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(join(folder, "owner.json"), "utf8")) as Partial<Owner> | null;
    if (typeof owner?.pid !== "number" || typeof owner.socket !== "string") return undefined;
    return { pid: owner.pid, socket: owner.socket, ...(typeof owner.startedAt === "string" ? { startedAt: owner.startedAt } : {}) };
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EPERM") return false;
  }
  const now = startTime(owner.pid);
  return owner.startedAt === undefined || now === undefined || now === owner.startedAt;
}

/** Clock ticks since boot at which a process started, where /proc tells it. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may hold anything; the start is the 20th after it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
