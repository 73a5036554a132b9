import type { FileStat, MaybePromise } from "./backend.ts";
import { after, isPromise, rescue } from "./maybe.ts";
import { inside, type Mounts } from "./mounts.ts";
import { child, dirname, isClean } from "./paths.ts";
import type { Mount } from "./vfs.ts";
import { VfsError } from "./vfs-error.ts";

/** Where a path leads. */
export interface Resolved {
  /** Clean, in the table's tree, without symlinks (but for the last component, if it was not followed). */
  readonly path: string;
  readonly mount: Mount;
  /** The same place as the mount's backend names it. */
  readonly inner: string;
  /** What is there; undefined if nothing is, or if nobody looked (`looked` false). */
  readonly stat?: FileStat | undefined;
  readonly looked: boolean;
  /** The path ended in `/` or `/.`: it must be a directory. */
  readonly directory: boolean;
}

const linkLimit = 40;
const nameLimit = 255;
const pathLimit = 4096;
const encoder = new TextEncoder();

/**
 * Finds where `path` leads: `..` and symlinks as POSIX says, across mounts. `follow` also follows the last component; then
 * its attributes are in the result. All but the last component must exist (ENOENT, ENOTDIR).
 */
export function resolve(mounts: Mounts, path: string, follow: boolean): MaybePromise<Resolved> {
  checkLength(path);
  if (isClean(path)) {
    const mount = mounts.find(path);
    const inner = inside(mount, path);
    if (mounts.isNode(path) || path === "/") return { path, mount, inner, looked: false, directory: false };
    if (mount.backend.plain?.(dirname(inner)) === true) {
      const at: Resolved = { path, mount, inner, looked: false, directory: false };
      if (!follow) return at;
      const seen = look(at);
      if (isPromise(seen))
        return seen.then((found) => (found.stat?.kind === "symlink" ? new Walk(mounts, path, follow).run() : found));
      if (seen.stat?.kind !== "symlink") return seen;
    }
  }
  return new Walk(mounts, path, follow).run();
}

/** Fills in `stat`. */
function look(at: Resolved): MaybePromise<Resolved> {
  return rescue<Resolved>(
    () => after(at.mount.backend.lstat(at.inner), (stat) => ({ ...at, stat, looked: true })),
    (error) => {
      if (error instanceof VfsError && error.code === "ENOENT") return { ...at, stat: undefined, looked: true };
      throw error;
    },
  );
}

function checkLength(path: string): void {
  if (path === "") throw new VfsError("ENOENT", path);
  if (path.length <= nameLimit / 3) return;
  if (encoder.encode(path).length >= pathLimit) throw new VfsError("ENAMETOOLONG", path);
  for (const name of path.split("/")) {
    if (name.length > nameLimit / 3 && encoder.encode(name).length > nameLimit) throw new VfsError("ENAMETOOLONG", path);
  }
}

function names(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** Meaning of the end of a path: `x/` and `x/.` ask for a directory. */
function endsAsDirectory(path: string): boolean {
  return /\/\.?$/.test(path);
}

/**
 * One component at a time.
 * 1. `#at` is a directory that exists, reached without symlinks.
 * 2. `#left` are the names still to go, last first.
 * 3. A mount point, and what lies above one, is a directory: its backend is not asked.
 */
class Walk {
  readonly #mounts: Mounts;
  readonly #path: string;
  readonly #follow: boolean;
  #directory: boolean;
  #at = "/";
  #left: string[];
  #links = 0;

  constructor(mounts: Mounts, path: string, follow: boolean) {
    this.#mounts = mounts;
    this.#path = path;
    this.#directory = endsAsDirectory(path);
    this.#follow = follow || this.#directory;
    this.#left = names(path).reverse();
  }

  run(): MaybePromise<Resolved> {
    for (;;) {
      const name = this.#left.pop();
      if (name === undefined) return this.#place(this.#at);
      if (name === "..") {
        this.#at = dirname(this.#at);
        continue;
      }
      const next = child(this.#at, name);
      if (this.#mounts.isNode(next)) {
        this.#at = next;
        continue;
      }
      const place = this.#place(next);
      if (this.#left.length === 0 && !this.#follow) return place;
      const seen = look(place);
      if (isPromise(seen)) return seen.then((found) => this.#enterAsync(found));
      const done = this.#enter(seen);
      if (done !== undefined) return isPromise(done) ? done.then((found) => found ?? this.run()) : done;
    }
  }

  async #enterAsync(seen: Resolved): Promise<Resolved> {
    return (await this.#enter(seen)) ?? this.run();
  }

  /** Takes the step to what was seen; undefined: go on. */
  #enter(seen: Resolved): MaybePromise<Resolved | undefined> {
    const last = this.#left.length === 0;
    if (seen.stat === undefined) {
      // `x/` may be about to be made; `x/.` is a name in a directory that is not there.
      if (!last || /\/\.\/*$/.test(this.#path)) throw new VfsError("ENOENT", this.#path);
      return seen;
    }
    if (seen.stat.kind === "symlink") {
      if (++this.#links > linkLimit) throw new VfsError("ELOOP", this.#path);
      return after(seen.mount.backend.readlink(seen.inner), (target) => this.#turn(target));
    }
    if (seen.stat.kind !== "directory" && (!last || this.#directory)) throw new VfsError("ENOTDIR", this.#path);
    if (last) return seen;
    this.#at = seen.path;
    return undefined;
  }

  #turn(target: string): undefined {
    if (target === "") throw new VfsError("ENOENT", this.#path);
    if (target.startsWith("/")) this.#at = "/";
    if (this.#left.length === 0 && endsAsDirectory(target)) this.#directory = true;
    this.#left.push(...names(target).reverse());
    return undefined;
  }

  #place(path: string): Resolved {
    const mount = this.#mounts.find(path);
    return { path, mount, inner: inside(mount, path), looked: false, directory: this.#directory };
  }
}
