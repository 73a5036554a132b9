import type { Subscript } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Value } from "../../command.ts";
import { isList, isRecord } from "../../value.ts";
import { Fault } from "../control.ts";
import type { Runtime } from "../runtime.ts";
import { element, type Key } from "../subscript.ts";
import { constantText } from "./constant.ts";
import type { Unit } from "./unit.ts";

type KeyOf = (rt: Runtime, holder: Value | undefined) => MaybePromise<Key>;

/** Works out the keys one after the other: whether a subscript is a text or a number is decided by what it is used on. */
export function subscriptKeys(
  subscripts: readonly Subscript[],
  name: string,
  unit: Unit,
): (rt: Runtime, base: Value | undefined) => MaybePromise<readonly Key[]> {
  const compiled = subscripts.map((subscript) => compileKey(subscript, name, unit));
  const [only] = compiled;
  if (only !== undefined && compiled.length === 1) {
    return (rt, base) => {
      const key = only(rt, base);
      return key instanceof Promise ? key.then((done) => [done]) : [key];
    };
  }
  return (rt, base) => {
    const keys: Key[] = [];
    const next = (holder: Value | undefined): MaybePromise<readonly Key[]> => {
      const keyOf = compiled[keys.length];
      if (keyOf === undefined) return keys;
      return after(keyOf(rt, holder), (key) => {
        keys.push(key);
        return next(holder === undefined ? undefined : element(holder, [key], name, "absent"));
      });
    };
    return next(base);
  };
}

function compileKey(subscript: Subscript, name: string, unit: Unit): KeyOf {
  switch (subscript.kind) {
    case "all":
      throw new Fault(`${name}[${subscript.op}]: all elements cannot be used here`);
    case "slice": {
      const from = subscript.from === undefined ? undefined : unit.compilers.integer(subscript.from, unit);
      const to = subscript.to === undefined ? undefined : unit.compilers.integer(subscript.to, unit);
      return (rt) => after(from?.(rt), (start) => after(to?.(rt), (end): Key => ({ from: start, to: end })));
    }
    case "index":
      return compileIndex(subscript, unit);
    default:
      return subscript satisfies never;
  }
}

function compileIndex(subscript: Extract<Subscript, { kind: "index" }>, unit: Unit): KeyOf {
  const text = unit.compilers.text(subscript.word, unit);
  if (subscript.arith === undefined) return (rt) => text(rt);
  const number = unit.compilers.integer(subscript.arith, unit);
  const constant = constantText(subscript.word);
  // On something unset a word is a key and a number an index, so that the error can say which it was.
  const isName = constant !== undefined && !/^[-+]?[0-9]+$/.test(constant.trim());
  const variable = constant !== undefined && /^[A-Za-z_][A-Za-z0-9_]*$/.test(constant) ? constant : undefined;
  return (rt, holder) => {
    if (isRecord(holder) || (!isList(holder) && isName)) return text(rt);
    // A word that names no variable is a key, and a list has none: no silent 0.
    if (variable !== undefined && rt.variables.value(variable) === undefined) return variable;
    return number(rt);
  };
}
