import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ByteSource } from "../../src/kernel/command.ts";
import type { ContextId, DriftId, KernelId, PrincipalId, SessionId } from "../../src/kernel/ids.ts";
import type { ExecuteOptions, KernelApi, KernelEvent, World } from "../../src/kernel/index.ts";
import type { BlockSnapshot, Context, Kernel, Principal, StagedDrift } from "../../src/kernel/types.ts";

export const uuid = (n: number): string => `0190a000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

export const principal: Principal = { id: uuid(1) as PrincipalId, username: "amy", displayName: "Amy ž" };
export const kernel: Kernel = { id: uuid(2) as KernelId, founder: principal.id, label: "default", createdAt: 1_700_000_000_000 };
export const context: Context = {
  id: uuid(3) as ContextId,
  kernelId: kernel.id,
  label: "main",
  createdBy: principal.id,
  createdAt: 1_700_000_000_001,
  cwd: "/tmp",
  shortId: "abcdef",
};
export const block: BlockSnapshot = {
  id: { contextId: context.id, principalId: principal.id, seq: 1 },
  role: "user",
  kind: "text",
  status: "done",
  createdAt: 1,
  updatedAt: 2,
  content: "\ufeffobsah 🎉\0!",
  collapsed: false,
  excluded: true,
  ephemeral: false,
};
export const drift: StagedDrift = {
  id: uuid(4) as DriftId,
  number: 7,
  source: context.id,
  target: context.id,
  principalId: principal.id,
  kind: "push",
  content: "finding",
  stagedAt: 3,
  attempts: 1,
  state: "staged",
};

export const emptySource: ByteSource = { read: () => null, close: () => {}, unread: () => {} };

/** A world of one session whose methods are what a test gives; what it does not give fails the test by name. */
export interface FakeWorld extends World {
  attached: number;
  detached: number;
}

export function fakeWorld(methods: Partial<KernelApi> = {}): FakeWorld {
  const api = (world: FakeWorld): KernelApi =>
    new Proxy(
      {
        info: async () => ({
          kernel,
          session: {
            id: uuid(5) as SessionId,
            principalId: principal.id,
            kernelId: kernel.id,
            contextId: context.id,
            instance: "test",
            startedAt: 4,
          },
          context,
          ephemeral: true,
        }),
        whoami: async () => principal,
        detach: async () => {
          world.detached++;
        },
        joinContext: async () => {
          world.attached++;
          return api(world);
        },
        ...methods,
      },
      {
        get(target, name) {
          if (name in target) return target[name as keyof typeof target];
          // An object that answers `then` would be taken for a promise.
          if (name === "then") return undefined;
          return () => {
            throw new Error(`the fake has no ${String(name)}`);
          };
        },
      },
    ) as unknown as KernelApi;
  const world: FakeWorld = {
    attached: 0,
    detached: 0,
    whoami: async () => principal,
    listKernels: async () => [kernel],
    attachKernel: async () => {
      world.attached++;
      return api(world);
    },
    close: async () => {},
  };
  return world;
}

/** Runs a program made of a function over its streams. */
export function program(run: (options: ExecuteOptions, interrupted: Promise<void>) => Promise<number>): Pick<KernelApi, "execute"> {
  let id = 0;
  return {
    execute: (_code, options = {}) => {
      let interrupt = () => {};
      const interrupted = new Promise<void>((resolve) => {
        interrupt = resolve;
      });
      return { id: ++id, done: run(options, interrupted).then((status) => ({ status })), interrupt };
    },
  };
}

/** A feed whose events the test makes. */
export function feed(): Pick<KernelApi, "subscribe"> & { emit(events: readonly KernelEvent[]): void; readonly open: number } {
  const callbacks = new Set<(events: readonly KernelEvent[]) => void>();
  return {
    subscribe: async (_options, callback) => {
      callbacks.add(callback);
      return { close: () => void callbacks.delete(callback) };
    },
    emit: (events) => {
      for (const callback of callbacks) callback(events);
    },
    get open() {
      return callbacks.size;
    },
  };
}

/** A path for a socket in a fresh folder. */
export function socketPlace(): { readonly path: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "kaish-rpc-"));
  return { path: join(folder, "run", "k.sock"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function until(holds: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
