import type { KernelApi } from "./api.ts";
import type { KernelError } from "./errors.ts";

/**
 * What a command that `needs: ["kernel"]` gets: the session it runs in. The same interface as a front end's, so
 * `drift push` typed, called over RPC and called by a model are one path.
 */
export interface KernelPower {
  readonly api: KernelApi;
  /** Moves the running shell to another context (`context switch`, `fork`, `thread`): takes effect after the current program in a REPL, at once in a script. */
  switchTo(api: KernelApi): Promise<void>;
}

export type { KernelApi, KernelError };
