/**
 * What can go wrong in the kernel, closed. `notFound`/`ambiguous`: an address of a context, block or drift; data has
 * `candidates`. `conflict`: what was expected is no longer so; data tells what is there now. `illegal`: never allowed from
 * here (a status change, a cyclic parent). `locked`: another process hosts the kernel. `newer`: the database was
 * written by a newer version. `corrupt`: stored data cannot be read. `refused`: policy. `unimplemented`: named, not built yet.
 * `disconnected`: the peer went away. `internal`: a fault of ours; the message says no more.
 */
export type KernelErrorCode =
  | "notFound"
  | "ambiguous"
  | "conflict"
  | "illegal"
  | "invalid"
  | "tooLarge"
  | "locked"
  | "newer"
  | "corrupt"
  | "refused"
  | "unimplemented"
  | "disconnected"
  | "cancelled"
  | "io"
  | "internal";

/** The one error of the kernel. It crosses RPC with its code, message and data. */
export class KernelError extends Error {
  override readonly name = "KernelError";
  readonly code: KernelErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: KernelErrorCode, message: string, data: Readonly<Record<string, unknown>> = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.data = data;
  }
}
