export { type FileLock, lockFile } from "./file-lock.ts";
export { memoryStore, openSqliteStore } from "./sqlite-store.ts";
export type {
  Change,
  LogRow,
  MemberRow,
  Operation,
  Store,
} from "./store.ts";
