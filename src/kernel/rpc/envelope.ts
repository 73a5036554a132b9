/**
 * The messages of rpc.capnp, written and read by hand: one per call, return and finish, so they are where the time would go.
 * Offsets are those of rpc.capnp's compiled layout.
 */
import { KernelError } from "../errors.ts";
import { OutMessage } from "./message.ts";
import type { WireReader, WireStruct } from "./wire.ts";

/** The union tags of rpc.capnp's Message. */
export const tag = {
  unimplemented: 0,
  abort: 1,
  call: 2,
  return: 3,
  finish: 4,
  resolve: 5,
  release: 6,
  bootstrap: 8,
  disembargo: 13,
} as const;

/** Exception.type. */
export const exceptionType = { failed: 0, overloaded: 1, disconnected: 2, unimplemented: 3 } as const;

const structPointer = (offsetWords: number, dataWords: number, pointers: number): readonly [number, number] => [
  offsetWords << 2,
  dataWords | (pointers << 16),
];

type Segment = OutMessage["segment"];

/** A message ready to go, in one segment. */
export interface Sendable {
  bytes(): Uint8Array;
}

function put(segment: Segment, word: number, [low, high]: readonly [number, number]): void {
  segment.setUint32(word * 8, low);
  segment.setUint32(word * 8 + 4, high);
}

/**
 * Begins a message with `words` words after the root pointer and its Message struct (data at word 1, pointer at word 2), and
 * room for `more` bytes.
 */
function begin(
  messageTag: number,
  words: number,
  body: readonly [number, number],
  more = 0,
): { message: OutMessage; segment: Segment } {
  const size = (3 + words) * 8;
  const message = new OutMessage(size + more);
  const segment = message.segment;
  segment.byteLength = size;
  put(segment, 0, structPointer(0, 1, 1));
  segment.setUint16(8, messageTag);
  put(segment, 2, body);
  return { message, segment };
}

/** A capability in a message's table. */
export type CapDescriptor =
  | { readonly kind: "none" }
  | { readonly kind: "senderHosted" | "senderPromise" | "receiverHosted"; readonly id: number }
  | { readonly kind: "receiverAnswer"; readonly questionId: number; readonly path: readonly number[] }
  | { readonly kind: "unknown" };

const descriptorTag = { none: 0, senderHosted: 1, senderPromise: 2, receiverHosted: 3 } as const;

/** Writes the table of a payload whose two pointers are at `payloadWord`. */
export function writeCapTable(message: OutMessage, payloadWord: number, caps: readonly CapDescriptor[]): void {
  if (caps.length === 0) return;
  const content = message.segment.allocate(8 + caps.length * 16);
  const segment = message.segment;
  const pointer = (payloadWord + 1) * 8;
  segment.setUint32(pointer, (((content.byteOffset - pointer - 8) / 8) << 2) | 1);
  segment.setUint32(pointer + 4, ((caps.length * 2) << 3) | 7);
  segment.setUint32(content.byteOffset, caps.length << 2);
  segment.setUint32(content.byteOffset + 4, 1 | (1 << 16));
  caps.forEach((cap, index) => {
    if (cap.kind === "unknown" || cap.kind === "receiverAnswer") throw new KernelError("internal", "cannot send this capability");
    const at = content.byteOffset + 8 + index * 16;
    segment.setUint16(at, descriptorTag[cap.kind]);
    // attachedFd has the default 0xff and is stored inverted, so zero means none.
    if (cap.kind !== "none") segment.setUint32(at + 4, cap.id);
  });
}

/** A message whose payload content is still to be built: `contentOffset` is the byte offset of its pointer. */
export interface OpenPayload {
  readonly message: OutMessage;
  readonly contentOffset: number;
  readonly payloadWord: number;
}

/** Most payloads fit; others grow. */
const payloadBytes = 256;

export function beginCall(questionId: number, importId: number, interfaceId: bigint, methodId: number): OpenPayload {
  const { message, segment } = begin(tag.call, 10, structPointer(0, 3, 3), payloadBytes);
  segment.setUint32(24, questionId);
  segment.setUint16(28, methodId);
  segment.setUint64(32, interfaceId);
  put(segment, 6, structPointer(2, 1, 1));
  put(segment, 7, structPointer(3, 0, 2));
  segment.setUint32(72, importId);
  return { message, contentOffset: 88, payloadWord: 11 };
}

export function beginResults(answerId: number): OpenPayload {
  const { message, segment } = begin(tag.return, 5, structPointer(0, 2, 1), payloadBytes);
  segment.setUint32(24, answerId);
  put(segment, 5, structPointer(0, 0, 2));
  // releaseParamCaps is true by default and stored inverted; we release what we let go of one by one.
  segment.setUint8(28, 1);
  return { message, contentOffset: 48, payloadWord: 6 };
}

export interface WireException {
  readonly reason: string;
  readonly type: number;
  /** JSON, in the field that rpc.capnp has for a remote trace. */
  readonly detail: string;
}

/** Exception at `word` (one data word, two pointers) and its texts. */
function writeException(message: OutMessage, word: number, exception: WireException): void {
  message.segment.setUint16(word * 8 + 4, exception.type);
  writeText(message, (word + 1) * 8, exception.reason);
  writeText(message, (word + 2) * 8, exception.detail);
}

function writeText(message: OutMessage, pointer: number, text: string): void {
  const length = Buffer.byteLength(text, "utf8");
  const content = message.segment.allocate(length + 1);
  const segment = message.segment;
  segment.setUint32(pointer, (((content.byteOffset - pointer - 8) / 8) << 2) | 1);
  segment.setUint32(pointer + 4, ((length + 1) << 3) | 2);
  Buffer.from(segment.buffer, content.byteOffset, length).write(text, "utf8");
}

export function exceptionReturn(answerId: number, exception: WireException): OutMessage {
  const { message, segment } = begin(tag.return, 6, structPointer(0, 2, 1));
  segment.setUint32(24, answerId);
  segment.setUint8(28, 1);
  segment.setUint16(30, 1);
  put(segment, 5, structPointer(0, 1, 2));
  writeException(message, 6, exception);
  return message;
}

export function canceledReturn(answerId: number): OutMessage {
  const { message, segment } = begin(tag.return, 3, structPointer(0, 2, 1));
  segment.setUint32(24, answerId);
  segment.setUint8(28, 1);
  segment.setUint16(30, 2);
  return message;
}

export function abortMessage(exception: WireException): OutMessage {
  const { message } = begin(tag.abort, 3, structPointer(0, 1, 2));
  writeException(message, 3, exception);
  return message;
}

/** A message without payload: its one struct has one data word, given in halves. */
function shortMessage(messageTag: number, low: number, high: number): Sendable {
  const bytes = Buffer.allocUnsafe(32);
  bytes.writeUInt32LE(0, 0);
  bytes.writeUInt32LE(1 | (1 << 16), 4);
  bytes.writeUInt32LE(messageTag, 8);
  bytes.writeUInt32LE(0, 12);
  bytes.writeUInt32LE(0, 16);
  bytes.writeUInt32LE(1, 20);
  bytes.writeUInt32LE(low, 24);
  bytes.writeUInt32LE(high, 28);
  return { bytes: () => bytes };
}

export function finishMessage(questionId: number, releaseResultCaps: boolean): Sendable {
  return shortMessage(tag.finish, questionId, releaseResultCaps ? 0 : 1);
}

export function releaseMessage(id: number, count: number): Sendable {
  return shortMessage(tag.release, id, count);
}

export function bootstrapMessage(questionId: number): OutMessage {
  const { message, segment } = begin(tag.bootstrap, 2, structPointer(0, 1, 1));
  segment.setUint32(24, questionId);
  return message;
}

/** The echo of a loopback disembargo: everything received before it was dispatched already. */
export function disembargoEcho(target: { readonly importedCap: number }, id: number): OutMessage {
  const { message, segment } = begin(tag.disembargo, 4, structPointer(0, 1, 1));
  segment.setUint32(24, id);
  segment.setUint16(28, 1);
  put(segment, 4, structPointer(0, 1, 1));
  segment.setUint32(40, target.importedCap);
  return message;
}

/**
 * "I do not know this message", with the message: its root pointer serves as landing pad of a far pointer. Only a message of
 * one segment can be echoed so; a larger one comes back empty.
 */
export function unimplementedFrame(views: readonly DataView[]): Uint8Array[] {
  const { message, segment } = begin(tag.unimplemented, 0, [0, 0]);
  const first = views[0];
  if (views.length !== 1 || !first) return [message.bytes()];
  put(segment, 2, [2, 1]);
  return [message.bytes(), new Uint8Array(first.buffer, first.byteOffset, first.byteLength)];
}

/** Where a call goes. */
export type CallTarget =
  | { readonly kind: "importedCap"; readonly id: number }
  | { readonly kind: "promisedAnswer"; readonly questionId: number; readonly path: readonly number[] }
  | { readonly kind: "unknown" };

/** The pointer fields to follow from the root of an answer's results. */
function readPromisedAnswer(reader: WireReader, promised: WireStruct): { questionId: number; path: number[] } {
  const path: number[] = [];
  for (const op of reader.structs(promised, 0, 64)) {
    if (reader.uint16(op, 0) === 1) path.push(reader.uint16(op, 2));
  }
  return { questionId: reader.uint32(promised, 0), path };
}

export function readTarget(reader: WireReader, target: WireStruct): CallTarget {
  switch (reader.uint16(target, 4)) {
    case 0:
      return { kind: "importedCap", id: reader.uint32(target, 0) };
    case 1:
      return { kind: "promisedAnswer", ...readPromisedAnswer(reader, reader.struct(target, 0)) };
    default:
      return { kind: "unknown" };
  }
}

/** A message carries a handful of capabilities; more is an attack. */
const maxCapsPerMessage = 1024;

export function readCapTable(reader: WireReader, payload: WireStruct): CapDescriptor[] {
  return reader.structs(payload, 1, maxCapsPerMessage).map((entry) => readDescriptor(reader, entry));
}

export function readDescriptor(reader: WireReader, entry: WireStruct): CapDescriptor {
  const id = reader.uint32(entry, 4);
  switch (reader.uint16(entry, 0)) {
    case 0:
      return { kind: "none" };
    case 1:
      return { kind: "senderHosted", id };
    case 2:
      return { kind: "senderPromise", id };
    case 3:
      return { kind: "receiverHosted", id };
    case 4:
      return { kind: "receiverAnswer", ...readPromisedAnswer(reader, reader.struct(entry, 0)) };
    case 5:
      // A third party's capability is reached through its vat, which the sender hosts for us.
      return { kind: "senderHosted", id: reader.uint32(reader.struct(entry, 0), 0) };
    default:
      return { kind: "unknown" };
  }
}

export function readException(reader: WireReader, exception: WireStruct): WireException {
  return { reason: reader.text(exception, 0), type: reader.uint16(exception, 4), detail: reader.text(exception, 1) };
}
