/** Between our plain values and what the wire has: ids, enums, optional fields, lists. */
import { KernelError } from "../../errors.ts";
import type { Json } from "../../types.ts";
import { OptionalBool } from "../generated/kaijutsu.ts";
import type { Data, List, Struct } from "../runtime.ts";

/** A list's elements. */
export function items<T>(list: List<T>): T[] {
  const { length } = list;
  const out: T[] = [];
  for (let index = 0; index < length; index++) out.push(list.get(index));
  return out;
}

/** Fills a list of structs in place: `element` gets the struct to fill. */
export function fill<T extends Struct, V>(list: List<T>, values: readonly V[], element: (struct: T, value: V) => void): void {
  values.forEach((value, index) => {
    element(list.get(index), value);
  });
}

export function fillTexts(list: List<string>, values: readonly string[]): void {
  values.forEach((value, index) => {
    list.set(index, value);
  });
}

/** The bytes, as a view of the message they came in. */
export function bytesOf(data: Data): Uint8Array {
  return data.toUint8Array();
}

/** Copies `bytes` into a field just initialised to that length. */
export function putBytes(data: Data, bytes: Uint8Array): void {
  data.toUint8Array().set(bytes);
}

export function putId(data: Data, id: string): void {
  const bytes = Buffer.from(id.replaceAll("-", ""), "hex");
  if (bytes.length !== 16) throw new KernelError("invalid", `not an id: ${id}`);
  putBytes(data, bytes);
}

/** A UUID in lower-case text. The caller names the brand. */
export function readId<T extends string>(data: Data): T {
  const bytes = bytesOf(data);
  if (bytes.length !== 16) throw new KernelError("invalid", `an id has 16 bytes, not ${bytes.length}`);
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as T;
}

/** A count or a time, as the wire has it. Throws `KernelError` invalid for what is not a whole number from 0 to 2^53. */
export function toUint64(value: number): bigint {
  if (!Number.isSafeInteger(value) || value < 0) throw new KernelError("invalid", `not a count: ${value}`);
  return BigInt(value);
}

export function fromUint64(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new KernelError("invalid", `too large a number: ${value}`);
  return Number(value);
}

export function toUint32(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw new KernelError("invalid", `not a 32-bit count: ${value}`);
  return value;
}

export function optionalBool(value: boolean | undefined): OptionalBool {
  return value === undefined ? OptionalBool.UNSET : value ? OptionalBool.YES : OptionalBool.NO;
}

/** The field `name` with its value, or nothing to spread. */
export function readBool<K extends string>(name: K, value: OptionalBool): { readonly [P in K]?: boolean } {
  return (value === OptionalBool.UNSET ? {} : { [name]: value === OptionalBool.YES }) as { [P in K]?: boolean };
}

/** The field `name` with what `read` gives, or nothing to spread when it is not there. */
export function optional<K extends string, V>(name: K, there: boolean, read: () => V): { readonly [P in K]?: V } {
  return (there ? { [name]: read() } : {}) as { [P in K]?: V };
}

export function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new KernelError("invalid", "malformed JSON", {}, { cause: error });
  }
}

/** The two directions of an enum. What the wire has beyond our names reads as absent. */
export interface EnumCodec<Name extends string, Wire extends number> {
  readonly to: (name: Name) => Wire;
  readonly from: (wire: Wire) => Name | undefined;
  /** Throws `KernelError` invalid when it is absent. */
  readonly need: (wire: Wire) => Name;
}

export function enumCodec<Name extends string, Wire extends number>(table: Readonly<Record<Name, Wire>>): EnumCodec<Name, Wire> {
  const names = new Map((Object.entries(table) as [Name, Wire][]).map(([name, wire]) => [wire, name]));
  return {
    to: (name) => {
      const wire = table[name];
      if (wire === undefined) throw new KernelError("invalid", `unknown word: ${name}`);
      return wire;
    },
    from: (wire) => names.get(wire),
    need: (wire) => {
      const name = names.get(wire);
      if (name === undefined) throw new KernelError("invalid", `unknown or missing enum value ${wire}`);
      return name;
    },
  };
}
