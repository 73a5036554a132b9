/**
 * The port to what a kernel keeps. Everything that changes it is a `Change`, and a batch of changes is kept whole or not at
 * all; what was committed survives `kill -9`. Reads answer committed state only. All methods reject with `KernelError`.
 * The store knows no CRDT: log rows, keyframes and bodies are bytes and text to it.
 */
import type { ContextId, DriftId, PrincipalId } from "../ids.ts";
import type { BlockSnapshot, Context, Json, Kernel, Membership, Principal, StagedDrift } from "../types.ts";

/** One transaction of one document. `seq` counts from 1 without gaps and is the document's version after it. */
export interface LogRow {
  readonly seq: number;
  readonly at: number;
  readonly principalId: PrincipalId;
  readonly data: Uint8Array;
}

/** The whole state of a document at version `seq`, as its owner encodes it. */
export interface Keyframe {
  readonly seq: number;
  readonly data: Uint8Array;
}

/** One logical operation of the timeline: rows `from` to `to`. A stream of appends is one operation. */
export interface Operation {
  readonly number: number;
  readonly principalId: PrincipalId;
  readonly label: "create" | "append" | "patch";
  readonly from: number;
  readonly to: number;
  readonly at: number;
  /** Keys of the blocks it touched. */
  readonly blocks: readonly string[];
}

export interface DocumentRow {
  readonly contextId: ContextId;
  /** The newest version; 0 for an empty document. */
  readonly head: number;
  /** The projection is true for this version; when it is the head, the document can be listed without loading it. */
  readonly projected: number;
  readonly forkedFrom?: { readonly contextId: ContextId; readonly version: number };
}

/** The read model: one block as it was when it last came to rest, so that it can be listed without loading its document. */
export interface ProjectedBlock {
  /** `principal:seq` within the document. */
  readonly key: string;
  readonly order: string;
  readonly version: number;
  readonly block: BlockSnapshot;
}

export interface MountRow {
  /** The context that made it; absent for the kernel's own. */
  readonly contextId?: ContextId;
  readonly path: string;
  readonly type: string;
  readonly source: string;
  readonly writable: boolean;
}

export interface HistoryRow {
  readonly contextId: ContextId;
  readonly principalId: PrincipalId;
  readonly code: string;
  readonly at: number;
  readonly status?: number;
}

export interface MemberRow extends Membership {
  readonly principalId: PrincipalId;
  readonly seenAt: number;
}

export type Change =
  | { readonly kind: "putKernel"; readonly kernel: Kernel }
  | { readonly kind: "putPrincipal"; readonly principal: Principal }
  | { readonly kind: "putContext"; readonly context: Context }
  /** `conflict` when it exists. */
  | { readonly kind: "createDocument"; readonly contextId: ContextId }
  /** Rows, keyframes and operations up to `version`, and the projection if it is true for it. `notFound`, `conflict`, `invalid` past the head. */
  | { readonly kind: "copyDocument"; readonly source: ContextId; readonly target: ContextId; readonly version: number }
  /** `conflict` unless the rows go on from the head: a second writer is found out. */
  | { readonly kind: "appendLog"; readonly contextId: ContextId; readonly rows: readonly LogRow[] }
  | { readonly kind: "putKeyframe"; readonly contextId: ContextId; readonly keyframe: Keyframe }
  | { readonly kind: "putOperation"; readonly contextId: ContextId; readonly operation: Operation }
  | { readonly kind: "putClient"; readonly contextId: ContextId; readonly principalId: PrincipalId; readonly client: number }
  /** Blocks as they are now; with them the projection is true for version `projected`. */
  | {
      readonly kind: "putProjection";
      readonly contextId: ContextId;
      readonly blocks: readonly ProjectedBlock[];
      readonly projected: number;
    }
  | { readonly kind: "putDrift"; readonly drift: StagedDrift }
  | { readonly kind: "deleteDrift"; readonly id: DriftId }
  | { readonly kind: "putShell"; readonly contextId: ContextId; readonly state: Json }
  | { readonly kind: "putMount"; readonly mount: MountRow }
  | { readonly kind: "deleteMount"; readonly contextId?: ContextId; readonly path: string }
  | { readonly kind: "putMember"; readonly member: MemberRow }
  | { readonly kind: "deleteMember"; readonly contextId: ContextId; readonly nick: string; readonly instance: string }
  | { readonly kind: "addHistory"; readonly entry: HistoryRow }
  /** Named numbers and settings of the kernel. */
  | { readonly kind: "putSetting"; readonly name: string; readonly value: Json };

export interface Store {
  /** False when it goes with the process. */
  readonly durable: boolean;
  /** All of it or none, in order; resolves when it is kept. */
  commit(batch: readonly Change[]): Promise<void>;

  kernel(): Promise<Kernel | undefined>;
  principals(): Promise<readonly Principal[]>;
  contexts(): Promise<readonly Context[]>;
  setting(name: string): Promise<Json | undefined>;

  document(contextId: ContextId): Promise<DocumentRow | undefined>;
  /** Rows after version `after` up to `upTo` (default: all), in order. */
  log(contextId: ContextId, after: number, upTo?: number): Promise<readonly LogRow[]>;
  /** The newest keyframe at or before `upTo` (default: the newest). */
  keyframe(contextId: ContextId, upTo?: number): Promise<Keyframe | undefined>;
  /** The newest `limit` operations before number `before`, newest first. */
  operations(contextId: ContextId, options: { readonly limit: number; readonly before?: number }): Promise<readonly Operation[]>;
  clients(contextId: ContextId): Promise<ReadonlyMap<PrincipalId, number>>;
  /** In document order; the last `limit`. */
  projection(contextId: ContextId, limit?: number): Promise<readonly ProjectedBlock[]>;
  /** Drift blocks at rest that are in this context or came from it, oldest first. */
  driftBlocks(contextId: ContextId): Promise<readonly BlockSnapshot[]>;

  /** In the order they were staged. */
  drifts(): Promise<readonly StagedDrift[]>;
  shell(contextId: ContextId): Promise<Json | undefined>;
  mounts(): Promise<readonly MountRow[]>;
  members(): Promise<readonly MemberRow[]>;
  /** The last `limit` entries, oldest first. */
  history(contextId: ContextId, limit: number): Promise<readonly HistoryRow[]>;
  /** No call after this. */
  close(): Promise<void>;
}
