import { KernelError } from "../errors.ts";
import type { EventBus } from "../flow/index.ts";
import type { BlockId, ContextId, DriftId, PrincipalId } from "../ids.ts";
import type { Change, Operation, Store } from "../state/index.ts";
import type { BlockFilter, BlockPatch, BlockSnapshot, NewBlock } from "../types.ts";
import { AppendBuffer, dueTime } from "./append-buffer.ts";
import type { BlockState } from "./block-state.ts";
import { checkLength } from "./block-values.ts";
import { ChangeQueue } from "./change-queue.ts";
import type { Commit, Committer, Writer } from "./committer.ts";
import { type Deferred, deferred } from "./deferred.ts";
import type { Document } from "./document.ts";
import { encodeKeyframe, type Loaded, load } from "./load.ts";
import { Projection } from "./projection.ts";

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

/** All that is replaced when a document is read from disk again. */
interface InMemory {
  readonly state: BlockState;
  readonly queue: ChangeQueue;
  readonly projection: Projection;
  readonly clients: Map<PrincipalId, number>;
}

/**
 * The one writer of a document. Invariants: 1. every row in the queue is applied to the state, in order; 2. events go out, and
 * promises resolve, only after the commit that holds their rows; 3. after a failed commit nothing in memory is trusted: it is loaded
 * again; 4. text in a buffer is accepted but has no version yet, and no change of its block overtakes it.
 */
export class ContextDocument implements Document, Writer {
  readonly contextId: ContextId;
  readonly #host: DocumentHost;
  #memory: InMemory | undefined;
  /** While it is read from disk again. */
  #loading: Promise<void> | undefined;
  #closed = false;
  #version = 0;
  #keyframeBytes = 0;
  #tailBytes = 0;
  #keyframeWanted = false;
  readonly #buffers = new Map<string, AppendBuffer>();
  readonly #due = new Set<string>();
  /** The commit on its way to disk. */
  #inFlight: Promise<void> | undefined;

  constructor(host: DocumentHost, contextId: ContextId, loaded: Loaded) {
    this.#host = host;
    this.contextId = contextId;
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
    const { state } = this.#loaded();
    return this.#withBuffer(state, state.keyOf(id));
  }

  has(id: BlockId): boolean {
    return id.contextId === this.contextId && this.#loaded().state.has(`${id.principalId}:${id.seq}`);
  }

  list(filter: BlockFilter = {}): readonly BlockSnapshot[] {
    const { state } = this.#loaded();
    return state.select(filter).map((key) => this.#withBuffer(state, key));
  }

  byDrift(driftId: DriftId): BlockId | undefined {
    return this.#loaded().state.byDrift(driftId);
  }

  async create(principal: PrincipalId, block: NewBlock): Promise<BlockSnapshot> {
    const { state, queue, projection } = await this.#ready();
    const at = this.#host.now();
    const { key, update, renumbered } = state.create(principal, this.#clientOf, block, at);
    this.#record(principal, "create", key, update, at);
    for (const other of renumbered) projection.renew(other);
    projection.renew(key);
    const snapshot = state.read(key);
    const after = state.before(key);
    const place = after === undefined ? {} : { after };
    queue.publish({ topic: "block", type: "inserted", contextId: this.contextId, version: queue.head, block: snapshot, ...place });
    await this.#nextCommit(queue);
    return snapshot;
  }

  async append(principal: PrincipalId, id: BlockId, text: string): Promise<void> {
    const { state } = await this.#ready();
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
    const { state, queue, projection } = await this.#ready();
    const key = state.keyOf(id);
    this.#write(key, true);
    const at = this.#host.now();
    const { update } = state.patch(principal, this.#clientOf, key, patch, at);
    if (update !== undefined) {
      this.#record(principal, "patch", key, update, at);
      projection.renew(key);
      queue.publish({ topic: "block", type: "changed", contextId: this.contextId, version: queue.head, block: state.read(key) });
    }
    await this.#nextCommit(queue);
  }

  async flush(): Promise<void> {
    const { queue, projection } = await this.#ready();
    for (const key of this.#buffers.keys()) this.#write(key, true);
    if (!queue.isEmpty || projection.isDue || this.#keyframeWanted) await this.#nextCommit(queue);
    else await this.#inFlight;
  }

  /** All on disk and the projection true. */
  async settle(): Promise<void> {
    const { projection } = await this.#ready();
    for (const key of this.#buffers.keys()) this.#write(key, true);
    projection.renewAll();
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
    this.#closed = true;
    this.#memory?.state.destroy();
    this.#memory = undefined;
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
    if (this.#memory === undefined) return undefined;
    const { state, queue, projection } = this.#memory;
    for (const key of this.#due) this.#write(key, false);
    const version = queue.head;
    const more = [projection.take(state, version), this.#takeKeyframe(state, version)].filter((change) => change !== undefined);
    const { changes, events, waiting } = queue.take();
    if (changes.length + more.length + waiting.length === 0) return undefined;
    const flight = deferred();
    const done = flight.promise;
    this.#inFlight = done;
    // Whoever flushes listens to this; nobody has to.
    done.catch(() => {});
    return {
      changes: [...changes, ...more],
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

  #takeKeyframe(state: BlockState, version: number): Change | undefined {
    if (!this.#keyframeWanted && this.#tailBytes <= Math.max(keyframeBytes, this.#keyframeBytes)) return undefined;
    const whole = state.encode();
    this.#keyframeBytes = whole.length;
    this.#tailBytes = 0;
    this.#keyframeWanted = false;
    return { kind: "putKeyframe", contextId: this.contextId, keyframe: { seq: version, data: encodeKeyframe(whole) } };
  }

  #adopt({ state, version, operation, projected, unprojected, clients, keyframeBytes: base, tailBytes }: Loaded): void {
    this.#memory = {
      state,
      queue: new ChangeQueue(this.contextId, version, operation),
      projection: new Projection(this.contextId, projected, unprojected),
      clients: new Map(clients),
    };
    this.#version = version;
    this.#keyframeBytes = base;
    this.#tailBytes = tailBytes;
    this.#keyframeWanted = false;
  }

  #loaded(): InMemory {
    if (this.#closed) throw new KernelError("disconnected", "the kernel is closed");
    if (this.#memory === undefined)
      throw new KernelError("io", `the document of context ${this.contextId} is being read from disk again`);
    return this.#memory;
  }

  async #ready(): Promise<InMemory> {
    if (this.#memory === undefined && !this.#closed) await this.#reload();
    return this.#loaded();
  }

  #reload(): Promise<void> {
    this.#loading ??= load(this.#host.store, this.contextId)
      .then((loaded) => {
        if (this.#closed) return loaded.state.destroy();
        this.#adopt(loaded);
        // Previews and reads may have shown what was not kept.
        this.#host.bus.publish([{ topic: "resync", type: "resync", contextId: this.contextId }]);
      })
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }

  #withBuffer(state: BlockState, key: string): BlockSnapshot {
    const block = state.read(key);
    const text = this.#buffers.get(key)?.text ?? "";
    return text === "" ? block : { ...block, content: block.content + text };
  }

  #nextCommit(queue: ChangeQueue): Promise<void> {
    this.#host.committer.schedule(this);
    return queue.next;
  }

  #makeDue(key: string): void {
    this.#due.add(key);
    this.#host.committer.schedule(this);
  }

  /** Moves a buffer's text into the document. */
  #write(key: string, all: boolean): void {
    this.#due.delete(key);
    const buffer = this.#buffers.get(key);
    if (buffer === undefined || this.#memory === undefined) return;
    const { state, queue, projection } = this.#memory;
    const at = this.#host.now();
    const { text, waiting } = buffer.take(at, all);
    if (all) this.#buffers.delete(key);
    if (waiting !== undefined) queue.wait(waiting);
    const offset = state.lengthOf(key);
    const { update } = state.append(buffer.principal, this.#clientOf, key, text, at);
    if (update === undefined) return;
    this.#record(buffer.principal, "append", key, update, at);
    projection.touch(key);
    const id = state.idOf(key);
    queue.publish({ topic: "block", type: "appended", contextId: this.contextId, version: queue.head, id, offset, text });
  }

  #record(principal: PrincipalId, label: Operation["label"], key: string, update: Uint8Array | undefined, at: number): void {
    if (update === undefined) throw new KernelError("internal", "a change without an update");
    this.#loaded().queue.record(principal, label, key, update, at);
    this.#tailBytes += update.length;
  }

  /** The Yjs client this principal writes this document with, the same for ever: their number is a cost of each transaction. */
  readonly #clientOf = (principalId: PrincipalId): number => {
    const { clients, queue } = this.#loaded();
    let client = clients.get(principalId);
    if (client === undefined) {
      const taken = new Set(clients.values());
      do client = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
      while (client === 0 || taken.has(client));
      clients.set(principalId, client);
      queue.add({ kind: "putClient", contextId: this.contextId, principalId, client });
    }
    return client;
  };

  /** The memory is ahead of the disk: everyone who waits is told, and the document is read again. */
  #fail(waiting: readonly Deferred[], error: unknown): void {
    const buffered = [...this.#buffers.values()].map((buffer) => buffer.drop()).filter((waiter) => waiter !== undefined);
    const queued = this.#memory?.queue.take().waiting ?? [];
    this.#buffers.clear();
    this.#due.clear();
    this.#inFlight = undefined;
    this.#memory?.state.destroy();
    this.#memory = undefined;
    // A failure is met again, and told, by whoever uses the document next.
    this.#reload().catch(() => {});
    for (const waiter of [...waiting, ...queued, ...buffered]) waiter.reject(error);
  }
}
