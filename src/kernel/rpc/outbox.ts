/**
 * What is to be sent, written once per turn of the event loop. Its size is bounded by policy: past `pauseBytes` the owner stops
 * taking calls, past `maxBytes` the peer does not read and is cut off.
 */
import type { Duplex } from "node:stream";
import { headerBytes, writeFrame } from "./frame.ts";

export interface OutboxLimits {
  readonly pauseBytes: number;
  readonly maxBytes: number;
}

export class Outbox {
  readonly #stream: Duplex;
  readonly #limits: OutboxLimits;
  readonly #overflow: () => void;
  readonly #paused: (paused: boolean) => void;
  #frames: (readonly Uint8Array[])[] = [];
  #bytes = 0;
  #scheduled = false;
  /** The stream's buffer is full; `drain` is awaited. */
  #blocked = false;
  #isPaused = false;

  constructor(stream: Duplex, limits: OutboxLimits, on: { overflow: () => void; paused: (paused: boolean) => void }) {
    this.#stream = stream;
    this.#limits = limits;
    this.#overflow = on.overflow;
    this.#paused = on.paused;
    stream.on("drain", () => {
      this.#blocked = false;
      this.flush();
    });
  }

  /** Takes one message; its segments must not change any more. */
  send(segments: readonly Uint8Array[]): void {
    this.#frames.push(segments);
    this.#bytes += headerBytes(segments.length);
    for (const segment of segments) this.#bytes += segment.length;
    if (this.#bytes > this.#limits.maxBytes) {
      this.#overflow();
      return;
    }
    this.#setPaused(this.#bytes > this.#limits.pauseBytes);
    if (this.#scheduled || this.#blocked) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#blocked || this.#frames.length === 0 || this.#stream.destroyed || this.#stream.writableEnded) return;
    const out = Buffer.allocUnsafe(this.#bytes);
    let offset = 0;
    for (const segments of this.#frames) offset = writeFrame(out, offset, segments);
    this.#frames = [];
    this.#bytes = 0;
    this.#blocked = !this.#stream.write(out);
    this.#setPaused(false);
  }

  /** Nothing more will be sent. */
  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }

  #setPaused(paused: boolean): void {
    if (paused === this.#isPaused) return;
    this.#isPaused = paused;
    this.#paused(paused);
  }
}
