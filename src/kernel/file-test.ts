import {
  after,
  type FileKind,
  type FileStat,
  isWithin,
  type MaybePromise,
  rescue,
  VfsError,
  type VfsReader,
} from "../vfs/index.ts";

const kinds: Readonly<Partial<Record<string, FileKind>>> = {
  "-f": "file",
  "-d": "directory",
  "-p": "fifo",
  "-S": "socket",
  "-b": "block",
  "-c": "character",
};
const bits: Readonly<Partial<Record<string, number>>> = { "-g": 0o2000, "-u": 0o4000, "-k": 0o1000 };
const access: Readonly<Partial<Record<string, number>>> = { "-r": 4, "-w": 2, "-x": 1 };

/** `[ -f path ]` and its like, also in `[[`. `path` is absolute, or "", which names nothing. What cannot be looked at is not so. */
export function testFile(vfs: VfsReader, operator: string, path: string): MaybePromise<boolean> {
  const how = operator === "-L" || operator === "-h" ? "lstat" : "stat";
  return after(look(vfs, path, how), (stat) => {
    if (stat === undefined || !answer(operator, stat)) return false;
    return operator !== "-w" || writableMount(vfs, path);
  });
}

function writableMount(vfs: VfsReader, path: string): boolean {
  const holders = vfs.mounts().filter((mount) => isWithin(path, mount.path));
  return holders.sort((a, b) => b.path.length - a.path.length)[0]?.writable === true;
}

function answer(op: string, stat: FileStat): boolean {
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

/** `-nt`, `-ot`, `-ef`; a file that is not there is older than any that is. Paths as for `testFile`. */
export function compareFiles(vfs: VfsReader, operator: "-nt" | "-ot" | "-ef", left: string, right: string): MaybePromise<boolean> {
  return after(look(vfs, left, "stat"), (a) =>
    after(look(vfs, right, "stat"), (b) => {
      if (operator === "-ef") return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
      const [newer, older] = operator === "-nt" ? [a, b] : [b, a];
      return newer !== undefined && (older === undefined || newer.mtimeMs > older.mtimeMs);
    }),
  );
}

function look(vfs: VfsReader, path: string, how: "stat" | "lstat"): MaybePromise<FileStat | undefined> {
  if (path === "") return undefined;
  return rescue<FileStat | undefined>(
    () => vfs[how](path),
    (error) => {
      if (error instanceof VfsError) return undefined;
      throw error;
    },
  );
}
