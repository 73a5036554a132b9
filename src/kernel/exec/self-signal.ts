import { abortStatus, exitWith, Killed } from "./control.ts";
import type { Runtime } from "./runtime.ts";
import { signalNumber } from "./signals.ts";

/**
 * `kill -TERM $$`: a trap of that name runs before the next statement, in the shell itself; without one
 * the shell or subshell that asks ends. False if it is for another.
 */
export function sendSignal(rt: Runtime, spec: string, signal: string): boolean {
  if (spec !== String(process.pid)) return false;
  const number = signalNumber(signal);
  if (number === undefined) return false;
  if ((rt.shared.main ?? rt).trapped(number.name)) return true;
  if (number.value === 0 || ignored.has(number.name)) return true;
  const controller = new AbortController();
  controller.abort(new Killed(number.value));
  rt.leave = exitWith(abortStatus(controller.signal));
  return true;
}

const ignored: ReadonlySet<string> = new Set(["CHLD", "CONT", "URG", "WINCH"]);
