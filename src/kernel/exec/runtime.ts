import type {
  ArithExpr,
  FunctionParam,
  Statement,
  Command as SyntaxCommand,
  ValueNode,
  Word,
  WordPart,
} from "../../parser/index.ts";
import type { MaybePromise } from "../../vfs/index.ts";
import type { ByteSink, ByteSource, Command, Leave, PatternSegment, Value } from "../command.ts";
import { toText } from "../value.ts";
import { abortStatus, exitWith, Fault } from "./control.ts";
import { type Descriptors, releaseAll, retainAll } from "./descriptors.ts";
import { JobTable } from "./jobs.ts";
import { Options } from "./options.ts";
import type { Program } from "./program-file.ts";
import type { ShellHost } from "./shell.ts";
import { defaultShopts } from "./shopts.ts";
import { closedSink, nullSink } from "./streams.ts";
import { type Hidden, Variables } from "./variables.ts";

/** A piece of program, compiled once. It leaves its status behind in `rt.status` too where it is a whole pipeline. */
export type Exec = (rt: Runtime) => MaybePromise<number>;

export type TextOf = (rt: Runtime) => MaybePromise<string>;
export type ValueOf = (rt: Runtime) => MaybePromise<Value>;

/** What one part of a word gives. `quoted`: its text is never a pattern, and alone it is text. */
export type Piece =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "one"; readonly quoted: boolean; readonly get: (rt: Runtime) => MaybePromise<Value | undefined> }
  | {
      /** One field for each value. */
      readonly kind: "many";
      readonly quoted: boolean;
      readonly get: (rt: Runtime) => MaybePromise<readonly Value[]>;
      /** What stands between them where one text is wanted. */
      readonly between: (rt: Runtime) => string;
    };

/** What a piece of program text is compiled with. */
export interface Unit {
  readonly source: string;
  /** In messages: a file, or the shell's name. */
  readonly name: string;
  readonly commands: ReadonlyMap<string, Command>;
  /** Aliases expand. */
  readonly interactive: boolean;
  readonly compilers: Compilers;
}

/** The parts of the compiler that need each other: every part reaches the others here. */
export interface Compilers {
  pieces(parts: readonly WordPart[], unit: Unit, quoted: boolean): Piece[];
  /** The word as one text, whatever it holds; nothing is globbed. */
  text(word: Word, unit: Unit, quoted?: boolean): TextOf;
  /** What an assignment takes. `asRecord`: `( )` holds keys even where they look like numbers. */
  value(node: ValueNode, unit: Unit, asRecord: boolean): ValueOf;
  /** The word as a pattern: what is unquoted is active, also what comes from a variable. */
  segments(word: Word, unit: Unit, quoted?: boolean): (rt: Runtime) => MaybePromise<readonly PatternSegment[]>;
  /** Zero or more arguments, added to `out`. */
  fields(word: Word, unit: Unit): Fields;
  integer(expr: ArithExpr, unit: Unit): (rt: Runtime) => MaybePromise<number>;
  arithmetic(expr: ArithExpr, unit: Unit): ValueOf;
  /** What a text means in arithmetic. Throws Fault when it means nothing. */
  evaluate(rt: Runtime, text: string): Value;
  statements(body: readonly Statement[], unit: Unit): Exec;
  command(node: SyntaxCommand, unit: Unit): Exec;
}

export type Fields = (rt: Runtime, out: Value[]) => MaybePromise<void>;

/** A function of the language. */
export interface FunctionValue {
  readonly name: string;
  readonly body: Exec;
  /** Present for a typed function. */
  readonly params: readonly CompiledParam[] | undefined;
  readonly doc: readonly string[];
  readonly source: string;
}

export interface CompiledParam {
  readonly param: FunctionParam;
  readonly defaultValue: ((rt: Runtime) => MaybePromise<Value>) | undefined;
}

/** What all subshells of one shell have in common. */
export interface Shared {
  readonly host: ShellHost;
  readonly interactive: boolean;
  readonly compilers: Compilers;
  /** Finds and runs a command. */
  readonly invoke: (rt: Runtime, argv: readonly Value[], options: { readonly functions?: boolean }) => MaybePromise<number>;
  /** Remembered paths of external programs. */
  readonly programs: Map<string, Program>;
  readonly startedAt: number;
  /** The process's own. */
  readonly umask: number;
  /** Seeds and numbers that go up. */
  nextPid: number;
  /** The shell itself, whose process id `$$` is in its subshells too. */
  main: Runtime | null;
}

/** How many calls, substitutions and sources may be inside each other. */
const maxDepth = 1_000;

/** One call of a function. */
export interface Call {
  readonly name: string;
  readonly caller: Call | null;
  hidden: Hidden | null;
}

const emptyParameters: readonly Value[] = [];
const noTraps: ReadonlyMap<string, string> = new Map();
export const nonePending: readonly string[] = [];

/**
 * The state of one shell or subshell while it runs. It runs one thing at a time: what runs beside it has a `fork` of its own.
 * Invariants:
 * 1. `leave` is set only between the command that asked to leave and the construct that obeys; nothing runs in between.
 * 2. Whoever changes `fds`, `call`, `quiet`, `loopDepth` or `positional` for a while puts the old value back, whatever happens.
 */
export class Runtime {
  readonly shared: Shared;
  variables = new Variables();
  functions = new Map<string, FunctionValue>();
  aliases = new Map<string, string>();
  options = new Options();
  shopts: ReadonlyMap<string, boolean> = defaultShopts;
  cwd = "/";
  umask = 0o022;
  fds: Descriptors = [];
  signal: AbortSignal;
  arg0 = "kaish";
  positional: readonly Value[] = emptyParameters;
  status = 0;
  /** Where the running pipeline begins in its source, for messages. */
  line = 0;
  /** Statuses of the last pipeline if it had more than one stage. */
  pipeStatus: readonly number[] | null = null;
  leave: Leave | null = null;
  /** Above 0 a failure does not trip errexit: conditions, `!`, all but the last of `&&` and `||`. */
  quiet = 0;
  loopDepth = 0;
  depth = 0;
  sourceDepth = 0;
  subshells = 0;
  call: Call | null = null;
  traps: ReadonlyMap<string, string> = noTraps;
  /** Names of traps to run before the next statement. */
  pending: readonly string[] = nonePending;
  /** Ends a `wait` that a trapped signal interrupts, with the signal's name; null while nothing waits. */
  wake: ((name: string) => void) | null = null;
  lastArgument: Value = "";
  /** The status of the last command substitution of the command being expanded. */
  substitutionStatus = 0;
  lastBackground: number | undefined = undefined;
  /** Ends the process substitutions of the command that runs now. */
  processes: (() => MaybePromise<void>)[] | null = null;
  private ownJobs: JobTable | null = null;
  seed: number;
  secondsBase: number;
  private functionsShared = false;
  private aliasesShared = false;

  constructor(shared: Shared, signal: AbortSignal) {
    this.shared = shared;
    this.signal = signal;
    this.secondsBase = shared.startedAt;
    this.seed = (shared.nextPid * 7919 + Math.floor(shared.startedAt)) & 0x7fffffff;
  }

  /** A signal has come. True: a trap of that name runs before the next statement. False: none is set. */
  trapped(name: string): boolean {
    if (!this.traps.has(name)) return false;
    this.pending = [...this.pending, name];
    this.wake?.(name);
    return true;
  }

  get stdout(): ByteSink {
    return this.fds[1]?.sink ?? closedSink;
  }

  get stderr(): ByteSink {
    return this.fds[2]?.sink ?? nullSink;
  }

  get stdin(): ByteSource | undefined {
    return this.fds[0]?.source;
  }

  /** Says something on stderr. A closed stderr is nobody's concern. */
  complain(message: string): MaybePromise<void> {
    try {
      const waiting = this.stderr.write(`${this.arg0}: ${message}\n`);
      if (waiting instanceof Promise) return waiting.catch(() => {});
    } catch {
      // Nobody reads stderr.
    }
  }

  /** Notices an abort: from here on nothing more runs. */
  checkAbort(): void {
    if (this.signal.aborted) this.leave = exitWith(abortStatus(this.signal));
  }

  get jobs(): JobTable {
    this.ownJobs ??= new JobTable();
    return this.ownJobs;
  }

  ownFunctions(): Map<string, FunctionValue> {
    if (this.functionsShared) {
      this.functions = new Map(this.functions);
      this.functionsShared = false;
    }
    return this.functions;
  }

  ownAliases(): Map<string, string> {
    if (this.aliasesShared) {
      this.aliases = new Map(this.aliases);
      this.aliasesShared = false;
    }
    return this.aliases;
  }

  /** Enters a call, a substitution or a source. Throws Fault when they are too deep. */
  descend(): void {
    if (this.depth >= maxDepth) throw new Fault(`nested deeper than ${maxDepth} calls`);
    this.depth++;
  }

  /** A subshell. `beside`: it runs at the same time as this one, so it shares nothing that either may change. */
  fork(beside: boolean): Runtime {
    const child = new Runtime(this.shared, this.signal);
    child.variables = beside ? this.variables.copy() : this.variables.overlay();
    this.functionsShared = child.functionsShared = true;
    this.aliasesShared = child.aliasesShared = true;
    child.functions = this.functions;
    child.aliases = this.aliases;
    child.options = this.options.copy();
    child.shopts = this.shopts;
    child.cwd = this.cwd;
    child.umask = this.umask;
    child.fds = retainAll(this.fds);
    child.arg0 = this.arg0;
    child.positional = this.positional;
    child.status = this.status;
    child.line = this.line;
    child.pipeStatus = this.pipeStatus;
    child.quiet = this.quiet;
    child.loopDepth = this.loopDepth;
    child.depth = this.depth;
    child.sourceDepth = this.sourceDepth;
    child.subshells = this.subshells + 1;
    child.call = this.call === null ? null : { name: this.call.name, caller: this.call.caller, hidden: null };
    child.lastArgument = this.lastArgument;
    child.lastBackground = this.lastBackground;
    child.secondsBase = this.secondsBase;
    return child;
  }

  /** Lets go of the descriptors; the end of a fork. */
  release(): MaybePromise<void> {
    const table = this.fds;
    this.fds = [];
    return releaseAll(table);
  }

  /** Exported variables as text. */
  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, slot] of this.variables.entries()) {
      if (slot.exported && slot.value !== undefined) env.set(name, toText(slot.value));
    }
    return env;
  }
}
