/** Programs and their results on the wire. */
import type { ExecuteOptions, ExecuteResult } from "../../api.ts";
import type { ContextId } from "../../ids.ts";
import type { WireException } from "../envelope.ts";
import { fromException, toException } from "../fault.ts";
import * as wire from "../generated/kaijutsu.ts";
import { putBlockId, readBlockId } from "./blocks.ts";
import { bytesOf, fill, fillTexts, items, optional, optionalBool, putBytes, putId, readBool, readId } from "./values.ts";

/** Fills a request but for its streams' contents. */
export function putExecRequest(out: wire.ExecRequest, code: string, options: ExecuteOptions): void {
  const { stdin, stdout, stderr } = options;
  out.code = code;
  out.stdin = stdin ? wire.StdinMode.PULLED : wire.StdinMode.EMPTY;
  out.unrecorded = options.record === false;
  out.interrupted = options.signal?.aborted === true;
  out.wantStdout = stdout !== undefined;
  out.wantStderr = stderr !== undefined;
  out.stdinTty = stdin?.isTty === true;
  out.stdoutTty = stdout?.isTty === true;
  out.stderrTty = stderr?.isTty === true;
  out.columns = Math.min(stdout?.columns ?? 0, 0xffff);
  if (options.name !== undefined) out.name = options.name;
  if (options.cwd !== undefined) out.cwd = options.cwd;
  if (options.args) {
    out.hasArgs = true;
    fillTexts(out._initArgs(options.args.length), options.args);
  }
  if (options.env) {
    const entries = Object.entries(options.env);
    out.hasEnv = true;
    fill(out._initEnv(entries.length), entries, (variable, [name, value]) => {
      variable.name = name;
      variable.value = value;
    });
  }
}

/** The options of a request that are data. */
export function readExecOptions(
  request: wire.ExecRequest,
): Pick<ExecuteOptions, "name" | "args" | "cwd" | "env" | "record" | "signal"> {
  const env = () => Object.fromEntries(items(request.env).map((variable) => [variable.name, variable.value]));
  return {
    ...optional("name", request._hasName(), () => request.name),
    ...optional("args", request.hasArgs, () => items(request.args)),
    ...optional("cwd", request._hasCwd(), () => request.cwd),
    ...optional("env", request.hasEnv, env),
    ...(request.unrecorded ? { record: false } : {}),
    ...(request.interrupted ? { signal: AbortSignal.abort() } : {}),
  };
}

export interface ExecOutcome {
  readonly result: ExecuteResult;
  /** What the program put back of the input it pulled. */
  readonly unread: Uint8Array;
}

export function putExecOutcome(out: wire.ExecResult, { result, unread }: ExecOutcome): void {
  out.status = result.status;
  if (result.blockId) putBlockId(out._initBlockId(), result.blockId);
  out.refused = optionalBool(result.refused);
  out.exited = optionalBool(result.exited);
  if (result.switchedTo) putId(out._initSwitchedTo(16), result.switchedTo);
  if (unread.length > 0) putBytes(out._initUnreadStdin(unread.length), unread);
}

/** The kernel could not run it at all. */
export function putExecFailure(out: wire.ExecResult, error: unknown): void {
  const { reason, detail } = toException(error);
  const failure = out._initFailure();
  failure.message = reason;
  failure.detailJson = detail;
}

/** Throws the error the kernel ended with, where it could not run the program. */
export function readExecOutcome(out: wire.ExecResult): ExecOutcome {
  if (out._hasFailure()) {
    const exception: WireException = { reason: out.failure.message, type: 0, detail: out.failure.detailJson };
    throw fromException(exception);
  }
  return {
    result: {
      status: out.status,
      ...optional("blockId", out._hasBlockId(), () => readBlockId(out.blockId)),
      ...readBool("refused", out.refused),
      ...readBool("exited", out.exited),
      ...optional("switchedTo", out._hasSwitchedTo(), () => readId<ContextId>(out.switchedTo)),
    },
    unread: out._hasUnreadStdin() ? bytesOf(out.unreadStdin) : new Uint8Array(0),
  };
}
