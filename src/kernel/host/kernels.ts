import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KernelError } from "../errors.ts";
import { type KernelId, newId, type PrincipalId } from "../ids.ts";
import type { Kernel } from "../types.ts";
import { makePrivate, type Places, reason } from "./places.ts";

/**
 * The kernels of this user on disk. `kernels/<id>/kernel.json` is the kernel; `labels/<label>` holds the id that has the label
 * and is made last, so a kernel that has no label yet does not exist.
 */
export interface KernelFolder {
  readonly kernel: Kernel;
  /** Absolute host path of `kernels/<id>`. */
  readonly folder: string;
}

const labelForm = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u;

/** Finds the kernel with this label or id; makes it when no kernel has that label. `invalid`, `io`. */
export function openKernelFolder(where: Places, name: string, founder: PrincipalId): KernelFolder {
  const found = findKernel(where, name);
  if (found !== undefined) return found;
  if (!labelForm.test(name)) {
    throw new KernelError("invalid", `not a kernel's name: ${name} (letters, digits, . _ @ -, at most 64)`, { name });
  }
  return makeKernel(where, { id: newId<KernelId>(), founder, label: name, createdAt: Date.now() });
}

/** By label, else by id. */
export function findKernel(where: Places, name: string): KernelFolder | undefined {
  if (labelForm.test(name)) {
    const id = readText(join(where.data, "labels", name))?.trim();
    const kernel = id === undefined ? undefined : readKernel(where, id);
    if (kernel !== undefined) return kernel;
  }
  return /^[0-9a-f-]{36}$/.test(name) ? readKernel(where, name) : undefined;
}

/** By label. */
export function listKernelFolders(where: Places): readonly KernelFolder[] {
  let labels: string[];
  try {
    labels = readdirSync(join(where.data, "labels"));
  } catch {
    return [];
  }
  return labels
    .filter((label) => labelForm.test(label))
    .sort()
    .flatMap((label) => findKernel(where, label) ?? []);
}

function makeKernel(where: Places, kernel: Kernel): KernelFolder {
  const folder = join(where.data, "kernels", kernel.id);
  makePrivate(where.data);
  try {
    mkdirSync(join(where.data, "labels"), { recursive: true });
    mkdirSync(join(folder, "scratch"), { recursive: true });
    writeFileSync(join(folder, "kernel.json"), `${JSON.stringify(kernel)}\n`);
    const ready = join(folder, "label");
    writeFileSync(ready, `${kernel.id}\n`);
    // A link appears whole or not at all, and never over another: of two makers one wins.
    linkSync(ready, join(where.data, "labels", kernel.label));
    rmSync(ready);
    return { kernel, folder };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const winner = findKernel(where, kernel.label);
    if (winner !== undefined) return winner;
    throw new KernelError("io", `cannot make the kernel ${kernel.label}: ${reason(error)}`, { path: folder }, { cause: error });
  }
}

function readKernel(where: Places, id: string): KernelFolder | undefined {
  const folder = join(where.data, "kernels", id);
  try {
    const kernel = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")) as Kernel;
    return kernel.id === id ? { kernel, folder } : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
