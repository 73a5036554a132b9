import type { CondBinaryOp, CondCommand, CondExpr, CondUnaryOp, ValueNode, Word } from "../../../parser/index.ts";
import { after, join, type MaybePromise } from "../../../vfs/index.ts";
import { compareFiles, testFile, type Value } from "../../command.ts";
import { isList, isRecord, toText, valuesEqual } from "../../value.ts";
import { Fault } from "../control.ts";
import { matchRegex } from "../regex-match.ts";
import type { Exec, Runtime, Unit, ValueOf } from "../runtime.ts";
import { element } from "../subscript.ts";
import { bareText } from "./constant.ts";
import { compileOne, parseReference } from "./lookup.ts";
import { compileWordPattern } from "./patterns.ts";

type Test = (rt: Runtime) => MaybePromise<boolean>;

/** `[[ … ]]`. */
export function compileCondCommand(node: CondCommand, unit: Unit): Exec {
  const test = compileCond(node.expr, unit);
  return (rt) => {
    const result = test(rt);
    return result instanceof Promise ? result.then((yes) => (yes ? 0 : 1)) : result ? 0 : 1;
  };
}

function compileCond(expr: CondExpr, unit: Unit): Test {
  switch (expr.kind) {
    case "word": {
      const text = unit.compilers.text(expr.word, unit);
      return (rt) => after(text(rt), (done) => done !== "");
    }
    case "test":
      return compileTest(expr.op, expr.word, unit);
    case "compare":
      return compileCompare(expr.op, expr.left, expr.right, unit);
    case "not": {
      const inner = compileCond(expr.expr, unit);
      return (rt) => after(inner(rt), (yes) => !yes);
    }
    case "and":
    case "or": {
      const left = compileCond(expr.left, unit);
      const right = compileCond(expr.right, unit);
      const goOn = expr.kind === "and";
      return (rt) => after(left(rt), (yes) => (yes === goOn ? right(rt) : yes));
    }
    case "group":
      return compileCond(expr.expr, unit);
    default:
      return expr satisfies never;
  }
}

// ── One operand ───────────────────────────────────────────────────────────────────────────────

function compileTest(op: CondUnaryOp, word: Word, unit: Unit): Test {
  const text = unit.compilers.text(word, unit);
  switch (op) {
    case "-z":
      return (rt) => after(text(rt), (done) => done === "");
    case "-n":
      return (rt) => after(text(rt), (done) => done !== "");
    case "-v":
      return (rt) => after(text(rt), (name) => isSet(rt, name));
    case "-o":
      return (rt) => after(text(rt), (name) => rt.options.get(name));
    case "-t":
      return (rt) => after(text(rt), (fd) => isTerminal(rt, fd));
    case "-list":
    case "-record": {
      const value = lone(word, unit);
      return (rt) => after(value(rt), op === "-list" ? isList : isRecord);
    }
    default:
      return (rt) => after(text(rt), (path) => testFile(rt.shared.host.vfs, op, absolute(rt, path)));
  }
}

/** "" stays: it names no file. */
function absolute(rt: Runtime, path: string): string {
  return path === "" ? "" : join(rt.cwd, path);
}

function isTerminal(rt: Runtime, fd: string): boolean {
  const description = rt.fds[Number(fd)];
  return description?.source?.isTty === true || description?.sink?.isTty === true;
}

/** `[[ -v name ]]`, also with subscripts. */
function isSet(rt: Runtime, name: string): MaybePromise<boolean> {
  const part = parseReference(name);
  if (part === undefined) return /^[0-9]+$/.test(name) && rt.positional[Number(name) - 1] !== undefined;
  const unit: Unit = {
    source: `: \${${name}}`,
    name: "-v",
    commands: new Map(),
    interactive: false,
    compilers: rt.shared.compilers,
  };
  const last = part.subscripts.at(-1);
  const plain = last?.kind === "all" ? { ...part, subscripts: part.subscripts.slice(0, -1) } : part;
  return after(compileOne(plain, unit, "absent")(rt), (value) => value !== undefined);
}

/** The word's value with its type. */
function lone(word: Word, unit: Unit): ValueOf {
  return unit.compilers.value(word, unit, false);
}

// ── Two operands ──────────────────────────────────────────────────────────────────────────────

function compileCompare(op: CondBinaryOp, left: Word, right: ValueNode, unit: Unit): Test {
  if (op === "in" || op === "not in") return compileIn(op, left, right, unit);
  if (right.kind !== "word") return compileStructure(op, left, right, unit);
  switch (op) {
    case "==":
    case "!=":
      return compileEqual(op, left, right, unit);
    case "=~": {
      const subject = unit.compilers.text(left, unit);
      const segments = unit.compilers.segments(right, unit);
      return (rt) => after(subject(rt), (text) => after(segments(rt), (parts) => matchRegex(rt, text, parts)));
    }
    case "<":
    case ">":
      return compileOrder(op, unit.compilers.text(left, unit), unit.compilers.text(right, unit));
    case "-nt":
    case "-ot":
    case "-ef": {
      const a = unit.compilers.text(left, unit);
      const b = unit.compilers.text(right, unit);
      const compare = (rt: Runtime, first: string, second: string) =>
        compareFiles(rt.shared.host.vfs, op, absolute(rt, first), absolute(rt, second));
      return (rt) => after(a(rt), (first) => after(b(rt), (second) => compare(rt, first, second)));
    }
    default:
      return compileNumeric(op, left, right, unit);
  }
}

/** Literals on the right compare structure. */
function compileStructure(op: CondBinaryOp, left: Word, right: ValueNode, unit: Unit): Test {
  if (op !== "==" && op !== "!=") throw new Fault(`${op}: a literal can only be compared with == or !=`);
  const a = lone(left, unit);
  const b = unit.compilers.value(right, unit, false);
  return (rt) => after(a(rt), (first) => after(b(rt), (second) => valuesEqual(first, second) === (op === "==")));
}

/** Numeric when both sides are typed numbers, by structure for lists and records, else the right side is a pattern. */
function compileEqual(op: "==" | "!=", left: Word, right: Word, unit: Unit): Test {
  const wanted = op === "==";
  const text = unit.compilers.text(left, unit);
  const pattern = compileWordPattern(right, unit, true);
  const byPattern: Test = (rt) => {
    const subject = text(rt);
    const compiled = pattern(rt);
    if (typeof subject === "string" && !(compiled instanceof Promise)) return compiled.matches(subject) === wanted;
    return after(subject, (done) => after(compiled, (ready) => ready.matches(done) === wanted));
  };
  if (!isLoneExpansion(left) || !(isLoneExpansion(right) || bareText(right) !== undefined)) return byPattern;
  const a = lone(left, unit);
  const b = lone(right, unit);
  return (rt) =>
    after(a(rt), (first) => {
      if (typeof first === "string") return byPattern(rt);
      return after(b(rt), (second) => (typeof second === "string" ? byPattern(rt) : valuesEqual(first, second) === wanted));
    });
}

function isLoneExpansion(word: Word): boolean {
  const [part] = word.parts;
  return word.parts.length === 1 && (part?.kind === "param" || part?.kind === "arith-expansion");
}

function compileOrder(
  op: "<" | ">",
  left: (rt: Runtime) => MaybePromise<string>,
  right: (rt: Runtime) => MaybePromise<string>,
): Test {
  return (rt) =>
    after(left(rt), (a) =>
      after(right(rt), (b) =>
        op === "<" ? Buffer.from(a).compare(Buffer.from(b)) < 0 : Buffer.from(a).compare(Buffer.from(b)) > 0,
      ),
    );
}

type NumericOp = "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge";

const numeric: Readonly<Record<NumericOp, (a: number | bigint, b: number | bigint) => boolean>> = {
  "-eq": (a, b) => a === b,
  "-ne": (a, b) => a !== b,
  "-lt": (a, b) => a < b,
  "-le": (a, b) => a <= b,
  "-gt": (a, b) => a > b,
  "-ge": (a, b) => a >= b,
};

function compileNumeric(op: NumericOp, left: Word, right: Word, unit: Unit): Test {
  const compare = numeric[op];
  const a = lone(left, unit);
  const b = lone(right, unit);
  return (rt) => after(a(rt), (first) => after(b(rt), (second) => compare(toNumber(rt, first), toNumber(rt, second))));
}

function toNumber(rt: Runtime, value: Value): number | bigint {
  if (typeof value === "number" || typeof value === "bigint") return value;
  const result = rt.shared.compilers.evaluate(rt, toText(value));
  return typeof result === "number" || typeof result === "bigint" ? result : 0;
}

/** `x in list`, `key in record`. */
function compileIn(op: "in" | "not in", left: Word, right: ValueNode, unit: Unit): Test {
  const item = lone(left, unit);
  const holder = unit.compilers.value(right, unit, false);
  const wanted = op === "in";
  return (rt) =>
    after(item(rt), (value) =>
      after(holder(rt), (within) => {
        if (isRecord(within)) return (element(within, [toText(value)], "", "absent") !== undefined) === wanted;
        if (isList(within)) return within.some((each) => valuesEqual(each, value)) === wanted;
        throw new Fault(`${op}: needs a list or a record on the right`);
      }),
    );
}
