import type { ContextId } from "../ids.ts";
import type { EventTopic, KernelEvent } from "../types.ts";

export interface SubscribeOptions {
  readonly topics: readonly EventTopic[];
  /** Events of this context only; all of the kernel's when absent. */
  readonly contextId?: ContextId;
  /** How many events may wait; past it they are dropped and a `resync` says so. Default 1,024. */
  readonly limit?: number;
  /** Told of an error the callback threw. Default: dropped; the subscription goes on. */
  readonly onError?: (error: unknown) => void;
}

export interface Subscription {
  /** No callback after this returns. */
  close(): void;
}

/** Gets what is waiting, in order. While its promise is pending, further events wait in the subscriber's own queue. */
export type Subscriber = (events: readonly KernelEvent[]) => void | Promise<void>;

/**
 * The port events go through. One publisher order for all subscribers. Callbacks run in a later turn of the event loop than
 * `publish`; a slow or throwing one costs others nothing.
 */
export interface EventBus {
  publish(events: readonly KernelEvent[]): void;
  subscribe(options: SubscribeOptions, subscriber: Subscriber): Subscription;
  /** Resolves when every subscriber that is not stuck in its own callback has been given what was published so far. */
  settled(): Promise<void>;
  /** Delivers nothing more. */
  close(): void;
}
