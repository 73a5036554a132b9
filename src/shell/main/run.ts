import { version } from "../../../package.json";
import { commandTable } from "../../commands/index.ts";
import { KernelError, type KernelErrorCode } from "../../kernel/index.ts";
import { quote } from "../../kernel/quote.ts";
import { nearest } from "../../kernel/signature.ts";
import { VfsError } from "../../vfs/index.ts";
import { type Invocation, parseCommandLine, type Where } from "./cli.ts";
import { runInteractive } from "./interactive.ts";
import { attach, defaultKernel } from "./kernels.ts";
import { logFault, logFile } from "./log.ts";
import { environment, interruption, type Started, standardStreams, workingDirectory } from "./process.ts";
import { readProgram } from "./program.ts";
import { notice, runProgram } from "./run-program.ts";
import { serveMcp, serveRpc } from "./serve.ts";

/** Groups whose commands are verbs of the command line too. */
const verbGroups: readonly string[] = ["kernel", "vfs", "agents", "git"];

/** The commands that are verbs of the command line too. */
export function verbs(): ReadonlySet<string> {
  return new Set(
    [...commandTable().values()]
      .filter(({ signature }) => verbGroups.includes(signature.group))
      .map(({ signature }) => signature.name),
  );
}

/** Does what the command line asks for and ends the process with its status. */
export async function runInvocation(started: Started): Promise<void> {
  const invocation = parseCommandLine(started.argv, {
    version,
    verbs: verbs(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
  try {
    process.exitCode = await perform(invocation, started);
  } catch (error) {
    process.exitCode = report(error);
  }
  // Handles that nobody waits for (a REPL's standard input, a job that was left) must not keep the process.
  process.exit();
}

/** The status for an error that kept kaish from running anything. */
function report(error: unknown): number {
  if (error instanceof VfsError) {
    notice(error.path === undefined ? error.message : `${error.path}: ${error.message}`);
    return 1;
  }
  if (!(error instanceof KernelError)) {
    logFault(error);
    notice(
      `a fault of kaish's own, not of your program: ${error instanceof Error ? error.message : String(error)}; see ${logFile()}`,
    );
    return 70;
  }
  notice(error.message);
  return statusOf(error.code);
}

function statusOf(code: KernelErrorCode): number {
  if (code === "refused") return 126;
  return code === "invalid" ? 2 : 1;
}

async function perform(invocation: Invocation, started: Started): Promise<number> {
  switch (invocation.kind) {
    case "done":
      return invocation.status;
    case "code":
      return runProgram({ ...invocation, source: invocation.code, name: "-c" });
    case "script":
      return runScript(invocation);
    case "check":
      return runProgram({ source: checkCommand(invocation), name: "-c", arg0: "kaish", args: [], where: {} });
    case "verb":
      return runVerb(invocation.argv, invocation.where);
    case "interactive":
      return runInteractive(invocation, started);
    case "serve-socket":
      return serveRpc(invocation);
    case "serve-stdio":
      return serveMcp(invocation, version);
    default:
      return invocation satisfies never;
  }
}

function checkCommand({ paths, code }: Extract<Invocation, { kind: "check" }>): string {
  const words = code === undefined ? ["check", "--", ...paths] : ["check", "-c", code];
  return words.map(quote).join(" ");
}

async function runScript({ path, args, where }: Extract<Invocation, { kind: "script" }>): Promise<number> {
  const program = readProgram(path);
  if ("message" in program && path === "help") {
    return runProgram({ source: ["help", ...args].map(quote).join(" "), name: "-c", arg0: "kaish", args: [], where: {} });
  }
  if (!("message" in program)) return runProgram({ ...program, arg0: path, args, where });
  const [near] = nearest(path, [...verbs(), "serve", "help"]);
  notice(`${program.message}${near === undefined ? "" : ` (did you mean the verb '${near}'?)`}`);
  return program.status;
}

/** A kernel verb from any terminal: the same command as in the shell, where the caller is. */
async function runVerb(argv: readonly string[], where: Where): Promise<number> {
  const streams = standardStreams();
  const stop = interruption();
  const attached = await attach(where, where.kernel ?? defaultKernel, { instance: "cli", notice });
  try {
    const { done } = attached.api.execute(argv.map(quote).join(" "), {
      ...streams,
      signal: stop.signal,
      cwd: workingDirectory(),
      env: Object.fromEntries(environment()),
      record: false,
    });
    const { status } = await done;
    return stop.status() ?? status;
  } finally {
    await attached.close();
  }
}
