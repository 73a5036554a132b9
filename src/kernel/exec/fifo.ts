import type { Socket } from "node:net";

/**
 * Kernel pipes to child processes. Node's own are sockets: a child cannot open them as `/dev/stdin`, and what it did not
 * read is lost. So both ends are opened of a FIFO in a scratch folder. FIFOs are made a few at a time and used again.
 */
const batch = 8;
let folder: string | undefined;
let made = 0;
let unavailable = false;
const free: string[] = [];

function take(): string | undefined {
  if (free.length === 0 && !unavailable) make();
  return free.pop();
}

function make(): void {
  folder ??= makeFolder();
  const { join } = process.getBuiltinModule("node:path");
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const scratch = folder;
  const paths = Array.from({ length: batch }, () => join(scratch, String(made++)));
  const done = spawnSync("mkfifo", ["-m", "600", ...paths], { stdio: "ignore" });
  if (done.status === 0) free.push(...paths);
  else unavailable = true;
}

const prefix = "kaish-pipes-";

/** The folder goes with this process, or with the next one that needs one if this one is killed. */
function makeFolder(): string {
  const fs = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  const scratch = process.getBuiltinModule("node:os").tmpdir();
  const remove = (path: string) => fs.rmSync(path, { recursive: true, force: true });
  for (const name of fs.readdirSync(scratch)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split("-")[0]) : 0;
    if (pid > 0 && !isAlive(pid)) {
      try {
        remove(join(scratch, name));
      } catch {
        // Another user's.
      }
    }
  }
  const own = fs.mkdtempSync(join(scratch, `${prefix}${process.pid}-`));
  process.once("exit", () => remove(own));
  return own;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === "EPERM";
  }
}

/** The path of a FIFO that nobody has open, for a process substitution; give it back with `giveBack`. */
export function takeFifo(): string | undefined {
  return take();
}

export function giveBack(path: string): void {
  free.push(path);
}

interface Ends {
  readonly reader: number;
  readonly writer: number;
  readonly path: string;
}

/** Both ends of an empty pipe, the reader blocking; undefined where no FIFO can be made. */
function open(): Ends | undefined {
  const path = take();
  if (path === undefined) return undefined;
  const fs = process.getBuiltinModule("node:fs");
  // The first descriptor only lets the other two be opened without waiting for each other.
  const holder = fs.openSync(path, fs.constants.O_RDWR);
  const reader = fs.openSync(path, fs.constants.O_RDONLY);
  const writer = fs.openSync(path, fs.constants.O_WRONLY);
  fs.closeSync(holder);
  return { reader, writer, path };
}

/** A pipe into a child. */
export interface InputPipe {
  /** For the child; close it here with `started` once the child has it. */
  readonly childFd: number;
  readonly socket: Socket;
  started(): void;
  /** The child is gone: what it did not read. Call once. */
  finish(): Uint8Array;
}

export function inputPipe(): InputPipe | undefined {
  const ends = open();
  if (ends === undefined) return undefined;
  const fs = process.getBuiltinModule("node:fs");
  const rest = fs.openSync(ends.path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const socket = new (process.getBuiltinModule("node:net").Socket)({ fd: ends.writer, readable: false, writable: true });
  const kicks = new Kicks(ends.path);
  socket.once("close", () => kicks.start());
  return {
    childFd: ends.reader,
    socket,
    started: () => fs.closeSync(ends.reader),
    finish() {
      kicks.stop();
      socket.destroy();
      const left = readRest(rest);
      fs.closeSync(rest);
      socket.once("close", () => free.push(ends.path));
      return left;
    },
  };
}

/**
 * A child that opens `/dev/stdin` after our end was closed would wait for a writer for ever: now and then one comes and
 * goes, until the child has ended.
 */
class Kicks {
  private readonly path: string;
  private timer: NodeJS.Timeout | undefined;
  private delayMs = 2;
  private stopped = false;

  constructor(path: string) {
    this.path = path;
  }

  start(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      const fs = process.getBuiltinModule("node:fs");
      try {
        fs.closeSync(fs.openSync(this.path, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK));
      } catch {
        // No reader is left.
      }
      this.delayMs = Math.min(this.delayMs * 2, 200);
      this.start();
    }, this.delayMs);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }
}

function readRest(fd: number): Uint8Array {
  const fs = process.getBuiltinModule("node:fs");
  const chunks: Uint8Array[] = [];
  const buffer = Buffer.allocUnsafe(64 * 1024);
  try {
    for (;;) {
      const length = fs.readSync(fd, buffer);
      if (length === 0) break;
      chunks.push(Buffer.from(buffer.subarray(0, length)));
    }
  } catch {
    // EAGAIN: the pipe is empty.
  }
  return Buffer.concat(chunks);
}

/** A pipe out of a child. */
export interface OutputPipe {
  readonly childFd: number;
  readonly socket: Socket;
  started(): void;
}

export function outputPipe(): OutputPipe | undefined {
  const ends = open();
  if (ends === undefined) return undefined;
  const fs = process.getBuiltinModule("node:fs");
  const socket = new (process.getBuiltinModule("node:net").Socket)({ fd: ends.reader, readable: true, writable: false });
  // A writer that the child left behind would still find this FIFO, so it is used again only after a proper end.
  socket.once("end", () => socket.once("close", () => free.push(ends.path)));
  return { childFd: ends.writer, socket, started: () => fs.closeSync(ends.writer) };
}
