import { after, type MaybePromise } from "../../vfs/index.ts";
import { nonePending, type Runtime } from "./runtime.ts";
import { runText } from "./source.ts";

/** Runs a trap if it is set. `$?` inside is the status before, and is so again afterwards. */
export function runTrap(rt: Runtime, name: string): MaybePromise<void> {
  const text = rt.traps.get(name);
  if (text === undefined || text === "") return;
  const { status, pipeStatus } = rt;
  return after(runText(rt, text, `${name} trap`), () => {
    if (rt.leave === null) rt.status = status;
    rt.pipeStatus = pipeStatus;
  });
}

/** Runs what signals asked for since the last statement. */
export function runPending(rt: Runtime): MaybePromise<void> {
  const [name, ...rest] = rt.pending;
  if (name === undefined) return;
  rt.pending = rest.length === 0 ? nonePending : rest;
  return after(runTrap(rt, name), () => runPending(rt));
}

/** The EXIT trap, once; it sees the status the shell ends with, and may change it by `exit`. */
export function runExitTrap(rt: Runtime, status: number): MaybePromise<number> {
  const text = rt.traps.get("EXIT");
  if (text === undefined || text === "") return status;
  const traps = new Map(rt.traps);
  traps.delete("EXIT");
  rt.traps = traps;
  rt.status = status;
  rt.leave = null;
  return after(runText(rt, text, "EXIT trap"), () => leftWith(rt) ?? status);
}

function leftWith(rt: Runtime): number | undefined {
  const leave = rt.leave;
  return leave !== null && (leave.kind === "exit" || leave.kind === "return") ? leave.status : undefined;
}
