/**
 * The port every file system implements, and what its answers mean. Paths given to a backend are absolute POSIX
 * paths inside that backend (`/` is the backend's own root), already normalised: no `.`, `..`, `//` or trailing `/`.
 * Every method may throw or reject with `VfsError`, and nothing else.
 *
 * Methods answer `T | Promise<T>` (`MaybePromise`): a backend that can answer at once does, and a caller that can wait
 * uses `await`. Nobody may assume a promise.
 */
export type MaybePromise<T> = T | Promise<T>;

export type FileKind = "file" | "directory" | "symlink" | "fifo" | "socket" | "character" | "block";

/** What `stat(2)` tells. Times are milliseconds since the epoch, `mode` is the permission bits only (07777). */
export interface FileStat {
  readonly kind: FileKind;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly ino: number;
  readonly dev: number;
  readonly mtimeMs: number;
  readonly atimeMs: number;
  readonly ctimeMs: number;
  /** Allocated blocks of 512 bytes, where the backend can tell. */
  readonly blocks?: number;
  /** Which device, for a device node. */
  readonly rdev?: number;
}

export interface DirEntry {
  readonly name: string;
  readonly kind: FileKind;
}

export interface OpenFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  /** Every write goes to the end, atomically where the backend can. */
  readonly append?: boolean;
  readonly create?: boolean;
  /** With `create`: EEXIST if the file is there (O_EXCL). */
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
  /** Permission bits of a created file before the umask. Default 0o666. */
  readonly mode?: number;
}

/** An open file. The opener owns it and must `close` it; after that every method throws EBADF. */
export interface FileHandle {
  /** Up to `length` bytes from `position` (or the handle's own offset when absent); an empty array at the end. */
  read(length: number, position?: number): MaybePromise<Uint8Array>;
  /** Writes all of `data` at `position` or the handle's own offset. */
  write(data: Uint8Array, position?: number): MaybePromise<void>;
  stat(): MaybePromise<FileStat>;
  truncate(size: number): MaybePromise<void>;
  sync(): MaybePromise<void>;
  close(): MaybePromise<void>;
  /** The host's file descriptor, where there is one: a child process may inherit it. */
  readonly hostFd?: number;
}

export interface SetAttr {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly atimeMs?: number;
  readonly mtimeMs?: number;
}

export interface StatFs {
  readonly blockSize: number;
  readonly blocks: number;
  readonly blocksFree: number;
  readonly files: number;
  readonly filesFree: number;
}

export interface Backend {
  /** One word for `mounts`: `memory`, `local`, … */
  readonly type: string;
  /** What is mounted, for `mounts`: a host path, or `memory`. */
  readonly source: string;
  /** Attributes of the entry itself; a symlink is not followed. ENOENT if there is none. */
  lstat(path: string): MaybePromise<FileStat>;
  readdir(path: string): MaybePromise<readonly DirEntry[]>;
  readlink(path: string): MaybePromise<string>;
  /** Never follows a symlink in the last component: ELOOP. (The mount table resolves links before it calls.) */
  open(path: string, flags: OpenFlags): MaybePromise<FileHandle>;
  mkdir(path: string, mode?: number): MaybePromise<void>;
  rmdir(path: string): MaybePromise<void>;
  unlink(path: string): MaybePromise<void>;
  /** Within this backend. Replaces `to` atomically, as rename(2). */
  rename(from: string, to: string): MaybePromise<void>;
  link(existing: string, path: string): MaybePromise<void>;
  symlink(target: string, path: string): MaybePromise<void>;
  setattr(path: string, attr: SetAttr): MaybePromise<void>;
  truncate(path: string, size: number): MaybePromise<void>;
  statfs(path: string): MaybePromise<StatFs>;
  /** The real path on the host, for external programs; undefined where there is none. */
  hostPath(path: string): string | undefined;
  /** True only if `path` is a directory reached through no symlink: lets the mount table skip its walk. Cheap. */
  plain?(path: string): boolean;
  /** Set if this backend's tree is the host's own: mounted at `/`, its paths need no walk by the mount table. */
  readonly direct?: DirectAccess;
}

/** Operations that follow symlinks as the host does. Paths may hold `.`, `..` and a trailing `/`. */
export interface DirectAccess {
  stat(path: string): FileStat;
  open(path: string, flags: OpenFlags): MaybePromise<FileHandle>;
  realpath(path: string): string;
}
