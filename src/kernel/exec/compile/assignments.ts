import type { Assignment } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Value } from "../../command.ts";
import { isRecord, typedLiteral } from "../../value.ts";
import { append, assign, assignPath } from "../assign.ts";
import type { Runtime, Unit } from "../runtime.ts";
import { bareText } from "./constant.ts";
import { subscriptKeys } from "./subscripts.ts";

export type Assigner = (rt: Runtime) => MaybePromise<void>;

const dynamic: ReadonlySet<string> = new Set(["RANDOM", "SECONDS", "PIPESTATUS", "FUNCNAME", "PATH"]);

/** One `name=value`, `name+=value` or `name[k]=value`. */
export function compileAssignment(node: Assignment, unit: Unit): Assigner {
  const name = node.name;
  const value = compileAssigned(node, unit);
  if (node.subscripts.length > 0) {
    const keys = subscriptKeys(node.subscripts, name, unit);
    return (rt) =>
      after(value(rt), (result) =>
        after(keys(rt, rt.variables.value(name)), (found) => assignPath(rt, name, found, result, node.op === "+=")),
      );
  }
  if (node.op === "+=") return (rt) => after(value(rt), (result) => append(rt, name, result));
  if (dynamic.has(name)) return (rt) => after(value(rt), (result) => assign(rt, name, result));
  return (rt) => {
    const result = value(rt);
    return result instanceof Promise ? result.then((later) => store(rt, name, later)) : store(rt, name, result);
  };
}

function store(rt: Runtime, name: string, value: Value): void {
  const slot = rt.variables.write(name);
  if (slot.plain && !rt.options.allexport) slot.value = value;
  else assign(rt, name, value);
}

/** The value to assign. A bare literal for a name that is a record already is one of pairs, as bash's `m=([a]=1)`. */
function compileAssigned(node: Assignment, unit: Unit): (rt: Runtime) => MaybePromise<Value> {
  const value = node.value;
  if (value === undefined) return () => "";
  if (value.kind === "word") {
    const bare = bareText(value);
    if (bare !== undefined) {
      const typed = typedLiteral(bare);
      return () => typed;
    }
  }
  const plain = unit.compilers.value(value, unit, false);
  if (value.kind !== "list" || value.style !== "(") return plain;
  const keyed = unit.compilers.value(value, unit, true);
  const hasKeys = value.items.length === 0 || value.items.some((item) => item.key !== undefined);
  if (!hasKeys) return plain;
  return (rt) => (isRecord(rt.variables.value(node.name)) ? keyed(rt) : plain(rt));
}

/** `A=1 cmd`: the assignments for the time of one command, exported. Answers what undoes them. */
export function compileTemporary(nodes: readonly Assignment[], unit: Unit): (rt: Runtime) => MaybePromise<() => void> {
  const values = nodes.map((node) => ({ node, value: compileAssigned(node, unit) }));
  return (rt) => {
    const hidden = new Map();
    const undo = () => rt.variables.restore(hidden);
    const set = (index: number): MaybePromise<() => void> => {
      const next = values[index];
      if (next === undefined) return undo;
      return after(next.value(rt), (value) => {
        const name = next.node.name;
        const old = rt.variables.get(name);
        const slot = rt.variables.hide(name, hidden);
        if (old !== undefined)
          Object.assign(slot, { value: old.value, integer: old.integer, readonly: old.readonly, casing: old.casing });
        slot.exported = true;
        slot.refresh();
        if (next.node.op === "+=") append(rt, name, value);
        else assign(rt, name, value);
        return set(index + 1);
      });
    };
    try {
      const done = set(0);
      if (!(done instanceof Promise)) return done;
      return done.catch((error: unknown) => {
        undo();
        throw error;
      });
    } catch (error) {
      undo();
      throw error;
    }
  };
}
