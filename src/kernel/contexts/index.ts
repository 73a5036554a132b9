export { blockNames } from "./block-names.ts";
export type { BlockNames, Contexts, Principals } from "./contexts.ts";
export { openPrincipals } from "./principals.ts";
export { openContexts } from "./registry.ts";
