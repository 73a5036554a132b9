import type { Store } from "./store.ts";

/** `path`: the database file; its folder must exist. Throws `KernelError`: `newer`, `corrupt`, `io`. */
export declare function openSqliteStore(path: string): Store;
/** Goes with the process. */
export declare function memoryStore(): Store;
