import type { ChildProcess, StdioOptions } from "node:child_process";
import { after, type MaybePromise } from "../../vfs/index.ts";
import type { Value } from "../command.ts";
import { programArguments } from "./compile/fields.ts";
import { abortStatus } from "./control.ts";
import { Options } from "./options.ts";
import type { Program } from "./program-file.ts";
import { lookUp, readText } from "./programs.ts";
import type { Runtime } from "./runtime.ts";
import { signalNumber } from "./signals.ts";
import { runText } from "./source.ts";
import { HandleSource } from "./streams.ts";
import { runFork } from "./subshell.ts";
import { wire } from "./wiring.ts";

/** How long a program may go on after TERM before it gets KILL. */
const killAfterMs = 2_000;

/** The path of the program a name means, for `type` and `command -v`. */
export function findProgram(rt: Runtime, name: string): MaybePromise<string | undefined> {
  return after(lookUp(rt, name), (program) =>
    program === undefined || program.kind === "directory" || program.kind === "denied" ? undefined : program.path,
  );
}

/** Runs what PATH or a path gives for `argv[0]`; undefined if that is nothing. */
export function runNamed(rt: Runtime, name: string, argv: readonly Value[]): MaybePromise<number | undefined> {
  return after(lookUp(rt, name), (program): MaybePromise<number | undefined> => {
    if (program === undefined) return name.includes("/") ? say(rt, `${name}: No such file or directory`, 127) : undefined;
    if (program.kind === "directory") return say(rt, `${name}: Is a directory`, 126);
    if (program.kind === "denied") return say(rt, `${name}: Permission denied`, 126);
    return program.kind === "kai" ? runScript(rt, program.path, name, argv) : runProgram(rt, program, argv);
  });
}

function say(rt: Runtime, message: string, status: number): MaybePromise<number> {
  return after(rt.complain(message), () => status);
}

/** A `.kai` file: a subshell that has the exported variables only. */
function runScript(rt: Runtime, path: string, name: string, argv: readonly Value[]): MaybePromise<number> {
  rt.descend();
  const child = rt.fork(false);
  for (const [variable, slot] of child.variables.entries()) {
    if (!slot.exported && !kept.has(variable) && !slot.readonly) child.variables.unset(variable);
  }
  child.functions = new Map();
  child.aliases = new Map();
  child.options = new Options();
  child.arg0 = name;
  child.positional = argv.slice(1);
  child.call = null;
  child.loopDepth = 0;
  const run = (): MaybePromise<number> =>
    runFork(child, (within) => after(readText(within, path), (text) => runText(within, text, name)));
  return after(Promise.resolve().then(run), (status) => {
    rt.depth--;
    return status;
  });
}

const kept: ReadonlySet<string> = new Set(["IFS", "PWD", "OLDPWD", "OPTIND", "PS4"]);

function runProgram(rt: Runtime, program: Program, argv: readonly Value[]): MaybePromise<number> {
  const { host } = rt.shared;
  if (host.refuseExternal !== undefined) return say(rt, `${program.path}: ${host.refuseExternal}`, 126);
  const args = programArguments(argv);
  return after(host.vfs.hostPath(rt.cwd), (cwd) => {
    if (cwd === undefined)
      return say(rt, `${args[0]}: a program needs a working directory on a local mount, and ${rt.cwd} is on none`, 126);
    return after(program.host ? program.path : host.vfs.hostPath(program.path), (path) => {
      if (path === undefined) return say(rt, `${args[0]}: is not on a local mount`, 126);
      const run = () => spawnProgram(rt, path, args, cwd);
      return takesTerminal(rt) && host.foreground !== undefined ? host.foreground(run) : run();
    });
  });
}

/** Any of its streams is the process's terminal: `less` at the end of a pipeline reads its keys there. */
function takesTerminal(rt: Runtime): boolean {
  return rt.fds.slice(0, 3).some((description) => {
    const stream = description?.source ?? description?.sink;
    return stream?.isTty === true && stream.hostFd !== undefined;
  });
}

async function spawnProgram(rt: Runtime, path: string, args: readonly string[], cwd: string): Promise<number> {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const wiring = wire(rt);
  const terminal = ownsTerminal(rt);
  let child: ChildProcess;
  const umask = process.umask(rt.umask);
  try {
    child = spawn(path, args.slice(1), {
      cwd,
      argv0: args[0] ?? path,
      env: Object.fromEntries(rt.environment()),
      stdio: wiring.stdio as StdioOptions,
      // A group of its own, so that an abort reaches all of it; a session of its own would lose the terminal.
      detached: !terminal,
    });
  } catch (error) {
    wiring.cancel();
    return spawnFailed(rt, args[0] ?? path, error);
  } finally {
    process.umask(umask);
  }
  const pumps = wiring.start(child);
  const ended = await lifeOf(child, rt.signal, !terminal);
  if (rt.stdin instanceof HandleSource) rt.stdin.takeBack();
  pumps.input?.stop();
  if (ended instanceof Error) {
    wiring.cancel();
    return spawnFailed(rt, args[0] ?? path, ended);
  }
  // What the program left running may keep a pipe open: an abort does not wait for that.
  const { signal } = rt;
  const cancel = () => wiring.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel);
  await Promise.all(pumps.outputs);
  signal.removeEventListener("abort", cancel);
  if (rt.signal.aborted) {
    rt.checkAbort();
    return abortStatus(rt.signal);
  }
  return ended;
}

/** A program that has the terminal in any place stays in its session: `git log | less` asks it for keys. */
function ownsTerminal(rt: Runtime): boolean {
  return rt.fds.some((description) => {
    const { source, sink } = description ?? {};
    return (source?.isTty === true && source.hostFd !== undefined) || (sink?.isTty === true && sink.hostFd !== undefined);
  });
}

function spawnFailed(rt: Runtime, name: string, error: unknown): MaybePromise<number> {
  const code = (error as { code?: unknown }).code;
  if (code === "ENOENT") return say(rt, `${name}: No such file or directory`, 127);
  if (code === "EACCES") return say(rt, `${name}: Permission denied`, 126);
  if (code === "E2BIG") return say(rt, `${name}: Argument list too long`, 126);
  return say(rt, `${name}: cannot be run: ${String(code ?? error)}`, 126);
}

/** Resolves with the status, or the error that it could not be started. An abort ends the whole group. */
function lifeOf(child: ChildProcess, signal: AbortSignal, group: boolean): Promise<number | Error> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const kill = (name: NodeJS.Signals) => {
      if (child.pid === undefined) return;
      try {
        process.kill(group ? -child.pid : child.pid, name);
      } catch {
        // Already gone.
      }
    };
    const stop = () => {
      kill("SIGTERM");
      timer = setTimeout(() => kill("SIGKILL"), killAfterMs);
    };
    const end = (result: number | Error) => {
      // What is left of the group still gets its KILL.
      if (timer !== undefined) timer.unref();
      signal.removeEventListener("abort", stop);
      resolve(result);
    };
    child.once("error", end);
    child.once("exit", (code, name) => end(code ?? 128 + (signalNumber(name ?? "")?.value ?? 0)));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
