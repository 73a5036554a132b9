import { after, type FileHandle, type FileStat, type MaybePromise, type OpenFlags, type Vfs, VfsError } from "../../vfs/index.ts";
import type { Description } from "./descriptors.ts";
import type { Runtime } from "./runtime.ts";

const views = new WeakMap<Runtime, Vfs>();

/**
 * The file tree as the commands of one shell see it: what they make has the shell's umask, and `/dev/stdin`, `/dev/stdout`,
 * `/dev/stderr` and `/dev/fd/N` are the shell's own descriptors.
 */
export function scopedVfs(rt: Runtime): Vfs {
  let view = views.get(rt);
  if (view === undefined) {
    view = makeView(rt);
    views.set(rt, view);
  }
  return view;
}

function makeView(rt: Runtime): Vfs {
  const { vfs } = rt.shared.host;
  const device = (path: string): Description | undefined => {
    const fd = deviceNumber(path);
    if (fd === undefined) return undefined;
    const description = rt.fds[fd];
    if (description === undefined) throw new VfsError("ENOENT", path);
    return description;
  };
  return {
    stat: (path) => (device(path) === undefined ? vfs.stat(path) : pipeStat),
    lstat: (path) => (device(path) === undefined ? vfs.lstat(path) : pipeStat),
    readdir: (path) => vfs.readdir(path),
    readlink: (path) => vfs.readlink(path),
    realpath: (path) => (device(path) === undefined ? vfs.realpath(path) : path),
    open(path, flags) {
      const description = device(path);
      if (description !== undefined) return new DescriptorHandle(description);
      return flags.create === true ? createFile(rt, path, flags) : vfs.open(path, flags);
    },
    statfs: (path) => vfs.statfs(path),
    hostPath: (path) => vfs.hostPath(path),
    mounts: () => vfs.mounts(),
    mkdir: (path, mode) => underUmask(rt, () => vfs.mkdir(path, (mode ?? 0o777) & ~rt.umask)),
    rmdir: (path) => vfs.rmdir(path),
    unlink: (path) => vfs.unlink(path),
    rename: (from, to) => vfs.rename(from, to),
    link: (existing, path) => vfs.link(existing, path),
    symlink: (target, path) => vfs.symlink(target, path),
    setattr: (path, attr) => vfs.setattr(path, attr),
    truncate: (path, size) => vfs.truncate(path, size),
  };
}

/** Opens a file that may have to be made, with the shell's umask. */
export function createFile(rt: Runtime, path: string, flags: OpenFlags): MaybePromise<FileHandle> {
  return underUmask(rt, () => rt.shared.host.vfs.open(path, { ...flags, mode: (flags.mode ?? 0o666) & ~rt.umask }));
}

/** The process's own umask would take away what the shell's leaves. */
function underUmask<T>(rt: Runtime, act: () => T): T {
  if ((rt.shared.umask & ~rt.umask) === 0) return act();
  const before = process.umask(rt.umask);
  try {
    return act();
  } finally {
    process.umask(before);
  }
}

/** The descriptor that a path of `/dev` stands for. */
export function deviceNumber(path: string): number | undefined {
  if (!path.startsWith("/dev/")) return undefined;
  if (path === "/dev/stdin") return 0;
  if (path === "/dev/stdout") return 1;
  if (path === "/dev/stderr") return 2;
  const match = /^\/dev\/fd\/([0-9]+)$/.exec(path);
  return match === null ? undefined : Number(match[1]);
}

const pipeStat: FileStat = {
  kind: "fifo",
  size: 0,
  mode: 0o600,
  uid: 0,
  gid: 0,
  nlink: 1,
  ino: 0,
  dev: 0,
  mtimeMs: 0,
  atimeMs: 0,
  ctimeMs: 0,
};

/** An open descriptor as a file. Closing it leaves the descriptor as it is. */
class DescriptorHandle implements FileHandle {
  private readonly description: Description;

  constructor(description: Description) {
    this.description = description;
  }

  read(length: number): MaybePromise<Uint8Array> {
    const { source } = this.description;
    if (source === undefined) throw new VfsError("EBADF");
    return after(source.read(), (chunk) => {
      if (chunk === null) return new Uint8Array(0);
      if (chunk.length > length) source.unread(chunk.subarray(length));
      return chunk.subarray(0, length);
    });
  }

  write(data: Uint8Array): MaybePromise<void> {
    const { sink } = this.description;
    if (sink === undefined) throw new VfsError("EBADF");
    return sink.write(data);
  }

  stat(): FileStat {
    return pipeStat;
  }

  truncate(): void {}

  sync(): void {}

  close(): void {}
}
