import type { Documents } from "../blocks/index.ts";
import type { Contexts } from "../contexts/index.ts";
import { KernelError } from "../errors.ts";
import type { EventBus } from "../flow/index.ts";
import { type ContextId, type DriftId, newId, type PrincipalId } from "../ids.ts";
import type { Change, Store } from "../state/index.ts";
import type { BlockSnapshot, Context, DriftKind, StagedDrift } from "../types.ts";
import type { Distiller } from "./distiller.ts";
import type { DriftRouter, FlushResult, MergeRequest, PullRequest, PushRequest } from "./router.ts";

export interface DriftOptions {
  readonly store: Store;
  readonly bus: EventBus;
  readonly documents: Documents;
  readonly contexts: Contexts;
  /** The source context's own model, else the extractive distiller. */
  readonly distillerOf: (source: Context) => Distiller;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
}

/** After so many failed deliveries an item is lost. */
const attemptLimit = 5;
const numberSetting = "drift.number";

/** Resumes what a crash left in delivery; what cannot be delivered stays staged. */
export async function openDrift(options: DriftOptions): Promise<DriftRouter> {
  const number = Number((await options.store.setting(numberSetting)) ?? 0);
  const router = new DurableRouter(options, await options.store.drifts(), number);
  await router.resume();
  return router;
}

/**
 * Invariants: 1. an item is in `#items` exactly when it is on disk, but for the moments a commit takes; 2. one delivery of an item
 * runs at a time: its state in memory is `delivering` before anything waits; 3. its row goes only after its block is on disk, and
 * its block is written only if the target has none with its id: a crash anywhere leaves it to be delivered again, once.
 */
class DurableRouter implements DriftRouter {
  readonly #options: DriftOptions;
  readonly #now: () => number;
  readonly #items = new Map<DriftId, StagedDrift>();
  #number: number;

  constructor(options: DriftOptions, items: readonly StagedDrift[], number: number) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#number = number;
    for (const item of items) this.#items.set(item.id, item);
  }

  async resume(): Promise<void> {
    await this.#deliverAll([...this.#items.values()].filter((item) => item.state === "delivering"));
  }

  async push({ source, target, principalId, content, summarize = false, now = false, signal }: PushRequest): Promise<StagedDrift> {
    const from = this.#options.contexts.get(source);
    this.#options.contexts.get(target);
    if (source === target) throw new KernelError("invalid", "a context does not drift to itself");
    if (!summarize && content.trim() === "") throw new KernelError("invalid", "there is nothing to push");
    const made = summarize
      ? { kind: "distill" as const, ...(await this.#distill(from, content, signal)) }
      : { kind: "push" as const, content, ...(from.model === undefined ? {} : { sourceModel: from.model }) };
    const drift: StagedDrift = {
      id: newId<DriftId>(),
      number: ++this.#number,
      source,
      target,
      principalId,
      ...made,
      stagedAt: this.#now(),
      attempts: 0,
      state: "staged",
    };
    await this.#options.store.commit([
      { kind: "putDrift", drift },
      { kind: "putSetting", name: numberSetting, value: drift.number },
    ]);
    this.#items.set(drift.id, drift);
    this.#publish("staged", drift);
    if (now) {
      const failure = await this.#deliver(drift);
      if (failure !== undefined) throw failure;
    }
    return drift;
  }

  queue(source?: ContextId): readonly StagedDrift[] {
    return this.#of(source).filter((item) => item.state !== "lost");
  }

  lost(): readonly StagedDrift[] {
    return this.#of(undefined).filter((item) => item.state === "lost");
  }

  async cancel(item: string, source?: ContextId): Promise<StagedDrift> {
    const drift = this.#find(item, source);
    if (drift.state === "delivering") {
      throw new KernelError("conflict", `drift ${drift.number} is being delivered`, { number: drift.number });
    }
    this.#items.delete(drift.id);
    try {
      await this.#options.store.commit([{ kind: "deleteDrift", id: drift.id }]);
    } catch (error) {
      this.#items.set(drift.id, drift);
      throw error;
    }
    this.#publish("cancelled", drift);
    return drift;
  }

  async flush(source?: ContextId): Promise<FlushResult> {
    return this.#deliverAll(this.#of(source).filter((item) => item.state === "staged"));
  }

  async pull({ source, target, principalId, question, signal }: PullRequest): Promise<BlockSnapshot> {
    const from = this.#options.contexts.get(source);
    this.#options.contexts.get(target);
    if (source === target) throw new KernelError("invalid", "a context does not pull from itself");
    return this.#write(target, principalId, source, "pull", await this.#distill(from, question, signal));
  }

  async merge({ source, into, principalId, signal }: MergeRequest): Promise<BlockSnapshot> {
    const from = this.#options.contexts.get(source);
    const target = into ?? from.parentId;
    if (target === undefined) throw new KernelError("invalid", `context ${from.label} has no parent: say where to merge into`);
    this.#options.contexts.get(target);
    if (source === target) throw new KernelError("invalid", "a context does not merge into itself");
    return this.#write(target, principalId, source, "merge", await this.#distill(from, undefined, signal));
  }

  async history(contextId: ContextId): Promise<readonly BlockSnapshot[]> {
    this.#options.contexts.get(contextId);
    const arrived = await this.#options.documents.list(contextId, { kind: "drift" });
    const stored = await this.#options.store.driftBlocks(contextId);
    const seen = new Set(arrived.map((block) => block.driftId));
    const left = stored.filter((block) => {
      // A fork of the target has a copy of the block.
      if (block.id.contextId === contextId || block.sourceContext !== contextId || seen.has(block.driftId)) return false;
      seen.add(block.driftId);
      return true;
    });
    // Ids were made in the order of staging: they tell apart what happened in one millisecond.
    const made = (block: BlockSnapshot): string => block.driftId ?? "";
    return [...arrived, ...left].sort((a, b) => a.createdAt - b.createdAt || (made(a) < made(b) ? -1 : 1));
  }

  #of(source: ContextId | undefined): readonly StagedDrift[] {
    return [...this.#items.values()].filter((item) => source === undefined || item.source === source);
  }

  #find(text: string, source: ContextId | undefined): StagedDrift {
    const items = this.#of(source);
    const number = /^#?(\d{1,15})$/.exec(text)?.[1];
    const byNumber = items.find((item) => String(item.number) === number);
    if (byNumber !== undefined) return byNumber;
    const found = text.length < 4 ? [] : items.filter((item) => item.id.startsWith(text.toLowerCase()));
    const candidates = (found.length > 1 ? found : items).map((item) => String(item.number));
    if (found.length > 1) throw new KernelError("ambiguous", `${text} could be any of: ${candidates.join(", ")}`, { candidates });
    const [only] = found;
    if (only === undefined) {
      const staged = candidates.length === 0 ? "nothing is staged here" : `there is: ${candidates.join(", ")}`;
      throw new KernelError("notFound", `no staged drift ${text} (${staged})`, { candidates });
    }
    return only;
  }

  /** In the order they were staged for each target; targets do not wait for each other. */
  async #deliverAll(items: readonly StagedDrift[]): Promise<FlushResult> {
    const byTarget = new Map<ContextId, StagedDrift[]>();
    for (const item of items) {
      // No other flush takes it now.
      this.#items.set(item.id, { ...item, state: "delivering" });
      const list = byTarget.get(item.target);
      if (list === undefined) byTarget.set(item.target, [item]);
      else list.push(item);
    }
    const delivered: DriftId[] = [];
    const failed: { id: DriftId; error: string }[] = [];
    await Promise.all(
      [...byTarget.values()].map(async (list) => {
        for (const item of list) {
          const failure = await this.#deliver(item);
          if (failure === undefined) delivered.push(item.id);
          else failed.push({ id: item.id, error: failure.message });
        }
      }),
    );
    return { delivered, failed };
  }

  /** Answers why it could not be delivered. */
  async #deliver(staged: StagedDrift): Promise<KernelError | undefined> {
    const item: StagedDrift = { ...staged, state: "delivering", attempts: staged.attempts + 1 };
    this.#items.set(item.id, item);
    try {
      await this.#keep(item);
      await this.#writeOnce(item);
      await this.#options.store.commit([{ kind: "deleteDrift", id: item.id }]);
    } catch (error) {
      return this.#failed(item, error);
    }
    this.#items.delete(item.id);
    this.#publish("delivered", item);
    return undefined;
  }

  async #writeOnce(item: StagedDrift): Promise<void> {
    const document = await this.#options.documents.open(item.target);
    if (document.byDrift(item.id) !== undefined) {
      // Written before a crash, or by a commit whose answer was lost; it is on disk when this resolves.
      await document.flush();
      return;
    }
    await document.create(item.principalId, {
      role: "system",
      kind: "drift",
      content: item.content,
      sourceContext: item.source,
      driftKind: item.kind,
      driftId: item.id,
      ...(item.sourceModel === undefined ? {} : { sourceModel: item.sourceModel }),
    });
  }

  async #failed(item: StagedDrift, error: unknown): Promise<KernelError> {
    const why = error instanceof Error ? error.message : String(error);
    const code = error instanceof KernelError ? error.code : "internal";
    const failure = new KernelError(
      code,
      `drift ${item.number} could not be delivered: ${why}`,
      { id: item.id, number: item.number },
      { cause: error },
    );
    const lost = item.attempts >= attemptLimit;
    const kept: StagedDrift = { ...item, state: lost ? "lost" : "staged", error: why };
    try {
      await this.#keep(kept);
    } catch {
      // The disk refuses: on disk it is still staged or delivering, and both are taken up again.
      this.#items.set(kept.id, kept);
    }
    if (lost) this.#publish("lost", kept);
    return failure;
  }

  async #keep(drift: StagedDrift): Promise<void> {
    await this.#options.store.commit([{ kind: "putDrift", drift } satisfies Change]);
    this.#items.set(drift.id, drift);
  }

  async #distill(
    source: Context,
    question: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ content: string; sourceModel: string }> {
    const all = await this.#options.documents.list(source.id);
    const blocks = all.filter((block) => !block.excluded && !block.ephemeral);
    if (blocks.every((block) => block.content.trim() === "")) {
      throw new KernelError("invalid", `context ${source.label} has nothing to distil`, { context: source.label });
    }
    const asked = question?.trim() ?? "";
    const { text, model } = await this.#options.distillerOf(source).distill({
      blocks,
      ...(asked === "" ? {} : { question: asked }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (text.trim() === "")
      throw new KernelError("invalid", `${model} gave an empty summary of context ${source.label}`, { model });
    return { content: text, sourceModel: model };
  }

  async #write(
    target: ContextId,
    principalId: PrincipalId,
    source: ContextId,
    driftKind: DriftKind,
    { content, sourceModel }: { content: string; sourceModel: string },
  ): Promise<BlockSnapshot> {
    const document = await this.#options.documents.open(target);
    const driftId = newId<DriftId>();
    return document.create(principalId, {
      role: "system",
      kind: "drift",
      content,
      sourceContext: source,
      sourceModel,
      driftKind,
      driftId,
    });
  }

  #publish(type: "staged" | "delivered" | "cancelled" | "lost", drift: StagedDrift): void {
    this.#options.bus.publish([{ topic: "drift", type, drift }]);
  }
}
