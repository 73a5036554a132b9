/** Reads structs of validated segments without making an object per field. For the envelopes only; contents have generated classes. */
import { KernelError } from "../errors.ts";

/** A struct, or the null struct (no sections) where a pointer is null: its fields read as zero. */
export interface WireStruct {
  readonly segmentId: number;
  readonly data: number;
  readonly dataBytes: number;
  readonly pointers: number;
  readonly pointerCount: number;
}

const nullStruct: WireStruct = { segmentId: 0, data: 0, dataBytes: 0, pointers: 0, pointerCount: 0 };

/** Where a pointer leads once far pointers are followed. `offset` is the content's; `high` the upper half of the pointer or tag. */
interface Target {
  readonly kind: number;
  readonly segmentId: number;
  readonly offset: number;
  readonly high: number;
}

export class WireReader {
  readonly views: readonly DataView[];

  constructor(views: readonly DataView[]) {
    this.views = views;
  }

  #view(segmentId: number): DataView {
    const view = this.views[segmentId];
    if (!view) throw new KernelError("invalid", `malformed message: there is no part ${segmentId}`);
    return view;
  }

  #follow(segmentId: number, offset: number): Target | undefined {
    const view = this.#view(segmentId);
    const low = view.getUint32(offset, true);
    const high = view.getUint32(offset + 4, true);
    if (low === 0 && high === 0) return undefined;
    if ((low & 3) !== 2) return { kind: low & 3, segmentId, offset: offset + 8 + (low & ~3) * 2, high };
    const pad = (low >>> 3) * 8;
    if ((low & 4) === 0) return this.#follow(high, pad);
    const padView = this.#view(high);
    return {
      kind: padView.getUint32(pad + 8, true) & 3,
      segmentId: padView.getUint32(pad + 4, true),
      offset: (padView.getUint32(pad, true) >>> 3) * 8,
      high: padView.getUint32(pad + 12, true),
    };
  }

  #structAt(segmentId: number, offset: number): WireStruct {
    const target = this.#follow(segmentId, offset);
    if (!target) return nullStruct;
    if (target.kind !== 0) throw new KernelError("invalid", "malformed message: a struct was expected");
    const dataBytes = (target.high & 0xffff) * 8;
    return {
      segmentId: target.segmentId,
      data: target.offset,
      dataBytes,
      pointers: target.offset + dataBytes,
      pointerCount: target.high >>> 16,
    };
  }

  root(): WireStruct {
    return this.#structAt(0, 0);
  }

  struct(parent: WireStruct, index: number): WireStruct {
    return index < parent.pointerCount ? this.#structAt(parent.segmentId, parent.pointers + index * 8) : nullStruct;
  }

  /** The elements of a list of structs; at most `max`. */
  structs(parent: WireStruct, index: number, max: number): WireStruct[] {
    const target = index < parent.pointerCount ? this.#follow(parent.segmentId, parent.pointers + index * 8) : undefined;
    if (!target) return [];
    if (target.kind !== 1 || (target.high & 7) !== 7)
      throw new KernelError("invalid", "malformed message: a list of structs was expected");
    const view = this.#view(target.segmentId);
    const count = view.getUint32(target.offset, true) >>> 2;
    const sizes = view.getUint32(target.offset + 4, true);
    if (count > max) throw new KernelError("tooLarge", `malformed message: ${count} capabilities, at most ${max} are taken`);
    const dataBytes = (sizes & 0xffff) * 8;
    const stride = dataBytes + (sizes >>> 16) * 8;
    return Array.from({ length: count }, (_, element) => {
      const data = target.offset + 8 + element * stride;
      return { segmentId: target.segmentId, data, dataBytes, pointers: data + dataBytes, pointerCount: sizes >>> 16 };
    });
  }

  uint16(struct: WireStruct, offset: number): number {
    return offset + 2 > struct.dataBytes ? 0 : this.#view(struct.segmentId).getUint16(struct.data + offset, true);
  }

  uint32(struct: WireStruct, offset: number): number {
    return offset + 4 > struct.dataBytes ? 0 : this.#view(struct.segmentId).getUint32(struct.data + offset, true);
  }

  uint64(struct: WireStruct, offset: number): bigint {
    return offset + 8 > struct.dataBytes ? 0n : this.#view(struct.segmentId).getBigUint64(struct.data + offset, true);
  }

  /** A bit whose default is true. */
  trueBit(struct: WireStruct, byte: number): boolean {
    return byte >= struct.dataBytes || (this.#view(struct.segmentId).getUint8(struct.data + byte) & 1) === 0;
  }

  text(struct: WireStruct, index: number): string {
    const target = index < struct.pointerCount ? this.#follow(struct.segmentId, struct.pointers + index * 8) : undefined;
    if (!target) return "";
    if (target.kind !== 1 || (target.high & 7) !== 2) throw new KernelError("invalid", "malformed message: a text was expected");
    const view = this.#view(target.segmentId);
    return Buffer.from(view.buffer as ArrayBuffer, view.byteOffset + target.offset, Math.max(0, (target.high >>> 3) - 1)).toString(
      "utf8",
    );
  }
}
