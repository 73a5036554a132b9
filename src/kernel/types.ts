/**
 * The vocabulary of the kernel (seed 004): who acts, where, and what a block is. All of it is data that survives
 * `JSON.parse(JSON.stringify(x))`. Times are milliseconds since the epoch.
 */
import type { BlockId, ContextId, DriftId, KernelId, PrincipalId, SessionId } from "./ids.ts";

export interface Principal {
  readonly id: PrincipalId;
  readonly username: string;
  readonly displayName: string;
}

export interface Kernel {
  readonly id: KernelId;
  readonly founder: PrincipalId;
  readonly label: string;
  readonly createdAt: number;
}

export type ForkKind = "fork" | "thread";

export interface Context {
  readonly id: ContextId;
  readonly kernelId: KernelId;
  readonly label: string;
  readonly parentId?: ContextId;
  readonly forkKind?: ForkKind;
  /** The version of the parent's document the fork was made at. */
  readonly forkedAt?: number;
  readonly createdBy: PrincipalId;
  readonly createdAt: number;
  /** Where a session starts; kept up to date by `cd`. */
  readonly cwd: string;
  readonly provider?: string;
  readonly model?: string;
  readonly systemPrompt?: string;
  /** Shortest unique prefix, at least 6 hex digits of the id's random part; never changes once given. */
  readonly shortId: string;
}

export interface Session {
  readonly id: SessionId;
  readonly principalId: PrincipalId;
  readonly kernelId: KernelId;
  readonly contextId: ContextId;
  /** Which of the principal's connections: a host name, `mcp`, … */
  readonly instance: string;
  readonly startedAt: number;
}

export interface Membership {
  readonly contextId: ContextId;
  readonly kernelId: KernelId;
  readonly nick: string;
  readonly instance: string;
  readonly status: "active" | "idle" | "away";
}

export type BlockKind = "text" | "thinking" | "toolCall" | "toolResult" | "drift";
export type ToolKind = "shell" | "mcp" | "builtin";
export type DriftKind = "push" | "pull" | "merge" | "distill" | "commit";
export type Role = "user" | "model" | "system" | "tool";
export type Status = "pending" | "running" | "done" | "error";

/** JSON as it is stored in a block. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
}

/** What an index needs to know of a block. */
export interface BlockHeader {
  readonly id: BlockId;
  readonly parentId?: BlockId;
  readonly role: Role;
  readonly kind: BlockKind;
  readonly status: Status;
  readonly toolKind?: ToolKind;
  readonly createdAt: number;
  /** Of the last change; while text streams in, to within 10 seconds. */
  readonly updatedAt: number;
}

/** The whole of one block. */
export interface BlockSnapshot extends BlockHeader {
  readonly content: string;
  readonly collapsed: boolean;
  /** Left out of context payloads. */
  readonly excluded: boolean;
  /** Left out of context payloads, and of forks. */
  readonly ephemeral: boolean;
  readonly toolName?: string;
  readonly toolInput?: Json;
  readonly toolCallId?: string;
  readonly exitCode?: number;
  readonly isError?: boolean;
  /** What a shell command wrote to stderr. */
  readonly stderr?: string;
  /** Content holds only the first and last part; the whole is elsewhere. */
  readonly truncated?: boolean;
  /** A typed result. */
  readonly data?: Json;
  readonly sourceContext?: ContextId;
  readonly sourceModel?: string;
  readonly driftKind?: DriftKind;
  readonly driftId?: DriftId;
  readonly usage?: Usage;
}

/** What a new block is made from; what is left out gets: status done, content "", flags false. */
export interface NewBlock {
  readonly role: Role;
  readonly kind: BlockKind;
  readonly content?: string;
  readonly status?: Status;
  readonly parentId?: BlockId;
  /** Placed right after this block; at the end when absent. */
  readonly after?: BlockId;
  readonly collapsed?: boolean;
  readonly excluded?: boolean;
  readonly ephemeral?: boolean;
  readonly toolKind?: ToolKind;
  readonly toolName?: string;
  readonly toolInput?: Json;
  readonly toolCallId?: string;
  readonly sourceContext?: ContextId;
  readonly sourceModel?: string;
  readonly driftKind?: DriftKind;
  readonly driftId?: DriftId;
}

/** What may change after a block was made, beside its text and order. */
export interface BlockPatch {
  readonly status?: Status;
  readonly collapsed?: boolean;
  readonly excluded?: boolean;
  readonly exitCode?: number;
  readonly isError?: boolean;
  readonly stderr?: string;
  readonly truncated?: boolean;
  readonly data?: Json;
  readonly usage?: Usage;
}

export interface BlockFilter {
  readonly kind?: BlockKind;
  readonly role?: Role;
  readonly status?: Status;
  readonly parentId?: BlockId;
  /** The last N that match. */
  readonly limit?: number;
}

/** A drift on its way. */
export interface StagedDrift {
  readonly id: DriftId;
  /** Small and unique within the kernel, for people: `drift cancel 3`. */
  readonly number: number;
  readonly source: ContextId;
  readonly target: ContextId;
  readonly principalId: PrincipalId;
  readonly kind: DriftKind;
  readonly content: string;
  readonly sourceModel?: string;
  readonly stagedAt: number;
  readonly attempts: number;
  readonly state: "staged" | "delivering" | "lost";
  /** Why the last attempt failed. */
  readonly error?: string;
}

/**
 * One ordered event. `version` is the version of the context's document after the change; previews carry none and are
 * superseded by the next versioned event of the block.
 */
export type KernelEvent =
  | {
      readonly topic: "block";
      readonly type: "inserted";
      readonly contextId: ContextId;
      readonly version: number;
      readonly block: BlockSnapshot;
      /** The block before it; absent: it is the first. */
      readonly after?: BlockId;
    }
  | {
      readonly topic: "block";
      readonly type: "appended";
      readonly contextId: ContextId;
      readonly version: number;
      readonly id: BlockId;
      /** Where in the content the text goes, UTF-16: the content is what stood before it, then the text. */
      readonly offset: number;
      readonly text: string;
    }
  | {
      readonly topic: "block";
      readonly type: "changed";
      readonly contextId: ContextId;
      readonly version: number;
      readonly block: BlockSnapshot;
    }
  | {
      readonly topic: "block";
      readonly type: "preview";
      readonly contextId: ContextId;
      readonly id: BlockId;
      /** Where in the content the text goes, UTF-16: the content is what stood before it, then the text. */
      readonly offset: number;
      readonly text: string;
    }
  | { readonly topic: "context"; readonly type: "created" | "changed"; readonly context: Context }
  | { readonly topic: "drift"; readonly type: "staged" | "delivered" | "cancelled" | "lost"; readonly drift: StagedDrift }
  /** The subscriber's queue overflowed: read the state again, then go on from here. */
  | { readonly topic: "resync"; readonly type: "resync"; readonly contextId?: ContextId };

export type EventTopic = "block" | "context" | "drift";

/** A shell command or its output. */
export function isShell(block: Pick<BlockSnapshot, "kind" | "toolKind">): boolean {
  return (block.kind === "toolCall" || block.kind === "toolResult") && block.toolKind === "shell";
}

/** The part of a block that an index keeps. */
export function headerOf(block: BlockSnapshot): BlockHeader {
  const { id, parentId, role, kind, status, toolKind, createdAt, updatedAt } = block;
  return {
    id,
    role,
    kind,
    status,
    createdAt,
    updatedAt,
    ...(parentId === undefined ? {} : { parentId }),
    ...(toolKind === undefined ? {} : { toolKind }),
  };
}
