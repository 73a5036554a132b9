import type { Documents } from "../blocks/index.ts";
import type { EventBus } from "../flow/index.ts";
import type { Store } from "../state/index.ts";
import type { Kernel } from "../types.ts";
import type { BlockNames, Contexts, Principals } from "./contexts.ts";

export type { BlockNames, ContextChange, Contexts, Member, NewContext, NewFork, Principals } from "./contexts.ts";

export interface ContextsOptions {
  readonly store: Store;
  readonly bus: EventBus;
  readonly documents: Documents;
  readonly kernel: Kernel;
  readonly now?: () => number;
}

export declare function openContexts(options: ContextsOptions): Promise<Contexts>;
export declare function openPrincipals(options: { readonly store: Store }): Promise<Principals>;
export declare function blockNames(contexts: Contexts, principals: Principals): BlockNames;
