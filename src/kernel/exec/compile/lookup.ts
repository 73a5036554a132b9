import { type ParamExpansion, parse } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Value } from "../../command.ts";
import { isEmpty, toText } from "../../value.ts";
import { Fault } from "../control.ts";
import type { Runtime } from "../runtime.ts";
import { special } from "../special.ts";
import { element } from "../subscript.ts";
import { subscriptKeys } from "./subscripts.ts";
import { lineOf, type Unit } from "./unit.ts";

export type Lookup = (rt: Runtime) => MaybePromise<Value | undefined>;

/** The value of a name, whatever it is; undefined when it is not set. */
function readerOf(name: string): (rt: Runtime) => Value | undefined {
  return special(name) ?? ((rt) => rt.variables.value(name));
}

/** The value of a name and its subscripts. */
export function compileOne(part: ParamExpansion, unit: Unit, onAbsent: "error" | "absent"): Lookup {
  const name = part.name;
  if (name === "LINENO" && part.subscripts.length === 0) return lineNumber(part, unit);
  const read = readerOf(name);
  if (part.indirect) return (rt) => indirectValue(rt, read(rt), name);
  if (part.subscripts.length === 0) return read;
  const keys = subscriptKeys(part.subscripts, name, unit);
  return (rt) => {
    const base = read(rt);
    if (base === undefined) return undefined;
    return after(keys(rt, base), (found) => element(base, found, name, onAbsent));
  };
}

function lineNumber(part: ParamExpansion, unit: Unit): Lookup {
  const line = lineOf(unit, part.span.start);
  return () => line;
}

/** `${!x}`: the value of the name that x holds; it may have subscripts. */
function indirectValue(rt: Runtime, pointer: Value | undefined, name: string): MaybePromise<Value | undefined> {
  if (pointer === undefined) {
    if (rt.options.nounset) throw new Fault(`${name}: unbound variable`, { status: 127, exits: true });
    return undefined;
  }
  const target = toText(pointer);
  if (/^([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])$/.test(target)) return readerOf(target)(rt);
  const part = parseReference(target);
  if (part === undefined) throw new Fault(`${target}: invalid variable name`);
  const source = `: \${${target}}`;
  const unit: Unit = { source, name: "reference", commands: new Map(), interactive: false, compilers: rt.shared.compilers };
  const last = part.subscripts.at(-1);
  if (last?.kind !== "all") return compileOne(part, unit, "absent")(rt);
  const holder = compileOne({ ...part, subscripts: part.subscripts.slice(0, -1) }, unit, "absent");
  return after(holder(rt), (value) => value);
}

/** `name[k]…` as the parser reads it in `${…}`; undefined if it is nothing of the kind. */
export function parseReference(text: string): ParamExpansion | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*(\[.*\])?$/s.test(text)) return undefined;
  const command = parse(`: \${${text}}`).program?.body[0]?.first.stages[0]?.command;
  const part = command?.kind === "simple" ? command.words[1]?.parts[0] : undefined;
  return part?.kind === "param" && part.op === undefined && !part.length && !part.indirect ? part : undefined;
}

/** `${!prefix@}`: names of the variables that begin so, sorted. */
export function namesWithPrefix(prefix: string): (rt: Runtime) => readonly Value[] {
  return (rt) => {
    const names: string[] = [];
    for (const [name, slot] of rt.variables.entries()) if (name.startsWith(prefix) && slot.value !== undefined) names.push(name);
    return names.sort();
  };
}

/** True for what `:-` and its like replace. */
export function counts(value: Value | undefined, colon: boolean): boolean {
  return colon ? !isEmpty(value) : value !== undefined;
}
