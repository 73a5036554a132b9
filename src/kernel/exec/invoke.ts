import { after, type MaybePromise } from "../../vfs/index.ts";
import type { Value } from "../command.ts";
import { nearest } from "../signature.ts";
import { isList, isRecord, toText, typeName } from "../value.ts";
import { runBuiltin } from "./builtin.ts";
import { callFunction } from "./call.ts";
import { Fault } from "./control.ts";
import { runNamed } from "./external.ts";
import type { Runtime } from "./runtime.ts";

export interface InvokeOptions {
  /** False skips functions: `command`. */
  readonly functions?: boolean;
  /** Only a builtin: `builtin`. */
  readonly builtinOnly?: boolean;
}

/** Finds what `argv[0]` names and runs it: function, builtin, program. */
export function invoke(rt: Runtime, argv: readonly Value[], options: InvokeOptions = {}): MaybePromise<number> {
  const first = argv[0];
  if (first === undefined) return 0;
  if (isList(first) || isRecord(first)) throw new Fault(`a ${typeName(first)} is not a command`);
  const name = toText(first);
  if (options.functions !== false) {
    const fn = rt.functions.get(name);
    if (fn !== undefined) return callFunction(rt, fn, argv.slice(1));
  }
  const command = rt.shared.host.commands.get(name);
  if (command !== undefined) return runBuiltin(rt, command, name, argv);
  if (options.builtinOnly === true) return after(rt.complain(`${name}: not a builtin`), () => 1);
  return after(runNamed(rt, name, argv), (status) => status ?? notFound(rt, name));
}

function notFound(rt: Runtime, name: string): MaybePromise<number> {
  const names = nearest(name, [...rt.shared.host.commands.keys(), ...rt.functions.keys()]);
  const hint = names.length === 0 ? "" : `; did you mean ${names.join(", ")}?`;
  return after(rt.complain(`${name}: command not found${hint}`), () => 127);
}
