import { type ContextId, sameBlock } from "../ids.ts";
import type { EventTopic, KernelEvent } from "../types.ts";
import type { EventBus, SubscribeOptions, Subscriber, Subscription } from "./event-bus.ts";

const defaultLimit = 1024;
/** Coalesced text of one waiting event, UTF-16 units; past it the queue counts as full. */
const textLimit = 1024 * 1024;
/** Streams that run at once are as many as this, before their text stops coalescing. */
const lookBack = 32;

/** A bus within this process. */
export function memoryBus(): EventBus {
  return new MemoryBus();
}

class MemoryBus implements EventBus {
  readonly #queues = new Set<Queue>();

  publish(events: readonly KernelEvent[]): void {
    for (const queue of this.#queues) {
      for (const event of events) queue.push(event);
    }
  }

  subscribe(options: SubscribeOptions, subscriber: Subscriber): Subscription {
    const queue = new Queue(options, subscriber);
    this.#queues.add(queue);
    return {
      close: () => {
        queue.close();
        this.#queues.delete(queue);
      },
    };
  }

  async settled(): Promise<void> {
    while ([...this.#queues].some((queue) => queue.scheduled)) await new Promise((resolve) => setImmediate(resolve));
  }

  close(): void {
    for (const queue of this.#queues) queue.close();
    this.#queues.clear();
  }
}

/**
 * What waits for one subscriber. Invariants: 1. events are given in the order they were pushed, in one callback at a time;
 * 2. at most `limit` events wait; when one more comes, all that wait are replaced by one `resync`, and what comes before it
 * was taken is covered by it; 3. after `close` no callback runs.
 */
class Queue {
  readonly #options: SubscribeOptions;
  readonly #subscriber: Subscriber;
  readonly #topics: ReadonlySet<EventTopic>;
  readonly #limit: number;
  #waiting: KernelEvent[] = [];
  #overflowed = false;
  #running = false;
  #closed = false;
  scheduled = false;

  constructor(options: SubscribeOptions, subscriber: Subscriber) {
    this.#options = options;
    this.#subscriber = subscriber;
    this.#topics = new Set(options.topics);
    this.#limit = options.limit ?? defaultLimit;
  }

  push(event: KernelEvent): void {
    if (this.#closed || this.#overflowed || !this.#wants(event)) return;
    if (!this.#coalesce(event)) {
      if (this.#waiting.length >= this.#limit) this.#overflow();
      else this.#waiting.push(event);
    }
    this.#schedule();
  }

  /** Adds the event to one that waits, if it goes on from it and nothing but other blocks' text came between. */
  #coalesce(event: KernelEvent): boolean {
    if (event.topic !== "block" || (event.type !== "appended" && event.type !== "preview")) return false;
    for (let at = this.#waiting.length - 1; at >= Math.max(0, this.#waiting.length - lookBack); at--) {
      const other = this.#waiting[at];
      if (other?.topic !== "block" || (other.type !== "appended" && other.type !== "preview")) return false;
      if (!sameBlock(other.id, event.id)) continue;
      if (other.type === "preview" && event.type === "appended") {
        this.#waiting.splice(at, 1);
        continue;
      }
      if (other.type !== event.type || other.offset + other.text.length !== event.offset) return false;
      if (other.text.length >= textLimit) return false;
      // The joined event takes the newer place: versions stay in order.
      this.#waiting.splice(at, 1);
      this.#waiting.push({ ...event, offset: other.offset, text: other.text + event.text });
      return true;
    }
    return false;
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  #wants(event: KernelEvent): boolean {
    const { contextId } = this.#options;
    if (event.topic === "resync") return contextId === undefined || event.contextId === undefined || event.contextId === contextId;
    if (!this.#topics.has(event.topic)) return false;
    return contextId === undefined || contextsOf(event).includes(contextId);
  }

  #overflow(): void {
    const { contextId } = this.#options;
    this.#overflowed = true;
    this.#waiting = [{ topic: "resync", type: "resync", ...(contextId === undefined ? {} : { contextId }) }];
  }

  #schedule(): void {
    if (this.scheduled || this.#running || this.#waiting.length === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      void this.#deliver();
    });
  }

  async #deliver(): Promise<void> {
    if (this.#closed || this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    this.#overflowed = false;
    this.#running = true;
    try {
      const answer = this.#subscriber(events);
      if (answer !== undefined) await answer;
    } catch (error) {
      this.#report(error);
    } finally {
      this.#running = false;
      this.#schedule();
    }
  }

  #report(error: unknown): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // A subscriber whose error handler fails too has no one left to tell.
    }
  }
}

function contextsOf(event: Exclude<KernelEvent, { topic: "resync" }>): readonly ContextId[] {
  switch (event.topic) {
    case "block":
      return [event.type === "inserted" || event.type === "changed" ? event.block.id.contextId : event.contextId];
    case "context":
      return [event.context.id];
    case "drift":
      return [event.drift.source, event.drift.target];
  }
}
