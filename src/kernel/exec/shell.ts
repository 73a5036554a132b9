import type { MaybePromise, MountTable } from "../../vfs/index.ts";
import type { ByteSink, ByteSource, Clock, Command, KernelPower, Value } from "../command.ts";

/** What the executor is given by its owner. It owns none of it. */
export interface ShellHost {
  readonly vfs: MountTable;
  /** Builtins by every name they answer to. */
  readonly commands: ReadonlyMap<string, Command>;
  readonly clock: Clock;
  /** Why external programs are refused, for the message of status 126; absent when they are allowed. */
  readonly refuseExternal?: string;
  /**
   * Called around each external program that inherits the process's own terminal by any of its streams (`isTty` with a
   * `hostFd`): the front end gives the terminal up before `run` starts the program and takes it back when `run` has settled.
   * Stages of one pipeline call it at the same time. Never for a background job, whose output goes through the sinks.
   * Absent: nothing to give up.
   */
  foreground?<T>(run: () => Promise<T>): Promise<T>;
  /** Asked at the first command that needs it, so that a shell without kernel verbs never makes a store. */
  kernel(): MaybePromise<KernelPower>;
}

export interface ShellInit {
  readonly cwd: string;
  /** Exported variables. */
  readonly env: ReadonlyMap<string, string>;
  readonly arg0: string;
  readonly args: readonly string[];
  /** Aliases expand, jobs are announced. */
  readonly interactive: boolean;
}

export interface RunIo {
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  /** Aborted: everything that runs is stopped, status 130 (or 124 when the reason is a time-out). */
  readonly signal: AbortSignal;
  /** `$0` and `$1`… during this run; default: the shell's own, which stay as they were. */
  readonly arg0?: string;
  readonly args?: readonly string[];
}

export interface RunResult {
  readonly status: number;
  /** The program had an error, was reported on stderr, and nothing ran. Status 2. */
  readonly refused: boolean;
  /** The program called `exit`. */
  readonly exited: boolean;
}

/** The state of one shell: variables, functions, options, cwd. One program runs in it at a time. */
export interface Shell {
  readonly cwd: string;
  readonly lastStatus: number;
  /** Parses and checks all of `source`, then runs it. A failure is a status; it throws only for a fault of ours. */
  run(source: string, name: string, io: RunIo): MaybePromise<RunResult>;
  /** Runs the EXIT trap, stops background jobs of a script. Call once, when the shell ends. */
  close(io: RunIo): MaybePromise<void>;
  /** A deep copy for a forked context: variables, functions, options, cwd; no jobs, no traps. */
  copy(host: ShellHost): Shell;
  /** A signal has come for the shell (`TERM`). True: its trap runs before the next statement; false: it has none. */
  signal(name: string): boolean;
  get(name: string): Value | undefined;
  set(name: string, value: Value): void;
  /** Sets an exported variable. */
  export(name: string, value: string): void;
  variables(): ReadonlyMap<string, Value>;
  chdir(path: string): MaybePromise<void>;
  functionNames(): readonly string[];
  /** The definition of a function as it was written. */
  functionSource(name: string): string | undefined;
}
