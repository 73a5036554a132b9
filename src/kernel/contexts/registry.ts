import type { Documents } from "../blocks/index.ts";
import { KernelError } from "../errors.ts";
import type { EventBus } from "../flow/index.ts";
import { type ContextId, newId, randomPart, shortId } from "../ids.ts";
import type { Store } from "../state/index.ts";
import type { Context, ForkKind, Kernel, Membership } from "../types.ts";
import type { ContextChange, Contexts, Member, NewContext, NewFork } from "./contexts.ts";
import { checkLabel, freeLabel } from "./labels.ts";
import { Members } from "./members.ts";

export interface ContextsOptions {
  readonly store: Store;
  readonly bus: EventBus;
  readonly documents: Documents;
  readonly kernel: Kernel;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
}

export async function openContexts(options: ContextsOptions): Promise<Contexts> {
  const members = await Members.open(options.store, options.now ?? Date.now);
  return new Registry(options, await options.store.contexts(), members);
}

/** Invariants: 1. `#contexts` is what is on disk; 2. a label or short id in the making is in `#reserved`, so that two callers cannot get one. */
class Registry implements Contexts {
  readonly #options: ContextsOptions;
  readonly #now: () => number;
  readonly #contexts = new Map<ContextId, Context>();
  readonly #reserved = new Set<string>();
  readonly #members: Members;
  #lastPut: Promise<unknown> = Promise.resolve();

  constructor(options: ContextsOptions, contexts: readonly Context[], members: Members) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#members = members;
    for (const context of contexts) this.#contexts.set(context.id, context);
  }

  async create({ label, createdBy, cwd, provider, model, systemPrompt }: NewContext): Promise<Context> {
    return this.#reserve(label, async (names) => {
      const context: Context = {
        ...names,
        kernelId: this.#options.kernel.id,
        createdBy,
        createdAt: this.#now(),
        cwd,
        ...settings({ provider, model, systemPrompt }),
      };
      await this.#options.documents.create(context.id, [{ kind: "putContext", context }]);
      return this.#add(context);
    });
  }

  async fork(source: ContextId, { createdBy, label, at }: NewFork): Promise<Context> {
    const parent = this.get(source);
    return this.#reserve(label ?? this.#freeLabel(parent), async (names) => {
      let made: Context | undefined;
      await this.#options.documents.fork(source, names.id, at, (version) => {
        made = { ...this.#child(source, "fork", createdBy), ...names, forkedAt: version };
        return [{ kind: "putContext", context: made }];
      });
      if (made === undefined) throw new KernelError("internal", "a fork was made without its context");
      return this.#add(made);
    });
  }

  async thread(source: ContextId, { createdBy, label }: Omit<NewFork, "at">): Promise<Context> {
    const parent = this.get(source);
    return this.#reserve(label ?? this.#freeLabel(parent), async (names) => {
      const context: Context = { ...this.#child(source, "thread", createdBy), ...names };
      await this.#options.documents.create(context.id, [{ kind: "putContext", context }]);
      return this.#add(context);
    });
  }

  async update(id: ContextId, change: ContextChange): Promise<Context> {
    const { label } = change;
    if (label === undefined || label === this.get(id).label) return this.#put(id, change);
    return this.#reserve(label, () => this.#put(id, change));
  }

  get(id: ContextId): Context {
    const context = this.#contexts.get(id);
    if (context === undefined) throw new KernelError("notFound", `no context ${id}`, { candidates: this.#labels(this.list()) });
    return context;
  }

  list(): readonly Context[] {
    return [...this.#contexts.values()];
  }

  children(id: ContextId): readonly Context[] {
    return this.list().filter((context) => context.parentId === id);
  }

  resolve(address: string, from?: ContextId): Context {
    if (address === "." || address === ".parent") return this.#relative(address, from);
    const all = this.list();
    const exact =
      all.find((context) => context.label === address) ?? all.find((context) => context.shortId === address.toLowerCase());
    if (exact !== undefined) return exact;
    const digits = address.toLowerCase();
    // One digit would name a context by chance.
    const isPrefix = /^[0-9a-f][0-9a-f-]{3,}$/.test(digits);
    const found = isPrefix
      ? all.filter((context) => context.id.startsWith(digits) || randomPart(context.id).startsWith(digits))
      : [];
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    if (found.length > 1) {
      const candidates = this.#labels(found);
      throw new KernelError("ambiguous", `${address} could be any of: ${candidates.join(", ")}`, { address, candidates });
    }
    const near = all.filter((context) => context.label.includes(address) || address.includes(context.label));
    const candidates = this.#labels(near.length > 0 ? near : all);
    throw new KernelError("notFound", `no context ${address} (there is: ${candidates.join(", ")})`, { address, candidates });
  }

  async join(member: Omit<Member, "status" | "kernelId">): Promise<() => Promise<void>> {
    return this.#members.join(this.#member(member, "active"));
  }

  async setPresence(member: Omit<Member, "status" | "kernelId">, status: Membership["status"]): Promise<void> {
    await this.#members.put(this.#member(member, status));
  }

  members(contextId?: ContextId): readonly Member[] {
    return this.#members.list(contextId);
  }

  #member({ contextId, principalId, nick, instance }: Omit<Member, "status" | "kernelId">, status: Membership["status"]): Member {
    return { contextId: this.get(contextId).id, kernelId: this.#options.kernel.id, principalId, nick, instance, status };
  }

  #relative(address: "." | ".parent", from: ContextId | undefined): Context {
    if (from === undefined) throw new KernelError("invalid", `${address} means nothing outside a context`, { address });
    const here = this.get(from);
    if (address === ".") return here;
    if (here.parentId === undefined) {
      throw new KernelError("notFound", `context ${here.label} has no parent`, { address, candidates: this.#labels(this.list()) });
    }
    return this.get(here.parentId);
  }

  /** At most 20, so that a message stays readable. */
  #labels(contexts: readonly Context[]): readonly string[] {
    return contexts.slice(0, 20).map((context) => context.label);
  }

  #isTaken(label: string): boolean {
    return this.#reserved.has(label) || this.list().some((context) => context.label === label);
  }

  #freeLabel(parent: Context): string {
    return freeLabel(parent.label, (label) => this.#isTaken(label));
  }

  /** Runs `make` while nobody else can take the label or the short id. */
  async #reserve<T>(label: string, make: (names: Pick<Context, "id" | "label" | "shortId">) => Promise<T>): Promise<T> {
    checkLabel(label);
    if (this.#isTaken(label)) throw new KernelError("conflict", `there is already a context ${label}`, { label });
    const id = newId<ContextId>();
    const short = shortId(id, new Set([...this.#reserved, ...this.list().map((context) => context.shortId)]));
    this.#reserved.add(label).add(short);
    try {
      return await make({ id, label, shortId: short });
    } finally {
      this.#reserved.delete(label);
      this.#reserved.delete(short);
    }
  }

  /** What a fork or thread has from its parent, as the parent is now. */
  #child(source: ContextId, forkKind: ForkKind, createdBy: Context["createdBy"]): Omit<Context, "id" | "label" | "shortId"> {
    const { kernelId, cwd, provider, model, systemPrompt } = this.get(source);
    return {
      kernelId,
      parentId: source,
      forkKind,
      createdBy,
      createdAt: this.#now(),
      cwd,
      ...settings({ provider, model, systemPrompt }),
    };
  }

  #add(context: Context): Context {
    this.#contexts.set(context.id, context);
    this.#options.bus.publish([{ topic: "context", type: "created", context }]);
    return context;
  }

  /** One at a time: each change is made to what the one before it left. */
  #put(id: ContextId, change: ContextChange): Promise<Context> {
    const put = this.#lastPut.then(async () => {
      const { label, cwd, ...rest } = change;
      const context: Context = {
        ...this.get(id),
        ...(label === undefined ? {} : { label }),
        ...(cwd === undefined ? {} : { cwd }),
        ...settings(rest),
      };
      await this.#options.store.commit([{ kind: "putContext", context }]);
      this.#contexts.set(id, context);
      this.#options.bus.publish([{ topic: "context", type: "changed", context }]);
      return context;
    });
    this.#lastPut = put.catch(() => {});
    return put;
  }
}

type Settings = Pick<ContextChange, "provider" | "model" | "systemPrompt">;

/** Without the members that are absent. */
function settings(from: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Settings {
  const { provider, model, systemPrompt } = from;
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(systemPrompt === undefined ? {} : { systemPrompt }),
  };
}
