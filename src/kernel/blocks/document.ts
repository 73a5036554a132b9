import type { BlockId, ContextId, PrincipalId } from "../ids.ts";
import type { BlockFilter, BlockPatch, BlockSnapshot, NewBlock } from "../types.ts";

/**
 * One context's document: blocks in an order, a DAG by parentId. Each change is validated whole, then applied, gets the next
 * version, and is on disk when the returned promise resolves; subscribers hear of it only after that. All methods reject with
 * `KernelError` (`notFound`, `illegal`, `conflict`, `invalid`, `tooLarge`).
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
  create(principal: PrincipalId, block: NewBlock): Promise<BlockSnapshot>;
  /**
   * The streaming path: the text is batched until a newline, 50 characters or 100 ms; a preview goes out at once. Resolves when
   * the batch is on disk.
   */
  append(principal: PrincipalId, id: BlockId, text: string): Promise<void>;
  /** Status changes: pending→running→done|error, pending→done|error; done and error are final (`illegal` else). */
  patch(principal: PrincipalId, id: BlockId, patch: BlockPatch): Promise<void>;
  /** Resolves when everything accepted so far is on disk. */
  flush(): Promise<void>;
}

/** All documents of a kernel; loads them lazily. */
export interface Documents {
  create(contextId: ContextId): Promise<Document>;
  /** `notFound` if there is none, `corrupt` if its log cannot be read. */
  open(contextId: ContextId): Promise<Document>;
  /** A deep copy of `source` as it was at version `at` (default: now), under the new context. Block ids keep author and seq. */
  fork(source: ContextId, target: ContextId, at?: number): Promise<Document>;
  close(): Promise<void>;
}
