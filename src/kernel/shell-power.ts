import type { MaybePromise } from "../vfs/index.ts";
import type { Signature } from "./declaration.ts";
import type { ByteSink, ByteSource } from "./streams.ts";
import type { Value } from "./value.ts";

export interface Variable {
  readonly name: string;
  /** Undefined: declared, not set. */
  readonly value: Value | undefined;
  readonly exported: boolean;
  readonly readonly: boolean;
  /** `declare -i`. */
  readonly integer: boolean;
  /** `declare -l`/`-u`. */
  readonly casing?: "lower" | "upper";
}

export interface VariableChange {
  readonly value?: Value;
  readonly exported?: boolean;
  readonly readonly?: boolean;
  readonly integer?: boolean;
  readonly casing?: "lower" | "upper" | undefined;
  /** `local`/`declare` in a function: a new variable of the current function. */
  readonly local?: boolean;
  /** Text or elements are added, as `+=`. */
  readonly append?: boolean;
}

/** How a command leaves the code around it. Set by a builtin, obeyed by the executor when the builtin returns. */
export type Leave =
  | { readonly kind: "break" | "continue"; readonly levels: number }
  | { readonly kind: "return" | "exit"; readonly status: number };

export type Found =
  | { readonly kind: "alias"; readonly text: string }
  | { readonly kind: "keyword" }
  | { readonly kind: "function"; readonly source: string }
  | { readonly kind: "builtin"; readonly signature: Signature }
  | { readonly kind: "file"; readonly path: string };

/** One finding of the checker about a program, ready to be shown. */
export interface Finding {
  readonly severity: "error" | "warning" | "hint";
  /** With its frame and hint; ends with a newline. */
  readonly text: string;
}

export interface JobInfo {
  readonly id: number;
  readonly command: string;
  readonly state: "running" | "stopped" | "done";
  readonly status?: number;
  readonly pids: readonly number[];
}

/**
 * The language's own state, for the builtins that are part of the language.
 *
 * `declare export local readonly typeset` are declaration builtins: each operand `name=value` or `name+=value` stands in
 * `input.args` as that text, and at the same index of `input.values` stands the value alone with its type, evaluated as an
 * assignment would be (`local n=5` gives 5, `export x="5"` the string, `declare -a xs=(a b)` a list,
 * `declare -A m=([k]=v)` a record). Every other operand has itself at both places.
 */
export interface ShellPower {
  // Variables
  get(name: string): Value | undefined;
  variable(name: string): Variable | undefined;
  variables(): readonly Variable[];
  /** Throws CommandError for a readonly variable or a bad name. */
  set(name: string, change: VariableChange): void;
  /** `name` may have subscripts: `user[name]`. False if it was not set. */
  unset(name: string): boolean;
  /** Assigns through subscripts as written: `set "m[k]"` for `read`, `printf -v`. */
  assign(target: string, value: Value): void;

  // Parameters, options
  positional(): readonly string[];
  setPositional(args: readonly string[]): void;
  readonly arg0: string;
  /** Long option names (`errexit`, `nounset`, `pipefail`, …). */
  option(name: string): boolean;
  /** Throws CommandError status 2 for an unknown option. */
  setOption(name: string, on: boolean): void;
  options(): ReadonlyMap<string, boolean>;
  /** What `shopt` switches (`extglob`, `nullglob`, `nocasematch`, …), by name. */
  shopts(): ReadonlyMap<string, boolean>;
  /** Throws CommandError status 1 for an unknown name. */
  setShopt(name: string, on: boolean): void;
  /** The value of a text as arithmetic (`let`). Throws CommandError for what is none. */
  arith(text: string): Value;
  readonly lastStatus: number;
  readonly interactive: boolean;

  // Functions, aliases, lookup
  functionNames(): readonly string[];
  /** The function's text in canonical or original layout. */
  functionSource(name: string): string | undefined;
  unsetFunction(name: string): boolean;
  aliases(): ReadonlyMap<string, string>;
  setAlias(name: string, text: string | undefined): void;
  /** All that `name` could mean, first the one that would run. */
  find(name: string): MaybePromise<readonly Found[]>;
  signatures(): readonly Signature[];
  /** Forgets remembered paths of external programs. */
  rehash(): void;

  // Place
  /** Logical working directory; ENOENT/ENOTDIR/EACCES as VfsError. Sets PWD and OLDPWD. */
  chdir(path: string): MaybePromise<void>;
  umask: number;

  // Control
  leave(how: Leave): void;
  /** How many loops surround the caller; 0 outside. */
  readonly loopDepth: number;
  readonly inFunction: boolean;
  readonly inSource: boolean;
  /** Runs a program text in the current shell (`source`, `trap`); checks it whole first. `args` replace the parameters meanwhile. */
  runSource(text: string, name: string, args?: readonly string[]): MaybePromise<number>;
  /** Runs one command found as the shell finds it; `functions` false skips functions (`command`), `builtinOnly` for `builtin`. */
  runCommand(argv: readonly Value[], options?: { functions?: boolean }): MaybePromise<number>;
  trap(condition: string): string | undefined;
  setTrap(condition: string, text: string | undefined): void;
  traps(): ReadonlyMap<string, string>;

  // Descriptors
  /** `read -u N`, `[ -t N ]`. Undefined when not open. */
  source(fd: number): ByteSource | undefined;
  sink(fd: number): ByteSink | undefined;

  // Jobs
  jobs(): readonly JobInfo[];
  /** By `%n`, `%%`, `%+`, `%-`, `%text` or a process id; undefined if there is none. */
  job(spec: string): JobInfo | undefined;
  /** Waits for one job, or for all. Answers the (last) status; 127 for an unknown one. */
  wait(spec?: string): Promise<number>;
  /** Waits for the next of the running jobs. */
  waitAny(specs?: readonly string[]): Promise<number>;
  /** Sends a signal by name (`TERM`) or number. */
  kill(spec: string, signal: string): void;
  disown(spec?: string): void;

  // The parser, for `check`
  check(source: string, name: string): readonly Finding[];
}
