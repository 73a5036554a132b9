import type { KernelApi } from "./api.ts";
import type { BlockId, PrincipalId } from "./ids.ts";
import type { Kernel } from "./types.ts";

/** A kernel of this machine, hosted by some process or not. */
export interface KernelEntry {
  readonly kernel: Kernel;
  /** The process that hosts it now; absent when none does. */
  readonly pid?: number;
  /** Where its host listens, when it is hosted. */
  readonly socket?: string;
  /** It is the one asked. */
  readonly current: boolean;
}

/**
 * What a command that `needs: ["kernel"]` gets: the session it runs in. The same interface as a front end's, so
 * `drift push` typed, called over RPC and called by a model are one path.
 */
export interface KernelPower {
  /** The session as it is now: after `switchTo` it is another one. */
  readonly api: KernelApi;
  /**
   * Moves the running program to another context of the kernel (`context switch`, `fork`, `thread`): from the next kernel verb on
   * it acts there. It keeps its own variables until it ends; what the session runs next, runs in the new context's shell.
   */
  switchTo(api: KernelApi): Promise<void>;
  /** How people are shown a block: `ctx-short/principal/seq`. */
  blockName(id: BlockId): string;
  /** How people are shown who acts: the username. */
  principalName(id: PrincipalId): string;
  /** The kernels of this machine, the ephemeral one asked included. */
  listKernels(): Promise<readonly KernelEntry[]>;
}
