import {
  type ArithAssignOp,
  type ArithBinaryOp,
  type ArithExpr,
  type ArithTarget,
  parse,
  type Word,
} from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Value } from "../../command.ts";
import { isEmpty, toText, typeName } from "../../value.ts";
import { assign, assignPath } from "../assign.ts";
import { Fault } from "../control.ts";
import { binary, complement, Float, fromNumber, isZero, type Num, negate, parseNumber, toValue } from "../number.ts";
import type { Compilers, Runtime } from "../runtime.ts";
import { special } from "../special.ts";
import { element, type Key } from "../subscript.ts";
import { subscriptKeys } from "./subscripts.ts";
import { mayWait, type Unit } from "./unit.ts";

/** A compiled expression that never waits. */
type Calc = (rt: Runtime) => Num;
/** A compiled expression whose command substitutions are run first, as bash expands before it evaluates. */
type Arith = (rt: Runtime) => MaybePromise<Num>;

/** What the substitutions of the expression being evaluated gave. Set only while a `Calc` runs, which never waits. */
let substituted: readonly string[] = [];

interface Scope {
  readonly unit: Unit;
  /** Words with substitutions, run before the evaluation. */
  readonly waiting: ((rt: Runtime) => MaybePromise<string>)[];
}

function compileArith(expr: ArithExpr, unit: Unit): Arith {
  const scope: Scope = { unit, waiting: [] };
  const calc = compile(expr, scope);
  const waiting = scope.waiting;
  if (waiting.length === 0) return calc;
  return (rt) => {
    const texts: string[] = [];
    const finish = (): Num => {
      const outer = substituted;
      substituted = texts;
      try {
        return calc(rt);
      } finally {
        substituted = outer;
      }
    };
    const next = (): MaybePromise<Num> => {
      const text = waiting[texts.length];
      if (text === undefined) return finish();
      return after(text(rt), (done) => {
        texts.push(done);
        return next();
      });
    };
    return next();
  };
}

/** The expression's value as the language has it: an integer or a float. */
export function compileArithValue(expr: ArithExpr, unit: Unit): (rt: Runtime) => MaybePromise<Value> {
  const arith = compileArith(expr, unit);
  return (rt) => {
    const num = arith(rt);
    return typeof num === "number" ? num : after(num, toValue);
  };
}

/** The expression as an index: an integer. */
export function compileInteger(expr: ArithExpr, unit: Unit): (rt: Runtime) => MaybePromise<number> {
  const arith = compileArith(expr, unit);
  return (rt) => {
    const num = arith(rt);
    return typeof num === "number" ? num : after(num, (result) => Math.trunc(Number(toValue(result))));
  };
}

function compile(expr: ArithExpr, scope: Scope): Calc {
  switch (expr.kind) {
    case "empty":
      return () => 0;
    case "number": {
      const num = parseNumber(expr.text);
      if (num === undefined) throw new Fault(`${expr.text}: not a number`);
      return () => num;
    }
    case "variable":
      return readTarget(expr, scope.unit);
    case "expansion":
      return expansion(expr.word, scope);
    case "unary":
      return unary(expr.op, compile(expr.operand, scope));
    case "update":
      return update(expr.op, expr.prefix, expr.target, scope.unit);
    case "binary":
      return compileBinary(expr.op, compile(expr.left, scope), compile(expr.right, scope));
    case "ternary": {
      const test = compile(expr.test, scope);
      const then = compile(expr.then, scope);
      const otherwise = compile(expr.otherwise, scope);
      return (rt) => (isZero(test(rt)) ? otherwise(rt) : then(rt));
    }
    case "assign":
      return compileAssign(expr.op, expr.target, compile(expr.value, scope), scope.unit);
    default:
      return expr satisfies never;
  }
}

function expansion(word: Word, scope: Scope): Calc {
  const text = scope.unit.compilers.text(word, scope.unit);
  if (mayWait(word)) {
    const index = scope.waiting.push(text) - 1;
    return (rt) => textToNum(rt, substituted[index] ?? "");
  }
  return (rt) => textToNum(rt, text(rt) as string);
}

function unary(op: "+" | "-" | "!" | "~", operand: Calc): Calc {
  if (op === "+") return operand;
  if (op === "-") return (rt) => negate(operand(rt));
  if (op === "!") return (rt) => (isZero(operand(rt)) ? 1 : 0);
  return (rt) => complement(operand(rt));
}

const safe = Number.MAX_SAFE_INTEGER;

function compileBinary(op: ArithBinaryOp, left: Calc, right: Calc): Calc {
  switch (op) {
    case ",":
      return (rt) => {
        left(rt);
        return right(rt);
      };
    case "&&":
      return (rt) => (!isZero(left(rt)) && !isZero(right(rt)) ? 1 : 0);
    case "||":
      return (rt) => (!isZero(left(rt)) || !isZero(right(rt)) ? 1 : 0);
    default:
      return compileNumeric(op, left, right);
  }
}

function compileNumeric(op: Exclude<ArithBinaryOp, "&&" | "||" | ",">, left: Calc, right: Calc): Calc {
  const fast = quick[op];
  return (rt) => {
    const a = left(rt);
    const b = right(rt);
    if (typeof a === "number" && typeof b === "number") {
      const result = fast(a, b);
      if (result <= safe && result >= -safe) return result;
    }
    return binary(op, a, b);
  };
}

/** On safe integers; NaN or an unsafe result where the exact way has to decide. */
const quick: Readonly<Record<Exclude<ArithBinaryOp, "&&" | "||" | ",">, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b || (a * b === 0 ? 0 : Number.NaN),
  "/": (a, b) => (b === 0 ? Number.NaN : Math.trunc(a / b) || 0),
  "%": (a, b) => (b === 0 ? Number.NaN : a % b || 0),
  "**": (a, b) => (b < 0 ? Number.NaN : a ** b),
  "==": (a, b) => (a === b ? 1 : 0),
  "!=": (a, b) => (a === b ? 0 : 1),
  "<": (a, b) => (a < b ? 1 : 0),
  "<=": (a, b) => (a <= b ? 1 : 0),
  ">": (a, b) => (a > b ? 1 : 0),
  ">=": (a, b) => (a >= b ? 1 : 0),
  "&": (a, b) => ((a | 0) === a && (b | 0) === b ? a & b : Number.NaN),
  "|": (a, b) => ((a | 0) === a && (b | 0) === b ? a | b : Number.NaN),
  "^": (a, b) => ((a | 0) === a && (b | 0) === b ? a ^ b : Number.NaN),
  "<<": (a, b) => (b >= 0 && b < 32 ? a * 2 ** b : Number.NaN),
  ">>": (a, b) => (b >= 0 && b < 32 && (a | 0) === a ? a >> b : Number.NaN),
};

// ── Variables ─────────────────────────────────────────────────────────────────────────────────

function readTarget(target: ArithTarget, unit: Unit): Calc {
  const name = target.name;
  if (target.subscripts.length === 0) {
    const own = special(name);
    if (own !== undefined) return (rt) => valueToNum(rt, own(rt), name);
    return (rt) => {
      const value = rt.variables.value(name);
      return typeof value === "number" && Number.isSafeInteger(value) ? value : valueToNum(rt, value, name);
    };
  }
  const keys = syncKeys(target, unit);
  return (rt) => {
    const special_ = special(name);
    const base = special_ === undefined ? rt.variables.value(name) : special_(rt);
    if (base === undefined) return valueToNum(rt, undefined, name);
    // A key that is not there yet counts as 0, so that `((count[$word]++))` can begin.
    return valueToNum(rt, element(base, keys(rt, base), name, "absent"), name);
  };
}

function syncKeys(target: ArithTarget, unit: Unit): (rt: Runtime, base: Value | undefined) => readonly Key[] {
  const keys = subscriptKeys(target.subscripts, target.name, unit);
  return (rt, base) => {
    const result = keys(rt, base);
    if (result instanceof Promise) throw new Fault(`${target.name}: a subscript in arithmetic cannot run commands`);
    return result;
  };
}

function writeTarget(target: ArithTarget, unit: Unit): (rt: Runtime, num: Num) => void {
  const name = target.name;
  if (target.subscripts.length === 0) {
    return (rt, num) => {
      const slot = rt.variables.write(name);
      if (slot.plain) slot.value = toValue(num);
      else assign(rt, name, toValue(num));
    };
  }
  const keys = syncKeys(target, unit);
  return (rt, num) => {
    assignPath(rt, name, keys(rt, rt.variables.value(name)), toValue(num));
  };
}

function update(op: "++" | "--", prefix: boolean, target: ArithTarget, unit: Unit): Calc {
  const step = op === "++" ? 1 : -1;
  const read = readTarget(target, unit);
  const write = writeTarget(target, unit);
  return (rt) => {
    const old = read(rt);
    const sum = typeof old === "number" ? old + step : Number.NaN;
    const changed = sum <= safe && sum >= -safe ? sum : binary("+", old, step);
    write(rt, changed);
    return prefix ? changed : old;
  };
}

function compileAssign(op: ArithAssignOp, target: ArithTarget, value: Calc, unit: Unit): Calc {
  const write = writeTarget(target, unit);
  if (op === "=") {
    return (rt) => {
      const num = value(rt);
      write(rt, num);
      return num;
    };
  }
  const combined = compileNumeric(op.slice(0, -1) as "+", readTarget(target, unit), value);
  return (rt) => {
    const num = combined(rt);
    write(rt, num);
    return num;
  };
}

// ── Text as numbers ───────────────────────────────────────────────────────────────────────────

function valueToNum(rt: Runtime, value: Value | undefined, name: string): Num {
  switch (typeof value) {
    case "number":
    case "bigint":
      return fromNumber(value);
    case "string":
      return textToNum(rt, value);
    case "boolean":
      return value ? 1 : 0;
    default:
      break;
  }
  if (value === undefined) {
    if (rt.options.nounset) throw new Fault(`${name}: unbound variable`, { status: 127, exits: true });
    return 0;
  }
  if (isEmpty(value)) return 0;
  if (value instanceof Uint8Array) return textToNum(rt, toText(value));
  throw new Fault(`${name}: a ${typeName(value)} is not a number`);
}

const cache = new Map<string, Calc>();
const cacheSize = 500;
const maxNesting = 100;
let nesting = 0;

/** What a text means in arithmetic: a number, or an expression of its own. Throws Fault when it is neither. */
function textToNum(rt: Runtime, text: string): Num {
  const trimmed = text.trim();
  if (trimmed === "") return 0;
  const signed = trimmed.startsWith("-") ? trimmed.slice(1) : trimmed;
  const number = parseNumber(signed);
  if (number !== undefined) return signed === trimmed ? number : negate(number);
  let calc = cache.get(trimmed);
  if (calc === undefined) {
    calc = compileExpressionText(trimmed, rt.shared.compilers);
    if (cache.size >= cacheSize) cache.clear();
    cache.set(trimmed, calc);
  }
  if (nesting >= maxNesting) throw new Fault(`${trimmed}: expression recursion level exceeded`);
  nesting++;
  try {
    return calc(rt);
  } finally {
    nesting--;
  }
}

function compileExpressionText(text: string, compilers: Compilers): Calc {
  const source = `((${text}))`;
  const command = parse(source).program?.body[0]?.first.stages[0]?.command;
  if (command?.kind !== "arith" || mayWait(command.expr)) throw new Fault(`${text}: not an arithmetic expression`);
  const unit: Unit = { source, name: "arithmetic", commands: new Map(), interactive: false, compilers };
  return compile(command.expr, { unit, waiting: [] });
}

/** For `let`, `declare -i`, `[[ -eq ]]`: the value of a text as arithmetic. */
export function evaluateText(rt: Runtime, text: string): Value {
  const num = textToNum(rt, text);
  return num instanceof Float ? num.value : num;
}
