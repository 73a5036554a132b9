import type { Frame, FrameSource } from "./view.ts";

/** At most this often does output that trickles change the live region, in milliseconds. */
const PACE = 50;

/**
 * When the screen looks again: at once for what a person does, twenty times a second for what programs do. The frame is
 * made when it is looked at, and only if something changed.
 */
export class FramePacer implements FrameSource {
  readonly #make: () => Frame;
  readonly #listeners = new Set<() => void>();
  #frame: Frame | null = null;
  #told = true;
  #lastTold = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(make: () => Frame) {
    this.#make = make;
  }

  readonly frame = (): Frame => {
    this.#frame ??= this.#make();
    return this.#frame;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Something changed that a person waits to see. */
  changed(): void {
    this.#stale();
    this.tell();
  }

  /** Something changed that may come many times in a moment. */
  changedSoon(): void {
    this.#stale();
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => this.tell(), Math.max(0, PACE - (performance.now() - this.#lastTold)));
  }

  /** Tells of a change that was not told yet. */
  tell(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#told) return;
    this.#told = true;
    this.#lastTold = performance.now();
    for (const listener of this.#listeners) listener();
  }

  /** No more is told. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#listeners.clear();
  }

  #stale(): void {
    this.#frame = null;
    this.#told = false;
  }
}
