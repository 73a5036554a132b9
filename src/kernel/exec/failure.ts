import { after, type MaybePromise, VfsError } from "../../vfs/index.ts";
import { CommandError } from "../command.ts";
import { ValueError } from "../value.ts";
import { exitWith, Fault } from "./control.ts";
import type { Runtime } from "./runtime.ts";

export interface Failure {
  status: number;
  /** Absent: nothing to say. */
  readonly message: string | undefined;
  readonly exits: boolean;
}

/** What an error that ended something means. Only here errors become statuses. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Fault) return { status: error.status, message: error.message, exits: error.exits };
  if (error instanceof CommandError) return { status: error.status, message: error.message, exits: false };
  if (error instanceof ValueError) return { status: 1, message: error.message, exits: false };
  if (error instanceof VfsError) {
    if (error.code === "EPIPE") return { status: 141, message: undefined, exits: false };
    return { status: 1, message: error.path === undefined ? error.message : `${error.path}: ${error.message}`, exits: false };
  }
  if (error instanceof RangeError && error.message.includes("call stack"))
    return { status: 1, message: "nested too deeply", exits: false };
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { status: 1, message: `internal error: ${text}`, exits: false };
}

/** Runs something to its end: whatever it throws becomes a message on stderr and a status. */
export function guard(rt: Runtime, run: () => MaybePromise<number>): MaybePromise<number> {
  const { quiet, loopDepth, depth } = rt;
  const failed = (error: unknown): MaybePromise<number> => {
    rt.quiet = quiet;
    rt.loopDepth = loopDepth;
    rt.depth = depth;
    if (rt.signal.aborted) {
      rt.checkAbort();
      return rt.leave?.kind === "exit" ? rt.leave.status : 130;
    }
    const failure = failureOf(error);
    // As bash: what ends the shell with 127 ends a subshell with 1.
    if (failure.exits && rt.subshells > 0) failure.status = 1;
    rt.status = failure.status;
    rt.pipeStatus = null;
    if (failure.exits) rt.leave = exitWith(failure.status);
    if (failure.message === undefined) return failure.status;
    const place = rt.shared.interactive ? "" : `line ${rt.line}: `;
    return after(rt.complain(place + failure.message), () => failure.status);
  };
  try {
    const status = run();
    return status instanceof Promise ? status.catch(failed) : status;
  } catch (error) {
    return failed(error);
  }
}
