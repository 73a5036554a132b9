import type { Value } from "../command.ts";
import { isList, isRecord, toText, typeName } from "../value.ts";
import { Fault } from "./control.ts";
import type { Runtime } from "./runtime.ts";
import { assignSpecial } from "./special.ts";
import { type Key, withElement } from "./subscript.ts";
import type { Slot } from "./variables.ts";

/** Gives a variable a value, as its attributes want it. Throws Fault for a readonly one, and for structure in an exported one. */
export function assign(rt: Runtime, name: string, value: Value): void {
  if (assignSpecial(rt, name, value)) return;
  const slot = rt.variables.write(name);
  if (rt.options.allexport && !slot.exported) {
    slot.exported = true;
    slot.refresh();
  }
  slot.value = slot.plain ? value : converted(rt, name, slot, value);
}

function converted(rt: Runtime, name: string, slot: Slot, value: Value): Value {
  if (slot.readonly) throw new Fault(`${name}: readonly variable`);
  let result = value;
  if (slot.integer) result = mapScalars(result, (item) => rt.shared.compilers.evaluate(rt, toText(item)));
  if (slot.casing !== undefined) {
    const lower = slot.casing === "lower";
    result = mapScalars(result, (item) => (lower ? toText(item).toLowerCase() : toText(item).toUpperCase()));
  }
  if (slot.exported) checkExport(name, result);
  return result;
}

function mapScalars(value: Value, change: (item: Value) => Value): Value {
  if (isList(value)) return value.map((item) => mapScalars(item, change));
  if (isRecord(value)) return new Map([...value].map(([key, item]) => [key, mapScalars(item, change)]));
  return change(value);
}

/** Throws Fault: a child process can only be given text. */
export function checkExport(name: string, value: Value | undefined): void {
  if (!isList(value) && !isRecord(value)) return;
  throw new Fault(`${name}: a ${typeName(value)} cannot be exported: write export ${name}=$(tojson $${name})`);
}

/** `name+=value`. */
export function append(rt: Runtime, name: string, value: Value): void {
  const slot = rt.variables.get(name);
  assign(rt, name, appended(rt, slot?.value, value, name, slot?.integer ?? false));
}

/** What `old += value` gives: text grows, lists and records take the elements of their like. */
function appended(rt: Runtime, old: Value | undefined, value: Value, name: string, integer: boolean): Value {
  if (old === undefined || (old === "" && (isList(value) || isRecord(value)))) return value;
  if (isList(old)) {
    if (isList(value)) return [...old, ...value];
    throw new Fault(`${name}: is a list: write ${name}+=(${toText(value)})`);
  }
  if (isRecord(old)) {
    if (isRecord(value)) return new Map([...old, ...value]);
    throw new Fault(`${name}: is a record: write ${name}+={key: value}`);
  }
  if (isList(value)) return [old, ...value];
  if (isRecord(value)) throw new Fault(`${name}: is a ${typeName(old)}, and a record cannot be added to it`);
  if (integer) return rt.shared.compilers.evaluate(rt, `(${toText(old)})+(${toText(value)})`);
  return toText(old) + toText(value);
}

/** `name[k]…=value`. */
export function assignPath(rt: Runtime, name: string, keys: readonly Key[], value: Value, isAppend = false): void {
  const slot = rt.variables.get(name);
  const integer = slot?.integer ?? false;
  if (slot?.readonly === true) throw new Fault(`${name}: readonly variable`);
  const next = withElement(slot?.value, keys, name, (old) => (isAppend ? appended(rt, old, value, name, integer) : value));
  assign(rt, name, next);
}
