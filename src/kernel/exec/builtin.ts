import { after, type MaybePromise, VfsError } from "../../vfs/index.ts";
import type { Command, Input, Value } from "../command.ts";
import { parseArguments, usage } from "../signature.ts";
import { toText } from "../value.ts";
import { contextFor } from "./command-context.ts";
import { abortStatus, exitWith } from "./control.ts";
import { failureOf } from "./failure.ts";
import { untilAborted } from "./jobs.ts";
import { Operand } from "./operand.ts";
import type { Runtime } from "./runtime.ts";

/** How long a builtin may go on after an abort before it is left behind. */
const graceMs = 50;

/** Builtins that bash runs in the shell itself: when nobody reads what they write, SIGPIPE ends the shell they run in. */
const inShell: ReadonlySet<string> = new Set([
  "echo",
  "printf",
  "pwd",
  "type",
  "help",
  "jobs",
  "dirs",
  "history",
  "alias",
  "set",
  "declare",
  "typeset",
  "export",
]);

/** Runs a builtin: reads its arguments by its signature, gives it its powers, turns what it throws into a status. */
export function runBuiltin(rt: Runtime, command: Command, name: string, argv: readonly Value[]): MaybePromise<number> {
  const parsed = parseArguments(command.signature, argv.length === 1 ? none : argv.slice(1));
  if (parsed.kind === "input") return runParsed(rt, command, name, hasOperands(argv) ? declared(parsed.input) : parsed.input);
  if (parsed.kind === "help") return after(rt.stdout.write(usage(command.signature)), () => 0);
  return after(rt.stderr.write(`${name}: ${parsed.message}\n`), () => 2);
}

const none: readonly Value[] = [];

function hasOperands(argv: readonly Value[]): boolean {
  for (const value of argv) if (value instanceof Operand) return true;
  return false;
}

/** Gives a declaration builtin its operands as its contract says: the text in `args`, the value alone in `values`. */
function declared(input: Input): Input {
  return {
    ...input,
    args: input.values.map((value, index) => (value instanceof Operand ? value.text : (input.args[index] ?? toText(value)))),
    values: input.values.map((value) => (value instanceof Operand ? value.assigned : value)),
  };
}

/** As `runBuiltin`, with arguments that were read before. */
export function runParsed(rt: Runtime, command: Command, name: string, input: Input): MaybePromise<number> {
  try {
    const context = contextFor(rt, command, name, input);
    const status =
      context instanceof Promise
        ? context.then((ready) => command.run(input, ready as Parameters<Command["run"]>[1]))
        : command.run(input, context as Parameters<Command["run"]>[1]);
    return status instanceof Promise ? settle(rt, name, status) : status;
  } catch (error) {
    return failed(rt, name, error);
  }
}

async function settle(rt: Runtime, name: string, running: Promise<number>): Promise<number> {
  const { signal } = rt;
  try {
    return await untilAborted(running, signal);
  } catch (error) {
    if (!signal.aborted) return failed(rt, name, error);
  }
  // Aborted: a command that minds its signal gets a moment to clean up.
  await Promise.race([running.catch(() => {}), new Promise((resolve) => setTimeout(resolve, graceMs))]);
  rt.checkAbort();
  return abortStatus(signal);
}

function failed(rt: Runtime, name: string, error: unknown): MaybePromise<number> {
  if (error instanceof VfsError && error.code === "EPIPE") {
    if (inShell.has(name)) rt.leave = exitWith(141);
    return 141;
  }
  if (rt.signal.aborted) {
    rt.checkAbort();
    return abortStatus(rt.signal);
  }
  const failure = failureOf(error);
  if (failure.message === undefined) return failure.status;
  try {
    return after(rt.stderr.write(`${name}: ${failure.message}\n`), () => failure.status);
  } catch {
    return failure.status;
  }
}
