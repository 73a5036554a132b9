import type { ContextId, DriftId, PrincipalId } from "../ids.ts";
import type { BlockSnapshot, StagedDrift } from "../types.ts";

export interface PushRequest {
  readonly source: ContextId;
  readonly target: ContextId;
  readonly principalId: PrincipalId;
  /** With `summarize`: the focus, may be empty. */
  readonly content: string;
  readonly summarize?: boolean;
  /** Delivered before the promise resolves. */
  readonly now?: boolean;
  readonly signal?: AbortSignal;
}

export interface PullRequest {
  readonly source: ContextId;
  /** The caller's context, where the block goes. */
  readonly target: ContextId;
  readonly principalId: PrincipalId;
  readonly question?: string;
  readonly signal?: AbortSignal;
}

export interface MergeRequest {
  readonly source: ContextId;
  /** Default: the source's parent. */
  readonly into?: ContextId;
  readonly principalId: PrincipalId;
  readonly signal?: AbortSignal;
}

export interface FlushResult {
  readonly delivered: readonly DriftId[];
  readonly failed: readonly { readonly id: DriftId; readonly error: string }[];
}

/**
 * Moves knowledge between contexts. A pushed item is on disk before `push` resolves, and is delivered exactly once whatever
 * crashes: staged → delivering → its block is written (with the item's id, never twice) → removed. After five failures an
 * item is `lost`: kept and listed. All methods reject with `KernelError`.
 */
export interface DriftRouter {
  /** `invalid` for an empty content (unless `summarize`) or a push to itself. With `now`, a failed delivery leaves it staged and rejects. */
  push(request: PushRequest): Promise<StagedDrift>;
  /** Waiting items that `source` staged, or all. */
  queue(source?: ContextId): readonly StagedDrift[];
  /** By number or id prefix. `notFound`, `ambiguous`; `conflict` when it is being delivered. */
  cancel(item: string, source?: ContextId): Promise<StagedDrift>;
  flush(source?: ContextId): Promise<FlushResult>;
  /** Distils `source` into a drift block of kind pull in `target`; its author is the caller. */
  pull(request: PullRequest): Promise<BlockSnapshot>;
  /** Distils `source` into its parent or `into`. `invalid` without either. */
  merge(request: MergeRequest): Promise<BlockSnapshot>;
  /** Drift blocks that came into this context or left it, oldest first. */
  history(contextId: ContextId): Promise<readonly BlockSnapshot[]>;
  lost(): readonly StagedDrift[];
}
