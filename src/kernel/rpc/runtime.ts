/**
 * capnp-es as the generated classes see it: its own exports, with the accessors it gets wrong or does slowly replaced.
 * Mended: a null or foreign pointer never reads as capability 0; lists and texts are checked to be what the schema says
 * before their length is believed; a field an older peer did not send reads as its default; a text keeps its byte order mark.
 * There is no deep copy: results are built in place.
 */
import * as capnp from "capnp-es";
import { KernelError } from "../errors.ts";

export * from "capnp-es";

/** Where the sections of the struct located last lie. One shared record: accessors are hot and never nest. */
const at: { view: DataView; data: number; dataBytes: number; pointers: number; pointerCount: number } = {
  view: new DataView(new ArrayBuffer(8)),
  data: 0,
  dataBytes: 0,
  pointers: 0,
  pointerCount: 0,
};

/** A segment has the methods of a DataView that is little-endian throughout. */
function viewOf(segment: capnp.Struct["segment"]): DataView {
  return segment as unknown as DataView;
}

/** Finds the data and pointer sections of `s`. A null struct has none, so every field of it reads as its default. */
function locate(s: capnp.Struct): void {
  const view = viewOf(s.segment);
  const low = view.getUint32(s.byteOffset, true);
  if ((low & 3) === 2) {
    locateFar(s);
    return;
  }
  const index = s._capnp.compositeIndex;
  if ((low & 3) !== (index === undefined ? 0 : 1)) throw malformed("a struct");
  const content = s.byteOffset + 8 + (low & ~3) * 2;
  const size = index === undefined ? s.byteOffset : content;
  const dataBytes = view.getUint16(size + 4, true) * 8;
  const pointerCount = view.getUint16(size + 6, true);
  at.view = view;
  at.data = index === undefined ? content : content + 8 + index * (dataBytes + pointerCount * 8);
  at.dataBytes = dataBytes;
  at.pointers = at.data + dataBytes;
  at.pointerCount = pointerCount;
}

function locateFar(s: capnp.Struct): void {
  const size = capnp.utils.getSize(s);
  const content = capnp.utils.getContent(s);
  at.view = viewOf(content.segment);
  at.data = content.byteOffset;
  at.dataBytes = size.dataByteLength;
  at.pointers = content.byteOffset + size.dataByteLength;
  at.pointerCount = size.pointerLength;
}

/** The byte offset of pointer `index`, or -1 when the struct is too old to have it or it is null. */
function pointerOffset(index: number, s: capnp.Struct): number {
  locate(s);
  if (index >= at.pointerCount) return -1;
  const offset = at.pointers + index * 8;
  return at.view.getUint32(offset, true) === 0 && at.view.getUint32(offset + 4, true) === 0 ? -1 : offset;
}

function malformed(expected: string): KernelError {
  return new KernelError("invalid", `malformed message: ${expected} was expected`);
}

/** Throws unless `pointer` leads to what `type` says, and a list to elements of `size`. */
function check(pointer: capnp.Pointer, type: capnp.PointerType, size: number, expected: string): void {
  const target = capnp.utils.followFars(pointer);
  const view = viewOf(target.segment);
  if ((view.getUint32(target.byteOffset, true) & 3) !== type) throw malformed(expected);
  if (type === capnp.PointerType.LIST && (view.getUint32(target.byteOffset + 4, true) & 7) !== size) throw malformed(expected);
}

/** The pointer at `index` checked to be a list of elements of `size`, or undefined when it is null. */
function listPointer(index: number, size: number, s: capnp.Struct): capnp.Pointer | undefined {
  if (pointerOffset(index, s) < 0) return undefined;
  const pointer = capnp.utils.getPointer(index, s);
  check(pointer, capnp.PointerType.LIST, size, "a list of another kind");
  return pointer;
}

function hasPointer(index: number, s: capnp.Struct): boolean {
  return pointerOffset(index, s) >= 0;
}

/** The text behind the pointer at `offset`; a null one is empty. */
function textAt(view: DataView, offset: number): string {
  const low = view.getUint32(offset, true);
  const high = view.getUint32(offset + 4, true);
  if (low === 0 && high === 0) return "";
  if ((low & 3) === 1 && (high & 7) === capnp.ListElementSize.BYTE)
    return decode(view.buffer, offset + 8 + (low & ~3) * 2, high >>> 3);
  const pointer = new capnp.Pointer(view as unknown as capnp.Struct["segment"], offset);
  check(pointer, capnp.PointerType.LIST, capnp.ListElementSize.BYTE, "a text");
  const content = capnp.utils.getContent(pointer);
  return decode(content.segment.buffer, content.byteOffset, capnp.utils.getTargetListLength(pointer));
}

/** `length` counts the NUL at the end. */
function decode(buffer: ArrayBufferLike, offset: number, length: number): string {
  return length < 2 ? "" : Buffer.from(buffer as ArrayBuffer, offset, length - 1).toString("utf8");
}

function getText(index: number, s: capnp.Struct): string {
  const offset = pointerOffset(index, s);
  return offset < 0 ? "" : textAt(at.view, offset);
}

/** The library's list of texts, with our reading of a text. */
export class TextList extends capnp.TextList {
  override get(index: number): string {
    const content = capnp.utils.getContent(this);
    return textAt(viewOf(content.segment), content.byteOffset + index * 8);
  }
}

/** Writes a text into a struct that is being built; the field must not have been set before. */
function setText(index: number, value: string, s: capnp.Struct): void {
  const length = Buffer.byteLength(value, "utf8");
  const content = s.segment.allocate(length + 1);
  locate(s);
  const offset = at.pointers + index * 8;
  at.view.setUint32(offset, (((content.byteOffset - offset - 8) / 8) << 2) | 1, true);
  at.view.setUint32(offset + 4, ((length + 1) << 3) | capnp.ListElementSize.BYTE, true);
  Buffer.from(content.segment.buffer, content.byteOffset, length).write(value, "utf8");
}

function getData(index: number, s: capnp.Struct): capnp.Data {
  const list = listPointer(index, capnp.ListElementSize.BYTE, s);
  if (!list) throw new KernelError("invalid", "malformed message: bytes are missing");
  return new capnp.Data(list.segment, list.byteOffset, s._capnp.depthLimit - 1);
}

function getList<T>(index: number, ListClass: capnp.ListCtor<T>, s: capnp.Struct): capnp.List<T> {
  const shape = (ListClass as unknown as { _capnp: { size: number } })._capnp;
  const list = listPointer(index, shape.size, s);
  if (!list) throw new KernelError("invalid", "malformed message: a list is missing");
  return new ListClass(list.segment, list.byteOffset, s._capnp.depthLimit - 1);
}

function getStruct<T extends capnp.Struct>(index: number, StructClass: capnp.StructCtor<T>, s: capnp.Struct): T {
  if (pointerOffset(index, s) < 0) throw new KernelError("invalid", "malformed message: a struct is missing");
  const struct = capnp.utils.getPointerAs(index, StructClass, s);
  check(struct, capnp.PointerType.STRUCT, 0, "a struct");
  return struct;
}

/** The answer to a call; the library has the type and does not export it. */
export interface Answer<R extends capnp.Struct> {
  struct(): Promise<R>;
  pipelineCall<P extends capnp.Struct, S extends capnp.Struct>(
    transform: readonly { readonly field: number }[],
    call: capnp.Call<P, S>,
  ): Answer<S>;
  pipelineClose(transform: readonly { readonly field: number }[]): void;
}

/** What a null pointer holds where a capability was expected. */
export class NullCapability implements capnp.Client {
  call<P extends capnp.Struct, R extends capnp.Struct>(_call: capnp.Call<P, R>): Answer<R> {
    throw new KernelError("invalid", "called a null capability");
  }
  close(): void {}
}

const nullCapability = new NullCapability();

function getInterfaceClientOrNullAt(index: number, s: capnp.Struct): capnp.Client {
  if (pointerOffset(index, s) < 0) return nullCapability;
  const pointer = capnp.utils.followFars(capnp.utils.getPointer(index, s));
  const view = viewOf(pointer.segment);
  if (view.getUint32(pointer.byteOffset, true) !== 3) throw malformed("a capability");
  const table = s.segment.message._capnp.capTable;
  return table?.[view.getUint32(pointer.byteOffset + 4, true)] ?? nullCapability;
}

function getBit(bit: number, s: capnp.Struct): boolean {
  locate(s);
  return bit >> 3 < at.dataBytes && ((at.view.getUint8(at.data + (bit >> 3)) >> (bit & 7)) & 1) === 1;
}

function setBit(bit: number, value: boolean, s: capnp.Struct): void {
  locate(s);
  const offset = at.data + (bit >> 3);
  const byte = at.view.getUint8(offset);
  at.view.setUint8(offset, value ? byte | (1 << (bit & 7)) : byte & ~(1 << (bit & 7)));
}

function getUint16(offset: number, s: capnp.Struct): number {
  locate(s);
  return offset + 2 > at.dataBytes ? 0 : at.view.getUint16(at.data + offset, true);
}

function setUint16(offset: number, value: number, s: capnp.Struct): void {
  locate(s);
  at.view.setUint16(at.data + offset, value, true);
}

function getUint32(offset: number, s: capnp.Struct): number {
  locate(s);
  return offset + 4 > at.dataBytes ? 0 : at.view.getUint32(at.data + offset, true);
}

function setUint32(offset: number, value: number, s: capnp.Struct): void {
  locate(s);
  at.view.setUint32(at.data + offset, value, true);
}

function getUint64(offset: number, s: capnp.Struct): bigint {
  locate(s);
  return offset + 8 > at.dataBytes ? 0n : at.view.getBigUint64(at.data + offset, true);
}

function setUint64(offset: number, value: bigint, s: capnp.Struct): void {
  locate(s);
  at.view.setBigUint64(at.data + offset, value, true);
}

function getInt32(offset: number, s: capnp.Struct): number {
  return getUint32(offset, s) | 0;
}

function setInt32(offset: number, value: number, s: capnp.Struct): void {
  setUint32(offset, value >>> 0, s);
}

/** Throws unless `struct` is one; null is not. */
function requireStruct(struct: capnp.Struct): void {
  if (capnp.utils.isNull(struct)) throw malformed("a struct");
  check(struct, capnp.PointerType.STRUCT, 0, "a struct");
}

export const utils = {
  ...capnp.utils,
  requireStruct,
  hasPointer,
  getText,
  setText,
  getData,
  getList,
  getStruct,
  getInterfaceClientOrNullAt,
  getBit,
  setBit,
  getUint16,
  setUint16,
  getUint32,
  setUint32,
  getUint64,
  setUint64,
  getInt32,
  setInt32,
};
