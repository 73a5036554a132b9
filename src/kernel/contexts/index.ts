export { blockNames } from "./block-names.ts";
export type { BlockNames, ContextChange, Contexts, Member, NewContext, NewFork, Principals } from "./contexts.ts";
export { openPrincipals } from "./principals.ts";
export { type ContextsOptions, openContexts } from "./registry.ts";
