import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  open,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  statfsSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import type { Backend, DirEntry, DirectAccess, FileHandle, FileStat, MaybePromise, OpenFlags, SetAttr, StatFs } from "./backend.ts";
import { kindOf, LocalHandle, toFileStat } from "./local-handle.ts";
import { basename, child, dirname, isWithin, normalise } from "./paths.ts";
import { attempt, toVfsError, VfsError } from "./vfs-error.ts";

/**
 * The host's files below `hostRoot`, an absolute path to a directory that must exist (ENOENT, ENOTDIR). Nothing outside it can be
 * reached: not by `..`, not by a symlink, not by one swapped in meanwhile (on Linux; elsewhere checked just before).
 */
export function localBackend(hostRoot: string): Backend {
  const root = attempt(hostRoot, () => realpathSync.native(hostRoot));
  if (!attempt(hostRoot, () => statSync(root)).isDirectory()) throw new VfsError("ENOTDIR", hostRoot);
  return new LocalBackend(root, root === "/" ? openPlace : confinedPlace(root));
}

/** Calls `act` with a host path for `path` that cannot lead anywhere else. */
type Place = <T>(path: string, act: (hostPath: string) => T) => T;

function openPlace<T>(path: string, act: (hostPath: string) => T): T {
  return attempt(path, () => act(path));
}

/**
 * Opens the parent directory, asks the host where that really is, and works below the descriptor: what is swapped
 * afterwards does not matter.
 */
function confinedPlace(root: string): Place {
  const pathOnly = constants.O_RDONLY | constants.O_DIRECTORY | 0o10000000;
  return (path, act) =>
    attempt(path, () => {
      if (path === "/") return act(root);
      const parent = hostOf(root, dirname(path));
      const name = basename(path);
      if (process.platform !== "linux") {
        const real = realpathSync.native(parent);
        if (!isWithin(real, root)) throw new VfsError("EACCES", path);
        return act(child(real, name));
      }
      const fd = openSync(parent, pathOnly);
      try {
        const real = readlinkSync(`/proc/self/fd/${fd}`);
        if (!isWithin(real, root)) throw new VfsError("EACCES", path);
        return act(`/proc/self/fd/${fd}/${name}`);
      } finally {
        closeSync(fd);
      }
    });
}

function hostOf(root: string, path: string): string {
  if (root === "/") return path;
  return path === "/" ? root : root + path;
}

class LocalBackend implements Backend {
  readonly type = "local";
  readonly source: string;
  readonly direct?: DirectAccess;
  readonly #place: Place;

  constructor(root: string, place: Place) {
    this.source = root;
    this.#place = place;
    if (root === "/") {
      this.direct = {
        stat: (path) =>
          found(
            path,
            attempt(path, () => statSync(path, quiet)),
          ),
        realpath: (path) => attempt(path, () => realpathSync.native(path)),
        // O_EXCL never follows a link, not even one that leads to itself.
        open: (path, flags) =>
          attempt(path, () => openHost(path, path, flags, flags.create && flags.exclusive ? constants.O_NOFOLLOW : 0)),
      };
    }
  }

  lstat(path: string): FileStat {
    return found(
      path,
      this.#place(path, (host) => lstatSync(host, quiet)),
    );
  }

  readdir(path: string): readonly DirEntry[] {
    return this.#place(path, (host) => {
      const below = path === "/" || this.source === "/" ? host : `${host}/.`;
      if (below !== host && lstatSync(host).isSymbolicLink()) throw new VfsError("ENOTDIR", path);
      return readdirSync(below, { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
    });
  }

  readlink(path: string): string {
    return this.#place(path, (host) => readlinkSync(host));
  }

  open(path: string, flags: OpenFlags): MaybePromise<FileHandle> {
    return this.#place(path, (host) => openHost(host, path, flags, constants.O_NOFOLLOW));
  }

  mkdir(path: string, mode = 0o777): void {
    this.#place(path, (host) => mkdirSync(host, { mode }));
  }

  rmdir(path: string): void {
    this.#place(path, (host) => rmdirSync(host));
  }

  unlink(path: string): void {
    this.#place(path, (host) => {
      try {
        unlinkSync(host);
      } catch (error) {
        // POSIX allows EPERM for a directory; the file layer always says EISDIR, as Linux.
        if ((error as NodeJS.ErrnoException).code === "EPERM" && lstatSync(host).isDirectory()) throw new VfsError("EISDIR", path);
        throw error;
      }
    });
  }

  rename(from: string, to: string): void {
    this.#place(from, (source) => this.#place(to, (target) => renameSync(source, target)));
  }

  link(existing: string, path: string): void {
    this.#place(existing, (source) => this.#place(path, (target) => linkSync(source, target)));
  }

  symlink(target: string, path: string): void {
    this.#place(path, (host) => symlinkSync(target, host));
  }

  setattr(path: string, attr: SetAttr): void {
    this.#place(path, (host) => {
      const now = lstatSync(host);
      if (attr.uid !== undefined || attr.gid !== undefined) lchownSync(host, attr.uid ?? now.uid, attr.gid ?? now.gid);
      if (attr.mode !== undefined && !now.isSymbolicLink()) chmodSync(host, attr.mode);
      if (attr.atimeMs !== undefined || attr.mtimeMs !== undefined) {
        lutimesSync(host, (attr.atimeMs ?? now.atimeMs) / 1000, (attr.mtimeMs ?? now.mtimeMs) / 1000);
      }
    });
  }

  truncate(path: string, size: number): void {
    this.#place(path, (host) => {
      const fd = openSync(host, constants.O_WRONLY | constants.O_NOFOLLOW);
      try {
        ftruncateSync(fd, size);
      } finally {
        closeSync(fd);
      }
    });
  }

  statfs(path: string): StatFs {
    return this.#place(path, (host) => {
      const info = statfsSync(host);
      return { blockSize: info.bsize, blocks: info.blocks, blocksFree: info.bavail, files: info.files, filesFree: info.ffree };
    });
  }

  hostPath(path: string): string {
    return hostOf(this.source, path);
  }

  plain(path: string): boolean {
    const host = hostOf(this.source, normalise(path));
    try {
      // The dot asks for a directory.
      return realpathSync.native(`${host}/.`) === host;
    } catch {
      return false;
    }
  }
}

const quiet = { throwIfNoEntry: false } as const;

function found(path: string, stat: Stats | undefined): FileStat {
  if (stat === undefined) throw new VfsError("ENOENT", path);
  return toFileStat(stat);
}

function flagBits(flags: OpenFlags): number {
  const c = constants;
  const writes = flags.write === true || flags.append === true;
  const reads = flags.read === true || !writes;
  let bits = writes ? (reads ? c.O_RDWR : c.O_WRONLY) : c.O_RDONLY;
  if (flags.append) bits |= c.O_APPEND;
  if (flags.create) bits |= c.O_CREAT;
  if (flags.create && flags.exclusive) bits |= c.O_EXCL;
  if (flags.truncate) bits |= c.O_TRUNC;
  return bits | c.O_NOCTTY;
}

/**
 * Opening a FIFO waits for the other end, so it must not happen on this thread: what is there is looked at first, and with
 * O_NONBLOCK a FIFO put there meanwhile cannot hang us either.
 */
function openHost(host: string, path: string, flags: OpenFlags, extra: number): MaybePromise<FileHandle> {
  const bits = flagBits(flags) | extra;
  const before = (extra === 0 ? statSync : lstatSync)(host, quiet);
  if (before?.isFIFO()) return openFifo(host, path, bits);
  const nonBlocking = before?.isCharacterDevice() ? 0 : constants.O_NONBLOCK;
  const fd = openSync(host, bits | nonBlocking, flags.mode ?? 0o666);
  const stat = fstatSync(fd);
  return new LocalHandle(fd, path, kindOf(stat));
}

async function openFifo(host: string, path: string, bits: number): Promise<FileHandle> {
  // The path below a descriptor dies with that descriptor: this one lives until the open is done.
  const keep = attempt(path, () => openSync(dirname(host), constants.O_RDONLY | constants.O_DIRECTORY));
  try {
    const below = process.platform === "linux" ? `/proc/self/fd/${keep}/${basename(host)}` : host;
    const fd = await new Promise<number>((resolve, reject) => {
      open(below, bits, (error, value) => (error === null ? resolve(value) : reject(toVfsError(error, path))));
    });
    return new LocalHandle(fd, path, kindOf(fstatSync(fd)));
  } finally {
    closeSync(keep);
  }
}
