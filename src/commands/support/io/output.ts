import { type BaseContext, type ByteSink, CommandError } from "../../../kernel/command.ts";
import { isPromise, VfsError } from "../../../vfs/index.ts";
import { type Steps, wait } from "./steps.ts";

const capacity = 64 * 1024;
const highWater = 48 * 1024;

/** Gathers small pieces into large writes. `add` never waits; ask `full` from time to time and then `flush`. */
export class Output {
  readonly #sink: ByteSink;
  #buffer: Buffer | undefined;
  #length = 0;
  readonly #ready: Uint8Array[] = [];

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Takes the bytes: a large chunk is passed on as it is, so the caller must not change it. */
  add(chunk: Uint8Array): void {
    if (chunk.length >= capacity / 4) {
      this.#seal();
      this.#ready.push(chunk);
      return;
    }
    const buffer = this.#room(chunk.length);
    buffer.set(chunk, this.#length);
    this.#length += chunk.length;
  }

  /** The part of `chunk` between two offsets. */
  addSlice(chunk: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (size >= 256) {
      this.add(chunk.subarray(start, end));
      return;
    }
    const buffer = this.#room(size);
    let at = this.#length;
    for (let i = start; i < end; i++) buffer[at++] = chunk[i] as number;
    this.#length = at;
  }

  /** As UTF-8. */
  text(text: string): void {
    if (text.length * 3 > capacity) {
      this.add(Buffer.from(text));
      return;
    }
    const buffer = this.#room(text.length * 3);
    this.#length += buffer.write(text, this.#length);
  }

  /** A string whose characters are bytes. */
  latin1(text: string): void {
    if (text.length > capacity) {
      this.add(Buffer.from(text, "latin1"));
      return;
    }
    const buffer = this.#room(text.length);
    this.#length += buffer.write(text, this.#length, "latin1");
  }

  byte(value: number): void {
    const buffer = this.#room(1);
    buffer[this.#length++] = value;
  }

  get full(): boolean {
    return this.#ready.length > 0 || this.#length >= highWater;
  }

  *flush(): Steps<void> {
    this.#seal();
    for (const chunk of this.#ready.splice(0)) {
      yield* put(this.#sink, chunk);
    }
  }

  #room(size: number): Buffer {
    if (this.#buffer !== undefined && this.#length + size <= this.#buffer.length) return this.#buffer;
    this.#seal();
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(size, this.#grown));
    this.#grown = capacity;
    return this.#buffer;
  }

  /** The first buffer is small: most commands print little. */
  #grown = 4096;

  #seal(): void {
    if (this.#buffer === undefined || this.#length === 0) return;
    this.#ready.push(this.#buffer.subarray(0, this.#length));
    this.#buffer = undefined;
    this.#length = 0;
  }
}

/** Writes one chunk. A reader that has gone stays VfsError EPIPE; any other failure is ours to report, not the input's. */
export function* put(sink: ByteSink, chunk: Uint8Array | string): Steps<void> {
  try {
    const written = sink.write(chunk);
    if (isPromise(written)) yield written;
  } catch (error) {
    if (error instanceof VfsError && error.code !== "EPIPE")
      throw new CommandError(`write error: ${error.message}`, 1, { cause: error });
    throw error;
  }
}

/** Prints `NAME: text` on stderr. */
export function* complain(ctx: Pick<BaseContext, "name" | "stderr">, text: string): Steps<void> {
  yield* wait(ctx.stderr.write(`${ctx.name}: ${text}\n`));
}

/** As GNU's messages quote a file name: `'a b'`, `'it'\''s'`, `'a'$'\n''b'`. */
export function quoted(name: string): string {
  if (!/[\x00-\x1f\x7f']/.test(name)) return `'${name}'`;
  if (!/[\x00-\x1f\x7f]/.test(name) && !/["\\`$]/.test(name)) return `"${name}"`;
  let out = "";
  let plain = "";
  const close = () => {
    if (plain !== "") out += `'${plain}'`;
    plain = "";
  };
  for (const char of name) {
    if (char === "'") {
      close();
      out += "\\'";
    } else if (/[\x00-\x1f\x7f]/.test(char)) {
      close();
      out += `$'${escapes[char] ?? `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`}'`;
    } else plain += char;
  }
  close();
  return name.startsWith("'") || /^[\x00-\x1f\x7f]/.test(name) ? `''${out}` : out;
}

const escapes: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
};
