import type { Backend, DirEntry, FileHandle, FileStat, MaybePromise, OpenFlags, SetAttr, StatFs } from "./backend.ts";

export interface Mount {
  /** Where: an absolute normalised path. */
  readonly path: string;
  readonly backend: Backend;
  readonly writable: boolean;
}

/**
 * The tree a context sees: the mount table over its backends. Paths are absolute POSIX paths; they are normalised and
 * symlinks are resolved here, across mounts, 40 deep at most (ELOOP). A link never leads out of its mount's root except
 * into what the table itself shows there.
 */
export interface VfsReader {
  /** Follows symlinks. */
  stat(path: string): MaybePromise<FileStat>;
  lstat(path: string): MaybePromise<FileStat>;
  readdir(path: string): MaybePromise<readonly DirEntry[]>;
  readlink(path: string): MaybePromise<string>;
  /** Resolves every symlink; the last component must exist. */
  realpath(path: string): MaybePromise<string>;
  /** Opens for reading only; a write flag is EACCES for a holder that has only this interface. */
  open(path: string, flags: OpenFlags): MaybePromise<FileHandle>;
  statfs(path: string): MaybePromise<StatFs>;
  /** The real path on the host, if the path lies on a local mount. */
  hostPath(path: string): MaybePromise<string | undefined>;
  mounts(): readonly Mount[];
}

export interface Vfs extends VfsReader {
  mkdir(path: string, mode?: number): MaybePromise<void>;
  rmdir(path: string): MaybePromise<void>;
  unlink(path: string): MaybePromise<void>;
  /** EXDEV between mounts, EROFS on a read-only one, EBUSY for a mount point. */
  rename(from: string, to: string): MaybePromise<void>;
  link(existing: string, path: string): MaybePromise<void>;
  symlink(target: string, path: string): MaybePromise<void>;
  setattr(path: string, attr: SetAttr): MaybePromise<void>;
  truncate(path: string, size: number): MaybePromise<void>;
}

/** A `Vfs` whose owner may change what is mounted. */
export interface MountTable extends Vfs {
  mount(path: string, backend: Backend, options: { writable: boolean }): void;
  /** EINVAL if nothing is mounted there, EBUSY for `/` or while another mount lies below. */
  unmount(path: string): void;
}
