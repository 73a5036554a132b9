/**
 * The stream framing of Cap'n Proto: a word-aligned header (segment count, each segment's length in words), then the
 * segments. The header is checked against limits before anything is allocated for it.
 */
import { KernelError } from "../errors.ts";

export interface FrameLimits {
  readonly maxSegments: number;
  /** Of one message, all segments together. */
  readonly maxBytes: number;
}

export const defaultFrameLimits: FrameLimits = { maxSegments: 512, maxBytes: 64 * 1024 * 1024 };

/** The segments of one message, each an own buffer of whole words. The first holds at least the root pointer. */
export type Frame = readonly ArrayBuffer[];

/** Cuts a byte stream into frames. Chunks may be of any size; the reader keeps them until a frame is complete. */
export class FrameReader {
  readonly #limits: FrameLimits;
  #chunks: Uint8Array[] = [];
  /** Index of the first chunk not used up, and how much of it is. */
  #head = 0;
  #offset = 0;
  #available = 0;
  /** The segment lengths in bytes of the frame whose header was read. */
  #lengths: number[] | undefined;
  #bodyBytes = 0;

  constructor(limits: FrameLimits = defaultFrameLimits) {
    this.#limits = limits;
  }

  /** Bytes held of a frame that is not complete. */
  get buffered(): number {
    return this.#available;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#available += chunk.length;
  }

  /** The next complete frame, or undefined until more bytes come. Throws `KernelError` when the stream is not frames. */
  next(): Frame | undefined {
    const lengths = (this.#lengths ??= this.#readHeader());
    if (!lengths || this.#available < this.#bodyBytes) return undefined;
    this.#lengths = undefined;
    return lengths.map((length) => this.#take(length));
  }

  #readHeader(): number[] | undefined {
    if (this.#available < 8) return undefined;
    const count = this.#peekUint32(0) + 1;
    if (count > this.#limits.maxSegments) {
      throw new KernelError("tooLarge", `malformed frame: ${count} segments, at most ${this.#limits.maxSegments} are taken`);
    }
    const headerBytes = (4 + count * 4 + 7) & ~7;
    if (this.#available < headerBytes) return undefined;
    const header = new DataView(this.#take(headerBytes));
    const lengths = Array.from({ length: count }, (_, index) => header.getUint32(4 + index * 4, true) * 8);
    this.#bodyBytes = lengths.reduce((sum, length) => sum + length, 0);
    if (this.#bodyBytes > this.#limits.maxBytes) {
      throw new KernelError("tooLarge", `message of ${this.#bodyBytes} bytes, at most ${this.#limits.maxBytes} are taken`);
    }
    if ((lengths[0] ?? 0) < 8) throw new KernelError("invalid", "malformed frame: no root");
    return lengths;
  }

  #peekUint32(at: number): number {
    let value = 0;
    let index = this.#head;
    let offset = this.#offset + at;
    for (let byte = 0; byte < 4; byte++) {
      let chunk = this.#chunks[index];
      while (chunk && offset >= chunk.length) {
        offset -= chunk.length;
        chunk = this.#chunks[++index];
      }
      value += (chunk?.[offset++] ?? 0) * 2 ** (8 * byte);
    }
    return value;
  }

  /** The next `length` bytes in a buffer of their own. */
  #take(length: number): ArrayBuffer {
    const buffer = new ArrayBuffer(length);
    const out = new Uint8Array(buffer);
    let filled = 0;
    while (filled < length) {
      const chunk = this.#chunks[this.#head] as Uint8Array;
      const part = chunk.subarray(this.#offset, this.#offset + length - filled);
      out.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
      if (this.#offset === chunk.length) this.#dropHead();
    }
    this.#available -= length;
    return buffer;
  }

  #dropHead(): void {
    this.#offset = 0;
    this.#head++;
    if (this.#head === this.#chunks.length) {
      this.#chunks = [];
      this.#head = 0;
    } else if (this.#head === 1024) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** Bytes of the header of a frame with `count` segments. */
export function headerBytes(count: number): number {
  return (4 + count * 4 + 7) & ~7;
}

/** Writes a frame into `out` at `offset`; answers the offset after it. */
export function writeFrame(out: Buffer, offset: number, segments: readonly Uint8Array[]): number {
  const start = headerBytes(segments.length);
  out.fill(0, offset, offset + start);
  out.writeUInt32LE(segments.length - 1, offset);
  let end = offset + start;
  segments.forEach((segment, index) => {
    out.writeUInt32LE(segment.length / 8, offset + 4 + index * 4);
    out.set(segment, end);
    end += segment.length;
  });
  return end;
}
