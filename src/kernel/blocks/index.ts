import type { EventBus } from "../flow/index.ts";
import type { Store } from "../state/index.ts";
import type { Documents } from "./document.ts";

export type { Document, Documents } from "./document.ts";

export interface DocumentsOptions {
  readonly store: Store;
  readonly bus: EventBus;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
  /** Heap the loaded documents may take before idle ones are let go. Default 256 MB. */
  readonly memoryLimit?: number;
}

export declare function openDocuments(options: DocumentsOptions): Documents;
