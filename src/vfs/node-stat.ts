import type { FileKind, FileStat } from "./backend.ts";

/** What is used of the `Stats` of Node and of its likes. */
export type NodeStat = Pick<
  FileStat,
  "size" | "mode" | "uid" | "gid" | "nlink" | "ino" | "dev" | "mtimeMs" | "atimeMs" | "ctimeMs"
>;

/** The same as ours, with the mode's permission bits alone. */
export function nodeStat(stat: NodeStat, kind: FileKind): FileStat {
  return {
    kind,
    size: stat.size,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    nlink: stat.nlink,
    ino: stat.ino,
    dev: stat.dev,
    mtimeMs: stat.mtimeMs,
    atimeMs: stat.atimeMs,
    ctimeMs: stat.ctimeMs,
  };
}
