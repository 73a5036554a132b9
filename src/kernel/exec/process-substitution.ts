import type { Socket } from "node:net";
import { after, type MaybePromise, VfsError } from "../../vfs/index.ts";
import type { ByteSource } from "../command.ts";
import { each, ensure, Fault } from "./control.ts";
import { Description, withDescriptor } from "./descriptors.ts";
import { giveBack, takeFifo } from "./fifo.ts";
import type { Exec, Runtime } from "./runtime.ts";
import { runFork } from "./subshell.ts";

/** Runs a command and then ends the process substitutions that were started for it. */
export function withProcesses(exec: Exec): Exec {
  return (rt) => {
    const outer = rt.processes;
    const own: (() => MaybePromise<void>)[] = [];
    rt.processes = own;
    return ensure(
      () => exec(rt),
      () => {
        rt.processes = outer;
        return each(own, (end) => end());
      },
    );
  };
}

/**
 * Starts the program of `<(…)` or `>(…)` beside the command and answers the path of a FIFO. The FIFO is opened here in a
 * thread, which waits until the command opens its end; if it never does, the end of the command lets it go.
 */
export function startProcess(rt: Runtime, op: "<" | ">", exec: Exec): MaybePromise<string> {
  const path = takeFifo();
  if (path === undefined) throw new Fault(`${op}(…): no pipe can be made here`);
  return after(rt.shared.host.vfs.hostPath(path), (host) => {
    if (host !== path) {
      giveBack(path);
      throw new Fault(`${op}(…): needs the host's ${path} in the file tree`);
    }
    const opened = openEnd(path, op);
    const running = run(rt, op, exec, path, opened);
    rt.processes?.push(async () => {
      // If the command never opened its end, the open here still waits for one.
      const fs = process.getBuiltinModule("node:fs");
      const other = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
      await opened;
      fs.closeSync(other);
      // The readers of `>(…)` have all there is to read, so they end; a writer of `<(…)` may never.
      if (op === ">") await running;
    });
    return path;
  });
}

/** Opens our end, in a thread: it waits until somebody has opened the other. */
function openEnd(path: string, op: "<" | ">"): Promise<number> {
  return new Promise((resolve, reject) => {
    process
      .getBuiltinModule("node:fs")
      .open(path, op === "<" ? "w" : "r", (error, fd) => (error === null ? resolve(fd) : reject(error)));
  });
}

async function run(rt: Runtime, op: "<" | ">", exec: Exec, path: string, opened: Promise<number>): Promise<void> {
  const child = rt.fork(true);
  const net = process.getBuiltinModule("node:net");
  const fd = await opened;
  const socket = new net.Socket({ fd, readable: op === ">", writable: op === "<" });
  socket.on("error", () => {});
  const target = op === "<" ? 1 : 0;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      socket.once("close", () => resolve());
      if (op === "<" && !socket.destroyed) socket.end(() => socket.destroy());
      else socket.destroy();
      if (socket.closed) resolve();
    });
  const description =
    op === "<" ? new Description({ sink: socketSink(socket) }, close) : new Description({ source: socketSource(socket) }, close);
  void child.fds[target]?.release();
  child.fds = withDescriptor(child.fds, target, description);
  await runFork(child, exec);
  giveBack(path);
}

function socketSink(socket: Socket): { write(chunk: Uint8Array | string): Promise<void> } {
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) reject(broken());
        else socket.write(chunk, (error) => (error ? reject(broken()) : resolve()));
      }),
  };
}

function broken(): VfsError {
  return new VfsError("EPIPE");
}

function socketSource(socket: Socket): ByteSource {
  const back: Uint8Array[] = [];
  const chunks = socket[Symbol.asyncIterator]();
  return {
    async read() {
      const unread = back.pop();
      if (unread !== undefined) return unread;
      const next = (await chunks.next()) as IteratorResult<Uint8Array>;
      return next.done === true ? null : next.value;
    },
    close: () => {
      socket.destroy();
    },
    unread: (chunk) => {
      if (chunk.length > 0) back.push(chunk);
    },
  };
}
