import type { FunctionParam } from "../../parser/index.ts";
import { after, type MaybePromise } from "../../vfs/index.ts";
import type { Value } from "../command.ts";
import { isList, isRecord, toText, typedLiteral, typeName } from "../value.ts";
import type { CompiledParam, Runtime } from "./runtime.ts";

/**
 * Gives a typed function's parameters their values: by position or `--name value`. Answers 2 after a message for a wrong
 * type, a missing or an unknown one; undefined when all is well.
 */
export function bindParameters(
  rt: Runtime,
  name: string,
  params: readonly CompiledParam[],
  args: readonly Value[],
): MaybePromise<number | undefined> {
  const sorted = sortArguments(params, args);
  if (typeof sorted === "string") return refuse(rt, name, sorted);
  const bind = (index: number): MaybePromise<number | undefined> => {
    const next = params[index];
    if (next === undefined) return undefined;
    return after(valueFor(rt, next, sorted.get(next.param.name)), (value) => {
      if (typeof value === "object" && value !== null && "problem" in value) return refuse(rt, name, value.problem);
      define(rt, next.param.name, value as Value);
      return bind(index + 1);
    });
  };
  return bind(0);
}

function refuse(rt: Runtime, name: string, problem: string): MaybePromise<number> {
  return after(rt.stderr.write(`${name}: ${problem}\n`), () => 2);
}

function define(rt: Runtime, name: string, value: Value): void {
  if (rt.call === null) return;
  rt.call.hidden ??= new Map();
  rt.variables.hide(name, rt.call.hidden).value = value;
}

/** The given values by parameter name, or what is wrong. */
function sortArguments(params: readonly CompiledParam[], args: readonly Value[]): Map<string, Value> | string {
  const given = new Map<string, Value>();
  const operands: Value[] = [];
  let flagsEnded = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as Value;
    const flag = flagsEnded || typeof arg !== "string" ? null : /^--([A-Za-z_][A-Za-z0-9_-]*)(?:=(.*))?$/s.exec(arg);
    if (arg === "--" && !flagsEnded) flagsEnded = true;
    else if (flag === null) operands.push(arg);
    else {
      const key = (flag[1] as string).replaceAll("-", "_");
      const compiled = params.find(({ param }) => param.name === key);
      if (compiled === undefined) return `unrecognized option '--${flag[1]}'`;
      const last = i + 1 >= args.length;
      if (flag[2] !== undefined) given.set(key, flag[2]);
      else if (compiled.param.type === "bool" && (last || (args[i + 1] !== "true" && args[i + 1] !== "false")))
        given.set(key, true);
      else if (last) return `option '--${flag[1]}' requires an argument`;
      else given.set(key, args[++i] as Value);
    }
  }
  return placeOperands(params, given, operands);
}

function placeOperands(
  params: readonly CompiledParam[],
  given: Map<string, Value>,
  operands: Value[],
): Map<string, Value> | string {
  for (const { param } of params) {
    if (param.rest) {
      given.set(param.name, operands.splice(0));
    } else if (!given.has(param.name)) {
      const next = operands.shift();
      if (next !== undefined) given.set(param.name, next);
    }
  }
  const [extra] = operands;
  return extra === undefined ? given : `extra operand '${toText(extra)}'`;
}

type Problem = { readonly problem: string };

function valueFor(rt: Runtime, compiled: CompiledParam, given: Value | undefined): MaybePromise<Value | Problem> {
  const { param, defaultValue } = compiled;
  if (given === undefined) {
    if (defaultValue === undefined) return { problem: `missing argument: ${param.name} (${param.type})` };
    return defaultValue(rt);
  }
  if (!param.rest) return convert(param, given);
  const items: Value[] = [];
  for (const item of given as readonly Value[]) {
    const value = convert(param, item);
    if (typeof value === "object" && value !== null && "problem" in value) return value;
    items.push(value as Value);
  }
  return items;
}

function convert(param: FunctionParam, given: Value): Value | Problem {
  const typed = typeof given === "string" ? typedLiteral(given) : given;
  const wrong: Problem = { problem: `${param.name}: needs ${article(param.type)}, and this is ${describe(given)}` };
  switch (param.type) {
    case "any":
      return given;
    case "string":
      return isList(given) || isRecord(given) ? wrong : toText(given);
    case "int":
      return typeof typed === "bigint" || Number.isInteger(typed) ? typed : wrong;
    case "number":
      return typeof typed === "number" || typeof typed === "bigint" ? typed : wrong;
    case "bool":
      return typeof typed === "boolean" ? typed : wrong;
    case "list":
      return isList(given) ? given : wrong;
    case "record":
      return isRecord(given) ? given : wrong;
    default:
      return param.type satisfies never;
  }
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function describe(value: Value): string {
  return isList(value) || isRecord(value) ? `a ${typeName(value)}` : `'${toText(value)}'`;
}
