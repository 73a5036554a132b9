import { basename, child, dirname, isClean, normalise, VfsError, type VfsReader } from "../../../vfs/index.ts";
import { type Steps, wait } from "./steps.ts";

/** How much of a path must exist: all of it, all but the last name, or nothing. */
export type Existing = "all" | "parent" | "none";

/** The path without symbolic links. Throws VfsError for what should exist and does not. */
export function* canonical(vfs: VfsReader, path: string, existing: Existing, links = 0): Steps<string> {
  try {
    return yield* wait(vfs.realpath(path));
  } catch (error) {
    if (existing === "all" || !(error instanceof VfsError)) throw error;
    const passes = error.code === "ENOENT" || (existing === "none" && (error.code === "ENOTDIR" || error.code === "ELOOP"));
    if (!passes) throw error;
    if (links > 40) throw new VfsError("ELOOP", path, { cause: error });
  }
  const trimmed = path.length > 1 ? path.replace(/(?:\/+\.)*\/*$/, "") || "/" : path;
  if (trimmed === "/") return "/";
  const name = basename(trimmed);
  const above = yield* canonical(vfs, dirname(trimmed), existing === "parent" ? "all" : "none", links);
  if (name === "..") return dirname(above);
  if (name === ".") return above;
  const here = child(above, name);
  let target: string;
  try {
    target = yield* wait(vfs.readlink(here));
  } catch {
    return here;
  }
  return yield* canonical(vfs, target.startsWith("/") ? target : `${above}/${target}`, existing, links + 1);
}

/** A path from one directory to another place; both absolute. */
export function relativeTo(path: string, from: string): string {
  const to = names(path);
  const base = names(from);
  let shared = 0;
  while (shared < to.length && shared < base.length && to[shared] === base[shared]) shared++;
  return [...base.slice(shared).map(() => ".."), ...to.slice(shared)].join("/") || ".";
}

function names(path: string): readonly string[] {
  return (isClean(path) ? path : normalise(path)).split("/").filter((name) => name !== "");
}
