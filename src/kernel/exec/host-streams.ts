import { fstatSync, readSync, writeSync } from "node:fs";
import type { Socket } from "node:net";
import { type MaybePromise, toVfsError, VfsError } from "../../vfs/index.ts";
import type { ByteSink, ByteSource } from "../command.ts";
import { breathe, overdue } from "./control.ts";

const chunkSize = 64 * 1024;
const retryMs = 2;

/**
 * Reads a descriptor of this process. Nothing is read ahead: what nobody asked for is left to a child that inherits the
 * descriptor. Files are read at once, everything else through the event loop.
 */
class HostSource implements ByteSource {
  readonly isTty: boolean;
  private readonly fd: number;
  private readonly isFile: boolean;
  private readonly back: Uint8Array[] = [];
  private socket: Socket | undefined;
  private ready: Uint8Array | undefined;
  private ended = false;
  private settle: (() => void) | undefined;

  constructor(fd: number) {
    this.fd = fd;
    this.isTty = process.getBuiltinModule("node:tty").isatty(fd);
    this.isFile = !this.isTty && plainFile(fd);
  }

  get hostFd(): number | undefined {
    return this.back.length > 0 || this.ready !== undefined ? undefined : this.fd;
  }

  read(): MaybePromise<Uint8Array | null> {
    const back = this.back.pop();
    if (back !== undefined) return back;
    if (this.ended) return null;
    return this.isFile ? this.readFile() : this.readLater();
  }

  close(): void {}

  unread(chunk: Uint8Array): void {
    if (chunk.length > 0) this.back.push(chunk);
  }

  private readFile(): Uint8Array | null {
    const buffer = Buffer.allocUnsafeSlow(chunkSize);
    try {
      const length = readSync(this.fd, buffer, 0, chunkSize, null);
      return length === 0 ? null : buffer.subarray(0, length);
    } catch (error) {
      throw toVfsError(error);
    }
  }

  private async readLater(): Promise<Uint8Array | null> {
    if (this.ready === undefined && !this.ended) {
      await new Promise<void>((resolve) => {
        this.settle = resolve;
        this.open().resume();
      });
    }
    const chunk = this.ready;
    this.ready = undefined;
    return chunk ?? null;
  }

  private open(): Socket {
    if (this.socket !== undefined) return this.socket;
    const done = () => {
      this.ended = true;
      this.settle?.();
    };
    const onread = {
      buffer: Buffer.allocUnsafeSlow(chunkSize),
      callback: (length: number, buffer: Uint8Array): boolean => {
        this.ready = Buffer.from(buffer.subarray(0, length));
        this.settle?.();
        return false;
      },
    };
    const options = { fd: this.fd, readable: true, writable: false, manualStart: true, onread };
    const socket: Socket = this.isTty
      ? new (process.getBuiltinModule("node:tty").ReadStream)(this.fd, options)
      : new (process.getBuiltinModule("node:net").Socket)(options);
    socket.on("end", done).on("close", done).on("error", done);
    this.socket = socket;
    return socket;
  }
}

function plainFile(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFile() || stat.isCharacterDevice();
  } catch {
    return true;
  }
}

/** Writes a descriptor of this process: at once, or as soon as a non-blocking one has room. */
class HostSink implements ByteSink {
  readonly isTty: boolean;
  readonly hostFd: number;

  constructor(fd: number) {
    this.hostFd = fd;
    this.isTty = process.getBuiltinModule("node:tty").isatty(fd);
  }

  get columns(): number {
    return process.stdout.columns ?? 80;
  }

  write(chunk: Uint8Array | string): MaybePromise<void> {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk;
    const done = this.push(bytes, 0);
    if (done < bytes.length) return this.rest(bytes, done);
    if (overdue()) return breathe();
  }

  /** Writes what fits; answers how far it came. */
  private push(bytes: Uint8Array, from: number): number {
    let done = from;
    try {
      while (done < bytes.length) done += writeSync(this.hostFd, bytes, done, bytes.length - done);
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (code === "EAGAIN") return done;
      throw code === "EPIPE" ? new VfsError("EPIPE") : toVfsError(error);
    }
    return done;
  }

  private async rest(bytes: Uint8Array, from: number): Promise<void> {
    let done = from;
    while (done < bytes.length) {
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      done = this.push(bytes, done);
    }
  }
}

/** The process's own descriptor `fd` as a stream; a child process can inherit it. */
export function hostSource(fd: number): ByteSource {
  return new HostSource(fd);
}

export function hostSink(fd: number): ByteSink {
  return new HostSink(fd);
}
