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

type Segment = capnp.Struct["segment"];

/** A segment has the methods of a DataView that is little-endian throughout. */
function viewOf(segment: Segment): DataView {
  return segment as unknown as DataView;
}

function segmentOf(view: DataView): Segment {
  return view as unknown as Segment;
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

function hasPointer(index: number, s: capnp.Struct): boolean {
  return pointerOffset(index, s) >= 0;
}

/** The list found last: where its elements begin, and how many there are. */
const list: { segment: Segment; content: number; length: number } = { segment: emptySegment(), content: 0, length: 0 };

function emptySegment(): Segment {
  return new capnp.Message().getSegment(0);
}

/** Finds the list of elements of `size` behind the pointer at `offset`, which is not null. */
function findList(segment: Segment, offset: number, size: number): void {
  const view = viewOf(segment);
  const low = view.getUint32(offset, true);
  if ((low & 3) === 2) {
    findFarList(segment, offset, size);
    return;
  }
  const high = view.getUint32(offset + 4, true);
  if ((low & 3) !== 1 || (high & 7) !== size) throw malformed("a list of another kind");
  const content = offset + 8 + (low & ~3) * 2;
  const composite = size === capnp.ListElementSize.COMPOSITE;
  list.segment = segment;
  list.content = composite ? content + 8 : content;
  list.length = composite ? view.getUint32(content, true) >>> 2 : high >>> 3;
}

function findFarList(segment: Segment, offset: number, size: number): void {
  const pointer = new capnp.Pointer(segment, offset);
  check(pointer, capnp.PointerType.LIST, size, "a list of another kind");
  const content = capnp.utils.getContent(pointer);
  list.segment = content.segment;
  list.content = content.byteOffset;
  list.length = capnp.utils.getTargetListLength(pointer);
}

/** The offset of pointer `index` of a list that must be there; `at.view` is its segment. */
function listOffset(index: number, s: capnp.Struct): number {
  const offset = pointerOffset(index, s);
  if (offset < 0) throw new KernelError("invalid", "malformed message: a list is missing");
  return offset;
}

function writeListPointer(view: DataView, pointer: number, content: number, size: number, count: number): void {
  view.setUint32(pointer, (((content - pointer - 8) / 8) << 2) | 1, true);
  view.setUint32(pointer + 4, (count << 3) | size, true);
}

/** The text behind the pointer at `offset`; a null one is empty. The list's length counts the NUL at the end. */
function textAt(segment: Segment, offset: number): string {
  const view = viewOf(segment);
  if (view.getUint32(offset, true) === 0 && view.getUint32(offset + 4, true) === 0) return "";
  findList(segment, offset, capnp.ListElementSize.BYTE);
  return list.length < 2 ? "" : Buffer.from(list.segment.buffer, list.content, list.length - 1).toString("utf8");
}

function writeText(segment: Segment, offset: number, value: string): void {
  const length = Buffer.byteLength(value, "utf8");
  const content = segment.allocate(length + 1);
  writeListPointer(viewOf(segment), offset, content.byteOffset, capnp.ListElementSize.BYTE, length + 1);
  Buffer.from(segment.buffer, content.byteOffset, length).write(value, "utf8");
}

function getText(index: number, s: capnp.Struct): string {
  const offset = pointerOffset(index, s);
  return offset < 0 ? "" : textAt(segmentOf(at.view), offset);
}

/** Writes a text into a struct that is being built; the field must not have been set before. */
function setText(index: number, value: string, s: capnp.Struct): void {
  locate(s);
  writeText(segmentOf(at.view), at.pointers + index * 8, value);
}

/** The bytes of a Data field. */
export class Data {
  readonly #segment: Segment;
  readonly #offset: number;
  readonly length: number;

  constructor(segment: Segment, offset: number, length: number) {
    this.#segment = segment;
    this.#offset = offset;
    this.length = length;
  }

  /** A view: of a message being built, good until the next field is set. */
  toUint8Array(): Uint8Array {
    return new Uint8Array(this.#segment.buffer, this.#offset, this.length);
  }
}

function getData(index: number, s: capnp.Struct): Data {
  const offset = listOffset(index, s);
  findList(segmentOf(at.view), offset, capnp.ListElementSize.BYTE);
  return new Data(list.segment, list.content, list.length);
}

function initData(index: number, length: number, s: capnp.Struct): Data {
  const content = s.segment.allocate(length);
  locate(s);
  writeListPointer(at.view, at.pointers + index * 8, content.byteOffset, capnp.ListElementSize.BYTE, length);
  return new Data(content.segment, content.byteOffset, length);
}

/** A list field. Elements that are structs are filled in place, never set. */
export interface List<T> {
  readonly length: number;
  get(index: number): T;
  set(index: number, value: T): void;
}

/** `pointer` is the offset of the list's pointer, which lies in `home`; the elements begin at `content` of `segment`. */
export interface ListCtor<T> {
  new (home: Segment, pointer: number, segment: Segment, content: number, length: number): List<T>;
  readonly elementSize: number;
  /** Of elements that are structs. */
  readonly structSize?: capnp.ObjectSize;
}

class Elements {
  readonly length: number;
  protected readonly segment: Segment;
  protected readonly content: number;

  constructor(_home: Segment, _pointer: number, segment: Segment, content: number, length: number) {
    this.segment = segment;
    this.content = content;
    this.length = length;
  }
}

export class TextList extends Elements implements List<string> {
  static readonly elementSize = capnp.ListElementSize.POINTER;

  get(index: number): string {
    return textAt(this.segment, this.content + index * 8);
  }

  set(index: number, value: string): void {
    writeText(this.segment, this.content + index * 8, value);
  }
}

export class Uint16List extends Elements implements List<number> {
  static readonly elementSize = capnp.ListElementSize.BYTE_2;

  get(index: number): number {
    return viewOf(this.segment).getUint16(this.content + index * 2, true);
  }

  set(index: number, value: number): void {
    viewOf(this.segment).setUint16(this.content + index * 2, value, true);
  }
}

/** The class of lists of one kind of struct. */
export function CompositeList<T extends capnp.Struct>(StructClass: capnp.StructCtor<T>): ListCtor<T> {
  return class implements List<T> {
    static readonly elementSize = capnp.ListElementSize.COMPOSITE;
    static readonly structSize = StructClass._capnp.size;
    readonly length: number;
    readonly #home: Segment;
    readonly #pointer: number;

    constructor(home: Segment, pointer: number, _segment: Segment, _content: number, length: number) {
      this.#home = home;
      this.#pointer = pointer;
      this.length = length;
    }

    get(index: number): T {
      return new StructClass(this.#home, this.#pointer, undefined, index);
    }

    set(): void {
      throw new KernelError("internal", "the structs of a list are filled in place");
    }
  };
}

function getList<T>(index: number, ListClass: ListCtor<T>, s: capnp.Struct): List<T> {
  const offset = listOffset(index, s);
  const home = segmentOf(at.view);
  findList(home, offset, ListClass.elementSize);
  return new ListClass(home, offset, list.segment, list.content, list.length);
}

function initList<T>(index: number, ListClass: ListCtor<T>, length: number, s: capnp.Struct): List<T> {
  const { elementSize, structSize } = ListClass;
  const words = structSize ? structSize.dataByteLength / 8 + structSize.pointerLength : 0;
  const elementBytes = elementSize === capnp.ListElementSize.BYTE_2 ? 2 : 8;
  const content = s.segment.allocate(structSize ? 8 + length * words * 8 : length * elementBytes);
  locate(s);
  const pointer = at.pointers + index * 8;
  writeListPointer(at.view, pointer, content.byteOffset, elementSize, structSize ? length * words : length);
  if (!structSize) return new ListClass(s.segment, pointer, s.segment, content.byteOffset, length);
  at.view.setUint32(content.byteOffset, length << 2, true);
  at.view.setUint32(content.byteOffset + 4, (structSize.dataByteLength / 8) | (structSize.pointerLength << 16), true);
  return new ListClass(s.segment, pointer, s.segment, content.byteOffset + 8, length);
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
  initData,
  getList,
  initList,
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
