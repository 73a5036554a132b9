import { type FileKind, readFile, type VfsReader } from "../../../vfs/index.ts";
import { type Steps, wait } from "./steps.ts";

export function typeLetter(kind: FileKind): string {
  return { file: "-", directory: "d", symlink: "l", fifo: "p", socket: "s", character: "c", block: "b" }[kind];
}

/** `rwxr-xr-x`, with s, S, t and T. */
export function modeText(mode: number): string {
  let out = "";
  for (const [shift, special, letter] of [
    [6, 0o4000, "s"],
    [3, 0o2000, "s"],
    [0, 0o1000, "t"],
  ] as const) {
    const bits = mode >> shift;
    out += (bits & 4 ? "r" : "-") + (bits & 2 ? "w" : "-");
    const runs = (bits & 1) !== 0;
    out += mode & special ? (runs ? letter : letter.toUpperCase()) : runs ? "x" : "-";
  }
  return out;
}

/** As GNU's -h: rounded up, one decimal below ten. */
export function sizeText(bytes: number, base: 1000 | 1024): string {
  if (bytes < base) return String(bytes);
  let value = bytes;
  let power = 0;
  while (value >= base && power < 8) {
    value /= base;
    power++;
  }
  const tenths = Math.ceil(value * 10 - 1e-9) / 10;
  let text = tenths < 10 ? tenths.toFixed(1) : String(Math.ceil(value - 1e-9));
  if (Number(text) >= base) {
    text = "1.0";
    power++;
  }
  return text + (base === 1000 ? "kMGTPEZY" : "KMGTPEZY").charAt(power - 1);
}

/** Names of users and groups, from the tree's own /etc; a number where there is none. */
export class Owners {
  readonly #vfs: VfsReader;
  #users: ReadonlyMap<number, string> | undefined;
  #groups: ReadonlyMap<number, string> | undefined;

  constructor(vfs: VfsReader) {
    this.#vfs = vfs;
  }

  *user(id: number): Steps<string> {
    this.#users ??= yield* this.#read("/etc/passwd");
    return this.#users.get(id) ?? String(id);
  }

  *group(id: number): Steps<string> {
    this.#groups ??= yield* this.#read("/etc/group");
    return this.#groups.get(id) ?? String(id);
  }

  *#read(path: string): Steps<ReadonlyMap<number, string>> {
    const names = new Map<number, string>();
    try {
      const bytes = yield* wait(readFile(this.#vfs, path));
      for (const line of bytes.toString("utf8").split("\n")) {
        const [name, , id] = line.split(":");
        if (name !== undefined && id !== undefined && !names.has(Number(id))) names.set(Number(id), name);
      }
    } catch {
      // A tree without the file has numbers only.
    }
    return names;
  }
}
