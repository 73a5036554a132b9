/** Events on their way to a peer's subscriber. */
import { KernelError } from "../errors.ts";
import type { KernelEvent } from "../types.ts";

const resync: KernelEvent = { topic: "resync", type: "resync" };

/** Events that may wait for a subscriber that has not answered. */
const queueLimit = 2048;
/** Of one message: events, and UTF-16 units of text in them. */
const batchLimit = 256;
const batchText = 1024 * 1024;

function textOf(event: KernelEvent): number {
  if (event.topic === "drift") return event.drift.content.length;
  if (event.topic !== "block") return 0;
  return "text" in event ? event.text.length : event.block.content.length + (event.block.stderr?.length ?? 0);
}

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
      for (let batch = this.#next(); batch.length > 0; batch = this.#next()) await this.#deliver(batch);
    } catch {
      if (!this.#ended) this.#failed();
      this.end();
    }
    this.#running = undefined;
  }

  /** What no message can carry is left to be read. */
  async #deliver(batch: readonly KernelEvent[]): Promise<void> {
    try {
      await this.#send(batch);
    } catch (error) {
      if (!(error instanceof KernelError && error.code === "tooLarge")) throw error;
      await this.#send([resync]);
    }
  }

  #next(): readonly KernelEvent[] {
    if (this.#resync) {
      this.#resync = false;
      return [resync];
    }
    let text = 0;
    const end = this.#queue.findIndex((event, at) => at >= batchLimit || (at > 0 && (text += textOf(event)) > batchText));
    return this.#queue.splice(0, end < 0 ? this.#queue.length : end);
  }
}
