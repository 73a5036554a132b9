import { resolve } from "node:path";
import { commandTable } from "../../commands/index.ts";
import { type KernelApi, KernelError } from "../../kernel/index.ts";
import type { Confinement } from "../../kernel/kernel.ts";
import type { KernelModule } from "../../kernel/script-shell.ts";
import { localBackend, type MountTable, mountTable } from "../../vfs/index.ts";
import type { Where } from "./cli.ts";
import { type Attached, attach, defaultKernel, serve } from "./kernels.ts";
import { logFault } from "./log.ts";
import { environment, interruption, workingDirectory } from "./process.ts";
import { notice } from "./run-program.ts";

/** Hosts a kernel and serves it on a unix socket until a signal ends it. */
export async function serveRpc({ path, where }: { readonly path?: string; readonly where: Where }): Promise<number> {
  const stop = interruption();
  const { openKernel } = await import("../../kernel/kernel.ts");
  const world = await openKernel({
    name: where.kernel ?? defaultKernel,
    commands: commandTable(),
    env: environment(),
    cwd: workingDirectory(),
    notice,
    ...(path === undefined ? {} : { socket: resolve(workingDirectory(), path) }),
  });
  try {
    const server = await serve(world);
    process.stdout.write(`kaish: kernel ${world.kernel.label} serves on ${world.socket}\n`);
    await aborted(stop.signal);
    await server.close();
    return 0;
  } finally {
    await world.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/**
 * What an MCP session sees of the host: all of it read-only, the folders of `--allow-write` writable, and a scratch folder of the
 * kernel.
 */
function guestTree(kernel: KernelModule, allowWrite: readonly string[]): MountTable {
  if (allowWrite.includes("/")) return withScratch(mountTable(localBackend("/"), { writable: true }), kernel);
  const tree = withScratch(mountTable(localBackend("/"), { writable: false }), kernel);
  for (const folder of allowWrite) tree.mount(folder, localBackend(folder), { writable: true });
  return tree;
}

function withScratch(tree: MountTable, kernel: KernelModule): MountTable {
  tree.mount("/scratch", kernel.memoryBackend(), { writable: true });
  return tree;
}

/** Serves MCP on standard input and output: one session, in a context of its own unless one is named. */
export async function serveMcp(
  call: { readonly allowWrite: readonly string[]; readonly where: Where },
  version: string,
): Promise<number> {
  const stop = interruption();
  const kernel = await import("../../kernel/kernel.ts");
  const folders = call.allowWrite.map((folder) => resolve(folder));
  const confinement = { tree: guestTree(kernel, folders), refuseExternal: "an MCP session may not run external programs" };
  const attached = await attachConfined(call.where, confinement, folders.includes("/"));
  try {
    const { serveStdio } = await import("../../kernel/mcp/index.ts");
    const api = call.where.context === undefined ? await ownContext(attached.api) : attached.api;
    await serveStdio(api, { version, signal: stop.signal, onFault: logFault });
    return 0;
  } finally {
    await attached.close();
  }
}

/** Confined in the kernel that this process hosts. In one that another hosts nothing confines it: the person must have allowed as much. */
async function attachConfined(where: Where, confinement: Confinement, mayWriteAll: boolean): Promise<Attached> {
  const instance = "mcp";
  if (where.kernel === undefined && where.connect === undefined) {
    const { openKernel } = await import("../../kernel/kernel.ts");
    const world = await openKernel({ commands: commandTable(), env: environment(), cwd: workingDirectory() });
    const confined = await world.confined(confinement);
    return { api: await confined.attachKernel(world.kernel.id, { instance }), hosting: true, close: () => world.close() };
  }
  const attached = await attach(where, where.kernel ?? "", { instance, notice, confinement });
  if (attached.hosting || mayWriteAll) return attached;
  await attached.close();
  throw new KernelError(
    "refused",
    "another process hosts this kernel and cannot keep this session from writing files; say --allow-write / to join it all the same",
  );
}

/** A context that only this session is in, until others are told its name. */
async function ownContext(api: KernelApi): Promise<KernelApi> {
  const { session } = await api.info();
  const { id } = await api.createContext(`mcp-${session.id.slice(-6)}`);
  const own = await api.joinContext(id);
  await api.detach();
  return own;
}
