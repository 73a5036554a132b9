import type { BlockId, ContextId, PrincipalId } from "../ids.ts";
import type { Context, Membership, Principal } from "../types.ts";

export interface NewContext {
  /** Letters, digits, `_`, `-`, `.`, `@`; not all of a short id's form; at most 64 characters; unique among live contexts. */
  readonly label: string;
  readonly createdBy: PrincipalId;
  readonly cwd: string;
  readonly provider?: string;
  readonly model?: string;
  readonly systemPrompt?: string;
}

export interface NewFork {
  readonly createdBy: PrincipalId;
  /** Default: the parent's label with `-1`, `-2`, … */
  readonly label?: string;
  /** Default: now. */
  readonly at?: number;
}

export interface ContextChange {
  readonly label?: string;
  readonly cwd?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly systemPrompt?: string;
}

export interface Member extends Membership {
  readonly principalId: PrincipalId;
}

/**
 * The one registry of contexts of a kernel. Reads are synchronous and answer what is on disk; changes resolve when they are on
 * disk, and are then published under the topic `context`. Throws and rejects with `KernelError`.
 */
export interface Contexts {
  /** `invalid` for a bad label, `conflict` for one that is taken. Makes the empty document too. */
  create(context: NewContext): Promise<Context>;
  /** A deep copy of the document at `at`, cwd and model settings copied, `parentId` set. */
  fork(source: ContextId, options: NewFork): Promise<Context>;
  /** An empty document, the rest as in a fork. */
  thread(source: ContextId, options: Omit<NewFork, "at">): Promise<Context>;
  update(id: ContextId, change: ContextChange): Promise<Context>;
  /** `notFound`. */
  get(id: ContextId): Context;
  /** By creation. */
  list(): readonly Context[];
  /** Label, short id, prefix of the id or of its random part, `.`, `.parent`. `notFound`, `ambiguous`, both with data.candidates (labels). */
  resolve(address: string, from?: ContextId): Context;
  children(id: ContextId): readonly Context[];

  /** A session enters. The answer is its leaving: the member is `away` when its last session has left. */
  join(member: Omit<Member, "status" | "kernelId">): Promise<() => Promise<void>>;
  setPresence(member: Omit<Member, "status" | "kernelId">, status: Membership["status"]): Promise<void>;
  members(contextId?: ContextId): readonly Member[];
}

/** Who acts in this kernel. */
export interface Principals {
  /** New or changed. `invalid` for a bad username, `conflict` for one that another principal has. */
  put(principal: Principal): Promise<void>;
  get(id: PrincipalId): Principal | undefined;
  list(): readonly Principal[];
  /** Username, or prefix of the id or of its random part. `notFound`, `ambiguous`. */
  resolve(name: string): Principal;
  /** How people are shown it: the username; the whole id of one that is unknown here. */
  name(id: PrincipalId): string;
}

/** Blocks' ids for people: `ctx-short/principal/seq`, the principal by username. */
export interface BlockNames {
  format(id: BlockId): string;
  /** `ctx/principal/seq` (ctx any address), `principal/seq` and a bare `seq` (the caller's own) in the caller's context. `invalid`, `notFound`, `ambiguous`. */
  parse(text: string, from: { readonly contextId: ContextId; readonly principalId: PrincipalId }): BlockId;
}
