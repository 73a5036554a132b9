/**
 * What a front end speaks to: `World` to find a kernel, `KernelApi` for one session in one context. The in-process kernel
 * and the RPC client both implement them, and one contract suite (`test/kernel/api-contract.ts`) runs against both.
 * Every method may reject with `KernelError`.
 */
import type { Signature } from "./declaration.ts";
import type { BlockId, ContextId, DriftId } from "./ids.ts";
import type { ByteSink, ByteSource } from "./streams.ts";
import type {
  BlockFilter,
  BlockPatch,
  BlockSnapshot,
  Context,
  EventTopic,
  Json,
  Kernel,
  KernelEvent,
  Membership,
  NewBlock,
  Principal,
  Session,
  StagedDrift,
} from "./types.ts";

export interface World {
  whoami(): Promise<Principal>;
  listKernels(): Promise<readonly Kernel[]>;
  /** By id or label; a session in the context named, else the kernel's default context `main`. */
  attachKernel(kernel: string, options?: AttachOptions): Promise<KernelApi>;
  close(): Promise<void>;
}

export interface AttachOptions {
  /** Label, short id or id prefix. */
  readonly context?: string;
  readonly instance?: string;
}

export interface ExecuteOptions {
  /** Default: empty. */
  readonly stdin?: ByteSource;
  /** Where output goes as it comes, besides the block. Default: nowhere. */
  readonly stdout?: ByteSink;
  readonly stderr?: ByteSink;
  /** Aborting it interrupts the execution: status 130. */
  readonly signal?: AbortSignal;
  /** `$0` and the name in diagnostics; default `kaish`. */
  readonly name?: string;
  /** `$1`…; default: the context's own. */
  readonly args?: readonly string[];
  /** With `cwd` or `env` the program runs in a copy of the context's shell, which is then dropped: nothing it sets stays. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** False: leaves no blocks. Default true. */
  readonly record?: boolean;
}

export interface ExecuteResult {
  readonly status: number;
  /** The result block, when it was recorded. */
  readonly blockId?: BlockId;
  /** Set when the program was refused before it ran: the rendered diagnostics, already written to stderr. */
  readonly refused?: boolean;
  /** The program called `exit`: a REPL ends. */
  readonly exited?: boolean;
  /** The program moved its session to this context (`context switch`, `fork`, `thread`): a REPL goes on there, by `joinContext`. */
  readonly switchedTo?: ContextId;
}

/** A running program. */
export interface Execution {
  readonly id: number;
  /** Never rejects for a program's failure: that is a status. */
  readonly done: Promise<ExecuteResult>;
  interrupt(): void;
}

export interface ForkOptions {
  readonly label?: string;
  /** Fork the document as it was at this version. */
  readonly at?: number;
}

export interface MountInfo {
  readonly path: string;
  readonly type: string;
  readonly source: string;
  readonly writable: boolean;
}

export interface Completion {
  readonly text: string;
  readonly kind: "command" | "flag" | "path" | "variable" | "context" | "value";
  readonly help?: string;
}

export interface Completions {
  /** The range of the line that a completion replaces, UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
}

export interface HistoryEntry {
  readonly code: string;
  readonly at: number;
  readonly status?: number;
}

export interface Subscription {
  /** No callback after this returns. */
  close(): void;
}

export interface KernelInfo {
  readonly kernel: Kernel;
  readonly session: Session;
  readonly context: Context;
  /** True when nothing is kept on disk. */
  readonly ephemeral: boolean;
}

export interface KernelApi {
  // Identity and place
  info(): Promise<KernelInfo>;
  whoami(): Promise<Principal>;
  getCwd(): Promise<string>;
  setCwd(path: string): Promise<void>;
  /** Ends the session; later calls reject with `disconnected`. */
  detach(): Promise<void>;

  // Running
  execute(code: string, options?: ExecuteOptions): Execution;
  /** Starts `code` and answers the result block at once, which then streams. */
  shellExecute(code: string): Promise<BlockId>;
  getLastStatus(): Promise<number>;
  complete(line: string, cursor: number): Promise<Completions>;
  getCommandHistory(limit: number): Promise<readonly HistoryEntry[]>;
  getVariable(name: string): Promise<Json | undefined>;
  setVariable(name: string, value: Json): Promise<void>;
  listVariables(): Promise<Readonly<Record<string, Json>>>;
  listCommands(): Promise<readonly Signature[]>;

  // Mounts
  listMounts(): Promise<readonly MountInfo[]>;
  mount(path: string, source: string, writable: boolean): Promise<void>;
  unmount(path: string): Promise<void>;

  // Contexts
  listContexts(): Promise<readonly Context[]>;
  listMembers(): Promise<readonly Membership[]>;
  createContext(label: string): Promise<Context>;
  /** A session of the same principal in another context: label, short id, id prefix, `.` or `.parent`. */
  joinContext(address: string): Promise<KernelApi>;
  fork(options?: ForkOptions): Promise<KernelApi>;
  thread(label?: string): Promise<KernelApi>;

  // Blocks of this session's context (or of any, by its id)
  createBlock(block: NewBlock): Promise<BlockSnapshot>;
  /** Streaming append; resolves when it is on disk. */
  appendBlock(id: BlockId, text: string): Promise<void>;
  patchBlock(id: BlockId, patch: BlockPatch): Promise<void>;
  readBlock(id: BlockId): Promise<BlockSnapshot>;
  /** In document order. `context` is an address; default this context. */
  listBlocks(filter?: BlockFilter, context?: string): Promise<readonly BlockSnapshot[]>;
  /** Parses `ctx-short/principal/seq`, `principal/seq`, a bare number (the caller's own), or `last` (a running program's own aside). */
  resolveBlock(text: string): Promise<BlockId>;
  /** The document's version now. */
  version(): Promise<number>;

  // Drift
  driftPush(target: string, content: string, options?: { summarize?: boolean; now?: boolean }): Promise<StagedDrift>;
  driftQueue(options?: { all?: boolean }): Promise<readonly StagedDrift[]>;
  driftCancel(id: string): Promise<StagedDrift>;
  /** How many were delivered, and what failed. */
  driftFlush(options?: { all?: boolean }): Promise<{
    readonly delivered: readonly DriftId[];
    readonly failed: readonly { readonly id: DriftId; readonly error: string }[];
  }>;
  driftPull(source: string, question?: string): Promise<BlockSnapshot>;
  driftMerge(source?: string, into?: string): Promise<BlockSnapshot>;
  driftHistory(): Promise<readonly BlockSnapshot[]>;

  // Events
  /** Ordered by version within a context. `context` false: this context only (default); true: all of the kernel. A promise that `callback` answers is waited for: backpressure. */
  subscribe(
    options: { topics: readonly EventTopic[]; all?: boolean; fromVersion?: number },
    callback: (events: readonly KernelEvent[]) => void | Promise<void>,
  ): Promise<Subscription>;

  /** Resolves an address to a context: label, short id, id prefix, `.`, `.parent`. */
  resolveContext(address: string): Promise<Context>;
}

export type { ContextId };
