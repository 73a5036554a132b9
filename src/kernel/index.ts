/** The kernel's door: what front ends may import. */
export type * from "./api.ts";
export { KernelError, type KernelErrorCode } from "./errors.ts";
export type * from "./ids.ts";
export type * from "./types.ts";
