import { type Document, type Documents, openDocuments } from "../../../src/kernel/blocks/index.ts";
import { type EventBus, memoryBus } from "../../../src/kernel/flow/index.ts";
import { type ContextId, newId, type PrincipalId } from "../../../src/kernel/ids.ts";
import { memoryStore, type Store } from "../../../src/kernel/state/index.ts";
import type { KernelEvent } from "../../../src/kernel/types.ts";

export const amy = newId<PrincipalId>();
export const bob = newId<PrincipalId>();

export interface Fixture {
  readonly store: Store;
  readonly bus: EventBus;
  readonly documents: Documents;
  readonly contextId: ContextId;
  readonly document: Document;
  /** Everything published so far. */
  readonly events: KernelEvent[];
  /** Other documents over the same store, as after a restart. */
  reopen(): Promise<Document>;
}

export async function fixture(options: { store?: Store; now?: () => number; memoryLimit?: number } = {}): Promise<Fixture> {
  const store = options.store ?? memoryStore();
  const bus = memoryBus();
  const events: KernelEvent[] = [];
  bus.subscribe({ topics: ["block"], limit: 1_000_000 }, (batch) => void events.push(...batch));
  const documents = openDocuments({ ...options, store, bus });
  const contextId = newId<ContextId>();
  await documents.create(contextId);
  const document = await documents.open(contextId);
  return {
    store,
    bus,
    documents,
    contextId,
    document,
    events,
    reopen: () => openDocuments({ store, bus: memoryBus() }).open(contextId),
  };
}

/** A store whose commits fail while `failing()` answers an error. */
export function failingStore(store: Store, failing: (batch: Parameters<Store["commit"]>[0]) => Error | undefined): Store {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === "commit") {
        return async (batch: Parameters<Store["commit"]>[0]) => {
          const error = failing(batch);
          if (error !== undefined) throw error;
          return target.commit(batch);
        };
      }
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
