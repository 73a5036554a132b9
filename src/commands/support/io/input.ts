import type { BaseContext, ByteSource } from "../../../kernel/command.ts";
import { type FileHandle, isPromise, type MaybePromise, VfsError, type VfsReader } from "../../../vfs/index.ts";
import type { Output } from "./output.ts";
import { type Steps, wait } from "./steps.ts";

/** What a command that reads files is given. */
export type ReadContext = BaseContext & { readonly vfs: VfsReader };

const chunkSize = 64 * 1024;

/** An open file as a stream. It owns the handle. */
export class FileSource implements ByteSource {
  readonly #handle: FileHandle;
  readonly #back: Uint8Array[] = [];
  #open = true;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  read(): MaybePromise<Uint8Array | null> {
    const back = this.#back.pop();
    if (back !== undefined) return back;
    const chunk = this.#handle.read(chunkSize);
    return isPromise(chunk) ? chunk.then(orEnd) : orEnd(chunk);
  }

  unread(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#back.push(chunk);
  }

  /** Not waiting: what a close has to say to a reader does not matter. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const closed = this.#handle.close();
    if (isPromise(closed)) closed.catch(() => {});
  }
}

function orEnd(chunk: Uint8Array): Uint8Array | null {
  return chunk.length === 0 ? null : chunk;
}

/** The stream behind an operand: `-` is stdin. Close it with `done`. Throws VfsError. */
export function* openInput(ctx: ReadContext, operand: string): Steps<ByteSource> {
  if (operand === "-") return ctx.stdin;
  return new FileSource(yield* wait(ctx.vfs.open(ctx.resolve(operand), { read: true })));
}

/** Ends the reading of an operand; stdin belongs to the caller and stays open. */
export function done(ctx: ReadContext, source: ByteSource): void {
  if (source !== ctx.stdin) source.close();
}

/** The next chunk, or null at the end. What is in `out` is flushed before a real wait, so that a slow pipe shows results at once. */
export function* next(source: ByteSource, out?: Output): Steps<Uint8Array | null> {
  yield;
  const chunk = source.read();
  if (!isPromise(chunk)) return chunk;
  if (out !== undefined) yield* out.flush();
  return (yield chunk) as Uint8Array | null;
}

/** An error of the file layer, or rethrows. EPIPE is never about an operand: nobody reads our output. */
export function fileError(error: unknown): VfsError {
  if (error instanceof VfsError && error.code !== "EPIPE") return error;
  throw error;
}

/**
 * Runs `body` on each operand (stdin when there are none), and goes on after one that fails: `explain` prints the message.
 * Answers whether all went well.
 */
export function* eachInput(
  ctx: ReadContext,
  operands: readonly string[],
  body: (source: ByteSource, operand: string, index: number) => Steps<void>,
  explain: (error: VfsError, operand: string, phase: "open" | "read") => Steps<void>,
): Steps<boolean> {
  let good = true;
  const list = operands.length === 0 ? ["-"] : operands;
  for (const [index, operand] of list.entries()) {
    let source: ByteSource;
    try {
      source = yield* openInput(ctx, operand);
    } catch (error) {
      good = false;
      yield* explain(fileError(error), operand, "open");
      continue;
    }
    try {
      yield* body(source, operand, index);
    } catch (error) {
      good = false;
      yield* explain(fileError(error), operand, "read");
    } finally {
      done(ctx, source);
    }
  }
  return good;
}

/**
 * Cuts a stream into pieces that end with a separator (but maybe for the last): the pieces are whole lines, many at a time.
 * A line longer than a chunk is gathered.
 */
export class LineChunks {
  readonly #source: ByteSource;
  readonly #out: Output | undefined;
  readonly #separator: number;
  #rest: Uint8Array[] = [];
  #ended = false;

  constructor(source: ByteSource, out?: Output, separator = 10) {
    this.#source = source;
    this.#out = out;
    this.#separator = separator;
  }

  /** The next piece (never empty), or null at the end. */
  *next(): Steps<Buffer | null> {
    while (!this.#ended) {
      const chunk = yield* next(this.#source, this.#out);
      if (chunk === null) {
        this.#ended = true;
        break;
      }
      const cut = chunk.lastIndexOf(this.#separator) + 1;
      if (cut === 0) {
        this.#rest.push(chunk);
        continue;
      }
      const piece = this.#joined(chunk.subarray(0, cut));
      this.#rest = cut < chunk.length ? [chunk.subarray(cut)] : [];
      return piece;
    }
    if (this.#rest.length === 0) return null;
    const last = this.#joined();
    this.#rest = [];
    return last;
  }

  #joined(end?: Uint8Array): Buffer {
    if (this.#rest.length === 0 && end !== undefined) return asBuffer(end);
    return Buffer.concat(end === undefined ? this.#rest : [...this.#rest, end]);
  }
}

/** The same bytes with Buffer's methods. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
