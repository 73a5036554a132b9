import type { ParamExpansion, ParamOp } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Value } from "../../command.ts";
import { toText, typedLiteral } from "../../value.ts";
import { assign, assignPath } from "../assign.ts";
import { Fault } from "../control.ts";
import type { Piece, Runtime } from "../runtime.ts";
import { bareText } from "./constant.ts";
import { compileOne, counts, type Lookup } from "./lookup.ts";
import { subscriptKeys } from "./subscripts.ts";
import type { Unit } from "./unit.ts";

type DefaultOp = Extract<ParamOp, { kind: "default" }>;
type Values = (rt: Runtime) => MaybePromise<readonly Value[]>;

/** `${v:-d} ${v-d} ${v:=d} ${v:?m} ${v:+a}`. `all` is there for `$@` and `[@]`. */
export function compileDefault(part: ParamExpansion, op: DefaultOp, unit: Unit, quoted: boolean, all: Values | undefined): Piece {
  const colon = op.op.startsWith(":");
  const letter = op.op.at(-1);
  const inner = unit.compilers.pieces(op.word.parts, unit, quoted);
  const only = inner.length === 1 ? inner[0] : undefined;
  const wordMany = only?.kind === "many" && (letter === "-" || letter === "+") ? only : undefined;
  const base: Lookup = all === undefined ? compileOne(part, unit, "absent") : () => undefined;
  if (all === undefined && wordMany === undefined) {
    return { kind: "one", quoted, get: compileScalar(part, op, base, compileWord(op, only, unit, quoted), colon, unit) };
  }
  const present: Values = all ?? ((rt) => after(base(rt), (value) => (counts(value, colon) ? [value as Value] : [])));
  const word = compileWord(op, only, unit, quoted);
  const instead: Values = wordMany?.get ?? ((rt) => after(word(rt), (value) => (value === undefined ? [] : [value])));
  const isThere = (values: readonly Value[]) => (colon ? values.some((value) => counts(value, true)) : values.length > 0);
  return {
    kind: "many",
    quoted,
    between: () => " ",
    get: (rt) =>
      after(present(rt), (values) => {
        if (letter === "+") return isThere(values) ? instead(rt) : [];
        if (isThere(values)) return values;
        if (letter !== "?") return instead(rt);
        return after(word(rt), (message) => complain(part.name, message));
      }),
  };
}

/** The word after the operator: a lone expansion keeps its type, else it is text. */
function compileWord(op: DefaultOp, only: Piece | undefined, unit: Unit, quoted: boolean): Lookup {
  if (only?.kind === "one" && !only.quoted) return only.get;
  const bare = quoted ? undefined : bareText(op.word);
  if (bare !== undefined && bare !== "") {
    const typed = typedLiteral(bare);
    return () => typed;
  }
  return unit.compilers.text(op.word, unit, quoted);
}

function compileScalar(part: ParamExpansion, op: DefaultOp, base: Lookup, word: Lookup, colon: boolean, unit: Unit): Lookup {
  switch (op.op) {
    case ":-":
    case "-":
      return (rt) => after(base(rt), (value) => (counts(value, colon) ? value : word(rt)));
    case ":+":
    case "+":
      return (rt) => after(base(rt), (value) => (counts(value, colon) ? word(rt) : undefined));
    case ":?":
    case "?":
      return (rt) =>
        after(base(rt), (value) => (counts(value, colon) ? value : after(word(rt), (message) => complain(part.name, message))));
    case ":=":
    case "=": {
      const store = compileStore(part, unit);
      return (rt) =>
        after(base(rt), (value) => {
          if (counts(value, colon)) return value;
          return after(word(rt), (fallback) => after(store(rt, fallback ?? ""), () => fallback ?? ""));
        });
    }
    default:
      return op.op satisfies never;
  }
}

function compileStore(part: ParamExpansion, unit: Unit): (rt: Runtime, value: Value) => MaybePromise<void> {
  const name = part.name;
  if (!/^[A-Za-z_]/.test(name)) throw new Fault(`$${name}: cannot assign in this way`);
  if (part.subscripts.length === 0) return (rt, value) => assign(rt, name, value);
  const keys = subscriptKeys(part.subscripts, name, unit);
  return (rt, value) => after(keys(rt, rt.variables.value(name)), (found) => assignPath(rt, name, found, value));
}

function complain(name: string, message: Value | undefined): never {
  const text = message === undefined ? "" : toText(message);
  throw new Fault(`${name}: ${text === "" ? "parameter null or not set" : text}`, { status: 127, exits: true });
}
