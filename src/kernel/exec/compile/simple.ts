import { parse, type SimpleCommand, type Word } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Command, Input, Value } from "../../command.ts";
import { quoteWord } from "../../quote.ts";
import { parseArguments } from "../../signature.ts";
import { toText } from "../../value.ts";
import { runBuiltin, runParsed } from "../builtin.ts";
import { callFunction } from "../call.ts";
import { each, ensure } from "../control.ts";
import { invoke } from "../invoke.ts";
import { Operand } from "../operand.ts";
import type { Exec, Fields, Runtime, Unit } from "../runtime.ts";
import { compileAssignment, compileTemporary } from "./assignments.ts";
import { bareText, constantText, hasGlob } from "./constant.ts";
import { inOrder } from "./fields.ts";
import { compileLocal, compileOperand, declarationNames } from "./operands.ts";
import { compileRedirects, permanentRedirects, type Redirecting, withRedirects } from "./redirect.ts";
import { mayWait } from "./unit.ts";

/** A simple command: assignments, words, redirections. */
export function compileSimple(node: SimpleCommand, unit: Unit): Exec {
  if (node.words.length === 0) return withRedirects(node.redirects, compileBare(node, unit), unit);
  const first = node.words[0] as Word;
  const name = constantText(first);
  if (name === "exec" && node.words.length === 1) return permanentRedirects(node.redirects, unit);
  const plain = compileInvocation(node.words, unit, name, compileAround(node, unit));
  return unit.interactive && name !== undefined && bareText(first) === name ? withAlias(node, name, plain, unit) : plain;
}

/** Assignments without a command. Their status is that of the last command substitution. */
function compileBare(node: SimpleCommand, unit: Unit): Exec {
  const assigners = node.assignments.map((assignment) => compileAssignment(assignment, unit));
  const substitutes = mayWait(node.assignments) || mayWait(node.redirects);
  const [only] = assigners;
  if (only !== undefined && assigners.length === 1 && !substitutes) {
    return (rt) => {
      const waiting = only(rt);
      if (rt.options.xtrace) return traceAssignments(rt, node, unit);
      return waiting instanceof Promise ? waiting.then(() => 0) : 0;
    };
  }
  return (rt) => {
    rt.substitutionStatus = 0;
    const done = () => after(rt.options.xtrace ? traceAssignments(rt, node, unit) : 0, () => rt.substitutionStatus);
    const waiting = each(assigners, (assigner) => assigner(rt));
    return waiting instanceof Promise ? waiting.then(done) : done();
  };
}

function traceAssignments(rt: Runtime, node: SimpleCommand, unit: Unit): MaybePromise<number> {
  const text = node.assignments.map((assignment) => unit.source.slice(assignment.span.start, assignment.span.end)).join(" ");
  return after(rt.stderr.write(`+ ${text}\n`), () => 0);
}

/** What is made for the time of one command, after its words were expanded: redirections, then assignments. */
function compileAround(node: SimpleCommand, unit: Unit): Redirecting | undefined {
  const redirecting = compileRedirects(node.redirects, unit);
  if (node.assignments.length === 0) return redirecting;
  const temporary = compileTemporary(node.assignments, unit);
  const assigning: Redirecting = (rt, run) => after(temporary(rt), (undo) => ensure(run, () => undo()));
  if (redirecting === undefined) return assigning;
  return (rt, run) => redirecting(rt, () => assigning(rt, run));
}

function compileInvocation(words: readonly Word[], unit: Unit, name: string | undefined, around: Redirecting | undefined): Exec {
  const declares = name !== undefined && declarationNames.has(name);
  const command = name === undefined ? undefined : unit.commands.get(name);
  const constants = words.map(constantArgument);
  if (constants.every((text) => text !== undefined) && !declares) {
    const call = constantCall(constants, command);
    return around === undefined ? call : (rt) => around(rt, () => call(rt));
  }
  const fields = words.map((word, index) =>
    declares && index > 0 ? compileOperand(word, words, unit) : unit.compilers.fields(word, unit),
  );
  const general = variableCall(inOrder(fields), name, command, around);
  return name === "local" && around === undefined ? (compileLocal(words, general, unit) ?? general) : general;
}

/** The text of an argument that is the same at every run; undefined where globs, braces or expansions are. */
function constantArgument(word: Word): string | undefined {
  if (word.parts.some((part) => part.kind === "literal" && hasGlob(part.text))) return undefined;
  return constantText(word);
}

/** Everything is known: the builtin's arguments are read once. */
function constantCall(argv: readonly string[], command: Command | undefined): Exec {
  const [name = ""] = argv;
  const rest = argv.slice(1);
  const last = argv.at(-1) ?? "";
  let input: Input | undefined;
  if (command !== undefined) {
    const parsed = parseArguments(command.signature, rest);
    if (parsed.kind === "input") input = parsed.input;
  }
  return (rt) => {
    if (rt.options.xtrace) trace(rt, argv);
    rt.lastArgument = last;
    const fn = rt.functions.get(name);
    if (fn !== undefined) return callFunction(rt, fn, rest);
    if (command === undefined) return invoke(rt, argv, {});
    return input === undefined ? runBuiltin(rt, command, name, argv) : runParsed(rt, command, name, input);
  };
}

function variableCall(
  fields: Fields,
  name: string | undefined,
  command: Command | undefined,
  around: Redirecting | undefined,
): Exec {
  const call = (rt: Runtime, argv: Value[]): MaybePromise<number> => {
    if (argv.length === 0) return rt.substitutionStatus;
    if (rt.options.xtrace) trace(rt, argv);
    rt.lastArgument = argv[argv.length - 1] as Value;
    if (name === undefined) return invoke(rt, argv, {});
    const fn = rt.functions.get(name);
    if (fn !== undefined) return callFunction(rt, fn, argv.slice(1).map(plainOperand));
    return command === undefined ? invoke(rt, argv, {}) : runBuiltin(rt, command, name, argv);
  };
  const run = around === undefined ? call : (rt: Runtime, argv: Value[]) => around(rt, () => call(rt, argv));
  return (rt) => {
    rt.substitutionStatus = 0;
    const argv: Value[] = [];
    const waiting = fields(rt, argv);
    return waiting instanceof Promise ? waiting.then(() => run(rt, argv)) : run(rt, argv);
  };
}

function plainOperand(value: Value): Value {
  return value instanceof Operand ? value.text : value;
}

function trace(rt: Runtime, argv: readonly Value[]): void {
  const prefix = toText(rt.variables.value("PS4") ?? "+ ");
  const text = argv.map((value) => quoteWord(value instanceof Operand ? value.text : toText(value))).join(" ");
  try {
    const waiting = rt.stderr.write(`${prefix}${text}\n`);
    if (waiting instanceof Promise) void waiting.catch(() => {});
  } catch {
    // Nobody reads stderr.
  }
}

// ── Aliases ───────────────────────────────────────────────────────────────────────────────────

/** Aliases in use, so that `alias ls='ls -l'` does not expand for ever. */
const expanding = new Set<string>();

/** Interactive: an alias that is set when the command runs replaces its first word, as text. */
function withAlias(node: SimpleCommand, name: string, plain: Exec, unit: Unit): Exec {
  if (expanding.has(name) || node.assignments.length > 0) return plain;
  return (rt) => {
    const text = rt.functions.has(name) ? undefined : rt.aliases.get(name);
    if (text === undefined) return plain(rt);
    const first = node.words[0] as Word;
    const source = `${text}${unit.source.slice(first.span.end, node.span.end)}`;
    const program = parse(source).program;
    if (program === undefined) return after(rt.complain(`${name}: its alias does not read as a command: ${text}`), () => 2);
    expanding.add(name);
    try {
      return unit.compilers.statements(program.body, { ...unit, source })(rt);
    } finally {
      expanding.delete(name);
    }
  };
}
