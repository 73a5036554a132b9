import type { BlockId, ContextId, DriftId, PrincipalId } from "../ids.ts";
import type { Change } from "../state/index.ts";
import type { BlockFilter, BlockPatch, BlockSnapshot, NewBlock } from "../types.ts";

/**
 * One context's document: blocks in an order, a DAG by parentId. Each change is validated whole, then applied, gets the next
 * version, and is on disk when the returned promise resolves; subscribers hear of it only after that. All methods reject with
 * `KernelError` (`notFound`, `illegal`, `conflict`, `invalid`, `tooLarge`, `io`). A change that could not be kept is undone: the
 * document is read from disk again.
 */
export interface Document {
  readonly contextId: ContextId;
  /** Of the last change on disk. 0 for an empty document; never reset. */
  readonly version: number;
  /** A block as it is now, changes not yet on disk included. */
  read(id: BlockId): BlockSnapshot;
  has(id: BlockId): boolean;
  /** In document order. */
  list(filter?: BlockFilter): readonly BlockSnapshot[];
  /** The block a drift item was delivered as. */
  byDrift(driftId: DriftId): BlockId | undefined;
  /** `conflict` for a driftId that is already here. */
  create(principal: PrincipalId, block: NewBlock): Promise<BlockSnapshot>;
  /**
   * The streaming path: after the first, text is batched until a newline, 50 characters or 100 ms; a preview goes out at once.
   * Resolves when the batch is on disk: a stream does not wait for each. Half a surrogate pair at the end waits for its other half.
   */
  append(principal: PrincipalId, id: BlockId, text: string): Promise<void>;
  /** Status changes: pending→running→done|error, pending→done|error; done and error are final (`illegal` else). */
  patch(principal: PrincipalId, id: BlockId, patch: BlockPatch): Promise<void>;
  /** Resolves when everything accepted so far is on disk. */
  flush(): Promise<void>;
}

/** All documents of a kernel; loads them lazily. At most one process may write a store's documents. */
export interface Documents {
  /** An empty one. `also` is kept with it, all or none. */
  create(contextId: ContextId, also?: readonly Change[]): Promise<void>;
  /** The same object for the same context as long as anybody holds it. `notFound` if there is none, `corrupt` if its log cannot be read. */
  open(contextId: ContextId): Promise<Document>;
  /**
   * A deep copy of `source` as it was at version `at` (default: now), under the new context; loads neither. Block ids keep author
   * and seq. What `also` answers for that version is kept with it. Answers the version. `invalid` for one that is not there.
   */
  fork(source: ContextId, target: ContextId, at?: number, also?: (version: number) => readonly Change[]): Promise<number>;
  /** As `Document.list`, but does not load a document that is at rest. */
  list(contextId: ContextId, filter?: BlockFilter): Promise<readonly BlockSnapshot[]>;
  /** The blocks as they were at a version. */
  at(contextId: ContextId, version: number): Promise<readonly BlockSnapshot[]>;
  /** Puts everything on disk and lets it go. No call after this. */
  close(): Promise<void>;
}
