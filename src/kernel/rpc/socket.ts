/** The unix socket of a kernel: 0600 in a directory of its owner's. */
import { chmodSync, mkdirSync, statSync, unlinkSync } from "node:fs";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { World } from "../api.ts";
import { KernelError } from "../errors.ts";
import { openWorld } from "./client/world.ts";
import { Connection, type ConnectionLimits } from "./connection.ts";
import { worldCapability } from "./server/world.ts";

export interface ServeOptions {
  readonly limits?: Partial<ConnectionLimits>;
  /** Faults of ours, which peers are not told of. */
  readonly onFault?: (error: unknown) => void;
}

/** A socket that is served. */
export interface SocketServer {
  /** Connections open now. */
  readonly connections: number;
  /** Ends every connection and takes the socket away. The worlds stay open: they are the caller's. */
  close(): Promise<void>;
}

function errnoOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

function dialed(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = dial(path);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

/** Makes room for a socket: a live one stays and is refused, a dead one is taken away. */
async function clearStale(path: string): Promise<void> {
  try {
    const probe = await dialed(path);
    probe.destroy();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT") return;
    if (errno !== "ECONNREFUSED" || !statSync(path).isSocket()) {
      throw new KernelError("refused", `${path} is there and is no dead socket`, { path }, { cause: error });
    }
    unlinkSync(path);
    return;
  }
  throw new KernelError("locked", `another kernel listens on ${path}`, { path });
}

/** Directories are made private; one that others may write is refused, since they could replace the socket. */
function privateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(folder);
  if (uid !== process.getuid?.() && uid !== 0)
    throw new KernelError("refused", `${folder} belongs to another user`, { path: folder });
  if ((mode & 0o022) !== 0 && (mode & 0o1000) === 0) {
    throw new KernelError("refused", `${folder} can be written by others, so no socket is put there`, { path: folder });
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // The socket appears with its final mode: nobody else can connect in between.
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

/**
 * Serves `openWorld`'s answer to every connection; whoever may open the socket is its owner. Throws `KernelError`: `locked`
 * when a live kernel has the socket, `refused` when the place is not private, `io`.
 */
export async function serveSocket(openWorld: () => World, path: string, options: ServeOptions = {}): Promise<SocketServer> {
  const open = new Set<Connection>();
  const onFault = options.onFault ?? (() => {});
  const server = createServer((socket) => {
    const connection: Connection = new Connection(socket, {
      main: worldCapability(openWorld(), onFault),
      onFault,
      onClose: () => open.delete(connection),
      ...(options.limits ? { limits: options.limits } : {}),
    });
    open.add(connection);
  });
  try {
    privateFolder(dirname(path));
    await clearStale(path);
    await listening(server, path);
    chmodSync(path, 0o600);
    server.on("error", onFault);
  } catch (error) {
    server.close();
    if (error instanceof KernelError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new KernelError("io", `cannot listen on ${path}: ${reason}`, { path }, { cause: error });
  }
  return {
    get connections() {
      return open.size;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of [...open]) connection.close();
      }),
  };
}

/** The world behind a socket. Throws `KernelError`: `disconnected` when nobody listens there, `refused` for another version. */
export async function connect(path: string): Promise<World> {
  let socket: Socket;
  try {
    socket = await dialed(path);
  } catch (error) {
    const why = errnoOf(error) === "EACCES" ? "it belongs to another user" : "no kernel listens there";
    throw new KernelError("disconnected", `cannot connect to ${path}: ${why}`, { path }, { cause: error });
  }
  return openWorld(new Connection(socket));
}
