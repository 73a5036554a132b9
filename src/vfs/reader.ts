import type { OpenFlags } from "./backend.ts";
import type { Vfs, VfsReader } from "./vfs.ts";
import { VfsError } from "./vfs-error.ts";

/** The reading half of `vfs`, and nothing else at run time: opening for writing is EACCES. */
export function reader(vfs: Vfs): VfsReader {
  return {
    stat: (path) => vfs.stat(path),
    lstat: (path) => vfs.lstat(path),
    readdir: (path) => vfs.readdir(path),
    readlink: (path) => vfs.readlink(path),
    realpath: (path) => vfs.realpath(path),
    statfs: (path) => vfs.statfs(path),
    hostPath: (path) => vfs.hostPath(path),
    mounts: () => vfs.mounts(),
    open: (path: string, flags: OpenFlags) => {
      if (flags.write || flags.append || flags.create || flags.truncate) throw new VfsError("EACCES", path);
      return vfs.open(path, flags);
    },
  };
}
