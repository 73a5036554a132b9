/** Identifiers: UUIDs in lower-case text, branded by what they name. On the wire and in the database they are 16 bytes. */
import { KernelError } from "./errors.ts";

declare const brand: unique symbol;
type Id<B extends string> = string & { readonly [brand]: B };

export type PrincipalId = Id<"principal">;
export type KernelId = Id<"kernel">;
export type ContextId = Id<"context">;
export type SessionId = Id<"session">;
export type DriftId = Id<"drift">;
export type AnyId = PrincipalId | KernelId | ContextId | SessionId | DriftId;

/** Unique within the kernel: the author is the middle part. */
export interface BlockId {
  readonly contextId: ContextId;
  readonly principalId: PrincipalId;
  /** From 1, per author and context. */
  readonly seq: number;
}

/** Author of what the kernel itself writes: UUIDv5 of `system` in the namespace UUIDv5(DNS, "kaish"). */
export const systemPrincipalId = "e524e932-d49e-5602-b56a-569d0ab108ee" as PrincipalId;

let lastTime = 0;
let counter = 0;

/** A new UUIDv7: sorts after every id this process made before, and holds at least 62 random bits. */
export function newId<T extends AnyId>(): T {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    counter = ((bytes[6] ?? 0) & 0x07) * 256 + (bytes[7] ?? 0);
  } else if (++counter > 0xfff) {
    lastTime += 1;
    counter = 0;
  }
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(lastTime / 2 ** 32));
  view.setUint32(2, lastTime % 2 ** 32);
  view.setUint16(6, 0x7000 | counter);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return idFromBytes<T>(bytes);
}

const hexOf: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The 16 bytes of an id. Throws `invalid` for text that is none. */
export function idToBytes(id: AnyId): Uint8Array {
  if (!isId(id)) throw new KernelError("invalid", `not an id: ${id}`);
  const hex = id.replaceAll("-", "");
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Throws `invalid` for any other length than 16. */
export function idFromBytes<T extends AnyId>(bytes: Uint8Array): T {
  if (bytes.length !== 16) throw new KernelError("invalid", `an id has 16 bytes, not ${bytes.length}`);
  let hex = "";
  for (const byte of bytes) hex += hexOf[byte];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as T;
}

/** True for a whole id as text, in any case. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** An id typed or received as text, in any case. Throws `invalid`. */
export function parseId<T extends AnyId>(text: string): T {
  if (!isId(text)) throw new KernelError("invalid", `not an id: ${text}`);
  return text.toLowerCase() as T;
}

/** The last 12 hex digits: the part of an id that short ids are cut from. */
export function randomPart(id: AnyId): string {
  return id.slice(24);
}

/** The shortest prefix of the random part, at least 6 digits, that `taken` does not hold. It is kept, not computed again. */
export function shortId(id: AnyId, taken: ReadonlySet<string>): string {
  const random = randomPart(id);
  for (let length = 6; length < random.length; length++) {
    const short = random.slice(0, length);
    if (!taken.has(short)) return short;
  }
  return random;
}

export function sameBlock(a: BlockId, b: BlockId): boolean {
  return a.seq === b.seq && a.principalId === b.principalId && a.contextId === b.contextId;
}

/** `context/principal/seq`, from how its two ids are shown: the context's short id, the author's username or random part. */
export function formatBlockId(context: string, principal: string, seq: number): string {
  return `${context}/${principal}/${seq}`;
}

/** The parts of `context/principal/seq`, `principal/seq` or `seq`; what they name is for the caller to find. Throws `invalid`. */
export function parseBlockId(text: string): { readonly context?: string; readonly principal?: string; readonly seq: number } {
  const match = /^(?:(?:([^/]+)\/)?([^/]+)\/)?([1-9][0-9]{0,15})$/.exec(text);
  const seq = Number(match?.[3]);
  if (match === null || !Number.isSafeInteger(seq))
    throw new KernelError("invalid", `not a block id: ${text} (context/author/number)`);
  const [, context, principal] = match;
  return { ...(context === undefined ? {} : { context }), ...(principal === undefined ? {} : { principal }), seq };
}
