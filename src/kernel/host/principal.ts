import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { KernelError } from "../errors.ts";
import { newId, type PrincipalId } from "../ids.ts";
import type { Principal } from "../types.ts";
import { makePrivate, type Places, reason } from "./places.ts";

/** This user as kept by an earlier run; else made from the operating system's user, and kept if `keep`. `io`. */
export function ownPrincipal(where: Places, keep: boolean): Principal {
  const path = join(where.data, "principal.json");
  const known = read(path);
  if (known !== undefined || !keep) return known ?? make();
  makePrivate(where.data);
  const made = make();
  const draft = `${path}.${made.id}`;
  try {
    writeFileSync(draft, `${JSON.stringify(made)}\n`, { mode: 0o600 });
    linkSync(draft, path);
    return made;
  } catch (error) {
    // Another process was first.
    const winner = read(path);
    if (winner !== undefined) return winner;
    throw new KernelError("io", `cannot keep who you are in ${path}: ${reason(error)}`, { path }, { cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
}

function make(): Principal {
  const username = userName();
  return { id: newId<PrincipalId>(), username, displayName: username };
}

/** The operating system's name of the user; some containers have none. */
function userName(): string {
  try {
    return userInfo().username.replaceAll(/[^\p{L}\p{N}._@-]/gu, "-") || "user";
  } catch {
    return "user";
  }
}

function read(path: string): Principal | undefined {
  try {
    const principal = JSON.parse(readFileSync(path, "utf8")) as Partial<Principal> | null;
    const { id, username, displayName } = principal ?? {};
    return id === undefined || username === undefined || displayName === undefined ? undefined : { id, username, displayName };
  } catch {
    return undefined;
  }
}
