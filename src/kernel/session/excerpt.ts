import type { ByteSink } from "../streams.ts";

/** How much of each end of a stream a block's text holds, in bytes. */
export const keptBytes = 64 * 1024;

type Chunk = Uint8Array | string;

/**
 * What a block keeps of a stream: the first and the last `keptBytes`. The first part can be drained as it comes; memory stays
 * bounded whatever is written. It never holds up the writer, and encodes and joins nothing before it is asked.
 */
export class Excerpt {
  #fresh: Chunk[] = [];
  #headBytes = 0;
  /** What came after the head: the newest chunks, and those before them, which have at least `keptBytes` once there are any. */
  #newer: Chunk[] = [];
  #newerBytes = 0;
  #older: Chunk[] = [];
  #olderBytes = 0;
  #tailBytes = 0;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Called after each write while the head is not full. */
  onFresh: (() => void) | undefined;

  /** The bytes must not change afterwards. */
  write(chunk: Chunk): void {
    const room = keptBytes - this.#headBytes;
    if (room <= 0) {
      this.#writeTail(chunk, sizeOf(chunk));
      return;
    }
    const size = sizeOf(chunk);
    if (size <= room) this.#writeHead(chunk, size);
    else {
      const bytes = bytesOf(chunk);
      this.#writeHead(bytes.subarray(0, room), room);
      this.#writeTail(bytes.subarray(room), size - room);
    }
  }

  #writeHead(chunk: Chunk, size: number): void {
    this.#fresh.push(owned(chunk));
    this.#headBytes += size;
    this.onFresh?.();
  }

  #writeTail(chunk: Chunk, size: number): void {
    this.#tailBytes += size;
    const kept = size > keptBytes ? bytesOf(chunk).subarray(size - keptBytes) : chunk;
    this.#newer.push(owned(kept));
    this.#newerBytes += Math.min(size, keptBytes);
    if (this.#newerBytes < keptBytes) return;
    this.#older = this.#newer;
    this.#olderBytes = this.#newerBytes;
    this.#newer = [];
    this.#newerBytes = 0;
  }

  /** True when bytes between the first and the last part were let go. */
  get truncated(): boolean {
    return this.#tailBytes > keptBytes;
  }

  /** True when there is something to drain. */
  get fresh(): boolean {
    return this.#fresh.length > 0;
  }

  /** What came of the first part since the last call, decoded; bytes that are not UTF-8 are U+FFFD. */
  drain(): string {
    if (this.#fresh.length === 0) return "";
    const chunks = this.#fresh;
    this.#fresh = [];
    return this.#decoder.decode(joined(chunks), { stream: true });
  }

  /** The rest: what was not drained, and the last part. Nothing may be written after it. */
  finish(): string {
    const head = this.drain();
    const all = joined([...this.#older, ...this.#newer]);
    if (!this.truncated) return head + this.#decoder.decode(all);
    const tail = all.subarray(this.#olderBytes + this.#newerBytes - keptBytes);
    const left = this.#tailBytes - keptBytes;
    const decoded = new TextDecoder("utf-8", { ignoreBOM: true }).decode(tail.subarray(continuationBytes(tail)));
    // What the head cuts in the middle of a character is left out with the rest.
    return `${head}\n… ${left} bytes left out …\n${decoded}`;
  }
}

function sizeOf(chunk: Chunk): number {
  return typeof chunk === "string" ? Buffer.byteLength(chunk) : chunk.length;
}

function bytesOf(chunk: Chunk): Uint8Array {
  return typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk;
}

/** A small part of a large buffer is copied: kept as it is, it would keep all of the buffer. */
function owned(chunk: Chunk): Chunk {
  return typeof chunk === "string" || chunk.buffer.byteLength <= 2 * chunk.length ? chunk : new Uint8Array(chunk);
}

function joined(chunks: readonly Chunk[]): Uint8Array {
  return Buffer.concat(chunks.map(bytesOf));
}

/** How many bytes at the start belong to a character that began before it. */
function continuationBytes(bytes: Uint8Array): number {
  let count = 0;
  while (count < 3 && ((bytes[count] ?? 0) & 0xc0) === 0x80) count++;
  return count;
}

/**
 * A sink that also feeds an excerpt; without `inner` the bytes go nowhere else. A terminal that the front end lends
 * (`isTty` with `hostFd`) stays visible to external programs; any other descriptor is hidden while `recording` is true, so that
 * what they write comes through here.
 */
export function teeSink(inner: ByteSink | undefined, excerpt: Excerpt, recording: () => boolean): ByteSink {
  return {
    write(chunk) {
      if (chunk.length === 0) return undefined;
      const written = inner?.write(chunk);
      excerpt.write(chunk);
      return written;
    },
    get hostFd() {
      return inner?.isTty === true || !recording() ? inner?.hostFd : undefined;
    },
    get isTty() {
      return inner?.isTty ?? false;
    },
    get columns() {
      return inner?.columns;
    },
  };
}

/** A sink whose writes reject with the signal's reason as soon as it aborts: a reader that is stuck does not hold an interrupt up. */
export function abortableSink(inner: ByteSink, signal: AbortSignal): ByteSink {
  return {
    write(chunk) {
      const written = inner.write(chunk);
      return written instanceof Promise ? unlessAborted(written, signal) : written;
    },
    get hostFd() {
      return inner.hostFd;
    },
    get isTty() {
      return inner.isTty ?? false;
    },
    get columns() {
      return inner.columns;
    },
  };
}

/** As `promise`, but rejects with the signal's reason if that comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    const settle =
      <V>(then: (value: V) => void): ((value: V) => void) =>
      (value) => {
        signal.removeEventListener("abort", stop);
        then(value);
      };
    promise.then(settle(resolve), settle(reject));
  });
}
