import type { Backend, MaybePromise, MountTable } from "../../vfs/index.ts";
import { after, localBackend, mountTable } from "../../vfs/index.ts";

/**
 * The tree a kernel starts with: the host's own files at `/`, and `/scratch`. What is forked still shares its parent's mounts; a
 * copy-on-write snapshot of them is not built yet.
 */
export function defaultTree(scratch: Backend): MountTable {
  const tree = mountTable(localBackend("/"), { writable: true });
  tree.mount("/scratch", scratch, { writable: true });
  return tree;
}

/** A backend that is made when it is first asked something. `load` is called once; after a failure, again. */
export function deferredBackend(type: string, source: string, load: () => MaybePromise<Backend>): Backend {
  let made: Backend | undefined;
  let making: MaybePromise<Backend> | undefined;
  const get = (): MaybePromise<Backend> => {
    if (made !== undefined) return made;
    if (making !== undefined) return making;
    try {
      making = after(load(), (backend) => {
        made = backend;
        return backend;
      });
    } catch (error) {
      making = undefined;
      throw error;
    }
    if (making instanceof Promise) {
      making.catch(() => {
        making = undefined;
      });
    }
    return making;
  };
  const ask = <T>(question: (backend: Backend) => MaybePromise<T>): MaybePromise<T> => after(get(), question);
  return {
    type,
    source,
    lstat: (path) => ask((to) => to.lstat(path)),
    readdir: (path) => ask((to) => to.readdir(path)),
    readlink: (path) => ask((to) => to.readlink(path)),
    open: (path, flags) => ask((to) => to.open(path, flags)),
    mkdir: (path, mode) => ask((to) => to.mkdir(path, mode)),
    rmdir: (path) => ask((to) => to.rmdir(path)),
    unlink: (path) => ask((to) => to.unlink(path)),
    rename: (from, to) => ask((backend) => backend.rename(from, to)),
    link: (existing, path) => ask((to) => to.link(existing, path)),
    symlink: (target, path) => ask((to) => to.symlink(target, path)),
    setattr: (path, attr) => ask((to) => to.setattr(path, attr)),
    truncate: (path, size) => ask((to) => to.truncate(path, size)),
    statfs: (path) => ask((to) => to.statfs(path)),
    hostPath: (path) => made?.hostPath(path),
  };
}
