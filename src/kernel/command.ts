import type { MaybePromise, MountTable, Vfs, VfsReader } from "../vfs/index.ts";
import type { KernelPower } from "./kernel-power.ts";
import type { ShellPower } from "./shell-power.ts";
import type { Value } from "./value.ts";

export type { KernelPower } from "./kernel-power.ts";
export type { ShellPower } from "./shell-power.ts";
export type { ListValue, RecordValue, TypeName, Value } from "./value.ts";
export {
  fromJson,
  isEmpty,
  isList,
  isRecord,
  isScalar,
  toJson,
  toPrettyJson,
  toText,
  typedLiteral,
  typeName,
  ValueError,
  valuesEqual,
} from "./value.ts";

// ── What a command declares ───────────────────────────────────────────────────────────────────

/**
 * What a command may reach beyond its streams, arguments and environment. `vfs.write` includes `vfs.read`; `shell` is the
 * language's own state (variables, options, functions, jobs); `mounts` changes the mount table.
 */
export type Power = "vfs.read" | "vfs.write" | "mounts" | "exec" | "net" | "kernel" | "tty" | "clock" | "shell";

/** A flag. Without `value` it is a switch. */
export interface Flag {
  /** One character, for `-n`. The key in `flags` is the long name (`--lines`). */
  readonly short?: string;
  /** More spellings of the same flag, without dashes: one character or a long name. */
  readonly aliases?: readonly string[];
  /** The type of its value: `string`, `int` (decimal, may be negative), `number`, or `size` (GNU's `10K`, `1M`, as bytes). */
  readonly value?: "string" | "int" | "number" | "size";
  /** The name of the value in the usage line; default the upper-case type. */
  readonly placeholder?: string;
  /** May be given more than once; the input holds every value in order. Without it the last one wins. */
  readonly repeat?: boolean;
  /** `--color[=WHEN]`: the value may be left out, and is then this. */
  readonly optional?: string;
  readonly help: string;
}

export interface Arg {
  readonly name: string;
  readonly help: string;
  readonly optional?: boolean;
  /** Takes all that is left; only the last may. */
  readonly rest?: boolean;
  /** Completion and plan: what the text means. Default `text`. */
  readonly means?: "text" | "path" | "command" | "variable" | "context" | "block" | "kernel";
}

/** Run as a test in a fresh memory file system: `run` is a program; what is left out is not checked. */
export interface Example {
  readonly run: string;
  readonly help?: string;
  readonly stdout?: string;
  readonly status?: number;
}

export interface Signature {
  readonly name: string;
  /** One line, imperative, no full stop. */
  readonly summary: string;
  /** Longer help, plain text. */
  readonly description?: string;
  readonly group: "shell" | "data" | "text" | "files" | "system" | "vfs" | "kernel" | "agents" | "git";
  readonly needs: readonly Power[];
  readonly args: readonly Arg[];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly examples: readonly Example[];
  /** Prints records or tables, so it takes `--json` and calls `ctx.emit`. */
  readonly json?: boolean;
  /**
   * `gnu` (default): flags may stand anywhere, `--` ends them. `posix`: the first operand ends them.
   * `raw`: nothing is parsed, every argument is an operand (`echo`, `test`, `:`), and `--help` is plain text.
   */
  readonly parse?: "gnu" | "posix" | "raw";
  /** `-5` is `-n 5`: the flag that a dash and digits stand for. */
  readonly numeric?: string;
  /** Also called by these names. */
  readonly aliases?: readonly string[];
}

// ── What it is given ──────────────────────────────────────────────────────────────────────────

/** A stream of bytes to read. The reader may call `close` early; a writer at the other end then gets EPIPE. */
export interface ByteSource {
  /** The next chunk (never empty), or null at the end. The chunk is the reader's to keep. Answers at once when bytes are there. */
  read(): MaybePromise<Uint8Array | null>;
  close(): void;
  /** Puts bytes back to be read next (`read` takes one line and leaves the rest). */
  unread(chunk: Uint8Array): void;
  readonly isTty?: boolean;
  /** The process's own descriptor behind this stream: a child process inherits it. Absent once bytes were put back. */
  readonly hostFd?: number;
}

/** A stream of bytes to write. A string is written as UTF-8. */
export interface ByteSink {
  /**
   * Takes all of `chunk`, which the writer must not change afterwards. A promise means the buffer is full: await it before
   * the next write. Throws or rejects with `VfsError` EPIPE when nobody will read.
   */
  write(chunk: Uint8Array | string): MaybePromise<void>;
  readonly isTty?: boolean;
  /** The process's own descriptor behind this stream: a child process inherits it. */
  readonly hostFd?: number;
  /** Columns of the terminal behind it, where there is one. */
  readonly columns?: number;
}

/** A flag's value in the input: a switch is boolean, `int`, `number` and `size` are number, otherwise string. */
export type FlagValue<F extends Flag> = F extends { readonly value: infer V }
  ? F extends { readonly repeat: true }
    ? readonly (V extends "string" ? string : number)[]
    : (V extends "string" ? string : number) | undefined
  : F extends { readonly repeat: true }
    ? number
    : boolean;

/** The parsed arguments. A repeated switch counts; a repeated value is a list, empty when absent. */
export interface Input<F extends Readonly<Record<string, Flag>> = Readonly<Record<string, Flag>>> {
  readonly flags: { readonly [K in keyof F]: FlagValue<F[K]> };
  /** Operands as text: lists and records as compact JSON. */
  readonly args: readonly string[];
  /** The same operands with their types. */
  readonly values: readonly Value[];
  /** True under `--json` for a command that declares it. */
  readonly json: boolean;
}

export interface BaseContext {
  /** The name it was called by, for messages: `NAME: what: why`. */
  readonly name: string;
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly signal: AbortSignal;
  /** Absolute path in the VFS. */
  readonly cwd: string;
  /** An exported variable. */
  env(name: string): string | undefined;
  /** An absolute path from one that may be relative to `cwd`. */
  resolve(path: string): string;
  /**
   * Gives a result that has structure. The next stage gets the value itself if it can take one; else `--json` prints compact
   * JSON and a newline; else `text` is printed.
   */
  emit(value: Value, text: () => string): MaybePromise<void>;
}

interface PowerTable {
  readonly "vfs.read": { readonly vfs: VfsReader };
  readonly "vfs.write": { readonly vfs: Vfs };
  readonly mounts: { readonly mountTable: MountTable };
  readonly exec: { readonly exec: ExecPower };
  readonly net: object;
  readonly kernel: { readonly kernel: KernelPower };
  readonly tty: object;
  readonly clock: { readonly clock: Clock };
  readonly shell: { readonly shell: ShellPower };
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Running other commands from a command (`xargs`, `find -exec`, `env CMD`, `timeout`). */
export interface ExecPower {
  /** Finds and runs `argv` as the shell would, with the caller's streams unless given. Answers the status. */
  run(
    argv: readonly string[],
    options?: {
      readonly env?: ReadonlyMap<string, string>;
      readonly stdin?: ByteSource;
      readonly stdout?: ByteSink;
      readonly stderr?: ByteSink;
      readonly signal?: AbortSignal;
    },
  ): Promise<number>;
}

type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never;

/** The base context plus exactly the powers that `needs` names. */
export type Context<P extends Power = never> = BaseContext & ([P] extends [never] ? unknown : UnionToIntersection<PowerTable[P]>);

// ── The declaration ───────────────────────────────────────────────────────────────────────────

/** A builtin: its signature is data, what it does is one function. */
export interface Command {
  readonly signature: Signature;
  /** Answers the exit status, at once where nothing waits. A thrown `VfsError` or `CommandError` becomes a message on stderr and a status. */
  run(input: Input, ctx: Context<Power>): MaybePromise<number>;
}

/** Declares a builtin. `ctx` is typed by `needs`, and at run time holds no other power. */
export function command<const F extends Readonly<Record<string, Flag>>, const P extends Power = never>(
  signature: Omit<Signature, "flags" | "needs"> & { readonly flags: F; readonly needs: readonly P[] },
  run: (input: Input<F>, ctx: Context<P>) => MaybePromise<number>,
): Command {
  return { signature, run: run as unknown as Command["run"] };
}

/** An expected failure of a command: printed as `NAME: message`, ends it with `status`. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly status: number;

  constructor(message: string, status = 1, options?: { cause?: unknown }) {
    super(message, options);
    this.status = status;
  }
}
