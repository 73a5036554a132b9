/** Events on their way to a peer's subscriber. */
import type { KernelEvent } from "../types.ts";

/** Events that may wait for a subscriber that has not answered. */
const queueLimit = 2048;
/** Of one message. */
const batchLimit = 256;

/**
 * Sends batches one at a time, each after the last was answered. Invariants: 1. at most `queueLimit` events wait; when one more
 * comes they are all replaced by one `resync`, and so is what comes until that was taken. 2. order is kept. 3. after `end`
 * nothing is sent.
 */
export class EventPump {
  readonly #send: (events: readonly KernelEvent[]) => Promise<void>;
  readonly #failed: () => void;
  #queue: KernelEvent[] = [];
  #resync = false;
  #running: Promise<void> | undefined;
  #ended = false;

  /** `failed` is called once, when a batch could not be delivered: the subscriber is gone. */
  constructor(send: (events: readonly KernelEvent[]) => Promise<void>, failed: () => void) {
    this.#send = send;
    this.#failed = failed;
  }

  /** Resolves when these were taken; a source that waits for it keeps its own queue meanwhile. */
  push(events: readonly KernelEvent[]): Promise<void> {
    if (this.#ended) return Promise.resolve();
    if (!this.#resync) {
      if (this.#queue.length + events.length > queueLimit) {
        this.#queue = [];
        this.#resync = true;
      } else this.#queue.push(...events);
    }
    this.#running ??= this.#run();
    return this.#running;
  }

  end(): void {
    this.#ended = true;
    this.#queue = [];
    this.#resync = false;
  }

  async #run(): Promise<void> {
    try {
      for (let batch = this.#next(); batch.length > 0; batch = this.#next()) await this.#send(batch);
    } catch {
      if (!this.#ended) this.#failed();
      this.end();
    }
    this.#running = undefined;
  }

  #next(): readonly KernelEvent[] {
    if (this.#resync) {
      this.#resync = false;
      return [{ topic: "resync", type: "resync" }];
    }
    return this.#queue.splice(0, batchLimit);
  }
}
