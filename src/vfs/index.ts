/** The file layer's door. */
export type {
  Backend,
  DirEntry,
  DirectAccess,
  FileHandle,
  FileKind,
  FileStat,
  MaybePromise,
  OpenFlags,
  SetAttr,
  StatFs,
} from "./backend.ts";
export { localBackend } from "./local-backend.ts";
export { after, isPromise, rescue } from "./maybe.ts";
export { mountTable } from "./mount-table.ts";
export { basename, child, dirname, isClean, isWithin, join, normalise } from "./paths.ts";
export { readFile } from "./read-file.ts";
export { reader } from "./reader.ts";
export type { Mount, MountTable, Vfs, VfsReader } from "./vfs.ts";
export { toVfsError, VfsError, type VfsErrorCode } from "./vfs-error.ts";
