import type { ParamExpansion, ParamOp } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Value } from "../../command.ts";
import { isList, isRecord, toText } from "../../value.ts";
import { Fault } from "../control.ts";
import type { Piece, Runtime } from "../runtime.ts";
import { separator } from "../special.ts";
import { elementsOf, keysOf } from "../subscript.ts";
import { compileDefault } from "./defaults.ts";
import { compileOne, type Lookup, namesWithPrefix } from "./lookup.ts";
import { type Change, compileChange, compileListSlice, compileTextSlice } from "./param-ops.ts";
import type { Unit } from "./unit.ts";

type Values = (rt: Runtime) => MaybePromise<readonly Value[]>;

const space = () => " ";

/** `$x` and everything between `${` and `}`. */
export function compileParam(part: ParamExpansion, unit: Unit, quoted: boolean): Piece {
  const all = allOf(part);
  if (part.op?.kind === "names") return many(namesWithPrefix(part.name), part.op.op === "*", quoted);
  if (part.length) return { kind: "one", quoted, get: compileLength(part, unit, all !== undefined) };
  if (part.op?.kind === "default")
    return compileDefault(part, part.op, unit, quoted, all === undefined ? undefined : compileAll(part, unit));
  if (all !== undefined) {
    const values = part.indirect ? compileKeys(part, unit) : compileAll(part, unit);
    return many(compileEach(values, part, unit), all === "*", quoted);
  }
  const whole = compileOne(part, unit, "error");
  const base = part.subscripts.length === 0 && !part.indirect && shellLists.has(part.name) ? firstOf(whole) : whole;
  return {
    kind: "one",
    quoted,
    get: part.op === undefined ? strict(base, part) : compileOp(strict(base, part), part.op, unit),
  };
}

/** Lists that the shell itself keeps: their bare name is the first element, as everybody writes it. */
const shellLists: ReadonlySet<string> = new Set(["BASH_REMATCH", "FUNCNAME", "PIPESTATUS"]);

function firstOf(lookup: Lookup): Lookup {
  return (rt) => after(lookup(rt), (value) => (isList(value) ? value[0] : value));
}

/** `"…@"` gives fields; `"…*"` joins; unquoted both give fields. */
function many(get: Values, star: boolean, quoted: boolean): Piece {
  if (!star) return { kind: "many", quoted, get, between: space };
  if (!quoted) return { kind: "many", quoted, get, between: separator };
  return { kind: "one", quoted, get: (rt) => after(get(rt), (values) => values.map(toText).join(separator(rt))) };
}

/** `@` or `*` when the expansion is of all elements. */
function allOf(part: ParamExpansion): "@" | "*" | undefined {
  const last = part.subscripts.at(-1);
  if (last?.kind === "all") return last.op;
  return part.name === "@" || part.name === "*" ? part.name : undefined;
}

// ── What is there ─────────────────────────────────────────────────────────────────────────────

/** The elements behind `[@]`, or the positional parameters. */
function compileAll(part: ParamExpansion, unit: Unit): Values {
  if (part.subscripts.length === 0) return (rt) => rt.positional;
  const holder = compileOne({ ...part, indirect: false, subscripts: part.subscripts.slice(0, -1) }, unit, "error");
  return (rt) => after(holder(rt), elementsOf);
}

function compileKeys(part: ParamExpansion, unit: Unit): Values {
  const holder = compileOne({ ...part, indirect: false, subscripts: part.subscripts.slice(0, -1) }, unit, "error");
  return (rt) => after(holder(rt), keysOf);
}

/** `set -u` makes an unset variable an error. */
function strict(lookup: Lookup, part: ParamExpansion): Lookup {
  const name = part.name;
  if (name === "!" || name === "_" || /^[?#$\-0@*]$/.test(name)) return lookup;
  return (rt) => {
    const value = lookup(rt);
    if (value === undefined && rt.options.nounset) unbound(name);
    if (value instanceof Promise) return value.then((found) => (found === undefined && rt.options.nounset ? unbound(name) : found));
    return value;
  };
}

function unbound(name: string): never {
  throw new Fault(`${name}: unbound variable`, { status: 127, exits: true });
}

// ── Operators ─────────────────────────────────────────────────────────────────────────────────

function compileLength(part: ParamExpansion, unit: Unit, all: boolean): Lookup {
  if (all) return (rt) => after(compileAll(part, unit)(rt), (values) => values.length);
  const base = strict(compileOne(part, unit, "error"), part);
  return (rt) =>
    after(base(rt), (value) => {
      if (value === undefined) return 0;
      if (isList(value)) return value.length;
      if (isRecord(value)) return value.size;
      return value instanceof Uint8Array ? value.length : countCharacters(toText(value));
    });
}

/** Characters are code points. */
function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) count--;
  }
  return count;
}

function compileOp(base: Lookup, op: Exclude<ParamOp, { kind: "default" | "names" }>, unit: Unit): Lookup {
  if (op.kind === "slice") {
    const textSlice = compileTextSlice(op, unit);
    const listSlice = compileListSlice(op, unit);
    return (rt) =>
      after(base(rt), (value) => (isList(value) ? listSlice(rt, value) : textSlice(rt, value === undefined ? "" : toText(value))));
  }
  const change = compileChange(op, unit);
  return (rt) => after(base(rt), (value) => applyChange(rt, change, value));
}

/** Text changes of a list change every element. */
function applyChange(rt: Runtime, change: Change, value: Value | undefined): MaybePromise<Value | undefined> {
  if (isList(value)) return mapValues(rt, change, value);
  if (value === undefined || value === null) return change(rt, "", value === undefined);
  return change(rt, toText(value), false);
}

function mapValues(rt: Runtime, change: Change, values: readonly Value[]): MaybePromise<readonly Value[]> {
  const changed: Value[] = [];
  const next = (): MaybePromise<readonly Value[]> => {
    const value = values[changed.length];
    if (value === undefined) return changed;
    return after(change(rt, toText(value), false), (text) => {
      changed.push(text ?? "");
      return next();
    });
  };
  return values.length > 2_000 ? mapLater(rt, change, values) : next();
}

async function mapLater(rt: Runtime, change: Change, values: readonly Value[]): Promise<readonly Value[]> {
  const changed: Value[] = [];
  for (const value of values) {
    const text = change(rt, toText(value), false);
    changed.push((text instanceof Promise ? await text : text) ?? "");
  }
  return changed;
}

/** Operators over all elements. */
function compileEach(values: Values, part: ParamExpansion, unit: Unit): Values {
  const op = part.op;
  if (op === undefined || op.kind === "names" || op.kind === "default") return values;
  if (op.kind === "slice") {
    const slice = compileListSlice(op, unit);
    // `${@:0}` counts from $0.
    const withZero: Values = part.subscripts.length === 0 ? (rt) => [rt.arg0, ...rt.positional] : values;
    return (rt) => after(withZero(rt), (all) => slice(rt, all));
  }
  const change = compileChange(op, unit);
  return (rt) => after(values(rt), (all) => mapValues(rt, change, all));
}
