import type { Backend } from "./backend.ts";
import { basename, dirname, isClean, isWithin } from "./paths.ts";
import type { Mount } from "./vfs.ts";
import { VfsError } from "./vfs-error.ts";

/** Which backend a path belongs to. Knows names only: it never asks a backend. */
export class Mounts {
  /** Longest path first, so that the first match is the right one; `/` is always the last. */
  #list: readonly Mount[];
  /** Every mount point but `/`, and every directory above one. */
  #nodes: ReadonlySet<string> = new Set();
  /** Names that a directory shows because something is mounted at or below them. */
  #shown: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  readonly root: Mount;

  constructor(root: Backend, writable: boolean) {
    this.root = { path: "/", backend: root, writable };
    this.#list = [this.root];
  }

  /** In the order they are written by `mounts`: shortest first. */
  list(): readonly Mount[] {
    // Not toReversed: while a start-up snapshot is made, V8 lacks the newer array methods.
    return [...this.#list].reverse();
  }

  get alone(): boolean {
    return this.#list.length === 1;
  }

  /** The mount that holds a clean path. */
  find(path: string): Mount {
    if (this.#list.length > 1) for (const mount of this.#list) if (isWithin(path, mount.path)) return mount;
    return this.root;
  }

  /** True for a mount point (not `/`) and for a directory above one: it is a directory whatever the backend says. */
  isNode(path: string): boolean {
    return this.#nodes.size > 0 && this.#nodes.has(path);
  }

  shownIn(directory: string): ReadonlySet<string> | undefined {
    return this.#shown.get(directory);
  }

  add(path: string, backend: Backend, writable: boolean): void {
    if (!isClean(path)) throw new VfsError("EINVAL", path);
    if (this.#list.some((mount) => mount.path === path)) throw new VfsError("EBUSY", path);
    this.#set([...this.#list, { path, backend, writable }]);
  }

  remove(path: string): void {
    if (path === "/") throw new VfsError("EBUSY", path);
    if (!this.#list.some((mount) => mount.path === path)) throw new VfsError("EINVAL", path);
    if (this.#list.some((mount) => mount.path !== path && isWithin(mount.path, path))) throw new VfsError("EBUSY", path);
    this.#set(this.#list.filter((mount) => mount.path !== path));
  }

  #set(list: readonly Mount[]): void {
    const nodes = new Set<string>();
    const shown = new Map<string, Set<string>>();
    for (const mount of list) {
      for (let path = mount.path; path !== "/"; path = dirname(path)) {
        nodes.add(path);
        const parent = dirname(path);
        const names = shown.get(parent) ?? new Set();
        shown.set(parent, names.add(basename(path)));
      }
    }
    this.#nodes = nodes;
    this.#shown = shown;
    this.#list = [...list].sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? 1 : -1));
  }
}

/** A clean table path as the backend of `mount` names it. */
export function inside(mount: Mount, path: string): string {
  if (mount.path === "/") return path;
  return path.length === mount.path.length ? "/" : path.slice(mount.path.length);
}
