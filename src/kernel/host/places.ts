import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { KernelError } from "../errors.ts";
import type { KernelId } from "../ids.ts";

/** The folders of this user, absolute host paths. They need not exist. */
export interface Places {
  /** Kernels, archives, who I am. */
  readonly data: string;
  /** What people write: config.toml, models.toml, init.kai. */
  readonly config: string;
  /** Sockets. */
  readonly runtime: string;
}

/** `KAISH_HOME` moves everything under one folder; else the XDG base directories. A relative XDG path counts as absent. */
export function places(env: (name: string) => string | undefined): Places {
  const own = env("KAISH_HOME");
  if (own !== undefined && own !== "") {
    const home = own.startsWith("/") ? own : join(process.cwd(), own);
    return { data: home, config: home, runtime: join(home, "run") };
  }
  const home = env("HOME") || homedir();
  const runtime = xdg(env, "XDG_RUNTIME_DIR");
  return {
    data: join(xdg(env, "XDG_DATA_HOME") ?? join(home, ".local/share"), "kaijutsu"),
    config: join(xdg(env, "XDG_CONFIG_HOME") ?? join(home, ".config"), "kaijutsu"),
    runtime: runtime === undefined ? sharedRuntime() : join(runtime, "kaish"),
  };
}

function xdg(env: (name: string) => string | undefined, name: string): string | undefined {
  const value = env(name);
  return value?.startsWith("/") ? value : undefined;
}

/** Where there is no runtime folder of the user's own. */
function sharedRuntime(): string {
  return join(tmpdir(), `kaish-${userInfo().uid}`);
}

/** The path of an address of a unix socket holds 107 bytes on Linux, 103 elsewhere. */
const longestSocketPath = 103;

/** Where the host of a kernel listens. The folder is `makePrivate`'s to make. */
export function socketPath(where: Places, kernel: KernelId): string {
  const path = join(where.runtime, `${kernel}.sock`);
  if (Buffer.byteLength(path) <= longestSocketPath) return path;
  const name = createHash("sha256").update(path).digest("hex").slice(0, 24);
  return join(sharedRuntime(), `${name}.sock`);
}

/** Makes a folder that only this user may enter. Rejects one that is someone else's (`refused`) or no folder (`io`). */
export function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    if (!stat.isDirectory()) throw new KernelError("io", `${folder} is not a folder`, { path: folder });
    const uid = userInfo().uid;
    if (uid >= 0 && stat.uid !== uid)
      throw new KernelError("refused", `${folder} belongs to another user`, { path: folder, uid: stat.uid });
    if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (error) {
    if (error instanceof KernelError) throw error;
    throw new KernelError("io", `cannot make the folder ${folder}: ${reason(error)}`, { path: folder }, { cause: error });
  }
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
