import { KernelError } from "../errors.ts";
import type { EventBus } from "../flow/index.ts";
import type { BlockId, ContextId, DriftId, PrincipalId } from "../ids.ts";
import type { Change, LogRow, Operation, ProjectedBlock, Store } from "../state/index.ts";
import type { BlockFilter, BlockPatch, BlockSnapshot, KernelEvent, NewBlock } from "../types.ts";
import { AppendBuffer, dueTime } from "./append-buffer.ts";
import type { BlockState } from "./block-state.ts";
import { checkLength } from "./block-values.ts";
import type { Commit, Committer, Writer } from "./committer.ts";
import { type Deferred, deferred } from "./deferred.ts";
import type { Document } from "./document.ts";
import { encodeKeyframe, type Loaded, load } from "./load.ts";

/** A keyframe is made when the rows after the last one are this long, or as long as it: what is kept stays proportional. */
const keyframeBytes = 256 * 1024;
/** A document that is let go leaves at most this much to replay. */
const restBytes = 32 * 1024;
/** Heap per byte of Yjs state. */
const heapFactor = 6.5;

export interface DocumentHost {
  readonly store: Store;
  readonly bus: EventBus;
  readonly committer: Committer;
  readonly now: () => number;
}

/**
 * The one writer of a document. Invariants: 1. every row in the queue is applied to `#state`, in order, and `#head` is the last;
 * 2. events go out, and promises resolve, only after the commit that holds their rows; 3. after a failed commit nothing of `#state`
 * is trusted: it is loaded again; 4. text in a buffer is accepted but has no version yet, and no change of its block overtakes it.
 */
export class ContextDocument implements Document, Writer {
  readonly contextId: ContextId;
  readonly #host: DocumentHost;
  #state: BlockState | undefined;
  #loading: Promise<void> | undefined;
  /** Why there is no state, while there is none. */
  #missing: KernelError;
  #version = 0;
  #head = 0;
  #clients = new Map<PrincipalId, number>();
  #operation: Operation | undefined;
  #operations = 0;
  #projected = 0;
  /** Blocks whose row in the projection is not true any more. */
  #unprojected = new Set<string>();
  /** Of those, the ones to bring up to date with the next commit. */
  #toProject = new Set<string>();
  #keyframeBytes = 0;
  #tailBytes = 0;
  #keyframeWanted = false;
  #buffers = new Map<string, AppendBuffer>();
  #due = new Set<string>();
  // What the next commit takes.
  #rows: LogRow[] = [];
  #changes: Change[] = [];
  #changedOperations = new Map<number, Operation>();
  #events: KernelEvent[] = [];
  #waiting: Deferred[] = [];
  #group: Deferred | undefined;
  /** Commits on their way to disk. */
  #inFlight: Promise<void> | undefined;

  constructor(host: DocumentHost, contextId: ContextId, loaded: Loaded) {
    this.#host = host;
    this.contextId = contextId;
    this.#missing = new KernelError("io", `the document of context ${contextId} is being read from disk again`, { contextId });
    this.#adopt(loaded);
  }

  get version(): number {
    return this.#version;
  }

  /** Estimated bytes in memory. */
  get heap(): number {
    return (this.#keyframeBytes + this.#tailBytes) * heapFactor;
  }

  read(id: BlockId): BlockSnapshot {
    const state = this.#loaded();
    return this.#withBuffer(state, state.keyOf(id));
  }

  has(id: BlockId): boolean {
    return id.contextId === this.contextId && this.#loaded().has(`${id.principalId}:${id.seq}`);
  }

  list(filter: BlockFilter = {}): readonly BlockSnapshot[] {
    const state = this.#loaded();
    return state.select(filter).map((key) => this.#withBuffer(state, key));
  }

  byDrift(driftId: DriftId): BlockId | undefined {
    return this.#loaded().byDrift(driftId);
  }

  async create(principal: PrincipalId, block: NewBlock): Promise<BlockSnapshot> {
    const state = await this.#ready();
    const at = this.#host.now();
    const { key, update, renumbered } = state.create(principal, this.#clientOf, block, at);
    this.#record(principal, "create", key, update, at);
    for (const other of renumbered) this.#project(other);
    this.#project(key);
    const snapshot = state.read(key);
    const after = state.before(key);
    this.#events.push({
      topic: "block",
      type: "inserted",
      contextId: this.contextId,
      version: this.#head,
      block: snapshot,
      ...(after === undefined ? {} : { after }),
    });
    await this.#nextCommit();
    return snapshot;
  }

  async append(principal: PrincipalId, id: BlockId, text: string): Promise<void> {
    const state = await this.#ready();
    const key = state.keyOf(id);
    let buffer = this.#buffers.get(key);
    if (buffer !== undefined && buffer.principal !== principal) {
      this.#write(key, true);
      buffer = undefined;
    }
    if (buffer === undefined) this.#buffers.set(key, (buffer = new AppendBuffer(principal)));
    const offset = state.lengthOf(key) + buffer.text.length;
    checkLength(offset, text);
    if (text === "") return;
    const { done, due } = buffer.add(text, this.#host.now());
    if (due) this.#makeDue(key);
    else {
      buffer.timer ??= setTimeout(() => this.#makeDue(key), dueTime);
      this.#host.bus.publish([{ topic: "block", type: "preview", contextId: this.contextId, id, offset, text }]);
    }
    await done;
  }

  async patch(principal: PrincipalId, id: BlockId, patch: BlockPatch): Promise<void> {
    const state = await this.#ready();
    const key = state.keyOf(id);
    this.#write(key, true);
    const at = this.#host.now();
    const { update } = state.patch(principal, this.#clientOf, key, patch, at);
    if (update !== undefined) {
      this.#record(principal, "patch", key, update, at);
      this.#project(key);
      this.#events.push({
        topic: "block",
        type: "changed",
        contextId: this.contextId,
        version: this.#head,
        block: state.read(key),
      });
    }
    await this.#nextCommit();
  }

  async flush(): Promise<void> {
    await this.#ready();
    for (const key of this.#buffers.keys()) this.#write(key, true);
    if (this.#dirty) await this.#nextCommit();
    else await this.#inFlight;
  }

  /** All on disk and the projection true. */
  async settle(): Promise<void> {
    await this.#ready();
    for (const key of this.#buffers.keys()) this.#write(key, true);
    for (const key of this.#unprojected) this.#toProject.add(key);
    await this.flush();
  }

  /** Settles, and leaves a short tail: it can be let go. */
  async rest(): Promise<void> {
    await this.#ready();
    if (this.#tailBytes > restBytes) this.#keyframeWanted = true;
    await this.settle();
  }

  /** Frees the memory. Every later call fails with `disconnected`. */
  destroy(): void {
    this.#state?.destroy();
    this.#state = undefined;
    this.#loading = undefined;
    this.#missing = new KernelError("disconnected", "the kernel is closed");
  }

  take(): Commit | undefined {
    try {
      return this.#take();
    } catch (error) {
      this.#fail([], error);
      return undefined;
    }
  }

  #take(): Commit | undefined {
    const state = this.#state;
    if (state === undefined) return undefined;
    for (const key of this.#due) this.#write(key, false);
    const waiting = this.#group === undefined ? this.#waiting : [...this.#waiting, this.#group];
    const events = this.#events;
    const version = this.#head;
    const projection = this.#takeProjection(state);
    const changes = this.#takeChanges(state, projection);
    this.#waiting = [];
    this.#events = [];
    this.#group = undefined;
    if (changes.length === 0 && waiting.length === 0) return undefined;
    const flight = deferred();
    const done = flight.promise;
    this.#inFlight = done;
    // Whoever flushes listens to this; nobody has to.
    done.catch(() => {});
    return {
      changes,
      kept: () => {
        if (this.#inFlight === done) this.#inFlight = undefined;
        this.#version = version;
        this.#host.bus.publish(events);
        for (const waiter of waiting) waiter.resolve();
        flight.resolve();
      },
      lost: (error) => {
        this.#fail([...waiting, flight], error);
      },
    };
  }

  get #dirty(): boolean {
    return this.#rows.length > 0 || this.#waiting.length > 0 || this.#toProject.size > 0 || this.#keyframeWanted;
  }

  #adopt(loaded: Loaded): void {
    this.#state = loaded.state;
    this.#version = loaded.version;
    this.#head = loaded.version;
    this.#clients = new Map(loaded.clients);
    this.#operations = loaded.operation;
    this.#operation = undefined;
    this.#projected = loaded.projected;
    this.#unprojected = new Set(loaded.unprojected);
    this.#keyframeBytes = loaded.keyframeBytes;
    this.#tailBytes = loaded.tailBytes;
  }

  #loaded(): BlockState {
    if (this.#state === undefined) throw this.#missing;
    return this.#state;
  }

  async #ready(): Promise<BlockState> {
    if (this.#state === undefined) await this.#loading;
    return this.#loaded();
  }

  #withBuffer(state: BlockState, key: string): BlockSnapshot {
    const block = state.read(key);
    const text = this.#buffers.get(key)?.text ?? "";
    return text === "" ? block : { ...block, content: block.content + text };
  }

  #nextCommit(): Promise<void> {
    this.#group ??= deferred();
    this.#host.committer.schedule(this);
    return this.#group.promise;
  }

  #makeDue(key: string): void {
    this.#due.add(key);
    this.#host.committer.schedule(this);
  }

  /** Moves a buffer's text into the document. */
  #write(key: string, all: boolean): void {
    this.#due.delete(key);
    const buffer = this.#buffers.get(key);
    const state = this.#state;
    if (buffer === undefined || state === undefined) return;
    const at = this.#host.now();
    const { text, waiting } = buffer.take(at, all);
    if (all) this.#buffers.delete(key);
    if (waiting !== undefined) this.#waiting.push(waiting);
    const offset = state.lengthOf(key);
    const { update } = state.append(buffer.principal, this.#clientOf, key, text, at);
    if (update === undefined) return;
    this.#record(buffer.principal, "append", key, update, at);
    this.#unprojected.add(key);
    const id = state.idOf(key);
    this.#events.push({ topic: "block", type: "appended", contextId: this.contextId, version: this.#head, id, offset, text });
  }

  #project(key: string): void {
    this.#unprojected.add(key);
    this.#toProject.add(key);
  }

  #record(principalId: PrincipalId, label: Operation["label"], key: string, update: Uint8Array | undefined, at: number): void {
    if (update === undefined) return;
    const seq = ++this.#head;
    this.#rows.push({ seq, at, principalId, data: update });
    this.#tailBytes += update.length;
    const last = this.#operation;
    const goesOn =
      last !== undefined &&
      label === "append" &&
      last.label === "append" &&
      last.principalId === principalId &&
      last.blocks[0] === key;
    this.#operation = goesOn
      ? { ...last, to: seq }
      : { number: ++this.#operations, principalId, label, from: seq, to: seq, at, blocks: [key] };
    this.#changedOperations.set(this.#operation.number, this.#operation);
  }

  /** The Yjs client this principal writes this document with, the same for ever: their number is a cost of each transaction. */
  readonly #clientOf = (principalId: PrincipalId): number => {
    let client = this.#clients.get(principalId);
    if (client === undefined) {
      const taken = new Set(this.#clients.values());
      do client = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
      while (client === 0 || taken.has(client));
      this.#clients.set(principalId, client);
      this.#changes.push({ kind: "putClient", contextId: this.contextId, principalId, client });
    }
    return client;
  };

  #takeProjection(state: BlockState): Change | undefined {
    if (this.#toProject.size === 0) return undefined;
    const blocks: ProjectedBlock[] = [...this.#toProject].map((key) => {
      this.#unprojected.delete(key);
      return { key, order: state.orderOf(key), version: this.#head, block: state.read(key) };
    });
    this.#toProject.clear();
    if (this.#unprojected.size === 0) this.#projected = this.#head;
    return { kind: "putProjection", contextId: this.contextId, blocks, projected: this.#projected };
  }

  #takeChanges(state: BlockState, projection: Change | undefined): readonly Change[] {
    const { contextId } = this;
    const changes = this.#changes;
    if (this.#rows.length > 0) changes.push({ kind: "appendLog", contextId, rows: this.#rows });
    for (const operation of this.#changedOperations.values()) changes.push({ kind: "putOperation", contextId, operation });
    if (projection !== undefined) changes.push(projection);
    if (this.#keyframeWanted || this.#tailBytes > Math.max(keyframeBytes, this.#keyframeBytes)) {
      const whole = state.encode();
      changes.push({ kind: "putKeyframe", contextId, keyframe: { seq: this.#head, data: encodeKeyframe(whole) } });
      this.#keyframeBytes = whole.length;
      this.#tailBytes = 0;
      this.#keyframeWanted = false;
    }
    this.#rows = [];
    this.#changes = [];
    this.#changedOperations = new Map();
    return changes;
  }

  /** The memory is ahead of the disk: everyone who waits is told, and the document is read again. */
  #fail(waiting: Deferred[], error: unknown): void {
    const buffered = [...this.#buffers.values()].map((buffer) => buffer.drop());
    const all = [...waiting, ...this.#waiting, this.#group, ...buffered].filter((waiter) => waiter !== undefined);
    this.#buffers.clear();
    this.#due.clear();
    this.#toProject.clear();
    this.#rows = [];
    this.#changes = [];
    this.#changedOperations.clear();
    this.#events = [];
    this.#waiting = [];
    this.#group = undefined;
    this.#inFlight = undefined;
    this.#keyframeWanted = false;
    this.#state?.destroy();
    this.#state = undefined;
    this.#loading = load(this.#host.store, this.contextId).then((loaded) => {
      this.#adopt(loaded);
      // Previews and reads may have shown what was not kept.
      this.#host.bus.publish([{ topic: "resync", type: "resync", contextId: this.contextId }]);
    });
    this.#loading.catch(() => {});
    for (const waiter of all) waiter.reject(error);
  }
}
