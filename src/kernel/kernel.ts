/** Wires the parts of a kernel together. Loaded lazily: it brings the store and the documents with it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { localBackend, type MountTable } from "../vfs/index.ts";
import { memoryBackend } from "../vfs/memory-backend.ts";
import { openDocuments } from "./blocks/index.ts";
import type { Command } from "./command.ts";
import { blockNames, openContexts, openPrincipals, type Principals } from "./contexts/index.ts";
import { extractiveDistiller, openDrift } from "./drift/index.ts";
import { KernelError } from "./errors.ts";
import { createShell } from "./exec/index.ts";
import type { ShellHost } from "./exec/shell.ts";
import { memoryBus } from "./flow/index.ts";
import { type ConfinedParts, type Confinement, HostedKernel } from "./host/hosted-kernel.ts";
import { listKernelFolders, openKernelFolder } from "./host/kernels.ts";
import { liveOwner, takeOwnership } from "./host/ownership.ts";
import { type Places, places, socketPath } from "./host/places.ts";
import { ownPrincipal } from "./host/principal.ts";
import { recoveringDocuments } from "./host/recovering-documents.ts";
import { scriptKernel } from "./host/script-kernel.ts";
import { type ContextId, type KernelId, newId, randomPart } from "./ids.ts";
import type { KernelEntry } from "./kernel-power.ts";
import type { RunningScript, ScriptKernel } from "./script-shell.ts";
import { ContextShell } from "./session/context-shell.ts";
import { KernelMounts } from "./session/kernel-mounts.ts";
import { systemClock } from "./session/system-clock.ts";
import { defaultTree } from "./session/tree.ts";
import { memoryStore, openSqliteStore, type Store } from "./state/index.ts";
import type { Kernel, Principal } from "./types.ts";

export type { Confinement, HostedKernel } from "./host/hosted-kernel.ts";
export { memoryBackend };

export interface KernelOptions {
  /** Label or id of a kernel on disk, made when there is none. Absent: an ephemeral kernel, gone with the process. */
  readonly name?: string;
  readonly commands: ReadonlyMap<string, Command>;
  /** Exported variables of its shells; `KAISH_HOME` and the XDG ones say where kernels are. */
  readonly env: ReadonlyMap<string, string>;
  /** Absolute path where the first context starts. */
  readonly cwd: string;
  /** Aliases expand, jobs are announced. Default false. */
  readonly interactive?: boolean;
  /** See `ShellHost`. */
  readonly foreground?: ShellHost["foreground"];
  readonly refuseExternal?: string;
  /** Default: the host's files and `/scratch`. */
  readonly tree?: MountTable;
  /** Where this process will listen for a kernel on disk, absolute host path: others are told. Default: `socketPath`. */
  readonly socket?: string;
  /** Told what is not as it was left, one sentence each. */
  readonly notice?: (sentence: string) => void;
}

/** Where a kernel lives while it is open. */
interface Home {
  readonly kernel: Kernel;
  readonly principal: Principal;
  readonly store: Store;
  readonly tree: MountTable;
  /** Where others are told to find it; absent for an ephemeral one. */
  readonly socket?: string;
  readonly release: () => void;
}

/**
 * Opens a kernel and hosts it in this process. Throws `KernelError`: `locked` with data pid and socket when another process hosts
 * it, `newer`, `corrupt`, `invalid` for a bad name, `io`.
 */
export async function openKernel(options: KernelOptions): Promise<HostedKernel> {
  const home = options.name === undefined ? ephemeralHome(options) : diskHome(options, options.name);
  try {
    return await assemble(home, options);
  } catch (error) {
    await home.store.close();
    home.release();
    throw error;
  }
}

function placesOf(options: Pick<KernelOptions, "env">): Places {
  return places((name) => options.env.get(name));
}

function ephemeralHome(options: KernelOptions): Home {
  const principal = ownPrincipal(placesOf(options), false);
  const kernel: Kernel = { id: newId<KernelId>(), founder: principal.id, label: "ephemeral", createdAt: Date.now() };
  return { kernel, principal, store: memoryStore(), tree: options.tree ?? defaultTree(memoryBackend()), release: () => undefined };
}

function diskHome(options: KernelOptions, name: string): Home {
  const where = placesOf(options);
  const principal = ownPrincipal(where, true);
  const { kernel, folder } = openKernelFolder(where, name, principal.id);
  const socket = options.socket ?? socketPath(where, kernel.id);
  const ownership = takeOwnership(folder, kernel, socket);
  try {
    const scratch = join(folder, "scratch");
    mkdirSync(scratch, { recursive: true });
    const tree = options.tree ?? defaultTree(localBackend(scratch));
    return {
      kernel,
      principal,
      store: openSqliteStore(join(folder, "state.db")),
      tree,
      socket,
      release: () => ownership.release(),
    };
  } catch (error) {
    ownership.release();
    throw error;
  }
}

async function assemble(home: Home, options: KernelOptions): Promise<HostedKernel> {
  const { kernel, store, tree } = home;
  const closing = new AbortController();
  if ((await store.kernel()) === undefined) await store.commit([{ kind: "putKernel", kernel }]);
  const bus = memoryBus();
  const documents = recoveringDocuments(openDocuments({ store, bus }));
  const contexts = await openContexts({ store, bus, documents, kernel });
  const principals = await openPrincipals({ store });
  const principal = await enrol(principals, home.principal);
  const drift = await openDrift({ store, bus, documents, contexts, distillerOf: () => extractiveDistiller() });
  const mounts = new KernelMounts(tree, store);
  for (const sentence of await mounts.restore()) options.notice?.(sentence);
  const shellsOver: ShellsOver = (own, policy, kept) =>
    contextShells((contextId) => {
      const host = shellHost(own, { commands: options.commands, ...policy });
      const interactive = options.interactive ?? false;
      return new ContextShell({
        contextId,
        host,
        createShell,
        env: options.env,
        interactive,
        home: options.cwd,
        store,
        contexts,
        kept,
      });
    });
  const shells = shellsOver(tree, options, true);
  const names = blockNames(contexts, principals);
  const listKernels = async (): Promise<readonly KernelEntry[]> => kernelEntries(placesOf(options), kernel, store.durable);
  return new HostedKernel({
    parts: {
      kernel,
      store,
      bus,
      documents,
      contexts,
      principals,
      names,
      drift,
      tree,
      mounts,
      commands: options.commands,
      shellOf: shells.shellOf,
      listKernels,
    },
    confine: (confinement) => confine(confinement, store, shellsOver),
    principal,
    defaultContext: await defaultContext(store, contexts, principal, options.cwd),
    closing,
    ...(home.socket === undefined ? {} : { socket: home.socket }),
    release: async () => {
      await shells.close();
      await documents.close();
      await bus.settled();
      bus.close();
      await store.close();
      home.release();
    },
  });
}

interface Shells {
  shellOf(contextId: ContextId): ContextShell;
  close(): Promise<void>;
}

type ShellsOver = (tree: MountTable, policy: Pick<KernelOptions, "foreground" | "refuseExternal">, kept: boolean) => Shells;

async function confine({ tree, refuseExternal }: Confinement, store: Store, shellsOver: ShellsOver): Promise<ConfinedParts> {
  // What the kernel has mounted shows here too; what is mounted here is gone with it.
  await new KernelMounts(tree, store).restore();
  const unkept = memoryStore();
  const shells = shellsOver(tree, refuseExternal === undefined ? {} : { refuseExternal }, false);
  return {
    parts: { tree, mounts: new KernelMounts(tree, unkept), shellOf: shells.shellOf },
    close: async () => {
      await shells.close();
      await unkept.close();
    },
  };
}

/** One shell per context, made when it is first asked for. */
function contextShells(make: (contextId: ContextId) => ContextShell): Shells {
  const made = new Map<ContextId, ContextShell>();
  return {
    shellOf(contextId) {
      const shell = made.get(contextId) ?? make(contextId);
      made.set(contextId, shell);
      return shell;
    },
    async close() {
      await Promise.all([...made.values()].map((shell) => shell.close()));
    },
  };
}

function shellHost(
  tree: MountTable,
  options: Pick<KernelOptions, "commands" | "foreground" | "refuseExternal">,
): Omit<ShellHost, "kernel"> {
  const { commands, foreground, refuseExternal } = options;
  return {
    vfs: tree,
    commands,
    clock: systemClock,
    ...(foreground === undefined ? {} : { foreground }),
    ...(refuseExternal === undefined ? {} : { refuseExternal }),
  };
}

/** Makes a principal known to the kernel; under a longer name where another has its own (a kernel that came from elsewhere). */
async function enrol(principals: Principals, principal: Principal): Promise<Principal> {
  try {
    await principals.put(principal);
    return principal;
  } catch (error) {
    if (!(error instanceof KernelError) || error.code !== "conflict") throw error;
    const renamed = { ...principal, username: `${principal.username}-${randomPart(principal.id).slice(0, 6)}` };
    await principals.put(renamed);
    return renamed;
  }
}

/** The context that a session starts in: made as `main`, and the same one whatever it is called later. */
async function defaultContext(
  store: Store,
  contexts: Awaited<ReturnType<typeof openContexts>>,
  principal: Principal,
  cwd: string,
): Promise<ContextId> {
  const known = await store.setting("defaultContext");
  const found = contexts.list().find((context) => context.id === known || context.label === "main");
  const context = found ?? (await contexts.create({ label: "main", createdBy: principal.id, cwd }));
  if (known !== context.id) await store.commit([{ kind: "putSetting", name: "defaultContext", value: context.id }]);
  return context.id;
}

function kernelEntries(where: Places, own: Kernel, durable: boolean): readonly KernelEntry[] {
  const kept = listKernelFolders(where).map(({ kernel, folder }): KernelEntry => {
    const owner = liveOwner(folder);
    const current = kernel.id === own.id;
    return owner === undefined ? { kernel, current } : { kernel, current, pid: owner.pid, socket: owner.socket };
  });
  return durable ? kept : [{ kernel: own, pid: process.pid, current: true }, ...kept];
}

/** An ephemeral kernel around a shell that runs already. */
export async function openScriptKernel(script: RunningScript): Promise<ScriptKernel> {
  const { vfs, commands, refuseExternal } = script.host;
  const hosted = await openKernel({
    commands,
    env: script.env,
    cwd: script.shell.cwd,
    tree: vfs,
    ...(refuseExternal === undefined ? {} : { refuseExternal }),
  });
  return scriptKernel(hosted, script.shell);
}
