import { KernelError } from "../errors.ts";
import type { EventBus } from "../flow/index.ts";
import type { ContextId } from "../ids.ts";
import type { Change, Store } from "../state/index.ts";
import type { BlockFilter, BlockSnapshot } from "../types.ts";
import { Committer } from "./committer.ts";
import { ContextDocument, type DocumentHost } from "./context-document.ts";
import type { Document, Documents } from "./document.ts";
import { load, loadState } from "./load.ts";

export interface DocumentsOptions {
  readonly store: Store;
  readonly bus: EventBus;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
  /** Heap the loaded documents may take, in bytes as estimated, before idle ones are let go. Default 256 MB. */
  readonly memoryLimit?: number;
}

export function openDocuments(options: DocumentsOptions): Documents {
  return new StoredDocuments(options);
}

/**
 * Invariants: 1. there is at most one ContextDocument per context: a second would be a second writer; 2. `#used` holds the ones to
 * keep in memory, the least recently used first; one that was dropped from it is still found in `#known` while anybody holds it.
 */
class StoredDocuments implements Documents {
  readonly #host: DocumentHost;
  readonly #memoryLimit: number;
  readonly #used = new Map<ContextId, ContextDocument>();
  readonly #known = new Map<ContextId, WeakRef<ContextDocument>>();
  readonly #opening = new Map<ContextId, Promise<ContextDocument>>();
  #closed = false;

  constructor({ store, bus, now = Date.now, memoryLimit = 256 * 1024 * 1024 }: DocumentsOptions) {
    this.#host = { store, bus, now, committer: new Committer(store) };
    this.#memoryLimit = memoryLimit;
  }

  async create(contextId: ContextId, also: readonly Change[] = []): Promise<void> {
    this.#checkOpen();
    await this.#host.store.commit([{ kind: "createDocument", contextId }, ...also]);
  }

  async open(contextId: ContextId): Promise<Document> {
    return this.#open(contextId);
  }

  async fork(
    source: ContextId,
    target: ContextId,
    at?: number,
    also: (version: number) => readonly Change[] = () => [],
  ): Promise<number> {
    this.#checkOpen();
    // So that the copy's projection is true.
    await this.#inMemory(source)?.settle();
    const row = await this.#host.store.document(source);
    if (row === undefined) throw new KernelError("notFound", `no document of context ${source}`, { contextId: source });
    const version = at ?? row.head;
    await this.#host.store.commit([{ kind: "copyDocument", source, target, version }, ...also(version)]);
    return version;
  }

  async list(contextId: ContextId, filter: BlockFilter = {}): Promise<readonly BlockSnapshot[]> {
    this.#checkOpen();
    if (this.#inMemory(contextId) === undefined && !this.#opening.has(contextId)) {
      const row = await this.#host.store.document(contextId);
      if (row !== undefined && row.projected === row.head) return this.#listProjection(contextId, filter);
    }
    const document = await this.#open(contextId);
    return document.list(filter);
  }

  async at(contextId: ContextId, version: number): Promise<readonly BlockSnapshot[]> {
    this.#checkOpen();
    await this.#inMemory(contextId)?.flush();
    const { state } = await loadState(this.#host.store, contextId, version);
    try {
      return state.keys().map((key) => state.read(key));
    } finally {
      state.destroy();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#opening.values());
    const documents = [...this.#known.values()].map((ref) => ref.deref()).filter((document) => document !== undefined);
    const results = await Promise.allSettled(documents.map((document) => document.rest()));
    for (const document of documents) document.destroy();
    this.#used.clear();
    this.#known.clear();
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  async #open(contextId: ContextId): Promise<ContextDocument> {
    this.#checkOpen();
    const known = this.#inMemory(contextId);
    if (known !== undefined) {
      this.#use(contextId, known);
      return known;
    }
    let opening = this.#opening.get(contextId);
    if (opening === undefined) {
      opening = this.#load(contextId).finally(() => this.#opening.delete(contextId));
      this.#opening.set(contextId, opening);
    }
    return opening;
  }

  async #load(contextId: ContextId): Promise<ContextDocument> {
    const document = new ContextDocument(this.#host, contextId, await load(this.#host.store, contextId));
    this.#known.set(contextId, new WeakRef(document));
    this.#use(contextId, document);
    this.#trim();
    return document;
  }

  #inMemory(contextId: ContextId): ContextDocument | undefined {
    return this.#used.get(contextId) ?? this.#known.get(contextId)?.deref();
  }

  #use(contextId: ContextId, document: ContextDocument): void {
    this.#used.delete(contextId);
    this.#used.set(contextId, document);
  }

  /** Lets the least recently used documents go, until the rest fits. */
  #trim(): void {
    let heap = 0;
    for (const each of this.#used.values()) heap += each.heap;
    for (const [id, each] of this.#used) {
      if (heap <= this.#memoryLimit || this.#used.size === 1) break;
      heap -= each.heap;
      this.#letGo(id, each);
    }
    for (const [id, ref] of this.#known) if (ref.deref() === undefined) this.#known.delete(id);
  }

  /** Its memory is freed when nobody holds it; until its rest is on disk we do. */
  #letGo(contextId: ContextId, document: ContextDocument): void {
    this.#used.delete(contextId);
    document.rest().catch(() => {
      // Whoever waited for the changes was told; the document reads itself from disk again.
    });
  }

  async #listProjection(contextId: ContextId, filter: BlockFilter): Promise<readonly BlockSnapshot[]> {
    const { limit, ...conditions } = filter;
    const all = Object.keys(conditions).length === 0;
    const rows = await this.#host.store.projection(contextId, all ? limit : undefined);
    const blocks = rows.map((row) => row.block).filter((block) => all || matches(block, filter));
    return limit === undefined ? blocks : limit > 0 ? blocks.slice(-limit) : [];
  }

  #checkOpen(): void {
    if (this.#closed) throw new KernelError("disconnected", "the kernel is closed");
  }
}

function matches(block: BlockSnapshot, { kind, role, status, parentId }: BlockFilter): boolean {
  return (
    (kind === undefined || block.kind === kind) &&
    (role === undefined || block.role === role) &&
    (status === undefined || block.status === status) &&
    (parentId === undefined || (block.parentId?.principalId === parentId.principalId && block.parentId.seq === parentId.seq))
  );
}
