import { after, type MaybePromise } from "../../vfs/index.ts";
import { guard } from "./failure.ts";
import type { Exec, Runtime } from "./runtime.ts";
import { runExitTrap } from "./traps.ts";

/** Runs all of a fork's life: its body, its EXIT trap, the release of its descriptors. Never throws for the program's own errors. */
export function runFork(child: Runtime, body: Exec): MaybePromise<number> {
  const ended = guard(child, () => body(child));
  if (ended instanceof Promise) return ended.then((status) => finish(child, status));
  return finish(child, ended);
}

function finish(child: Runtime, ended: number): MaybePromise<number> {
  const leave = child.leave;
  const status = leave !== null && (leave.kind === "exit" || leave.kind === "return") ? leave.status : ended;
  const final = child.traps.has("EXIT") ? guard(child, () => runExitTrap(child, status)) : status;
  if (final instanceof Promise) return final.then((done) => letGo(child, done));
  return letGo(child, final);
}

function letGo(child: Runtime, status: number): MaybePromise<number> {
  const closing = child.release();
  return closing instanceof Promise ? after(closing, () => status) : status;
}
