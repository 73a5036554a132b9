import type { Backend, DirEntry, DirectAccess, FileHandle, FileStat, MaybePromise, OpenFlags, SetAttr, StatFs } from "./backend.ts";
import { after, isPromise, rescue } from "./maybe.ts";
import { Mounts } from "./mounts.ts";
import { dirname, isClean } from "./paths.ts";
import type { Mount, MountTable } from "./vfs.ts";
import { VfsError, type VfsErrorCode } from "./vfs-error.ts";
import { type Resolved, resolve } from "./walk.ts";

/** A tree with `root` at `/`. It owns no backend: whoever made one closes it. */
export function mountTable(root: Backend, options: { readonly writable: boolean }): MountTable {
  return new Tree(root, options.writable);
}

/** Errors that a symlink into another mount can cause when the host resolves it alone. */
const lookAgain: ReadonlySet<VfsErrorCode> = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

class Tree implements MountTable {
  readonly #mounts: Mounts;
  /** Set while the host may resolve paths of the root mount itself. */
  #direct: DirectAccess | undefined;

  constructor(root: Backend, writable: boolean) {
    this.#mounts = new Mounts(root, writable);
    this.#direct = root.direct;
  }

  mount(path: string, backend: Backend, options: { writable: boolean }): void {
    this.#mounts.add(path, backend, options.writable);
    this.#updateDirect();
  }

  unmount(path: string): void {
    this.#mounts.remove(path);
    this.#updateDirect();
  }

  mounts(): readonly Mount[] {
    return this.#mounts.list();
  }

  /** Where a mount hides a real entry of the host, a host's symlink could lead behind the mount: then every path is walked. */
  #updateDirect(): void {
    const direct = this.#mounts.root.backend.direct;
    const hides = (mount: Mount): boolean => {
      try {
        direct?.stat(mount.path);
        return true;
      } catch {
        return false;
      }
    };
    this.#direct = this.#mounts.list().some((mount) => mount.path !== "/" && hides(mount)) ? undefined : direct;
  }

  /** Lets the host do it where that gives the same answer, else `slow`. */
  #fast<T>(path: string, quick: (direct: DirectAccess) => MaybePromise<T>, slow: () => MaybePromise<T>): MaybePromise<T> {
    const direct = this.#direct;
    if (direct === undefined || path.charCodeAt(0) !== 47) return slow();
    if (this.#mounts.alone) return quick(direct);
    if (!isClean(path) || this.#mounts.isNode(path) || this.#mounts.find(path).path !== "/") return slow();
    try {
      return quick(direct);
    } catch (error) {
      if (error instanceof VfsError && lookAgain.has(error.code)) return slow();
      throw error;
    }
  }

  #resolve(path: string, follow: boolean): MaybePromise<Resolved> {
    return resolve(this.#mounts, path, follow);
  }

  // ── Reading ─────────────────────────────────────────────────────────────────────────────────

  stat(path: string): MaybePromise<FileStat> {
    return this.#fast(
      path,
      (direct) => direct.stat(path),
      () => after(this.#resolve(path, true), (at) => this.#statAt(at, path)),
    );
  }

  lstat(path: string): MaybePromise<FileStat> {
    return this.#fast(
      path,
      () => this.#mounts.root.backend.lstat(path),
      () => after(this.#resolve(path, false), (at) => this.#statAt(at, path)),
    );
  }

  #statAt(at: Resolved, asked: string): MaybePromise<FileStat> {
    if (at.looked) {
      if (at.stat === undefined) throw new VfsError("ENOENT", asked);
      return at.stat;
    }
    if (!this.#mounts.isNode(at.path)) return named(asked, () => at.mount.backend.lstat(at.inner));
    return rescue<FileStat>(
      () => after(at.mount.backend.lstat(at.inner), (stat) => (stat.kind === "directory" ? stat : bareDirectory)),
      () => bareDirectory,
    );
  }

  readdir(path: string): MaybePromise<readonly DirEntry[]> {
    return this.#fast(
      path,
      () => after(this.#mounts.root.backend.readdir(path), (entries) => this.#withMounts(path, entries)),
      () =>
        after(this.#resolve(path, true), (at) => {
          if (at.looked && at.stat === undefined) throw new VfsError("ENOENT", path);
          if (at.stat !== undefined && at.stat.kind !== "directory") throw new VfsError("ENOTDIR", path);
          const own = () => named(path, () => at.mount.backend.readdir(at.inner));
          const virtual = this.#mounts.isNode(at.path) && at.mount.path !== at.path;
          const entries = virtual ? rescue<readonly DirEntry[]>(own, () => []) : own();
          return after(entries, (list) => this.#withMounts(at.path, list));
        }),
    );
  }

  #withMounts(path: string, entries: readonly DirEntry[]): readonly DirEntry[] {
    const shown = this.#mounts.shownIn(path);
    if (shown === undefined) return entries;
    const kept = entries.filter((entry) => !shown.has(entry.name));
    return [...kept, ...[...shown].map((name): DirEntry => ({ name, kind: "directory" }))];
  }

  readlink(path: string): MaybePromise<string> {
    return this.#fast(
      path,
      () => this.#mounts.root.backend.readlink(path),
      () =>
        after(this.#resolve(path, false), (at) => {
          if (at.looked && at.stat === undefined) throw new VfsError("ENOENT", path);
          if (at.directory || this.#mounts.isNode(at.path)) throw new VfsError("EINVAL", path);
          return named(path, () => at.mount.backend.readlink(at.inner));
        }),
    );
  }

  realpath(path: string): MaybePromise<string> {
    return this.#fast(
      path,
      (direct) => direct.realpath(path),
      () => after(this.#resolve(path, true), (at) => after(this.#statAt(at, path), () => at.path)),
    );
  }

  statfs(path: string): MaybePromise<StatFs> {
    return after(this.#resolve(path, true), (at) => named(path, () => at.mount.backend.statfs(at.inner)));
  }

  hostPath(path: string): MaybePromise<string | undefined> {
    return this.#fast<string | undefined>(
      path,
      () => path,
      () => after(this.#resolve(path, true), (at) => at.mount.backend.hostPath(at.inner)),
    );
  }

  open(path: string, flags: OpenFlags): MaybePromise<FileHandle> {
    const root = this.#mounts.root;
    const slow = () => this.#openSlow(path, flags);
    if (!root.writable && changes(flags)) return slow();
    return this.#fast(path, (direct) => direct.open(path, flags), slow);
  }

  #openSlow(path: string, flags: OpenFlags): MaybePromise<FileHandle> {
    const exclusive = flags.create === true && flags.exclusive === true;
    return after(this.#resolve(path, !exclusive), (at) => {
      // A path that says it is a directory is never created, whatever is there: as Linux has it.
      if (at.directory && flags.create === true) throw new VfsError("EISDIR", path);
      if (at.directory && at.looked && at.stat === undefined) throw new VfsError("ENOENT", path);
      if (this.#mounts.isNode(at.path) && changes(flags)) throw new VfsError(exclusive ? "EEXIST" : "EISDIR", path);
      const open = () => at.mount.backend.open(at.inner, flags);
      const go = () => (flags.create === true ? this.#inRealParent(at, path, open) : named(path, open));
      if (at.mount.writable || !changes(flags)) return go();
      return after(this.#seen(at), (stat) => {
        // What is written to these is not kept there; a block device is storage like any file.
        const isDevice = stat?.kind === "character" || stat?.kind === "fifo" || stat?.kind === "socket";
        const onlyCreates = flags.write !== true && flags.append !== true && flags.truncate !== true;
        if (isDevice || (stat !== undefined && (onlyCreates || stat.kind === "directory" || exclusive))) return go();
        throw new VfsError("EROFS", path);
      });
    });
  }

  #seen(at: Resolved): MaybePromise<FileStat | undefined> {
    if (at.looked) return at.stat;
    return rescue<FileStat | undefined>(
      () => this.#statAt(at, at.path),
      (error) => {
        if (error instanceof VfsError && error.code === "ENOENT") return undefined;
        throw error;
      },
    );
  }

  // ── Changing ────────────────────────────────────────────────────────────────────────────────

  mkdir(path: string, mode?: number): MaybePromise<void> {
    return this.#make(stripped(path), (at) => at.mount.backend.mkdir(at.inner, mode));
  }

  symlink(target: string, path: string): MaybePromise<void> {
    return this.#make(path, (at) => at.mount.backend.symlink(target, at.inner));
  }

  /** A new entry: EEXIST goes before EROFS, as on Linux. */
  #make(path: string, act: (at: Resolved) => MaybePromise<void>): MaybePromise<void> {
    return after(this.#resolveToChange(path), (at) => {
      if (at.path === "/" || this.#mounts.isNode(at.path)) throw new VfsError("EEXIST", path);
      if (at.mount.writable) return this.#inRealParent(at, path, () => act(at));
      return after(this.#seen(at), (stat) => {
        throw new VfsError(stat === undefined ? "EROFS" : "EEXIST", path);
      });
    });
  }

  /** A directory that is only there because something is mounted below it can hold nothing else. */
  #inRealParent<T>(at: Resolved, path: string, act: () => MaybePromise<T>): MaybePromise<T> {
    const go = () => named(path, act);
    const parent = dirname(at.path);
    if (!this.#mounts.isNode(parent) || parent === at.mount.path) return go();
    return rescue(go, (error) => {
      const bare = error instanceof VfsError && (error.code === "ENOENT" || error.code === "ENOTDIR");
      throw bare ? new VfsError("EROFS", path, { cause: error }) : error;
    });
  }

  rmdir(path: string): MaybePromise<void> {
    if (/(^|\/)\.\/*$/.test(path)) throw new VfsError("EINVAL", path);
    return this.#change(stripped(path), (at) => at.mount.backend.rmdir(at.inner));
  }

  unlink(path: string): MaybePromise<void> {
    return this.#change(path, (at) => at.mount.backend.unlink(at.inner));
  }

  /** Something at an entry that exists and is no mount point. */
  #change(path: string, act: (at: Resolved) => MaybePromise<void>): MaybePromise<void> {
    return after(this.#resolveToChange(path), (at) => {
      if (at.path === "/" || this.#mounts.isNode(at.path)) throw new VfsError("EBUSY", path);
      return this.#ifWritable(at, path, () => named(path, () => act(at)));
    });
  }

  rename(from: string, to: string): MaybePromise<void> {
    return after(this.#resolveToChange(stripped(from)), (source) =>
      after(this.#resolveToChange(stripped(to)), (target) => {
        const isFixed = (at: Resolved) => at.path === "/" || this.#mounts.isNode(at.path);
        if (isFixed(source)) throw new VfsError("EBUSY", from);
        if (isFixed(target)) throw new VfsError("EBUSY", to);
        return this.#ifWritable(source, from, () => {
          if (source.mount !== target.mount) throw new VfsError("EXDEV", from);
          const rename = () => named(from, () => source.mount.backend.rename(source.inner, target.inner));
          if (to === stripped(to) && from === stripped(from)) return this.#inRealParent(target, to, rename);
          return after(this.#statAt(source, from), (stat) => {
            if (stat.kind !== "directory") throw new VfsError("ENOTDIR", from);
            return this.#inRealParent(target, to, rename);
          });
        });
      }),
    );
  }

  link(existing: string, path: string): MaybePromise<void> {
    return after(this.#resolve(existing, false), (source) =>
      after(this.#resolveToChange(path), (target) => {
        if (this.#mounts.isNode(target.path)) throw new VfsError("EEXIST", path);
        if (this.#mounts.isNode(source.path)) throw new VfsError("EPERM", existing);
        if (source.mount !== target.mount) throw new VfsError("EXDEV", path);
        if (!target.mount.writable) throw new VfsError("EROFS", path);
        return this.#inRealParent(target, path, () => source.mount.backend.link(source.inner, target.inner));
      }),
    );
  }

  setattr(path: string, attr: SetAttr): MaybePromise<void> {
    return this.#changeFollowed(path, (at) => at.mount.backend.setattr(at.inner, attr));
  }

  truncate(path: string, size: number): MaybePromise<void> {
    return this.#changeFollowed(path, (at) => at.mount.backend.truncate(at.inner, size));
  }

  #changeFollowed(path: string, act: (at: Resolved) => MaybePromise<void>): MaybePromise<void> {
    return after(this.#resolve(path, true), (at) => {
      if (at.looked && at.stat === undefined) throw new VfsError("ENOENT", path);
      return this.#ifWritable(at, path, () => named(path, () => act(at)));
    });
  }

  /** The root mount's host checks the way itself. */
  #resolveToChange(path: string): MaybePromise<Resolved> {
    if (this.#direct !== undefined && this.#mounts.alone && isClean(path)) {
      return { path, mount: this.#mounts.root, inner: path, looked: false, directory: false };
    }
    return this.#resolve(path, false);
  }

  #ifWritable<T>(at: Resolved, path: string, act: () => MaybePromise<T>): MaybePromise<T> {
    if (at.mount.writable) return act();
    return after(this.#seen(at), (stat) => {
      throw new VfsError(stat === undefined ? "ENOENT" : "EROFS", path);
    });
  }
}

function changes(flags: OpenFlags): boolean {
  return flags.write === true || flags.append === true || flags.truncate === true || flags.create === true;
}

/** Without trailing slashes: `mkdir d/` and `mv d/ e` name the directory itself. */
function stripped(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.replace(/\/+$/, "") || "/" : path;
}

/** Errors name the path as the caller wrote it. */
function named<T>(path: string, act: () => MaybePromise<T>): MaybePromise<T> {
  const rename = (error: unknown): never => {
    if (error instanceof VfsError && error.path !== path) throw new VfsError(error.code, path, { cause: error });
    throw error;
  };
  try {
    const value = act();
    return isPromise(value) ? value.catch(rename) : value;
  } catch (error) {
    return rename(error);
  }
}

/** A directory that exists only because something is mounted below it. */
const bareDirectory: FileStat = {
  kind: "directory",
  size: 0,
  mode: 0o555,
  uid: 0,
  gid: 0,
  nlink: 2,
  ino: 0,
  dev: 0,
  mtimeMs: 0,
  atimeMs: 0,
  ctimeMs: 0,
};
