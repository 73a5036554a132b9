import { isAscii, isUtf8 } from "node:buffer";
import { decodeEscaped, encodeEscaped } from "../io/escaped-text.ts";
import type { Output } from "../io/output.ts";

/**
 * Some whole lines of a stream, searchable. Offsets are the piece's own: bytes or UTF-16 units. Only the last piece of a stream
 * may end without a newline.
 */
export interface Piece {
  readonly length: number;
  /** True if an offset is a byte offset. */
  readonly bytewise: boolean;
  readonly bytes: Buffer;
  readonly text: string;
  /** Text holds nothing above ASCII. */
  readonly ascii: boolean;
  /** Where the line that holds `at` begins. An offset just before a newline belongs to the line it ends. */
  lineStart(at: number): number;
  /** Where the next line begins. */
  lineEnd(at: number): number;
  /** How many lines begin in [from, to), both line starts. */
  count(from: number, to: number): number;
  put(out: Output, from: number, to: number): void;
  /** False if the bytes of that part are not UTF-8. */
  valid(from: number, to: number): boolean;
  byteLength(from: number, to: number): number;
}

/**
 * `literal`: the search is for bytes, so that nothing needs decoding. `swapped`: the bytes came with newlines and NULs
 * exchanged (`swapEnds`), and are put out as they were.
 */
export function makePiece(bytes: Buffer, literal: boolean, swapped: boolean): Piece {
  if (literal || isAscii(bytes)) return new BytePiece(bytes, !literal, swapped);
  return new TextPiece(bytes, isUtf8(bytes), swapped);
}

/** A copy with newlines and NULs exchanged: NUL-terminated lines become ordinary ones. */
export function swapEnds(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = 0; i < copy.length; i++) if (copy[i] === 0 || copy[i] === 10) copy[i] = 10 - (copy[i] as number);
  return copy;
}

export function countNewlines(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (bytes[i] === 10) count++;
  return count;
}

class BytePiece implements Piece {
  readonly bytewise = true;
  readonly length: number;
  readonly bytes: Buffer;
  readonly ascii: boolean;
  #text: string | undefined;
  #valid: boolean | undefined;

  readonly #swapped: boolean;

  constructor(bytes: Buffer, ascii: boolean, swapped: boolean) {
    this.bytes = bytes;
    this.#swapped = swapped;
    this.length = bytes.length;
    this.ascii = ascii;
    if (ascii) this.#valid = true;
  }

  get text(): string {
    return (this.#text ??= this.bytes.toString("latin1"));
  }

  lineStart(at: number): number {
    return at === 0 ? 0 : this.bytes.lastIndexOf(10, at - 1) + 1;
  }

  lineEnd(at: number): number {
    const end = this.bytes.indexOf(10, at);
    return end < 0 ? this.length : end + 1;
  }

  count(from: number, to: number): number {
    const partial = to > from && to === this.length && this.bytes[to - 1] !== 10 ? 1 : 0;
    return countNewlines(this.bytes, from, to) + partial;
  }

  put(out: Output, from: number, to: number): void {
    if (this.#swapped) out.add(swapEnds(this.bytes.subarray(from, to)));
    else out.addSlice(this.bytes, from, to);
  }

  valid(from: number, to: number): boolean {
    this.#valid ??= isUtf8(this.bytes);
    return this.#valid || isUtf8(this.bytes.subarray(from, to));
  }

  byteLength(from: number, to: number): number {
    return to - from;
  }
}

/** Lone low surrogates from U+DC80 on stand for bytes that are not UTF-8. */
class TextPiece implements Piece {
  readonly bytewise = false;
  readonly ascii = false;
  readonly bytes: Buffer;
  readonly text: string;
  readonly length: number;
  readonly #valid: boolean;

  readonly #swapped: boolean;

  constructor(bytes: Buffer, valid: boolean, swapped: boolean) {
    this.bytes = bytes;
    this.#swapped = swapped;
    this.#valid = valid;
    this.text = valid ? bytes.toString("utf8") : decodeEscaped(bytes);
    this.length = this.text.length;
  }

  lineStart(at: number): number {
    return at === 0 ? 0 : this.text.lastIndexOf("\n", at - 1) + 1;
  }

  lineEnd(at: number): number {
    const end = this.text.indexOf("\n", at);
    return end < 0 ? this.length : end + 1;
  }

  count(from: number, to: number): number {
    let count = to > from && to === this.length && !this.text.endsWith("\n") ? 1 : 0;
    for (let at = this.text.indexOf("\n", from); at >= 0 && at < to; at = this.text.indexOf("\n", at + 1)) count++;
    return count;
  }

  put(out: Output, from: number, to: number): void {
    const text = this.text.slice(from, to);
    if (this.#swapped) out.add(swapEnds(encodeEscaped(text)));
    else if (this.#valid) out.text(text);
    else out.add(encodeEscaped(text));
  }

  valid(from: number, to: number): boolean {
    return this.#valid || !/(?<![\ud800-\udbff])[\udc80-\udcff]/.test(this.text.slice(from, to));
  }

  byteLength(from: number, to: number): number {
    return this.#valid ? Buffer.byteLength(this.text.slice(from, to)) : encodeEscaped(this.text.slice(from, to)).length;
  }
}
