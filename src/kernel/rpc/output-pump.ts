/** A program's output on its way to a peer. */
import { type MaybePromise, VfsError } from "../../vfs/index.ts";
import type { ByteSink } from "../streams.ts";

export type OutputFd = 1 | 2;

/** Bytes that may wait before a writer does. */
const windowBytes = 256 * 1024;

interface Piece {
  readonly fd: OutputFd;
  readonly bytes: Uint8Array;
}

/**
 * Sends what is written to two descriptors, in the order it was written, one message at a time: what is written meanwhile goes
 * together in the next. Invariants: 1. at most `windowBytes` and one write wait. 2. a descriptor whose message failed takes no
 * more: EPIPE.
 */
export class OutputPump {
  readonly #send: (fd: OutputFd, bytes: Uint8Array) => Promise<void>;
  readonly #broken = new Set<OutputFd>();
  #queue: Piece[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | undefined;
  #roomers: (() => void)[] = [];

  constructor(send: (fd: OutputFd, bytes: Uint8Array) => Promise<void>) {
    this.#send = send;
  }

  sink(fd: OutputFd, facts: Pick<ByteSink, "isTty" | "columns"> = {}): ByteSink {
    return { ...facts, write: (chunk) => this.#write(fd, typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk) };
  }

  /** Resolves when everything written was taken, or will never be. */
  async drained(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  #write(fd: OutputFd, bytes: Uint8Array): MaybePromise<void> {
    if (this.#broken.has(fd)) throw new VfsError("EPIPE");
    if (bytes.length === 0) return;
    this.#queue.push({ fd, bytes });
    this.#waitingBytes += bytes.length;
    this.#sending ??= this.#run();
    if (this.#waitingBytes <= windowBytes) return;
    return new Promise<void>((resolve) => this.#roomers.push(resolve)).then(() => {
      if (this.#broken.has(fd)) throw new VfsError("EPIPE");
    });
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const { fd, bytes } = this.#nextPiece();
      try {
        if (!this.#broken.has(fd)) await this.#send(fd, bytes);
      } catch {
        this.#broken.add(fd);
      }
      this.#waitingBytes -= bytes.length;
      if (this.#waitingBytes <= windowBytes) for (const resume of this.#roomers.splice(0)) resume();
    }
    this.#sending = undefined;
  }

  /** The next message: neighbours of one descriptor together, a large write cut. */
  #nextPiece(): Piece {
    const [first] = this.#queue;
    if (!first) throw new VfsError("EINVAL");
    const same: Uint8Array[] = [];
    let size = 0;
    for (const piece of this.#queue) {
      if (piece.fd !== first.fd || (size > 0 && size + piece.bytes.length > windowBytes)) break;
      same.push(piece.bytes);
      size += piece.bytes.length;
    }
    this.#queue = this.#queue.slice(same.length);
    if (size <= windowBytes) return { fd: first.fd, bytes: same.length === 1 ? first.bytes : Buffer.concat(same) };
    this.#queue.unshift({ fd: first.fd, bytes: first.bytes.subarray(windowBytes) });
    return { fd: first.fd, bytes: first.bytes.subarray(0, windowBytes) };
  }
}
