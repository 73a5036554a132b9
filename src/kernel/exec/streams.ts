import { isUtf8 } from "node:buffer";
import { after, type FileHandle, type MaybePromise, VfsError } from "../../vfs/index.ts";
import type { ByteSink, ByteSource, Value } from "../command.ts";
import { toText } from "../value.ts";
import { breathe, overdue } from "./control.ts";

/** How many bytes a pipe holds before its writer has to wait. */
const pipeCapacity = 64 * 1024;

function bytesOf(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk;
}

function join(chunks: readonly (Uint8Array | string)[]): Uint8Array {
  const first = chunks[0];
  if (first !== undefined && chunks.length === 1) return bytesOf(first);
  if (chunks.every((chunk) => typeof chunk === "string")) return Buffer.from(chunks.join(""), "utf8");
  return Buffer.concat(chunks.map(bytesOf));
}

/** A source whose waiting read can be taken back: it answers null, and nothing was read. */
export interface CancellableSource extends ByteSource {
  cancel(): void;
}

/**
 * A bounded byte pipe. Invariants:
 * 1. `size` is the length of all `chunks`; a writer waits only while it is at least `pipeCapacity`.
 * 2. After the write end is closed nothing is added; after the read end is closed nothing is kept and a writer gets EPIPE.
 * 3. `wake` is set only while one side waits; both sides never wait at once.
 */
export class Pipe {
  readonly source: CancellableSource;
  readonly sink: ByteSink;
  private chunks: (Uint8Array | string)[] = [];
  private size = 0;
  private ended = false;
  private broken = false;
  private wake: (() => void)[] = [];
  private back: Uint8Array[] = [];
  private turn = 0;

  constructor() {
    this.source = {
      read: () => this.read(),
      close: () => this.breakOff(),
      unread: (chunk) => {
        if (chunk.length > 0) this.back.push(chunk);
        this.notify();
      },
      cancel: () => {
        this.turn++;
        this.notify();
      },
    };
    this.sink = { write: (chunk) => this.write(chunk) };
  }

  /** No more will be written. */
  end(): void {
    this.ended = true;
    this.notify();
  }

  /** Nobody will read. */
  breakOff(): void {
    this.broken = true;
    this.chunks = [];
    this.size = 0;
    this.notify();
  }

  private read(): MaybePromise<Uint8Array | null> {
    const back = this.back.pop();
    if (back !== undefined) return back;
    if (this.chunks.length > 0) {
      const all = join(this.chunks);
      this.chunks = [];
      this.size = 0;
      this.notify();
      return all;
    }
    return this.ended || this.broken ? null : this.readLater();
  }

  private async readLater(): Promise<Uint8Array | null> {
    const { turn } = this;
    await this.wait();
    return turn === this.turn ? this.read() : null;
  }

  private write(chunk: Uint8Array | string): MaybePromise<void> {
    if (this.broken) throw new VfsError("EPIPE");
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.size += chunk.length;
    this.notify();
    if (this.size >= pipeCapacity) return this.drained();
  }

  private async drained(): Promise<void> {
    while (this.size >= pipeCapacity && !this.broken) await this.wait();
    // Two builtins that feed each other would otherwise never let a timer or a signal in.
    if (overdue()) await breathe();
    if (this.broken) throw new VfsError("EPIPE");
  }

  private wait(): Promise<void> {
    return new Promise((resolve) => this.wake.push(resolve));
  }

  private notify(): void {
    if (this.wake.length === 0) return;
    const waiting = this.wake;
    this.wake = [];
    for (const resolve of waiting) resolve();
  }
}

/**
 * What `$(…)` collects. A value that is all that was written stays a value; anything else is text. Strings stay strings
 * until bytes come between them.
 */
export class Capture implements ByteSink {
  private text = "";
  private bytes: Uint8Array[] | null = null;
  private single: Value | undefined = undefined;

  write(chunk: Uint8Array | string): void {
    this.single = undefined;
    if (this.bytes === null && typeof chunk === "string") this.text += chunk;
    else this.addBytes(bytesOf(chunk));
  }

  /** Writes a value's printed form, noting the value if it is the first thing written. */
  emit(value: Value, text: string): void {
    const first = this.text === "" && this.bytes === null;
    this.write(text);
    if (first) this.single = value;
  }

  private addBytes(chunk: Uint8Array): void {
    if (this.bytes === null) {
      this.bytes = this.text === "" ? [] : [Buffer.from(this.text, "utf8")];
      this.text = "";
    }
    this.bytes.push(chunk);
  }

  /** The single value, else the text without NULs and trailing newlines, else bytes that are not UTF-8. */
  take(): Value {
    if (this.single !== undefined) return this.single;
    let text = this.text;
    if (this.bytes !== null) {
      const all = Buffer.concat(this.bytes);
      if (!isUtf8(all)) return trimmed(all);
      text = all.toString("utf8");
    }
    if (text.includes("\0")) text = text.replaceAll("\0", "");
    let end = text.length;
    while (end > 0 && text.charCodeAt(end - 1) === 10) end--;
    return end === text.length ? text : text.slice(0, end);
  }

  /** As `take`, but never a value with structure. */
  takeText(): string {
    return toText(this.take());
  }
}

function trimmed(bytes: Uint8Array): Uint8Array {
  const clean = bytes.includes(0) ? bytes.filter((byte) => byte !== 0) : bytes;
  let end = clean.length;
  while (end > 0 && clean[end - 1] === 10) end--;
  return clean.subarray(0, end);
}

/**
 * Reads an open file, 64 KB at a time. It does not close the handle. Of a plain host file it keeps its own place, so that a
 * child process can be lent the descriptor at exactly the byte where the next read would begin.
 */
export class HandleSource implements ByteSource {
  private readonly handle: FileHandle;
  private readonly back: Uint8Array[] = [];
  private readonly seekable: boolean;
  /** Where the next chunk is read from; of a seekable file only. */
  private position = 0;
  /** Where the descriptor's own offset is. */
  private offset = 0;
  private started = false;

  constructor(handle: FileHandle, seekable: boolean) {
    this.handle = handle;
    this.seekable = seekable && handle.hostFd !== undefined;
  }

  get hostFd(): number | undefined {
    return this.back.length > 0 || this.position !== this.offset ? undefined : this.handle.hostFd;
  }

  read(): MaybePromise<Uint8Array | null> {
    const back = this.back.pop();
    if (back !== undefined) return back;
    // Every so often a slice ends here, so that a reader of an endless file lets signals in.
    if (this.started && overdue()) return breathe().then(() => this.next());
    this.started = true;
    return this.next();
  }

  private next(): MaybePromise<Uint8Array | null> {
    if (!this.seekable) return after(this.handle.read(pipeCapacity), (bytes) => (bytes.length === 0 ? null : bytes));
    return after(this.handle.read(pipeCapacity, this.position), (bytes) => {
      this.position += bytes.length;
      return bytes.length === 0 ? null : bytes;
    });
  }

  close(): void {}

  unread(chunk: Uint8Array): void {
    if (chunk.length > 0) this.back.push(chunk);
  }

  /** The descriptor for a child, its offset where this source is; undefined if there is none. Afterwards `takeBack`. */
  lend(): number | undefined {
    const fd = this.handle.hostFd;
    if (fd === undefined) return undefined;
    if (!this.seekable) return this.back.length > 0 ? undefined : fd;
    for (const chunk of this.back) this.position -= chunk.length;
    this.back.length = 0;
    // There is no lseek here: the offset is moved by reading.
    const fs = process.getBuiltinModule("node:fs");
    while (this.offset < this.position) {
      const length = fs.readSync(fd, Buffer.allocUnsafe(Math.min(pipeCapacity, this.position - this.offset)));
      if (length === 0) break;
      this.offset += length;
    }
    return fd;
  }

  /** A child that was lent the descriptor has ended: goes on where it stopped reading. */
  takeBack(): void {
    const fd = this.handle.hostFd;
    if (fd === undefined || !this.seekable) return;
    try {
      const info = process.getBuiltinModule("node:fs").readFileSync(`/proc/self/fdinfo/${fd}`, "latin1");
      this.offset = Number(/^pos:\s*(\d+)/.exec(info)?.[1] ?? this.offset);
    } catch {
      // Without /proc the child is taken to have read nothing.
    }
    this.position = this.offset;
  }
}

/** Writes to an open file at its own offset. It does not close the handle. */
export class HandleSink implements ByteSink {
  private readonly handle: FileHandle;

  constructor(handle: FileHandle) {
    this.handle = handle;
  }

  get hostFd(): number | undefined {
    return this.handle.hostFd;
  }

  write(chunk: Uint8Array | string): MaybePromise<void> {
    if (chunk.length === 0) return;
    const waiting = this.handle.write(bytesOf(chunk));
    if (waiting instanceof Promise) return waiting;
    if (chunk.length >= 4096 && overdue()) return breathe();
  }
}

/** A source over bytes that are there already. */
export function bytesSource(bytes: Uint8Array | string): ByteSource {
  const left: Uint8Array[] = bytes.length === 0 ? [] : [bytesOf(bytes)];
  return {
    read: () => left.pop() ?? null,
    close: () => {
      left.length = 0;
    },
    unread: (chunk) => {
      if (chunk.length > 0) left.push(chunk);
    },
  };
}

export function emptySource(): ByteSource {
  return bytesSource("");
}

/** What a closed descriptor is to a writer. */
export const closedSink: ByteSink = {
  write: () => {
    throw new VfsError("EBADF");
  },
};

/** Takes everything and keeps nothing. */
export const nullSink: ByteSink = { write: () => {} };
