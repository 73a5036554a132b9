import type { CondUnaryOp } from "../../parser/index.ts";
import { after, type FileKind, type FileStat, join, type MaybePromise, VfsError } from "../../vfs/index.ts";
import type { Runtime } from "./runtime.ts";

const kinds: Readonly<Partial<Record<CondUnaryOp, FileKind>>> = {
  "-f": "file",
  "-d": "directory",
  "-p": "fifo",
  "-S": "socket",
  "-b": "block",
  "-c": "character",
};
const bits: Readonly<Partial<Record<CondUnaryOp, number>>> = { "-g": 0o2000, "-u": 0o4000, "-k": 0o1000 };
const access: Readonly<Partial<Record<CondUnaryOp, number>>> = { "-r": 4, "-w": 2, "-x": 1 };

/** `[[ -f path ]]` and its like. What cannot be looked at is not so. */
export function testFile(rt: Runtime, op: CondUnaryOp, path: string): MaybePromise<boolean> {
  const found = op === "-L" || op === "-h" ? look(rt, path, "lstat") : look(rt, path, "stat");
  return after(found, (stat) => stat !== undefined && answer(op, stat));
}

function answer(op: CondUnaryOp, stat: FileStat): boolean {
  const kind = kinds[op];
  if (kind !== undefined) return stat.kind === kind;
  const bit = bits[op];
  if (bit !== undefined) return (stat.mode & bit) !== 0;
  const wanted = access[op];
  if (wanted !== undefined) return allowed(stat, wanted);
  switch (op) {
    case "-L":
    case "-h":
      return stat.kind === "symlink";
    case "-s":
      return stat.size > 0;
    case "-O":
      return stat.uid === process.geteuid?.();
    case "-G":
      return stat.gid === process.getegid?.();
    case "-N":
      return stat.mtimeMs > stat.atimeMs;
    default:
      return true;
  }
}

function allowed(stat: FileStat, wanted: number): boolean {
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0) return wanted !== 1 || stat.kind === "directory" || (stat.mode & 0o111) !== 0;
  const shift = stat.uid === uid ? 6 : process.getgroups?.().includes(stat.gid) === true ? 3 : 0;
  return ((stat.mode >> shift) & wanted) !== 0;
}

/** `-nt`, `-ot`, `-ef`; a file that is not there is older than any that is. */
export function compareFiles(rt: Runtime, op: "-nt" | "-ot" | "-ef", left: string, right: string): MaybePromise<boolean> {
  return after(look(rt, left, "stat"), (a) =>
    after(look(rt, right, "stat"), (b) => {
      if (op === "-ef") return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
      const [newer, older] = op === "-nt" ? [a, b] : [b, a];
      return newer !== undefined && (older === undefined || newer.mtimeMs > older.mtimeMs);
    }),
  );
}

function look(rt: Runtime, path: string, how: "stat" | "lstat"): MaybePromise<FileStat | undefined> {
  const missing = (error: unknown): undefined => {
    if (error instanceof VfsError) return undefined;
    throw error;
  };
  if (path === "") return undefined;
  try {
    const found = rt.shared.host.vfs[how](join(rt.cwd, path));
    return found instanceof Promise ? found.catch(missing) : found;
  } catch (error) {
    return missing(error);
  }
}
