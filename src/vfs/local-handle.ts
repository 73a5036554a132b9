import { closeSync, type Dirent, fstatSync, fsyncSync, ftruncateSync, read, readSync, type Stats, write, writeSync } from "node:fs";
import type { Socket } from "node:net";
import type { FileHandle, FileKind, FileStat, MaybePromise } from "./backend.ts";
import { nodeStat } from "./node-stat.ts";
import { toVfsError, VfsError } from "./vfs-error.ts";

const slice = 64 * 1024;

export function kindOf(stat: Stats | Dirent): FileKind {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isFIFO()) return "fifo";
  if (stat.isSocket()) return "socket";
  if (stat.isCharacterDevice()) return "character";
  return "block";
}

export function toFileStat(stat: Stats): FileStat {
  const kind = kindOf(stat);
  const device = kind === "character" || kind === "block" ? { rdev: stat.rdev } : undefined;
  return { ...nodeStat(stat, kind), blocks: stat.blocks, ...device };
}

/** An open host file. Regular files and plain devices answer at once; what may have to wait answers with a promise. */
export class LocalHandle implements FileHandle {
  readonly hostFd: number;
  readonly #path: string;
  readonly #kind: FileKind;
  readonly #waits: boolean;
  #closed = false;
  #socket: Socket | undefined;

  constructor(fd: number, path: string, kind: FileKind) {
    this.hostFd = fd;
    this.#path = path;
    this.#kind = kind;
    this.#waits = kind === "fifo" || kind === "socket" || (kind === "character" && process.getBuiltinModule("node:tty").isatty(fd));
  }

  read(length: number, position?: number): MaybePromise<Uint8Array> {
    this.#check();
    if (this.#kind === "fifo") return this.#readSocket(length);
    const buffer = Buffer.allocUnsafeSlow(Math.min(length, 16 * slice));
    const at = this.#kind === "character" ? null : (position ?? null);
    if (this.#waits)
      return this.#later<number>((done) => read(this.hostFd, buffer, 0, buffer.length, at, done)).then((count) =>
        buffer.subarray(0, count),
      );
    return this.#now(() => buffer.subarray(0, readSync(this.hostFd, buffer, 0, buffer.length, at)));
  }

  write(data: Uint8Array, position?: number): MaybePromise<void> {
    this.#check();
    const at = this.#kind === "character" || position === undefined ? undefined : position;
    if (this.#waits) return this.#writeLater(data);
    this.#now(() => {
      for (let done = 0; done < data.length; ) {
        const where = at === undefined ? null : at + done;
        done += writeSync(this.hostFd, data, done, data.length - done, where);
      }
    });
  }

  async #writeLater(data: Uint8Array): Promise<void> {
    for (let done = 0; done < data.length; ) {
      const start = done;
      done += await this.#later<number>((end) => write(this.hostFd, data, start, Math.min(data.length - start, slice), null, end));
    }
  }

  /** A FIFO is read by the event loop: a thread of the pool would hang in read(2) until the writer comes, past our end. */
  async #readSocket(length: number): Promise<Uint8Array> {
    const net = process.getBuiltinModule("node:net");
    const socket = (this.#socket ??= new net.Socket({ fd: this.hostFd, readable: true, writable: false }).pause());
    for (;;) {
      const size = Math.min(length, socket.readableLength);
      const chunk: Buffer | null = size > 0 ? socket.read(size) : socket.read();
      if (chunk !== null && chunk.length > 0) return chunk;
      if (socket.readableEnded || socket.destroyed) return new Uint8Array(0);
      await new Promise<void>((resolve, reject) => {
        const forget = () => {
          socket.off("readable", go);
          socket.off("end", go);
          socket.off("close", go);
          socket.off("error", fail);
        };
        const go = () => {
          forget();
          resolve();
        };
        const fail = (error: Error) => {
          forget();
          reject(toVfsError(error, this.#path));
        };
        socket.once("readable", go);
        socket.once("end", go);
        socket.once("close", go);
        socket.once("error", fail);
      });
    }
  }

  stat(): FileStat {
    this.#check();
    return this.#now(() => toFileStat(fstatSync(this.hostFd)));
  }

  truncate(size: number): void {
    this.#check();
    this.#now(() => ftruncateSync(this.hostFd, size));
  }

  sync(): void {
    this.#check();
    this.#now(() => fsyncSync(this.hostFd));
  }

  close(): void {
    this.#check();
    this.#closed = true;
    if (this.#socket !== undefined) this.#socket.destroy();
    else this.#now(() => closeSync(this.hostFd));
  }

  #check(): void {
    if (this.#closed) throw new VfsError("EBADF", this.#path);
  }

  #now<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw toVfsError(error, this.#path);
    }
  }

  #later<T>(act: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      act((error, value) => (error === null ? resolve(value) : reject(toVfsError(error, this.#path))));
    });
  }
}
