import { isWithin, localBackend, type MountTable, normalise, toVfsError, VfsError } from "../../vfs/index.ts";
import type { MountInfo } from "../api.ts";
import { KernelError, type KernelErrorCode } from "../errors.ts";
import type { Store } from "../state/index.ts";

const codes: Readonly<Partial<Record<string, KernelErrorCode>>> = {
  ENOENT: "notFound",
  ENOTDIR: "invalid",
  EINVAL: "invalid",
  EISDIR: "invalid",
  EEXIST: "conflict",
  EBUSY: "conflict",
  EACCES: "refused",
  EPERM: "refused",
  EROFS: "refused",
};

/** An error of the file layer as the kernel's; `data.errno` keeps its name, `data.path` the path. */
export function fileError(error: unknown, path: string): KernelError {
  if (error instanceof KernelError) return error;
  const { code, message } = toVfsError(error, path);
  return new KernelError(codes[code] ?? "io", `${path}: ${message}`, { errno: code, path }, { cause: error });
}

/** What is mounted at run time: kept in the store, and there again when the kernel is next opened. */
export class KernelMounts {
  readonly #tree: MountTable;
  readonly #store: Store;

  constructor(tree: MountTable, store: Store) {
    this.#tree = tree;
    this.#store = store;
  }

  /** Mounts what was mounted before. Answers one sentence for each source that is gone; it stays on record. */
  async restore(): Promise<readonly string[]> {
    const notices: string[] = [];
    const rows = [...(await this.#store.mounts())].sort((a, b) => a.path.length - b.path.length);
    for (const { path, source, writable } of rows) {
      try {
        this.#tree.mount(path, localBackend(source), { writable: writable && this.#isWritable(source) });
      } catch (error) {
        notices.push(`${path} is not mounted: ${source}: ${fileError(error, source).message.replace(`${source}: `, "")}`);
      }
    }
    return notices;
  }

  list(): readonly MountInfo[] {
    return this.#tree
      .mounts()
      .map(({ path, backend, writable }) => ({ path, type: backend.type, source: backend.source, writable }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** `path` and `source` are absolute paths of the tree; the source must lie on files of the host. */
  async mount(path: string, source: string, writable: boolean): Promise<void> {
    const at = normalise(path);
    if (this.#tree.mounts().some((mount) => mount.path === at)) {
      throw new KernelError("conflict", `something is mounted on ${at} already`, { errno: "EBUSY", path: at });
    }
    const real = await this.#realSource(source);
    if (writable && !this.#isWritable(await this.#tree.realpath(source))) {
      throw new KernelError("refused", `${source} is on a read-only mount, so it can only be mounted --ro`, {
        errno: "EROFS",
        path: source,
      });
    }
    try {
      this.#tree.mount(at, localBackend(real), { writable });
    } catch (error) {
      throw fileError(error, at);
    }
    try {
      await this.#store.commit([{ kind: "putMount", mount: { path: at, type: "local", source: real, writable } }]);
    } catch (error) {
      this.#tree.unmount(at);
      throw error;
    }
  }

  /** Who sees a folder read-only does not get to write it through a second mount. */
  #isWritable(path: string): boolean {
    const over = this.#tree.mounts().filter((mount) => isWithin(path, mount.path));
    return over.reduce((longest, mount) => (mount.path.length > longest.path.length ? mount : longest)).writable;
  }

  async #realSource(source: string): Promise<string> {
    try {
      if ((await this.#tree.stat(source)).kind !== "directory") throw new VfsError("ENOTDIR", source);
      const real = await this.#tree.hostPath(source);
      if (real !== undefined) return real;
    } catch (error) {
      throw fileError(error, source);
    }
    throw new KernelError("invalid", `${source}: not a folder of the host`, { path: source });
  }

  async unmount(path: string): Promise<void> {
    const at = normalise(path);
    const known = (await this.#store.mounts()).some((row) => row.path === at);
    const mounted = this.#tree.mounts().some((mount) => mount.path === at);
    if (mounted && !known)
      throw new KernelError("refused", `${at} belongs to the kernel and stays mounted`, { errno: "EBUSY", path: at });
    if (!known) {
      const candidates = (await this.#store.mounts()).map((row) => row.path);
      throw new KernelError("notFound", `nothing is mounted on ${at}`, { errno: "EINVAL", path: at, candidates });
    }
    try {
      // One whose source was gone is on record only.
      if (mounted) this.#tree.unmount(at);
    } catch (error) {
      throw fileError(error, at);
    }
    await this.#store.commit([{ kind: "deleteMount", path: at }]);
  }
}
