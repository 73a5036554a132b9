import { type Documents, openDocuments } from "../../../src/kernel/blocks/index.ts";
import { type Contexts, openContexts } from "../../../src/kernel/contexts/index.ts";
import { type EventBus, memoryBus } from "../../../src/kernel/flow/index.ts";
import { type KernelId, newId, type PrincipalId } from "../../../src/kernel/ids.ts";
import { memoryStore, type Store } from "../../../src/kernel/state/index.ts";
import type { Kernel, KernelEvent } from "../../../src/kernel/types.ts";

export const amy = newId<PrincipalId>();
export const bob = newId<PrincipalId>();
export const kernel: Kernel = { id: newId<KernelId>(), founder: amy, label: "test", createdAt: 1 };

export interface Fixture {
  readonly store: Store;
  readonly bus: EventBus;
  readonly documents: Documents;
  readonly contexts: Contexts;
  readonly events: KernelEvent[];
}

/** All that is below the drift router, over a store; twice over the same store is a restart. */
export async function contextsFixture(store: Store = memoryStore(), wrapped: Store = store): Promise<Fixture> {
  const bus = memoryBus();
  const events: KernelEvent[] = [];
  bus.subscribe({ topics: ["context", "drift", "block"], limit: 1_000_000 }, (batch) => void events.push(...batch));
  const documents = openDocuments({ store: wrapped, bus });
  const contexts = await openContexts({ store: wrapped, bus, documents, kernel });
  return { store, bus, documents, contexts, events };
}
