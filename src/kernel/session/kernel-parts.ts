import type { MountTable } from "../../vfs/index.ts";
import type { KernelApi } from "../api.ts";
import type { Documents } from "../blocks/index.ts";
import type { Command } from "../command.ts";
import type { BlockNames, Contexts, Principals } from "../contexts/index.ts";
import type { DriftRouter } from "../drift/index.ts";
import type { EventBus } from "../flow/index.ts";
import type { ContextId, PrincipalId } from "../ids.ts";
import type { KernelEntry } from "../kernel-power.ts";
import type { Store } from "../state/index.ts";
import type { Kernel, Principal } from "../types.ts";
import type { ContextShell } from "./context-shell.ts";
import type { KernelMounts } from "./kernel-mounts.ts";

export interface NewSession {
  readonly principal: Principal;
  readonly contextId: ContextId;
  /** Which of the principal's connections: a host name, `mcp`, … */
  readonly instance: string;
}

/** A session as its programs see it. */
export interface Actor extends KernelApi {
  readonly contextId: ContextId;
  readonly principal: Principal;
  /** Of the program that ran last: `getLastStatus`. */
  lastStatus: number;
  /** Interrupts its programs and resolves when none runs. */
  stop(): Promise<void>;
}

/** The open parts of one kernel, which all its sessions share. Whoever opened the kernel owns them. */
export interface KernelParts {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly bus: EventBus;
  readonly documents: Documents;
  readonly contexts: Contexts;
  readonly principals: Principals;
  readonly names: BlockNames;
  readonly drift: DriftRouter;
  readonly tree: MountTable;
  readonly mounts: KernelMounts;
  readonly commands: ReadonlyMap<string, Command>;
  /** The shell of a context; the same one each time. */
  shellOf(contextId: ContextId): ContextShell;
  /** Someone enters a context under a nick and an instance, which may be in already. The answer is the leaving. */
  join(member: { contextId: ContextId; principalId: PrincipalId; nick: string; instance: string }): Promise<() => Promise<void>>;
  openSession(options: NewSession): Promise<Actor>;
  sessionEnded(session: Actor): void;
  /** The session behind an api that this kernel gave. Throws `invalid` for another's. */
  actorOf(api: KernelApi): Actor;
  /** The kernels of this machine. */
  listKernels(): Promise<readonly KernelEntry[]>;
  /** Aborted when the kernel closes. */
  readonly closing: AbortSignal;
}
