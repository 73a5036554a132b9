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

/**
 * The segments of one message, as views of what was read: whoever keeps them copies them. The first holds at least the root
 * pointer.
 */
export type Frame = readonly DataView[];

const smallBytes = 4096;
const smallChunks = 256;

/** Cuts a byte stream into frames. Chunks may be of any size; the reader keeps them until a frame is complete. */
export class FrameReader {
  readonly #limits: FrameLimits;
  #chunks: Uint8Array[] = [];
  /** Index of the first chunk not used up, and how much of it is. */
  #head = 0;
  #offset = 0;
  #available = 0;
  /** How many of the last chunks are small. */
  #small = 0;
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
    this.#small = chunk.length < smallBytes ? this.#small + 1 : 0;
    if (this.#small >= smallChunks) this.#merge();
  }

  /** A peer that sends byte by byte costs bytes, not objects. */
  #merge(): void {
    const count = Math.min(this.#small, this.#chunks.length - this.#head - 1);
    this.#small = 0;
    if (count < 2) return;
    const merged = Buffer.concat(this.#chunks.slice(-count));
    this.#chunks.splice(-count, count, merged);
    if (merged.length < smallBytes) this.#small = 1;
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
    const first = this.#take(8);
    const count = first.getUint32(0, true) + 1;
    if (count > this.#limits.maxSegments) {
      throw new KernelError("tooLarge", `malformed frame: ${count} segments, at most ${this.#limits.maxSegments} are taken`);
    }
    const rest = headerBytes(count) - 8;
    if (this.#available < rest) {
      this.#giveBack(first);
      return undefined;
    }
    const lengths = [first.getUint32(4, true) * 8];
    const more = this.#take(rest);
    for (let index = 1; index < count; index++) lengths.push(more.getUint32((index - 1) * 4, true) * 8);
    this.#bodyBytes = lengths.reduce((sum, length) => sum + length, 0);
    if (this.#bodyBytes > this.#limits.maxBytes) {
      throw new KernelError("tooLarge", `message of ${this.#bodyBytes} bytes, at most ${this.#limits.maxBytes} are taken`);
    }
    if ((lengths[0] ?? 0) < 8) throw new KernelError("invalid", "malformed frame: no root");
    return lengths;
  }

  /** The next `length` bytes, which are there: where they lie if they lie together, else a copy. */
  #take(length: number): DataView {
    const chunk = this.#chunks[this.#head];
    if (chunk && chunk.length - this.#offset >= length) {
      const view = new DataView(chunk.buffer, chunk.byteOffset + this.#offset, length);
      this.#used(chunk, length);
      return view;
    }
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      const next = this.#chunks[this.#head] as Uint8Array;
      const part = next.subarray(this.#offset, this.#offset + length - filled);
      out.set(part, filled);
      filled += part.length;
      this.#used(next, part.length);
    }
    return new DataView(out.buffer);
  }

  #used(chunk: Uint8Array, length: number): void {
    this.#available -= length;
    this.#offset += length;
    if (this.#offset === chunk.length) this.#dropHead();
  }

  #giveBack(view: DataView): void {
    const rest = this.#chunks.slice(this.#head);
    if (rest[0] && this.#offset > 0) rest[0] = rest[0].subarray(this.#offset);
    this.#chunks = [new Uint8Array(view.buffer, view.byteOffset, view.byteLength), ...rest];
    this.#head = 0;
    this.#offset = 0;
    this.#available += view.byteLength;
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
