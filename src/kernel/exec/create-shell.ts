import { after, type MaybePromise } from "../../vfs/index.ts";
import type { Value } from "../command.ts";
import { assign } from "./assign.ts";
import { compilers } from "./compile/index.ts";
import { abortStatus, shared, startSlice } from "./control.ts";
import { streams } from "./descriptors.ts";
import { guard } from "./failure.ts";
import { invoke } from "./invoke.ts";
import { changeDirectory } from "./power.ts";
import { Runtime, type Shared } from "./runtime.ts";
import type { RunIo, RunResult, Shell, ShellHost, ShellInit } from "./shell.ts";
import { prepare } from "./source.ts";
import { runExitTrap, runTrap } from "./traps.ts";

/** Above every process id of Linux, so that a job's number never means a stranger. */
const firstPid = 4_194_305;

/** A shell over a host's file tree and commands. */
export function createShell(host: ShellHost, init: ShellInit): Shell {
  const rt = new Runtime(sharedOf(host, init.interactive), new AbortController().signal);
  for (const [name, value] of init.env) exportVariable(rt, name, value);
  rt.cwd = init.cwd;
  rt.umask = rt.shared.umask;
  rt.arg0 = init.arg0;
  rt.positional = init.args;
  rt.variables.write("IFS").value = " \t\n";
  rt.variables.write("OPTIND").value = 1;
  rt.variables.write("PS4").value = "+ ";
  exportVariable(rt, "PWD", init.cwd);
  return new RunningShell(rt);
}

function sharedOf(host: ShellHost, interactive: boolean): Shared {
  return {
    host,
    interactive,
    compilers,
    invoke,
    programs: new Map(),
    startedAt: Date.now(),
    umask: process.umask(),
    nextPid: firstPid,
    main: null,
  };
}

function exportVariable(rt: Runtime, name: string, value: Value): void {
  const slot = rt.variables.write(name);
  slot.value = value;
  slot.exported = true;
  slot.refresh();
}

class RunningShell implements Shell {
  readonly #rt: Runtime;

  constructor(rt: Runtime) {
    this.#rt = rt;
    rt.shared.main = rt;
  }

  get cwd(): string {
    return this.#rt.cwd;
  }

  signal(name: string): boolean {
    return this.#rt.trapped(name);
  }

  get lastStatus(): number {
    return this.#rt.status;
  }

  run(source: string, name: string, io: RunIo): MaybePromise<RunResult> {
    const rt = this.#rt;
    const { arg0, positional } = rt;
    this.#begin(io);
    const prepared = prepare(rt, source, name);
    if (prepared.kind === "refused") {
      rt.status = 2;
      return after(rt.stderr.write(prepared.text), () => ({ status: 2, refused: true, exited: false }));
    }
    if (io.arg0 !== undefined) rt.arg0 = io.arg0;
    if (io.args !== undefined) rt.positional = io.args;
    const finish = (ended: number): MaybePromise<RunResult> => {
      rt.arg0 = arg0;
      if (io.args !== undefined) rt.positional = positional;
      return this.#finish(ended, io);
    };
    return after(
      guard(rt, () => prepared.exec(rt)),
      finish,
    );
  }

  #begin(io: RunIo): void {
    const rt = this.#rt;
    const kept = rt.fds.slice(3);
    rt.fds = [...streams(io.stdin, io.stdout, io.stderr), ...kept];
    rt.signal = shared(io.signal);
    rt.leave = null;
    rt.quiet = 0;
    rt.loopDepth = 0;
    rt.depth = 0;
    rt.call = null;
    startSlice();
  }

  #finish(ended: number, io: RunIo): MaybePromise<RunResult> {
    const rt = this.#rt;
    const leave = rt.leave;
    rt.leave = null;
    if (io.signal.aborted) return this.#interrupted(abortStatus(io.signal));
    const exited = leave?.kind === "exit";
    const status = leave !== null && (leave.kind === "exit" || leave.kind === "return") ? leave.status : ended;
    rt.status = status;
    return { status, refused: false, exited };
  }

  /** A trap for the interrupt still runs. */
  #interrupted(status: number): MaybePromise<RunResult> {
    const rt = this.#rt;
    rt.status = status;
    const result: RunResult = { status, refused: false, exited: false };
    if (status !== 130 || !rt.traps.has("INT")) return result;
    rt.signal = new AbortController().signal;
    const trapped = guard(rt, () => after(runTrap(rt, "INT"), () => status));
    return after(trapped, () => {
      const leave = rt.leave;
      rt.leave = null;
      return leave?.kind === "exit" ? { status: leave.status, refused: false, exited: true } : result;
    });
  }

  close(io: RunIo): MaybePromise<void> {
    const rt = this.#rt;
    this.#begin({ ...io, signal: new AbortController().signal });
    const ended = guard(rt, () => runExitTrap(rt, rt.status));
    return after(ended, (status) => {
      rt.status = status;
      return after(rt.jobs.running ? rt.jobs.stopAll() : undefined, () => rt.release());
    });
  }

  copy(host: ShellHost): Shell {
    const shared = sharedOf(host, this.#rt.shared.interactive);
    const copy = this.#rt.fork(true);
    const fresh = new Runtime(shared, new AbortController().signal);
    fresh.variables = copy.variables;
    fresh.functions = new Map(copy.functions);
    fresh.aliases = new Map(copy.aliases);
    fresh.options = copy.options;
    fresh.shopts = copy.shopts;
    fresh.cwd = copy.cwd;
    fresh.umask = copy.umask;
    fresh.arg0 = copy.arg0;
    fresh.positional = copy.positional;
    fresh.status = copy.status;
    void copy.release();
    return new RunningShell(fresh);
  }

  get(name: string): Value | undefined {
    return this.#rt.variables.value(name);
  }

  set(name: string, value: Value): void {
    assign(this.#rt, name, value);
  }

  export(name: string, value: string): void {
    exportVariable(this.#rt, name, value);
  }

  variables(): ReadonlyMap<string, Value> {
    const all = new Map<string, Value>();
    for (const [name, slot] of this.#rt.variables.entries()) if (slot.value !== undefined) all.set(name, slot.value);
    return all;
  }

  chdir(path: string): MaybePromise<void> {
    return changeDirectory(this.#rt, path);
  }

  functionNames(): readonly string[] {
    return [...this.#rt.functions.keys()].sort();
  }

  functionSource(name: string): string | undefined {
    return this.#rt.functions.get(name)?.source;
  }
}
