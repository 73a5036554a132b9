import type { FileStat } from "../../../vfs/index.ts";
import { below, type WriteContext } from "../io/entries.ts";
import { fileError } from "../io/input.ts";
import { byName } from "../io/names.ts";
import { complain, type Output, quoted } from "../io/output.ts";
import { type Steps, wait } from "../io/steps.ts";

export interface RemoveOptions {
  readonly recursive: boolean;
  /** Also an empty directory. */
  readonly directories: boolean;
  readonly verbose: boolean;
  /** Answers whether to go on. */
  readonly confirm: ((question: string) => Steps<boolean>) | undefined;
}

/** Removes an entry, and what is below it. Prints what could not be removed; answers whether all was. */
export function* remove(ctx: WriteContext, name: string, stat: FileStat, options: RemoveOptions, out: Output): Steps<boolean> {
  yield;
  const path = ctx.resolve(name);
  if (stat.kind !== "directory") {
    if (options.confirm !== undefined && !(yield* options.confirm(`remove ${describe(stat)} ${quoted(name)}?`))) return true;
    return yield* attempt(ctx, name, out, () => ctx.vfs.unlink(path), options.verbose ? `removed ${quoted(name)}\n` : "");
  }
  if (!options.recursive && !options.directories) {
    yield* complain(ctx, `cannot remove ${quoted(name)}: Is a directory`);
    return false;
  }
  let good = true;
  if (options.recursive) {
    const entries = yield* listed(ctx, name, out);
    if (entries === undefined) return false;
    if (entries.length > 0 && options.confirm !== undefined && !(yield* options.confirm(`descend into directory ${quoted(name)}?`)))
      return true;
    for (const entry of entries) {
      const child = below(name, entry.name);
      const childStat: FileStat = { ...stat, kind: entry.kind };
      if (!(yield* remove(ctx, child, childStat, options, out))) good = false;
    }
    if (!good) return false;
  }
  if (options.confirm !== undefined && !(yield* options.confirm(`remove directory ${quoted(name)}?`))) return true;
  return yield* attempt(ctx, name, out, () => ctx.vfs.rmdir(path), options.verbose ? `removed directory ${quoted(name)}\n` : "");
}

function describe(stat: FileStat): string {
  const names = {
    file: "regular file",
    symlink: "symbolic link",
    fifo: "fifo",
    socket: "socket",
    character: "character special file",
    block: "block special file",
  };
  if (stat.kind === "directory") return "directory";
  return stat.kind === "file" && stat.size === 0 ? "regular empty file" : names[stat.kind];
}

function* listed(
  ctx: WriteContext,
  name: string,
  out: Output,
): Steps<readonly { name: string; kind: FileStat["kind"] }[] | undefined> {
  try {
    return [...(yield* wait(ctx.vfs.readdir(ctx.resolve(name))))].sort(byName);
  } catch (error) {
    yield* out.flush();
    yield* complain(ctx, `cannot remove ${quoted(name)}: ${fileError(error).message}`);
    return undefined;
  }
}

function* attempt(ctx: WriteContext, name: string, out: Output, act: () => void | Promise<void>, done: string): Steps<boolean> {
  try {
    yield* wait(act());
  } catch (error) {
    yield* out.flush();
    yield* complain(ctx, `cannot remove ${quoted(name)}: ${fileError(error).message}`);
    return false;
  }
  out.text(done);
  if (out.full) yield* out.flush();
  return true;
}
