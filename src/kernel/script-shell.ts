import type { Backend, MaybePromise, MountTable } from "../vfs/index.ts";
import { after, rescue } from "../vfs/index.ts";
import type { Command } from "./command.ts";
import { createShell } from "./exec/index.ts";
import type { RunIo, RunResult, Shell, ShellHost } from "./exec/shell.ts";
import type { KernelPower } from "./kernel-power.ts";
import { Excerpt, teeSink } from "./session/excerpt.ts";
import { systemClock } from "./session/system-clock.ts";
import { defaultTree, deferredBackend } from "./session/tree.ts";

/** What a shell without a kernel hands to the one it turns out to need. */
export interface RunningScript {
  readonly shell: Shell;
  readonly host: Omit<ShellHost, "kernel">;
  readonly env: ReadonlyMap<string, string>;
}

/** One program of the shell, as the kernel records it. */
export interface RunningProgram {
  readonly code: string;
  readonly stdout: Excerpt;
  readonly stderr: Excerpt;
}

/** An ephemeral kernel whose context `main` has the running shell. */
export interface ScriptKernel {
  /** A program begins, or has begun. */
  begin(program: RunningProgram): Promise<ScriptTurn>;
  close(): Promise<void>;
}

export interface ScriptTurn {
  readonly power: KernelPower;
  /** Resolves when its blocks are at rest. */
  end(status: number): Promise<void>;
}

/** What is loaded at the first kernel verb: `src/kernel/kernel.ts`. */
export interface KernelModule {
  openScriptKernel(script: RunningScript): Promise<ScriptKernel>;
  memoryBackend(): Backend;
}

export interface ScriptShellOptions {
  readonly commands: ReadonlyMap<string, Command>;
  /** Absolute. */
  readonly cwd: string;
  readonly env: ReadonlyMap<string, string>;
  readonly arg0: string;
  readonly args: readonly string[];
  readonly loadKernel: () => MaybePromise<KernelModule>;
  /** Default: the host's files and a `/scratch` in memory. */
  readonly tree?: MountTable;
  readonly refuseExternal?: string;
}

/** The shell of `kaish -c` and `kaish FILE`: starts at once, and has a kernel from the first kernel verb on. */
export interface ScriptShell {
  /** One program at a time. */
  run(source: string, name: string, io: RunIo): MaybePromise<RunResult>;
  /** See `Shell.signal`. */
  signal(name: string): boolean;
  /** Runs the EXIT trap and closes the kernel. Answers the status the shell ends with: the trap has the last word. Call once. */
  close(io: RunIo): MaybePromise<number>;
}

export function createScriptShell(options: ScriptShellOptions): ScriptShell {
  return new LightShell(options);
}

/** Invariants: 1. no kernel is loaded before a command asks for one. 2. once there is one, each program is recorded from its first byte. */
class LightShell implements ScriptShell {
  readonly #options: ScriptShellOptions;
  readonly #host: Omit<ShellHost, "kernel">;
  readonly #shell: Shell;
  #kernel: Promise<ScriptKernel> | undefined;
  #program: RunningProgram | undefined;
  #turn: Promise<ScriptTurn> | undefined;
  #verbs: RegExp | undefined;

  constructor(options: ScriptShellOptions) {
    const { commands, cwd, env, arg0, args, tree, refuseExternal, loadKernel } = options;
    this.#options = options;
    const scratch = deferredBackend("memory", "memory", () => after(loadKernel(), (module) => module.memoryBackend()));
    this.#host = {
      vfs: tree ?? defaultTree(scratch),
      commands,
      clock: systemClock,
      ...(refuseExternal === undefined ? {} : { refuseExternal }),
    };
    this.#shell = createShell({ ...this.#host, kernel: () => this.#power() }, { cwd, env, arg0, args, interactive: false });
  }

  run(source: string, name: string, io: RunIo): MaybePromise<RunResult> {
    const program = { code: source, stdout: new Excerpt(), stderr: new Excerpt() };
    this.#program = program;
    this.#turn = this.#kernel?.then((kernel) => kernel.begin(program));
    const named = this.#namesVerb(source);
    const recording = (): boolean => named || this.#kernel !== undefined;
    const teed: RunIo = {
      ...io,
      stdout: teeSink(io.stdout, program.stdout, recording),
      stderr: teeSink(io.stderr, program.stderr, recording),
    };
    return after(
      rescue(
        () => this.#shell.run(source, name, teed),
        async (error) => {
          await this.#end(1, name, io);
          throw error;
        },
      ),
      (result) => (this.#turn === undefined ? result : this.#end(result.status, name, io).then(() => result)),
    );
  }

  async #end(status: number, name: string, io: RunIo): Promise<void> {
    const turn = this.#turn;
    this.#turn = undefined;
    try {
      await (await turn)?.end(status);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      await rescue(
        () => io.stderr.write(`${name}: the program was not recorded: ${why}\n`),
        // Nobody reads it.
        () => undefined,
      );
    }
  }

  signal(name: string): boolean {
    return this.#shell.signal(name);
  }

  close(io: RunIo): MaybePromise<number> {
    return after(this.#shell.close(io), () => {
      const status = this.#shell.lastStatus;
      return this.#kernel === undefined ? status : this.#kernel.then((kernel) => kernel.close()).then(() => status);
    });
  }

  /** Its output must come through here from the start: descriptors that programs inherit cannot be read afterwards. */
  #namesVerb(source: string): boolean {
    if (this.#verbs === undefined) {
      const names = [...this.#options.commands].filter(([, one]) => one.signature.needs.includes("kernel")).map(([name]) => name);
      this.#verbs = names.length === 0 ? /(?!)/ : new RegExp(`(?<![\\w-])(?:${names.join("|")})(?![\\w-])`);
    }
    return this.#verbs.test(source);
  }

  async #power(): Promise<KernelPower> {
    const program = this.#program;
    if (program === undefined) throw new Error("a command runs outside of a program");
    this.#kernel ??= this.#open();
    this.#turn ??= this.#kernel.then((kernel) => kernel.begin(program));
    return (await this.#turn).power;
  }

  async #open(): Promise<ScriptKernel> {
    const module = await this.#options.loadKernel();
    return module.openScriptKernel({ shell: this.#shell, host: this.#host, env: this.#options.env });
  }
}
