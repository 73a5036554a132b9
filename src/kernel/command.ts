import type { MaybePromise, MountTable, Vfs, VfsReader } from "../vfs/index.ts";
import type { Flag, Input, Power, Signature } from "./declaration.ts";
import type { KernelPower } from "./kernel-power.ts";
import type { ShellPower } from "./shell-power.ts";
import type { ByteSink, ByteSource } from "./streams.ts";
import type { Value } from "./value.ts";

export { CommandError } from "./command-error.ts";
export type { Arg, Example, Flag, FlagValue, Input, Power, Signature } from "./declaration.ts";
export { compareFiles, testFile } from "./file-test.ts";
export type { KernelPower } from "./kernel-power.ts";
export { compilePattern, type Pattern, type PatternOptions, type PatternSegment } from "./pattern.ts";
export { backslashQuote, doubleQuote, quoteWhereNeeded, singleQuote } from "./quote.ts";
export {
  type Alphabet,
  allowLinearFallback,
  alphabetOf,
  emit,
  type Machine,
  makeMachine,
  mayBeShort,
  type Node as RegexNode,
  parseRegex,
  RegexError,
  requiredLiteral,
  type Syntax as RegexSyntax,
  type TextMatcher,
  textMatcher,
  wholeLiteral,
  wordGuards,
} from "./regex/index.ts";
export type { Finding, Found, JobInfo, Leave, ShellPower, Variable, VariableChange } from "./shell-power.ts";
export { nearest, parseSize, usage } from "./signature.ts";
export type { ByteSink, ByteSource } from "./streams.ts";
export type { ListValue, RecordValue, TypeName, Value } from "./value.ts";
export {
  fromJson,
  isList,
  isRecord,
  isScalar,
  toJson,
  toPrettyJson,
  toText,
  typeName,
  ValueError,
} from "./value.ts";

// ── What a command is given ───────────────────────────────────────────────────────────────────

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
      /** All that is exported to the command; absent: what is exported here. */
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
