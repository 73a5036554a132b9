import { after, type MaybePromise } from "../../vfs/index.ts";
import type { Value } from "../command.ts";
import { ensure, stackStride } from "./control.ts";
import { bindParameters } from "./parameters.ts";
import type { FunctionValue, Runtime } from "./runtime.ts";

/** Calls a function: its own parameters and locals, the caller's variables visible. */
export function callFunction(rt: Runtime, fn: FunctionValue, args: readonly Value[]): MaybePromise<number> {
  rt.descend();
  const { positional, loopDepth, call } = rt;
  rt.positional = args;
  rt.loopDepth = 0;
  const own = { name: fn.name, caller: call, hidden: null as Map<string, never> | null };
  rt.call = own;
  return ensure(
    () => after(enter(rt, fn, args), (status) => leave(rt, status)),
    () => {
      if (own.hidden !== null) rt.variables.restore(own.hidden);
      rt.call = call;
      rt.positional = positional;
      rt.loopDepth = loopDepth;
      rt.depth--;
    },
  );
}

function enter(rt: Runtime, fn: FunctionValue, args: readonly Value[]): MaybePromise<number> {
  const run = (problem: number | undefined): MaybePromise<number> => {
    if (problem !== undefined) return problem;
    return rt.depth % stackStride === 0 ? Promise.resolve().then(() => fn.body(rt)) : fn.body(rt);
  };
  return fn.params === undefined ? run(undefined) : after(bindParameters(rt, fn.name, fn.params, args), run);
}

function leave(rt: Runtime, status: number): number {
  const how = rt.leave;
  if (how === null || how.kind !== "return") return status;
  rt.leave = null;
  rt.status = how.status;
  return how.status;
}
