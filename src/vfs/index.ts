/** The file layer's door. */
export type {
  Backend,
  DirEntry,
  FileHandle,
  FileKind,
  FileStat,
  MaybePromise,
  OpenFlags,
  SetAttr,
  StatFs,
} from "./backend.ts";
export type { Mount, MountTable, Vfs, VfsReader } from "./vfs.ts";
export { toVfsError, VfsError, type VfsErrorCode } from "./vfs-error.ts";
