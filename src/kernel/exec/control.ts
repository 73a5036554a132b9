import { after, type MaybePromise } from "../../vfs/index.ts";
import type { Leave } from "../command.ts";

/**
 * An error of the running program that no command reports itself: an unset variable under `set -u`, a division by zero, a
 * shape error. It ends the statement at the top of the program that it happened in, and with `exits` the shell.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly status: number;
  readonly exits: boolean;

  constructor(message: string, options: { status?: number; exits?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status ?? 1;
    this.exits = options.exits ?? false;
  }
}

/** Why a job's signal was aborted: somebody sent it this signal number. */
export class Killed extends Error {
  override readonly name = "Killed";
  readonly signalNumber: number;

  constructor(signalNumber: number) {
    super(`killed by signal ${signalNumber}`);
    this.signalNumber = signalNumber;
  }
}

/** `finally` for something that may wait. `cleanup` runs exactly once. */
export function ensure<T>(run: () => MaybePromise<T>, cleanup: () => MaybePromise<void>): MaybePromise<T> {
  let result: MaybePromise<T>;
  try {
    result = run();
  } catch (error) {
    return after(cleanup(), () => {
      throw error;
    });
  }
  if (result instanceof Promise) return result.finally(cleanup);
  const done = cleanup();
  if (done instanceof Promise) {
    const value = result;
    return done.then(() => value);
  }
  return result;
}

/** `for (item of items) await run(item)`, without a promise where nothing waits. */
export function each<T>(items: readonly T[], run: (item: T) => MaybePromise<void>): MaybePromise<void> {
  for (let i = 0; i < items.length; i++) {
    const waiting = run(items[i] as T);
    if (waiting instanceof Promise) return eachLater(items, i + 1, run, waiting);
  }
}

async function eachLater<T>(
  items: readonly T[],
  from: number,
  run: (item: T) => MaybePromise<void>,
  first: Promise<void>,
): Promise<void> {
  await first;
  for (let i = from; i < items.length; i++) await run(items[i] as T);
}

/** Every so many nested calls one goes on in a promise, so that a thousand levels never exhaust the stack. */
export const stackStride = 64;

const sliceMs = 8;
const mask = 1023;
let ticks = 0;
let sliceStart = 0;

/** Counts one step of work; true when this turn of the event loop has been used for long enough: then `await breathe()`. */
export function due(): boolean {
  return (++ticks & mask) === 0 && overdue();
}

/** As `due`, reading the clock every time: for steps that are themselves long. */
export function overdue(): boolean {
  return performance.now() - sliceStart > sliceMs;
}

/** Marks the start of a turn: the caller was just called by the event loop. */
export function startSlice(): void {
  sliceStart = performance.now();
}

/** Goes on after timers, signals and I/O had their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      sliceStart = performance.now();
      resolve();
    });
  });
}

/** A signal that any number of stages and jobs may listen to, without Node's warning of a leak. */
export function shared(signal: AbortSignal): AbortSignal {
  process.getBuiltinModule("node:events").setMaxListeners(0, signal);
  return signal;
}

/** The status of a program that was stopped by its signal. */
export function abortStatus(signal: AbortSignal): number {
  const reason: unknown = signal.reason;
  if (reason instanceof Killed) return 128 + reason.signalNumber;
  return reason instanceof Error && reason.name === "TimeoutError" ? 124 : 130;
}

export function exitWith(status: number): Leave {
  return { kind: "exit", status: status & 255 };
}
