/**
 * The values of the language: JSON, plus 64-bit integers past 2^53 (bigint) and bytes. Values are immutable: whoever
 * changes one makes a new one, so they can be shared between scopes, pipes and contexts without copying.
 */
export type Value = null | boolean | number | bigint | string | ListValue | RecordValue | Uint8Array;
export type ListValue = readonly Value[];
/** A Map, not an object: keys such as "1" keep their place. */
export type RecordValue = ReadonlyMap<string, Value>;
