import type { Context, ContextId, KernelApi } from "../../kernel/index.ts";

/** What the contexts of a kernel are called, for provenance. */
export class ContextNames {
  #contexts = new Map<ContextId, Context>();

  async refresh(api: KernelApi): Promise<void> {
    const contexts = await api.listContexts();
    this.#contexts = new Map(contexts.map((context) => [context.id, context]));
  }

  add(context: Context): void {
    this.#contexts.set(context.id, context);
  }

  knows(id: ContextId): boolean {
    return this.#contexts.has(id);
  }

  /** The label; the start of the id for a context nobody told us of. */
  label(id: ContextId): string {
    return this.#contexts.get(id)?.label ?? id.slice(0, 8);
  }

  /** `main › debug`: the context with its ancestors, eldest first. */
  lineage(id: ContextId): string {
    const labels: string[] = [];
    const seen = new Set<ContextId>();
    for (let at: ContextId | undefined = id; at !== undefined && !seen.has(at); at = this.#contexts.get(at)?.parentId) {
      seen.add(at);
      labels.unshift(this.label(at));
    }
    return labels.join(" › ");
  }
}
