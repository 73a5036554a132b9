import type { ByteSink } from "../streams.ts";

/** How much of each end of a stream a block's text holds, in bytes. */
export const keptBytes = 64 * 1024;

/**
 * What a block keeps of a stream: the first and the last `keptBytes`. The first part can be drained as it comes; memory stays
 * bounded whatever is written. It never holds up the writer.
 */
export class Excerpt {
  #fresh: Uint8Array[] = [];
  #headBytes = 0;
  /** A ring of the last bytes after the head; `#tailBytes` were written to it. */
  #ring: Uint8Array | undefined;
  #tailBytes = 0;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Called after each write while the head is not full. */
  onFresh: (() => void) | undefined;

  /** The bytes must not change afterwards. */
  write(chunk: Uint8Array): void {
    const room = keptBytes - this.#headBytes;
    if (room > 0) {
      const part = chunk.length <= room ? chunk : chunk.subarray(0, room);
      this.#fresh.push(part);
      this.#headBytes += part.length;
      this.onFresh?.();
      if (part.length === chunk.length) return;
      this.#writeTail(chunk.subarray(room));
    } else this.#writeTail(chunk);
  }

  #writeTail(chunk: Uint8Array): void {
    const ring = (this.#ring ??= new Uint8Array(keptBytes));
    const last = chunk.length > keptBytes ? chunk.subarray(chunk.length - keptBytes) : chunk;
    const at = (this.#tailBytes + chunk.length - last.length) % keptBytes;
    const first = last.subarray(0, keptBytes - at);
    ring.set(first, at);
    ring.set(last.subarray(first.length), 0);
    this.#tailBytes += chunk.length;
  }

  /** All bytes ever written. */
  get size(): number {
    return this.#headBytes + this.#tailBytes;
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
    let text = "";
    for (const chunk of this.#fresh) text += this.#decoder.decode(chunk, { stream: true });
    this.#fresh = [];
    return text;
  }

  /** The rest: what was not drained, and the last part. Nothing may be written after it. */
  finish(): string {
    const head = this.drain();
    const tail = this.#tail();
    if (!this.truncated) return head + this.#decoder.decode(tail);
    const left = this.#tailBytes - keptBytes;
    const decoded = new TextDecoder("utf-8", { ignoreBOM: true }).decode(tail.subarray(continuationBytes(tail)));
    // What the head cuts in the middle of a character is left out with the rest.
    return `${head}\n… ${left} bytes left out …\n${decoded}`;
  }

  #tail(): Uint8Array {
    const ring = this.#ring;
    if (ring === undefined) return new Uint8Array(0);
    if (this.#tailBytes <= keptBytes) return ring.subarray(0, this.#tailBytes);
    const at = this.#tailBytes % keptBytes;
    const out = new Uint8Array(keptBytes);
    out.set(ring.subarray(at), 0);
    out.set(ring.subarray(0, at), keptBytes - at);
    return out;
  }
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
      const bytes = typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk;
      if (bytes.length === 0) return undefined;
      const written = inner?.write(bytes);
      excerpt.write(bytes);
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
