export { type FileLock, lockFile } from "./file-lock.ts";
export { memoryStore, openSqliteStore } from "./sqlite-store.ts";
export type {
  Change,
  DocumentRow,
  HistoryRow,
  Keyframe,
  LogRow,
  MemberRow,
  MountRow,
  Operation,
  ProjectedBlock,
  Store,
} from "./store.ts";
