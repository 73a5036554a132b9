import { Volume } from "memfs";
import type { Backend, DirEntry, FileHandle, FileKind, FileStat, OpenFlags, SetAttr, StatFs } from "./backend.ts";
import { type NodeStat, nodeStat } from "./node-stat.ts";
import { dirname, isWithin } from "./paths.ts";
import { attempt, VfsError } from "./vfs-error.ts";

/** A new empty tree in memory. It lives as long as it is referenced. Import it lazily: memfs takes long to load. */
export function memoryBackend(): Backend {
  return new MemoryBackend();
}

/** Stands in for the process's umask, which a snapshot must not read. */
const umask = 0o022;
const noFollow = 0o400000;
const bits = {
  readOnly: 0,
  writeOnly: 1,
  readWrite: 2,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  append: 0o2000,
} as const;

/** What is used of memfs's Stats: its methods' declared types are loose. */
interface Stat extends NodeStat {
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

class MemoryBackend implements Backend {
  readonly type = "memory";
  readonly source = "memory";
  readonly #volume = new Volume();

  constructor() {
    this.#volume.chmodSync("/", 0o755);
  }

  lstat(path: string): FileStat {
    return attempt(path, () => toFileStat(this.#volume.lstatSync(path) as Stat));
  }

  #kind(path: string): FileKind | undefined {
    const stat = this.#volume.lstatSync(path, { throwIfNoEntry: false }) as Stat | undefined;
    return stat === undefined ? undefined : kindOf(stat);
  }

  /** memfs follows links on the way: a path of ours never has one, so its parent must be a plain directory. */
  #checkParent(path: string): void {
    if (path === "/") return;
    const kind = attempt(path, () => this.#kind(dirname(path)));
    if (kind === undefined) throw new VfsError("ENOENT", path);
    if (kind !== "directory") throw new VfsError("ENOTDIR", path);
  }

  readdir(path: string): readonly DirEntry[] {
    if (this.lstat(path).kind !== "directory") throw new VfsError("ENOTDIR", path);
    return attempt(path, () => {
      const names = this.#volume.readdirSync(path) as string[];
      return names.map((name) => ({ name, kind: this.#kind(path === "/" ? `/${name}` : `${path}/${name}`) ?? "file" }));
    });
  }

  readlink(path: string): string {
    return attempt(path, () => String(this.#volume.readlinkSync(path)));
  }

  open(path: string, flags: OpenFlags): FileHandle {
    this.#checkParent(path);
    return attempt(path, () => {
      const writes = flags.write === true || flags.append === true;
      const kind = this.#kind(path);
      if (kind === undefined && !flags.create) throw new VfsError("ENOENT", path);
      if (kind !== undefined && flags.create && flags.exclusive) throw new VfsError("EEXIST", path);
      if (kind === "symlink") throw new VfsError("ELOOP", path);
      if (kind === "directory") {
        if (writes || flags.create || flags.truncate) throw new VfsError("EISDIR", path);
        return new DirectoryHandle(path, this.lstat(path));
      }
      const reads = flags.read === true || !writes;
      let mode: number = writes ? (reads ? bits.readWrite : bits.writeOnly) : bits.readOnly;
      if (flags.create) mode |= bits.create;
      if (flags.append) mode |= bits.append;
      const fd = this.#volume.openSync(path, mode | noFollow, (flags.mode ?? 0o666) & ~umask);
      // memfs refuses O_TRUNC without write access, Linux does not.
      if (flags.truncate && kind !== undefined) this.#volume.truncateSync(path, 0);
      return new MemoryHandle(this.#volume, fd, path, { reads, writes });
    });
  }

  mkdir(path: string, mode = 0o777): void {
    if (path === "/") throw new VfsError("EEXIST", path);
    this.#checkParent(path);
    attempt(path, () => this.#volume.mkdirSync(path, { mode: mode & ~umask }));
  }

  rmdir(path: string): void {
    if (path === "/") throw new VfsError("EBUSY", path);
    if (this.lstat(path).kind !== "directory") throw new VfsError("ENOTDIR", path);
    attempt(path, () => this.#volume.rmdirSync(path));
  }

  unlink(path: string): void {
    if (this.lstat(path).kind === "directory") throw new VfsError("EISDIR", path);
    attempt(path, () => this.#volume.unlinkSync(path));
  }

  rename(from: string, to: string): void {
    const source = this.lstat(from);
    this.#checkParent(to);
    if (from === to) return;
    if (isWithin(to, from)) throw new VfsError("EINVAL", from);
    attempt(from, () => {
      const target = this.#volume.lstatSync(to, { throwIfNoEntry: false }) as Stat | undefined;
      if (target !== undefined) {
        const isDirectory = target.isDirectory();
        if (isDirectory && source.kind !== "directory") throw new VfsError("EISDIR", to);
        if (!isDirectory && source.kind === "directory") throw new VfsError("ENOTDIR", to);
        if (isDirectory) this.#volume.rmdirSync(to);
        else if (target.ino === source.ino) return;
        else this.#volume.unlinkSync(to);
      }
      if (source.kind === "symlink") this.#moveLink(from, to, source);
      else this.#volume.renameSync(from, to);
    });
  }

  /** memfs follows the link that it is told to rename, so one that leads nowhere cannot be. */
  #moveLink(from: string, to: string, { uid, gid, atimeMs, mtimeMs }: FileStat): void {
    this.#volume.symlinkSync(this.#volume.readlinkSync(from) as string, to);
    this.#volume.unlinkSync(from);
    this.setattr(to, { uid, gid, atimeMs, mtimeMs });
  }

  link(existing: string, path: string): void {
    const kind = this.lstat(existing).kind;
    this.#checkParent(path);
    if (this.#kind(path) !== undefined) throw new VfsError("EEXIST", path);
    if (kind === "directory") throw new VfsError("EPERM", existing);
    attempt(existing, () => this.#volume.linkSync(existing, path));
  }

  symlink(target: string, path: string): void {
    this.#checkParent(path);
    if (this.#kind(path) !== undefined) throw new VfsError("EEXIST", path);
    if (target === "") throw new VfsError("ENOENT", path);
    attempt(path, () => this.#volume.symlinkSync(target, path));
  }

  setattr(path: string, attr: SetAttr): void {
    const now = this.lstat(path);
    attempt(path, () => {
      if (attr.uid !== undefined || attr.gid !== undefined) this.#volume.lchownSync(path, attr.uid ?? now.uid, attr.gid ?? now.gid);
      if (attr.mode !== undefined && now.kind !== "symlink") this.#volume.chmodSync(path, attr.mode);
      if (attr.atimeMs !== undefined || attr.mtimeMs !== undefined) {
        this.#volume.lutimesSync(path, (attr.atimeMs ?? now.atimeMs) / 1000, (attr.mtimeMs ?? now.mtimeMs) / 1000);
      }
    });
  }

  truncate(path: string, size: number): void {
    const kind = this.lstat(path).kind;
    if (kind === "directory") throw new VfsError("EISDIR", path);
    if (kind === "symlink") throw new VfsError("ELOOP", path);
    attempt(path, () => this.#volume.truncateSync(path, size));
  }

  statfs(path: string): StatFs {
    this.lstat(path);
    return { blockSize: 4096, blocks: 0, blocksFree: 0, files: 0, filesFree: 0 };
  }

  hostPath(): undefined {
    return undefined;
  }

  plain(path: string): boolean {
    try {
      return this.#kind(path) === "directory" && this.#volume.realpathSync(path) === path;
    } catch {
      return false;
    }
  }
}

class MemoryHandle implements FileHandle {
  readonly #volume: Volume;
  readonly #fd: number;
  readonly #path: string;
  readonly #access: { readonly reads: boolean; readonly writes: boolean };
  #closed = false;

  constructor(volume: Volume, fd: number, path: string, access: { readonly reads: boolean; readonly writes: boolean }) {
    this.#volume = volume;
    this.#fd = fd;
    this.#path = path;
    this.#access = access;
  }

  read(length: number, position?: number): Uint8Array {
    this.#check(this.#access.reads);
    return attempt(this.#path, () => {
      const size = Math.min(length, Math.max(0, (this.#volume.fstatSync(this.#fd) as Stat).size));
      const buffer = Buffer.allocUnsafeSlow(Math.min(size, 1024 * 1024));
      return buffer.subarray(0, this.#volume.readSync(this.#fd, buffer, 0, buffer.length, position ?? null));
    });
  }

  write(data: Uint8Array, position?: number): void {
    this.#check(this.#access.writes);
    if (data.length > 0) attempt(this.#path, () => this.#volume.writeSync(this.#fd, data, 0, data.length, position ?? null));
  }

  stat(): FileStat {
    this.#check(true);
    return attempt(this.#path, () => toFileStat(this.#volume.fstatSync(this.#fd) as Stat));
  }

  truncate(size: number): void {
    this.#check(true);
    if (!this.#access.writes) throw new VfsError("EINVAL", this.#path);
    attempt(this.#path, () => this.#volume.ftruncateSync(this.#fd, size));
  }

  sync(): void {
    this.#check(true);
  }

  close(): void {
    this.#check(true);
    this.#closed = true;
    attempt(this.#path, () => this.#volume.closeSync(this.#fd));
  }

  #check(allowed: boolean): void {
    if (this.#closed || !allowed) throw new VfsError("EBADF", this.#path);
  }
}

/** Linux opens a directory for reading and refuses the read. */
class DirectoryHandle implements FileHandle {
  readonly #path: string;
  readonly #stat: FileStat;
  #closed = false;

  constructor(path: string, stat: FileStat) {
    this.#path = path;
    this.#stat = stat;
  }

  read(): never {
    throw new VfsError(this.#closed ? "EBADF" : "EISDIR", this.#path);
  }

  write(): never {
    throw new VfsError("EBADF", this.#path);
  }

  stat(): FileStat {
    if (this.#closed) throw new VfsError("EBADF", this.#path);
    return this.#stat;
  }

  truncate(): never {
    throw new VfsError(this.#closed ? "EBADF" : "EINVAL", this.#path);
  }

  sync(): void {
    this.stat();
  }

  close(): void {
    this.stat();
    this.#closed = true;
  }
}

function kindOf(stat: Stat): FileKind {
  if (stat.isDirectory()) return "directory";
  return stat.isSymbolicLink() ? "symlink" : "file";
}

function toFileStat(stat: Stat): FileStat {
  return nodeStat(stat, kindOf(stat));
}
