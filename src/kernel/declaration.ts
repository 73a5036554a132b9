import type { Value } from "./value.ts";

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
  /** The words it may be, when it is one of a few (a verb): for completion and help. */
  readonly values?: readonly string[];
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
  /** `-5` and `-1.5` are operands (`seq`, `exit`), unless a flag has that letter. */
  readonly negativeOperands?: boolean;
  /** Also called by these names. */
  readonly aliases?: readonly string[];
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
  /** Operands as text: lists and records as compact JSON. Reading it throws ValueError if one is bytes that are no text. */
  readonly args: readonly string[];
  /** The same operands with their types. */
  readonly values: readonly Value[];
  /** True under `--json` for a command that declares it. */
  readonly json: boolean;
}
