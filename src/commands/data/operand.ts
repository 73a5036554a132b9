import {
  type BaseContext,
  CommandError,
  fromJson,
  isRecord,
  isScalar,
  type ListValue,
  toJson,
  toText,
  type Value,
  ValueError,
} from "../../kernel/command.ts";
import { isPromise, type MaybePromise } from "../../vfs/index.ts";

/** All of stdin. */
export async function readAll(ctx: BaseContext): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = await ctx.stdin.read();
    if (chunk === null) return Buffer.concat(chunks);
    chunks.push(chunk);
  }
}

/** All of stdin as text. Throws CommandError when it is none. */
export async function readText(ctx: BaseContext): Promise<string> {
  return asText(await readAll(ctx), "stdin");
}

export function asText(value: Value, what: string): string {
  return orCommandError(() => toText(value), what);
}

/** JSON with the place of a fault in the message. */
export function parseJson(text: string, what: string): Value {
  return orCommandError(() => fromJson(text), what);
}

function orCommandError<T>(make: () => T, what: string): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ValueError) throw new CommandError(`${what}: ${error.message}`, 1, { cause: error });
    throw error;
  }
}

/** The operand as a value; without one, stdin as JSON. Text that is JSON of a list or record counts as that. */
export function structure(values: readonly Value[], ctx: BaseContext): MaybePromise<Value> {
  const [first] = values;
  if (first === undefined) return readText(ctx).then((text) => parseJson(text, "stdin"));
  return typeof first === "string" && /^\s*[[{]/.test(first) ? parseJson(first, "operand") : first;
}

/** Gives a list: printed, one element on a line. */
export function emitList(list: ListValue, ctx: BaseContext): MaybePromise<number> {
  return emitValue(list, () => list.map((item) => `${printed(item)}\n`).join(""), ctx);
}

export function emitValue(value: Value, text: () => string, ctx: BaseContext): MaybePromise<number> {
  const done = ctx.emit(value, text);
  return isPromise(done) ? done.then(() => 0) : 0;
}

/** A scalar as text, structure as JSON. */
export function printed(value: Value): string {
  return isScalar(value) ? asText(value, "value") : orCommandError(() => toJson(value), "value");
}

/** Elements of a list or values of a record. */
export function itemsOf(value: Value): ListValue | undefined {
  if (Array.isArray(value)) return value as ListValue;
  return isRecord(value) ? [...value.values()] : undefined;
}
