import { CommandError, type Value } from "../command.ts";
import { isList, isRecord } from "../value.ts";
import { assign, assignPath } from "./assign.ts";
import { parseReference } from "./compile/lookup.ts";
import { subscriptKeys } from "./compile/subscripts.ts";
import type { Runtime, Unit } from "./runtime.ts";
import { element, type Key, withElement } from "./subscript.ts";

interface Target {
  readonly name: string;
  readonly keys: readonly Key[];
}

/** A variable as a builtin is given it: `name` or `name[k]…`. Throws CommandError for anything else. */
function readTarget(rt: Runtime, text: string): Target {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return { name: text, keys: [] };
  const part = parseReference(text);
  if (part === undefined || part.subscripts.some((subscript) => subscript.kind === "all")) {
    throw new CommandError(`\`${text}': not a valid identifier`);
  }
  const source = `: \${${text}}`;
  const unit: Unit = { source, name: text, commands: new Map(), interactive: false, compilers: rt.shared.compilers };
  const keys = subscriptKeys(part.subscripts, part.name, unit)(rt, rt.variables.value(part.name));
  if (keys instanceof Promise) throw new CommandError(`${text}: a subscript here cannot run commands`);
  return { name: part.name, keys };
}

export function assignTarget(rt: Runtime, text: string, value: Value): void {
  const { name, keys } = readTarget(rt, text);
  if (keys.length === 0) assign(rt, name, value);
  else assignPath(rt, name, keys, value);
}

/** False if it was not set. */
export function unsetTarget(rt: Runtime, text: string): boolean {
  const { name, keys } = readTarget(rt, text);
  const last = keys.at(-1);
  if (last === undefined) return rt.variables.unset(name);
  const base = rt.variables.value(name);
  if (base === undefined || element(base, keys, name, "absent") === undefined) return false;
  const parent = keys.slice(0, -1);
  assign(
    rt,
    name,
    withElement(base, parent, name, (holder) => without(holder as Value, last, text)),
  );
  return true;
}

function without(holder: Value, key: Key, path: string): Value {
  if (isRecord(holder)) {
    const copy = new Map(holder);
    copy.delete(String(key));
    return copy;
  }
  if (!isList(holder) || typeof key !== "number") throw new CommandError(`${path}: not an element that can be unset`);
  const index = key < 0 ? holder.length + key : key;
  return holder.filter((_, at) => at !== index);
}
