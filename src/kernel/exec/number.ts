import type { ArithBinaryOp } from "../../parser/index.ts";
import type { Value } from "../command.ts";
import { Fault } from "./control.ts";

/** A float in arithmetic: kept apart from integers, so that 7.0 / 2 is 3.5. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A number in arithmetic: integers are numbers while they are safe, else bigints of 64 bits. */
export type Num = number | bigint | Float;

/** Wraps to 64 bits; small results become numbers. */
function wrap(big: bigint): number | bigint {
  const wrapped = BigInt.asIntN(64, big);
  const number = Number(wrapped);
  return Number.isSafeInteger(number) ? number : wrapped;
}

export function toValue(num: Num): Value {
  return num instanceof Float ? num.value : num;
}

export function isZero(num: Num): boolean {
  return num instanceof Float ? num.value === 0 : num === 0 || num === 0n;
}

function toDouble(num: Num): number {
  return num instanceof Float ? num.value : Number(num);
}

function toBig(num: Num): bigint {
  if (num instanceof Float) return BigInt(Number.isFinite(num.value) ? Math.trunc(num.value) : 0);
  return BigInt(num);
}

/** A typed number as a number of arithmetic. */
export function fromNumber(value: number | bigint): Num {
  if (typeof value === "bigint") return value;
  return Number.isSafeInteger(value) ? value : new Float(value);
}

type SimpleBinaryOp = Exclude<ArithBinaryOp, "&&" | "||" | ",">;

function compare(op: SimpleBinaryOp, a: number | bigint, b: number | bigint): number | undefined {
  switch (op) {
    case "==":
      return a === b ? 1 : 0;
    case "!=":
      return a === b ? 0 : 1;
    case "<":
      return a < b ? 1 : 0;
    case "<=":
      return a <= b ? 1 : 0;
    case ">":
      return a > b ? 1 : 0;
    case ">=":
      return a >= b ? 1 : 0;
    default:
      return undefined;
  }
}

function divisionByZero(): never {
  throw new Fault("division by 0");
}

function floats(op: SimpleBinaryOp, a: number, b: number): Num {
  switch (op) {
    case "+":
      return new Float(a + b);
    case "-":
      return new Float(a - b);
    case "*":
      return new Float(a * b);
    case "/":
      return b === 0 ? divisionByZero() : new Float(a / b);
    case "%":
      return b === 0 ? divisionByZero() : new Float(a % b);
    case "**":
      return new Float(a ** b);
    default:
      throw new Fault(`${op}: needs integers`);
  }
}

function bigs(op: SimpleBinaryOp, a: bigint, b: bigint): Num {
  switch (op) {
    case "+":
      return wrap(a + b);
    case "-":
      return wrap(a - b);
    case "*":
      return wrap(a * b);
    case "/":
      return b === 0n ? divisionByZero() : wrap(a / b);
    case "%":
      return b === 0n ? divisionByZero() : wrap(a % b);
    case "**":
      return power(a, b);
    case "<<":
      return wrap(a << (b & 63n));
    case ">>":
      return wrap(a >> (b & 63n));
    case "&":
      return wrap(a & b);
    case "|":
      return wrap(a | b);
    case "^":
      return wrap(a ^ b);
    default:
      throw new Fault(`${op}: needs numbers`);
  }
}

/** By squaring, wrapping at each step as C does. */
function power(base: bigint, exponent: bigint): Num {
  if (exponent < 0n) throw new Fault("exponent less than 0");
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return wrap(result);
}

/** Any operator on any numbers; the closures take the common integer cases themselves. */
export function binary(op: SimpleBinaryOp, a: Num, b: Num): Num {
  if (a instanceof Float || b instanceof Float) {
    const x = toDouble(a);
    const y = toDouble(b);
    return compare(op, x, y) ?? floats(op, x, y);
  }
  return compare(op, a, b) ?? bigs(op, BigInt(a), BigInt(b));
}

export function negate(num: Num): Num {
  if (num instanceof Float) return new Float(-num.value);
  if (typeof num === "number") return num === 0 ? 0 : -num;
  return wrap(-num);
}

export function complement(num: Num): Num {
  if (num instanceof Float) throw new Fault("~: needs an integer");
  return wrap(~toBig(num));
}

const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_";

/** A number as the language writes it: decimal, `0x`, `0`, `n#`, a float. Undefined if it is none; throws Fault for a bad digit. */
export function parseNumber(text: string): Num | undefined {
  if (/^(0|[1-9][0-9]*)$/.test(text)) return text.length <= 15 ? Number(text) : wrap(BigInt(text));
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return wrap(BigInt(text));
  if (/^0[0-9]+$/.test(text)) return inBase(text, text.slice(1), 8);
  const based = /^([0-9]+)#([0-9a-zA-Z@_]+)$/.exec(text);
  if (based !== null) return inBase(text, based[2] as string, Number(based[1]));
  if (/^([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][+-]?[0-9]+)?$/.test(text)) return new Float(Number(text));
  return undefined;
}

function inBase(whole: string, text: string, base: number): Num {
  if (base < 2 || base > 64) throw new Fault(`${whole}: invalid arithmetic base`);
  let result = 0n;
  for (const char of text) {
    const index = digits.indexOf(base <= 36 ? char.toLowerCase() : char);
    if (index < 0 || index >= base) throw new Fault(`${whole}: value too great for base`);
    result = result * BigInt(base) + BigInt(index);
  }
  return wrap(result);
}
