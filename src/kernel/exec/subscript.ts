import type { Value } from "../command.ts";
import { isList, isRecord, typeName } from "../value.ts";
import { Fault } from "./control.ts";

/** One step into a value: a text key of a record, an index of a list, or a slice of a list (end exclusive). */
export type Key = string | number | { readonly from: number | undefined; readonly to: number | undefined };

/** What an absence gives: an error, or nothing. */
export type OnAbsent = "error" | "absent";

/**
 * The element at `keys`, or undefined where it is absent and that may be. A shape error (a key on a list, an index on a
 * record, a subscript of a scalar) is always a Fault that names the path and what was there.
 */
export function element(base: Value, keys: readonly Key[], name: string, onAbsent: OnAbsent): Value | undefined {
  let value: Value = base;
  let path = name;
  for (const key of keys) {
    const next = step(value, key, path, onAbsent);
    if (next === undefined) return undefined;
    path += typeof key === "object" ? "[…]" : `[${key}]`;
    value = next;
  }
  return value;
}

function step(value: Value, key: Key, path: string, onAbsent: OnAbsent): Value | undefined {
  if (typeof key === "object") {
    if (!isList(value)) throw new Fault(`${path}: a slice needs a list, and this is a ${typeName(value)}`);
    return value.slice(key.from ?? 0, key.to);
  }
  if (isList(value)) {
    if (typeof key === "string") throw new Fault(`${path}[${key}]: a key, but ${path} is a list: its elements have numbers`);
    const found = value.at(key);
    if (found !== undefined || onAbsent === "absent") return found;
    throw new Fault(`${path}[${key}]: index out of range: ${path} has ${count(value.length, "element")}`);
  }
  if (isRecord(value)) {
    const found = value.get(String(key));
    if (found !== undefined || onAbsent === "absent") return found;
    const keys = [...value.keys()].slice(0, 8).join(", ");
    throw new Fault(`${path}[${key}]: no such key: ${path} has ${keys === "" ? "none" : keys}`);
  }
  throw new Fault(`${path}[${key}]: a subscript needs a list or a record, and ${path} is a ${typeName(value)}`);
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

/** A copy of `base` with the element at `keys` replaced. A key may be new only as the last one of a record, an index only the next. */
export function withElement(
  base: Value | undefined,
  keys: readonly Key[],
  name: string,
  change: (old: Value | undefined) => Value,
): Value {
  const [key, ...rest] = keys;
  if (key === undefined) return change(base);
  if (typeof key === "object") throw new Fault(`${name}: a slice cannot be assigned to`);
  const path = `${name}[${key}]`;
  const inner = (old: Value | undefined): Value => {
    if (rest.length > 0 && old === undefined) throw new Fault(`${path}: no such element to assign into`);
    return withElement(old, rest, path, change);
  };
  if (base === undefined || base === "") {
    if (typeof key !== "number") throw new Fault(`${name}: not set: write \`declare -A ${name}\` or \`${name}={}\` first`);
    if (key !== 0) throw new Fault(`${path}: index out of range: ${name} is not set`);
    return [inner(undefined)];
  }
  if (isRecord(base)) return new Map(base).set(String(key), inner(base.get(String(key))));
  if (!isList(base)) throw new Fault(`${path}: a subscript needs a list or a record, and ${name} is a ${typeName(base)}`);
  if (typeof key === "string") throw new Fault(`${path}: a key, but ${name} is a list: its elements have numbers`);
  const index = key < 0 ? base.length + key : key;
  if (index < 0 || index > base.length)
    throw new Fault(`${path}: index out of range: ${name} has ${count(base.length, "element")}`);
  const copy = base.slice();
  copy[index] = inner(base[index]);
  return copy;
}

/** The keys of a record, the indices of a list, "0" of a scalar: what `${!x[@]}` gives. */
export function keysOf(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  if (isList(value)) return value.map((_, index) => index);
  return isRecord(value) ? [...value.keys()] : [0];
}

/** What `${x[@]}` gives. */
export function elementsOf(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  if (isList(value)) return value;
  return isRecord(value) ? [...value.values()] : [value];
}
