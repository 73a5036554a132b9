/** Messages as capnp-es wants them, without its growth by 4 KiB steps and its budget of accessor objects. */
import { KernelError } from "../errors.ts";
import type { Frame } from "./frame.ts";
import * as $ from "./runtime.ts";

type Segment = $.Struct["segment"];

/** The library counts accessor objects, not bytes; what a peer sends is bounded by validation instead. */
function liftTraversalLimit(message: $.Message): void {
  message._capnp.traversalLimit = Number.POSITIVE_INFINITY;
}

/** The library's arenas by number; it takes any object of that shape. */
const singleSegment = 0;
const multiSegment = 1;

/** A message to fill and send: one segment that doubles. */
export class OutMessage extends $.Message {
  /** `capacity`: bytes it is expected to take. */
  constructor(capacity = 512) {
    super({ kind: singleSegment, buffer: new ArrayBuffer(capacity & ~7) } as unknown as ArrayBuffer);
    liftTraversalLimit(this);
    // The library takes the arena for a message that is full; only the root pointer is there.
    this.segment.byteLength = 8;
  }

  /** Called by a segment that is full. */
  override allocateSegment(bytes: number): Segment {
    const segment = this._capnp.segments[0];
    if (!segment) return super.allocateSegment(bytes);
    const grown = new ArrayBuffer(Math.max(segment.buffer.byteLength * 2, segment.byteLength + bytes + 8) & ~7);
    new Uint8Array(grown).set(new Uint8Array(segment.buffer, 0, segment.byteLength));
    segment.replaceBuffer(grown);
    return segment;
  }

  /** The only segment. */
  get segment(): Segment {
    return this.getSegment(0);
  }

  /** What was written so far; a view. */
  bytes(): Uint8Array {
    const { buffer, byteLength } = this.segment;
    return new Uint8Array(buffer, 0, byteLength);
  }

  /** Throws `KernelError` tooLarge when the peer would not take it. */
  checkSize(maxBytes: number): void {
    const { byteLength } = this.segment;
    if (byteLength > maxBytes)
      throw new KernelError("tooLarge", `a message of ${byteLength} bytes, at most ${maxBytes} can be sent`);
  }

  get caps(): readonly ($.Client | null)[] {
    return this._capnp.capTable ?? [];
  }
}

/** A received message. Validate its segments before anything is read. */
export class InMessage extends $.Message {
  #scratch: Segment | undefined;

  /** Copies the frame. */
  constructor(frame: Frame) {
    const buffers = frame.map(({ buffer, byteOffset, byteLength }) => buffer.slice(byteOffset, byteOffset + byteLength));
    super({ kind: multiSegment, buffers } as unknown as ArrayBuffer);
    liftTraversalLimit(this);
  }

  /** The library writes into a message it reads when a struct is shorter than expected; that goes to one scratch segment. */
  override allocateSegment(bytes: number): Segment {
    if (!this.#scratch?.hasCapacity(bytes)) this.#scratch = super.allocateSegment(bytes);
    return this.#scratch;
  }

  setCaps(caps: ($.Client | null)[]): void {
    this._capnp.capTable = caps;
  }
}

/** Allocates the struct of `StructClass` and points the pointer at `offset` of the message's segment to it. */
export function initStruct<T extends $.Struct>(message: OutMessage, offset: number, StructClass: $.StructCtor<T>): T {
  const { dataByteLength, pointerLength } = StructClass._capnp.size;
  const dataBytes = (dataByteLength + 7) & ~7;
  const content = message.segment.allocate(dataBytes + pointerLength * 8);
  const segment = message.segment;
  segment.setUint32(offset, ((content.byteOffset - offset - 8) / 8) << 2);
  segment.setUint32(offset + 4, (dataBytes / 8) | (pointerLength << 16));
  return new StructClass(segment, offset);
}

/** The struct behind the pointer at `offset`; from an older peer it may be shorter, what it lacks reads as default. */
export function readStruct<T extends $.Struct>(
  message: InMessage,
  segmentId: number,
  offset: number,
  StructClass: $.StructCtor<T>,
): T {
  const struct = new StructClass(message.getSegment(segmentId), offset);
  $.utils.requireStruct(struct);
  return struct;
}
