import { commandTable } from "../../commands/index.ts";
import { type KernelApi, KernelError, type World } from "../../kernel/index.ts";
import type { Confinement, HostedKernel, KernelOptions } from "../../kernel/kernel.ts";
import type { Where } from "./cli.ts";
import { logFault } from "./log.ts";
import { environment, workingDirectory } from "./process.ts";

/** A session, and how to leave it. */
export interface Attached {
  readonly api: KernelApi;
  /** This process hosts the kernel. */
  readonly hosting: boolean;
  /** Detaches, and closes the kernel if this process hosts it. */
  close(): Promise<void>;
}

export interface AttachSettings extends Pick<KernelOptions, "interactive" | "foreground" | "notice"> {
  readonly instance: string;
  /** What this session may see and do when this process hosts the kernel; those who attach to it are not confined. */
  readonly confinement?: Confinement;
}

/** While a host starts or leaves, its lock and its socket disagree for a moment: so many tries, so many milliseconds apart. */
const tries = 60;
const pause = 50;

/** What the kernel of a verb or of the REPL is called when nobody says. */
export const defaultKernel = "default";

/**
 * A session in the kernel that `where` names: that of `--connect`; else the one called `-k` (or `name`), attached to if some process
 * hosts it, hosted here and served on its socket if none does.
 */
export async function attach(where: Where, name: string, settings: AttachSettings): Promise<Attached> {
  if (where.connect !== undefined) return attachRemote(where.connect, undefined, where, settings);
  for (let attempt = 1; ; attempt++) {
    try {
      return await hostKernel(name, where, settings);
    } catch (error) {
      if (!(error instanceof KernelError) || error.code !== "locked") throw error;
      const remote = await attachOwner(error, name, where, settings);
      if (remote !== undefined) return remote;
      if (attempt === tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Undefined while the owner does not listen. */
async function attachOwner(
  locked: KernelError,
  name: string,
  where: Where,
  settings: AttachSettings,
): Promise<Attached | undefined> {
  const socket = locked.data.socket;
  if (typeof socket !== "string") return undefined;
  try {
    return await attachRemote(socket, name, where, settings);
  } catch (error) {
    if (error instanceof KernelError && error.code === "disconnected") return undefined;
    throw error;
  }
}

async function session(world: World, kernel: string, where: Where, instance: string): Promise<KernelApi> {
  return world.attachKernel(kernel, { instance, ...(where.context === undefined ? {} : { context: where.context }) });
}

async function attachRemote(socket: string, name: string | undefined, where: Where, settings: AttachSettings): Promise<Attached> {
  const { connect } = await import("../../kernel/rpc/index.ts");
  const world = await connect(socket);
  try {
    const kernel = name ?? (await world.listKernels())[0]?.label ?? defaultKernel;
    const api = await session(world, kernel, where, settings.instance);
    return { api, hosting: false, close: () => world.close() };
  } catch (error) {
    await world.close();
    throw error;
  }
}

async function hostKernel(name: string, where: Where, settings: AttachSettings): Promise<Attached> {
  const { openKernel } = await import("../../kernel/kernel.ts");
  const { instance, confinement, ...rest } = settings;
  const world = await openKernel({ name, commands: commandTable(), env: environment(), cwd: workingDirectory(), ...rest });
  let server: { close(): Promise<void> } | undefined;
  const close = async (): Promise<void> => {
    await server?.close();
    await world.close();
  };
  try {
    server = await serve(world);
    const api = await session(confinement === undefined ? world : await world.confined(confinement), name, where, instance);
    return { api, hosting: true, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Serves a kernel of this process where others look for it; the folder is made if need be, for this user only. */
export async function serve(world: HostedKernel): Promise<{ close(): Promise<void> }> {
  if (world.socket === undefined) throw new KernelError("invalid", "an ephemeral kernel has no socket");
  const { serveSocket } = await import("../../kernel/rpc/index.ts");
  return serveSocket(() => world, world.socket, { onFault: logFault });
}
