/** POSIX error names the file layer speaks. */
export type VfsErrorCode =
  | "EACCES"
  | "EBADF"
  | "EBUSY"
  | "EEXIST"
  | "EFBIG"
  | "EINVAL"
  | "EIO"
  | "EISDIR"
  | "ELOOP"
  | "EMFILE"
  | "EMLINK"
  | "ENAMETOOLONG"
  | "ENOENT"
  | "ENOSPC"
  | "ENOSYS"
  | "ENOTDIR"
  | "ENOTEMPTY"
  | "ENXIO"
  | "EPERM"
  | "EPIPE"
  | "EROFS"
  | "ESTALE"
  | "ETXTBSY"
  | "EXDEV";

/** strerror(3) as glibc prints it. */
const messages: Readonly<Record<VfsErrorCode, string>> = {
  EACCES: "Permission denied",
  EBADF: "Bad file descriptor",
  EBUSY: "Device or resource busy",
  EEXIST: "File exists",
  EFBIG: "File too large",
  EINVAL: "Invalid argument",
  EIO: "Input/output error",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  EMFILE: "Too many open files",
  EMLINK: "Too many links",
  ENAMETOOLONG: "File name too long",
  ENOENT: "No such file or directory",
  ENOSPC: "No space left on device",
  ENOSYS: "Function not implemented",
  ENOTDIR: "Not a directory",
  ENOTEMPTY: "Directory not empty",
  ENXIO: "No such device or address",
  EPERM: "Operation not permitted",
  EPIPE: "Broken pipe",
  EROFS: "Read-only file system",
  ESTALE: "Stale file handle",
  ETXTBSY: "Text file busy",
  EXDEV: "Invalid cross-device link",
};

/** The one error of the file layer. `message` is strerror's text alone, so a command can print `NAME: PATH: message`. */
export class VfsError extends Error {
  override readonly name = "VfsError";
  readonly code: VfsErrorCode;
  readonly path: string | undefined;

  constructor(code: VfsErrorCode, path?: string, options?: { cause?: unknown }) {
    super(messages[code], options);
    this.code = code;
    this.path = path;
  }
}

/** Turns a Node errno error into a `VfsError`; an unknown code becomes EIO, with the original as cause. */
export function toVfsError(error: unknown, path?: string): VfsError {
  if (error instanceof VfsError) return error;
  const code = (error as { code?: unknown } | undefined)?.code;
  const known = typeof code === "string" && code in messages ? (code as VfsErrorCode) : "EIO";
  return new VfsError(known, path, { cause: error });
}

/** Runs a call of Node on a path; its error becomes a `VfsError`. */
export function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (path.includes("\0")) throw new VfsError("ENOENT", path, { cause: error });
    throw toVfsError(error, path);
  }
}
