import type { ListItem, ListLiteral, RecordEntry, RecordLiteral, ValueNode } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Value } from "../../command.ts";
import { isList, isRecord, toText, typeName } from "../../value.ts";
import { each, Fault } from "../control.ts";
import type { Fields, Runtime, Unit, ValueOf } from "../runtime.ts";
import { bareText, hasGlob } from "./constant.ts";
import { compileFields } from "./fields.ts";
import { compileWordValue } from "./words.ts";

/** A word, a list or a record, as an assignment takes it. */
export function compileValueNode(node: ValueNode, unit: Unit, asRecord: boolean): ValueOf {
  switch (node.kind) {
    case "word":
      return compileWordValue(node, unit);
    case "list":
      return asRecord || hasTextKey(node) ? compileKeyed(node, unit) : compileList(node, unit);
    case "record":
      return compileRecord(node, unit);
    default:
      return node satisfies never;
  }
}

/** `[k]=v` with a key that is no number makes a record. */
function hasTextKey(node: ListLiteral): boolean {
  return node.items.some((item) => {
    if (item.key === undefined) return false;
    const bare = bareText(item.key);
    return bare === undefined || !/^[0-9]+$/.test(bare);
  });
}

/** Inside a literal a bare `null` is null. */
function compileInner(node: ValueNode, unit: Unit): ValueOf {
  if (node.kind === "word" && bareText(node) === "null") return () => null;
  return compileValueNode(node, unit, false);
}

function compileList(node: ListLiteral, unit: Unit): ValueOf {
  const items = node.items.map((item) => compileItem(item, unit));
  return (rt) => {
    const out: Value[] = [];
    const waiting = each(items, (item) => item(rt, out));
    return waiting instanceof Promise ? waiting.then(() => out) : out;
  };
}

function compileItem(item: ListItem, unit: Unit): Fields {
  const value = item.value;
  if (item.spread) return spreadInto(compileValueNode(value, unit, false), unit, value);
  if (item.key !== undefined) return compileIndexed(item, unit);
  if (value.kind !== "word") return pushValue(compileValueNode(value, unit, false));
  const bare = bareText(value);
  if (bare !== undefined && !hasGlob(bare)) return pushValue(compileInner(value, unit));
  return compileFields(value, unit);
}

function pushValue(get: ValueOf): Fields {
  return (rt, out) =>
    after(get(rt), (value) => {
      out.push(value);
      return undefined;
    });
}

/** `[3]=x` inside `( )`. */
function compileIndexed(item: ListItem, unit: Unit): Fields {
  const index = Number(item.key === undefined ? 0 : bareText(item.key));
  const get = compileInner(item.value, unit);
  return (rt, out) =>
    after(get(rt), (value) => {
      if (index > out.length) throw new Fault(`[${index}]: index out of range: a list has no gaps`);
      out[index] = value;
      return undefined;
    });
}

function spreadInto(get: ValueOf, unit: Unit, node: ValueNode): Fields {
  return (rt, out) =>
    after(get(rt), (value) => {
      if (!isList(value)) {
        const source = unit.source.slice(node.span.start, node.span.end);
        throw new Fault(`...${source}: only a list can be spread into a list, and this is a ${typeName(value)}`);
      }
      for (const item of value) out.push(item);
      return undefined;
    });
}

/** `([a]=1 [b]=2)`, and `declare -A m=(a 1 b 2)`. */
function compileKeyed(node: ListLiteral, unit: Unit): ValueOf {
  const pairs = node.items.map((item) => ({
    key: item.key === undefined ? undefined : unit.compilers.text(item.key, unit),
    value: compileInner(item.value, unit),
  }));
  return (rt) => {
    const record = new Map<string, Value>();
    let pendingKey: string | undefined;
    const waiting = each(pairs, (pair) =>
      after(pair.key?.(rt), (key) =>
        after(pair.value(rt), (value) => {
          if (key !== undefined) record.set(key, value);
          else if (pendingKey === undefined) pendingKey = toText(value);
          else {
            record.set(pendingKey, value);
            pendingKey = undefined;
          }
          return undefined;
        }),
      ),
    );
    return after(waiting, () => record);
  };
}

function compileRecord(node: RecordLiteral, unit: Unit): ValueOf {
  const entries = node.entries.map((entry) => compileEntry(entry, unit));
  return (rt) => {
    const record = new Map<string, Value>();
    const waiting = each(entries, (entry) => entry(rt, record));
    return waiting instanceof Promise ? waiting.then(() => record) : record;
  };
}

function compileEntry(entry: RecordEntry, unit: Unit): (rt: Runtime, record: Map<string, Value>) => MaybePromise<void> {
  const get = compileInner(entry.value, unit);
  if (entry.spread) {
    return (rt, record) =>
      after(get(rt), (value) => {
        if (!isRecord(value)) throw new Fault(`only a record can be spread into a record, and this is a ${typeName(value)}`);
        for (const [key, item] of value) record.set(key, item);
        return undefined;
      });
  }
  const key = unit.compilers.text(entry.key, unit);
  return (rt, record) =>
    after(key(rt), (name) =>
      after(get(rt), (value) => {
        record.set(name, value);
        return undefined;
      }),
    );
}
