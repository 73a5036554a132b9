import {
  CommandError,
  type Context,
  command,
  type Input,
  isList,
  isRecord,
  toText,
  type Value,
  type VariableChange,
} from "../../kernel/command.ts";
import type { MaybePromise } from "../../vfs/index.ts";
import { assignment, byName, declaration } from "./declare-text.ts";
import { namePattern } from "./names.ts";
import { Report } from "./reply.ts";

/** What the options of a declaration builtin say; true sets an attribute, false takes it away. */
interface Options {
  readonly switches: ReadonlyMap<string, boolean>;
  /** Index of the first operand. */
  readonly operands: number;
}

function readOptions(args: readonly string[], known: string): Options {
  const switches = new Map<string, boolean>();
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--") return { switches, operands: at + 1 };
    if (!/^[-+]./.test(arg)) break;
    for (const letter of arg.slice(1)) {
      if (!known.includes(letter)) throw new CommandError(`${arg.charAt(0)}${letter}: invalid option`, 2);
      switches.set(letter, arg.startsWith("-"));
    }
  }
  return { switches, operands: at };
}

interface Operand {
  readonly name: string;
  /** `[…]` after the name, with the brackets. */
  readonly subscript: string;
  readonly append: boolean;
  /** Absent when there is no `=`. */
  readonly value: Value | undefined;
}

function readOperand(text: string, value: Value): Operand | undefined {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)((?:\[[^\]]*\])*)(?:(\+?)=([\s\S]*))?$/.exec(text);
  if (match === null) return undefined;
  const [, name = "", subscript = "", append = "", written] = match;
  // An operand that came whole out of an expansion is still text here.
  const given = written === undefined ? undefined : value === text ? written : value;
  return { name, subscript, append: append === "+", value: given };
}

/** The attributes that the switches ask for. */
function change(switches: ReadonlyMap<string, boolean>): VariableChange {
  const casing = switches.get("l") ? "lower" : switches.get("u") ? "upper" : undefined;
  const dropsCase = switches.get("l") === false || switches.get("u") === false;
  return {
    ...(switches.has("x") ? { exported: switches.get("x") === true } : {}),
    ...(switches.get("r") ? { readonly: true } : {}),
    ...(switches.has("i") ? { integer: switches.get("i") === true } : {}),
    ...(casing !== undefined || dropsCase ? { casing } : {}),
  };
}

/** The value in the shape that `-a` and `-A` ask for. */
function shaped(operand: Operand, switches: ReadonlyMap<string, boolean>, old: Value | undefined): Value | undefined {
  const { value } = operand;
  if (switches.get("A")) {
    if (value === undefined) return isRecord(old) ? undefined : new Map();
    if (isRecord(value)) return value;
    if (isList(value) && value.length === 0) return new Map();
    throw new CommandError(`${operand.name}: cannot convert to a record`);
  }
  if (switches.get("a")) {
    if (value === undefined) return isList(old) ? undefined : old === undefined ? [] : [old];
    return isList(value) ? value : [value];
  }
  return value;
}

/** Declares each operand; an operand at fault is said and the others still hold. */
function declareAll(input: Input, ctx: Context<"shell">, options: Options, fixed: VariableChange, report: Report): void {
  const local = fixed.local ?? (ctx.shell.inFunction && options.switches.get("g") !== true);
  for (let i = options.operands; i < input.args.length; i++) {
    const text = input.args[i] as string;
    const operand = readOperand(text, input.values[i] as Value);
    if (operand === undefined) {
      report.fail(ctx, `\`${text}': not a valid identifier`);
      continue;
    }
    try {
      if (options.switches.get("r") === false) throw new CommandError(`${operand.name}: readonly variable`);
      if (operand.subscript !== "" && operand.value !== undefined) {
        ctx.shell.assign(operand.name + operand.subscript, operand.value);
        continue;
      }
      const old = local && fixed.local === true ? undefined : ctx.shell.variable(operand.name)?.value;
      const value = shaped(operand, options.switches, old);
      ctx.shell.set(operand.name, {
        ...change(options.switches),
        ...fixed,
        local,
        ...(value === undefined ? {} : { value }),
        ...(operand.append && value !== undefined ? { append: true } : {}),
      });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      report.fail(ctx, error.message, error.status);
    }
  }
}

/** `declare -f`, `-F`: the functions, or those named. */
function printFunctions(names: readonly string[], bodies: boolean, ctx: Context<"shell">, report: Report): void {
  const wanted = names.length > 0 ? names : [...ctx.shell.functionNames()].sort();
  for (const name of wanted) {
    const source = ctx.shell.functionSource(name);
    if (source === undefined) report.status = 1;
    else if (bodies) report.out += `${source}\n`;
    else report.out += names.length > 0 ? `${name}\n` : `declare -f ${name}\n`;
  }
}

function printNamed(names: readonly string[], ctx: Context<"shell">, report: Report): void {
  for (const name of names) {
    const variable = ctx.shell.variable(name);
    if (variable === undefined) report.fail(ctx, `${name}: not found`);
    else report.out += declaration(variable);
  }
}

/** Variables that have all the attributes asked for. */
function printAll(ctx: Context<"shell">, { switches }: Options, verb: "declare" | "set", report: Report): void {
  for (const variable of [...ctx.shell.variables()].sort(byName)) {
    if (switches.get("x") && !variable.exported) continue;
    if (switches.get("r") && !variable.readonly) continue;
    if (switches.get("i") && !variable.integer) continue;
    if (switches.get("a") && !isList(variable.value)) continue;
    if (switches.get("A") && !isRecord(variable.value)) continue;
    report.out += verb === "set" ? assignment(variable) : declaration(variable);
  }
}

function runDeclare(input: Input, ctx: Context<"shell">, fixed: VariableChange): MaybePromise<number> {
  const options = readOptions(input.args, "aAilurxgpfFt");
  const names = input.args.slice(options.operands);
  const report = new Report();
  const { switches } = options;
  if (switches.get("f") || switches.get("F")) printFunctions(names, !switches.get("F"), ctx, report);
  else if (switches.get("p") && names.length > 0) printNamed(names, ctx, report);
  else if (names.length > 0) declareAll(input, ctx, options, fixed, report);
  else printAll(ctx, options, switches.size === 0 ? "set" : "declare", report);
  return report.end(ctx);
}

const operands = [
  { name: "name", help: "NAME, NAME=VALUE or NAME+=VALUE", optional: true, rest: true, means: "variable" },
] as const;
const description = `-a list, -A record, -i integer, -l lower case, -u upper case, -r readonly, -x exported; + takes an attribute away.
-g declares outside the function, -p prints, -f prints functions, -F their names.`;

export const declare = command(
  {
    name: "declare",
    summary: "declare variables and their attributes",
    description,
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: operands,
    flags: {},
    aliases: ["typeset"],
    examples: [
      { run: "declare -i n=2+3; echo $n", stdout: "5\n" },
      { run: "declare -A m=([a]=1 [b]=2); echo ${m[b]}", stdout: "2\n" },
      { run: "declare -x who=amy; declare -p who", stdout: 'declare -x who="amy"\n' },
    ],
  },
  (input, ctx) => runDeclare(input, ctx, {}),
);

export const local = command(
  {
    name: "local",
    summary: "declare variables of the current function",
    description,
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: operands,
    flags: {},
    examples: [{ run: "x=1; f() { local x=2; echo $x; }; f; echo $x", stdout: "2\n1\n" }],
  },
  (input, ctx) => {
    if (!ctx.shell.inFunction) throw new CommandError("can only be used in a function");
    return runDeclare(input, ctx, { local: true });
  },
);

export const exportCommand = command(
  {
    name: "export",
    summary: "give variables to programs that are started",
    description: "-n takes them back, -p prints what is exported.",
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: operands,
    flags: {},
    examples: [{ run: "export GREETING=hello; env | grep GREETING", stdout: "GREETING=hello\n" }],
  },
  (input, ctx) => {
    const options = readOptions(input.args, "fnp");
    if (options.switches.get("f")) throw new CommandError("-f: functions are not exported; source a file instead", 2);
    const report = new Report();
    if (options.operands === input.args.length) printAll(ctx, { ...options, switches: new Map([["x", true]]) }, "declare", report);
    else
      declareAll(
        input,
        ctx,
        { ...options, switches: new Map() },
        { exported: options.switches.get("n") !== true, local: false },
        report,
      );
    return report.end(ctx);
  },
);

export const readonly = command(
  {
    name: "readonly",
    summary: "forbid changes of variables",
    description: "-a list, -A record, -p prints them.",
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: operands,
    flags: {},
    examples: [{ run: "readonly x=1; readonly -p | grep ' x='", stdout: 'declare -r x="1"\n' }],
  },
  (input, ctx) => {
    const options = readOptions(input.args, "aAfp");
    const report = new Report();
    const fixed: VariableChange = { readonly: true, local: false };
    if (options.operands === input.args.length) printAll(ctx, { ...options, switches: new Map([["r", true]]) }, "declare", report);
    else declareAll(input, ctx, options, fixed, report);
    return report.end(ctx);
  },
);

export const unset = command(
  {
    name: "unset",
    summary: "forget variables or functions",
    description: "Without -v or -f a name is a variable, and a function if there is no such variable.",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [{ name: "name", help: "NAME or 'NAME[key]'", optional: true, rest: true, means: "variable" }],
    flags: { v: { help: "variables only" }, f: { help: "functions only" } },
    examples: [{ run: "x=1; unset x; echo ${x-gone}", stdout: "gone\n" }],
  },
  (input, ctx) => {
    const report = new Report();
    for (const name of input.values.map(toText)) {
      try {
        if (input.flags.f) ctx.shell.unsetFunction(name);
        else if (!namePattern.test(name) && !/^[A-Za-z_][A-Za-z0-9_]*\[.+\]$/s.test(name)) {
          if (input.flags.v) report.fail(ctx, `\`${name}': not a valid identifier`);
          else ctx.shell.unsetFunction(name);
        } else if (!ctx.shell.unset(name) && !input.flags.v) ctx.shell.unsetFunction(name);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        report.fail(ctx, error.message, error.status);
      }
    }
    return report.end(ctx);
  },
);
