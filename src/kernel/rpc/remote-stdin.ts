/** A program's input that a peer has: asked for as the program reads, or written by the peer ahead of it. */
import { type MaybePromise, VfsError } from "../../vfs/index.ts";
import type { ByteSource } from "../streams.ts";

interface PulledChunk {
  readonly bytes: Uint8Array;
  readonly end: boolean;
}

/** One question to the peer; `cancel` makes it reject, and the peer keeps the bytes. */
export interface Pull {
  readonly chunk: Promise<PulledChunk>;
  readonly cancel: () => void;
}

/** Asks for each chunk when the program reads, so nothing is taken that the program does not want. */
export class PulledStdin implements ByteSource {
  readonly #pull: () => Pull;
  readonly isTty: boolean;
  #unread: Uint8Array[] = [];
  #asked: Pull | undefined;
  #ended = false;

  constructor(pull: () => Pull, isTty: boolean) {
    this.#pull = pull;
    this.isTty = isTty;
  }

  read(): MaybePromise<Uint8Array | null> {
    const back = this.#unread.pop();
    if (back) return back;
    return this.#ended ? null : this.#ask();
  }

  async #ask(): Promise<Uint8Array | null> {
    const asked = this.#pull();
    this.#asked = asked;
    try {
      const { bytes, end } = await asked.chunk;
      if (end) this.#ended = true;
      return bytes.length > 0 ? bytes : null;
    } catch (error) {
      if (this.#ended) return null;
      this.#ended = true;
      throw new VfsError("EIO", undefined, { cause: error });
    } finally {
      this.#asked = undefined;
    }
  }

  unread(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#unread.push(chunk);
  }

  close(): void {
    this.#ended = true;
    this.#asked?.cancel();
  }

  /** What was pulled and put back, in order; the source is empty afterwards. */
  takeUnread(): Uint8Array {
    return Buffer.concat(this.#unread.splice(0).reverse());
  }
}

const pushedLimit = 256 * 1024;
/** A writer that does not wait for its answers is refused past this. */
const pushedMost = 64 * 1024 * 1024;

/** Holds what the peer writes until the program reads it; a writer waits for room. */
export class PushedStdin implements ByteSource {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #closed = false;
  #reader: ((chunk: Uint8Array | null) => void) | undefined;
  #writers: (() => void)[] = [];

  read(): MaybePromise<Uint8Array | null> {
    const chunk = this.#chunks.shift();
    if (chunk) {
      this.#bytes -= chunk.length;
      this.#wake();
      return chunk;
    }
    if (this.#ended) return null;
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  unread(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.unshift(chunk);
    this.#bytes += chunk.length;
  }

  /** The program reads no more: what is written from now on is refused. */
  close(): void {
    this.#closed = true;
    this.end();
    this.#wake();
  }

  /** The peer's side. Throws `VfsError`: EPIPE when nobody will read, ENOSPC when far too much waits. */
  write(chunk: Uint8Array): MaybePromise<void> {
    if (this.#ended || this.#closed) throw new VfsError("EPIPE");
    if (chunk.length === 0) return;
    const reader = this.#reader;
    if (reader) {
      this.#reader = undefined;
      reader(chunk);
      return;
    }
    if (this.#bytes > pushedMost) throw new VfsError("ENOSPC");
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= pushedLimit) return;
    return new Promise((resolve) => this.#writers.push(resolve));
  }

  /** The peer has no more. */
  end(): void {
    this.#ended = true;
    this.#reader?.(null);
    this.#reader = undefined;
  }

  #wake(): void {
    if (this.#bytes <= pushedLimit || this.#closed) for (const resume of this.#writers.splice(0)) resume();
  }
}
