import { join, normalise } from "../../vfs/index.ts";
import type {
  Completions,
  ExecuteOptions,
  Execution,
  ForkOptions,
  HistoryEntry,
  KernelApi,
  KernelInfo,
  MountInfo,
  Subscription,
} from "../api.ts";
import type { Document } from "../blocks/index.ts";
import type { Signature } from "../command.ts";
import { KernelError } from "../errors.ts";
import { type BlockId, type ContextId, newId, type SessionId } from "../ids.ts";
import type {
  BlockFilter,
  BlockPatch,
  BlockSnapshot,
  Context,
  EventTopic,
  Json,
  KernelEvent,
  Membership,
  NewBlock,
  Principal,
  Session,
  StagedDrift,
} from "../types.ts";
import { complete } from "./complete.ts";
import { ProgramRun } from "./execution.ts";
import { fileError } from "./kernel-mounts.ts";
import type { Actor, KernelParts, NewSession } from "./kernel-parts.ts";
import { jsonToValue, valueToJson } from "./shell-state.ts";

/** One connection of a principal to one context: the in-process `KernelApi`. */
export class KernelSession implements Actor {
  readonly #options: NewSession;
  readonly #parts: KernelParts;
  readonly #session: Session;
  readonly #running = new Set<ProgramRun>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #leave: () => Promise<void>;
  #ended = false;
  lastStatus = 0;

  /** `leave` ends its membership. */
  constructor(parts: KernelParts, options: NewSession, leave: () => Promise<void>) {
    this.#options = options;
    this.#parts = parts;
    this.#leave = leave;
    this.#session = {
      id: newId<SessionId>(),
      principalId: options.principal.id,
      kernelId: parts.kernel.id,
      contextId: options.contextId,
      instance: options.instance,
      startedAt: Date.now(),
    };
  }

  get contextId(): ContextId {
    return this.#session.contextId;
  }

  get principal(): Principal {
    return this.#options.principal;
  }

  /** The parts, while the session lasts. */
  #open(): KernelParts {
    if (this.#parts.closing.aborted) throw new KernelError("disconnected", "the kernel is closed");
    if (this.#ended) throw new KernelError("disconnected", "the session has ended");
    return this.#parts;
  }

  async #document(contextId = this.contextId): Promise<Document> {
    return this.#open().documents.open(contextId);
  }

  // ── Identity and place ──────────────────────────────────────────────────────────────────────

  async info(): Promise<KernelInfo> {
    const { kernel, contexts, store } = this.#open();
    return { kernel, session: this.#session, context: contexts.get(this.contextId), ephemeral: !store.durable };
  }

  async whoami(): Promise<Principal> {
    this.#open();
    return this.principal;
  }

  async getCwd(): Promise<string> {
    return (await this.#open().shellOf(this.contextId).shell()).cwd;
  }

  async setCwd(path: string): Promise<void> {
    const own = this.#open().shellOf(this.contextId);
    try {
      await (await own.shell()).chdir(path);
    } catch (error) {
      throw fileError(error, path);
    }
    await own.save();
  }

  async detach(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    for (const run of this.#running) run.interrupt();
    for (const subscription of this.#subscriptions) subscription.close();
    this.#parts.sessionEnded(this);
    await this.#leave();
  }

  // ── Running ─────────────────────────────────────────────────────────────────────────────────

  execute(code: string, options: ExecuteOptions = {}): Execution {
    return this.#start(code, options);
  }

  #start(code: string, options: ExecuteOptions): ProgramRun {
    const run = new ProgramRun(this.#open(), this, code, options);
    this.#running.add(run);
    const forget = (): void => void this.#running.delete(run);
    run.done.then(forget, forget);
    return run;
  }

  async stop(): Promise<void> {
    for (const run of this.#running) run.interrupt();
    await Promise.allSettled([...this.#running].map((run) => run.done));
  }

  async shellExecute(code: string): Promise<BlockId> {
    const id = await this.#start(code, {}).blockId();
    if (id === undefined) throw new KernelError("internal", "a recorded program has no block");
    return id;
  }

  async getLastStatus(): Promise<number> {
    this.#open();
    return this.lastStatus;
  }

  async complete(line: string, cursor: number): Promise<Completions> {
    const { commands, tree, contexts } = this.#open();
    const shell = await this.#parts.shellOf(this.contextId).shell();
    return complete(line, cursor, { commands, tree, shell, contexts: contexts.list() });
  }

  async getCommandHistory(limit: number): Promise<readonly HistoryEntry[]> {
    const rows = await this.#open().store.history(this.contextId, limit);
    return rows.map(({ code, at, status }) => ({ code, at, ...(status === undefined ? {} : { status }) }));
  }

  async getVariable(name: string): Promise<Json | undefined> {
    const value = (await this.#open().shellOf(this.contextId).shell()).get(name);
    return value === undefined ? undefined : valueToJson(value);
  }

  async setVariable(name: string, value: Json): Promise<void> {
    const own = this.#open().shellOf(this.contextId);
    const shell = await own.shell();
    try {
      shell.set(name, jsonToValue(value));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new KernelError("invalid", message, { name }, { cause: error });
    }
    await own.save();
  }

  async listVariables(): Promise<Readonly<Record<string, Json>>> {
    const shell = await this.#open().shellOf(this.contextId).shell();
    return Object.fromEntries([...shell.variables()].map(([name, value]) => [name, valueToJson(value)]));
  }

  async listCommands(): Promise<readonly Signature[]> {
    const { commands } = this.#open();
    return [...new Set(commands.values())].map((one) => one.signature).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  // ── Mounts ──────────────────────────────────────────────────────────────────────────────────

  async listMounts(): Promise<readonly MountInfo[]> {
    return this.#open().mounts.list();
  }

  async mount(path: string, source: string, writable: boolean): Promise<void> {
    const cwd = await this.getCwd();
    if (/^[a-z][a-z+.-]*:\/\//.test(source)) {
      throw new KernelError("unimplemented", `${source}: only a folder can be mounted yet`, { source });
    }
    await this.#parts.mounts.mount(join(cwd, path), join(cwd, source), writable);
  }

  async unmount(path: string): Promise<void> {
    await this.#open().mounts.unmount(normalise(join(await this.getCwd(), path)));
  }

  // ── Contexts ────────────────────────────────────────────────────────────────────────────────

  async listContexts(): Promise<readonly Context[]> {
    return this.#open().contexts.list();
  }

  async listMembers(): Promise<readonly Membership[]> {
    return this.#open()
      .contexts.members(this.contextId)
      .map(({ contextId, kernelId, nick, instance, status }) => ({ contextId, kernelId, nick, instance, status }));
  }

  async createContext(label: string): Promise<Context> {
    const cwd = await this.getCwd();
    return this.#open().contexts.create({ label, createdBy: this.principal.id, cwd });
  }

  async joinContext(address: string): Promise<KernelApi> {
    return this.#parts.openSession({ ...this.#options, contextId: this.#open().contexts.resolve(address, this.contextId).id });
  }

  async fork(options: ForkOptions = {}): Promise<KernelApi> {
    const { contexts, shellOf } = this.#open();
    const { label, at } = options;
    const made = await contexts.fork(this.contextId, {
      createdBy: this.principal.id,
      ...(label === undefined ? {} : { label }),
      ...(at === undefined ? {} : { at }),
    });
    await shellOf(made.id).copyFrom(shellOf(this.contextId));
    return this.#parts.openSession({ ...this.#options, contextId: made.id });
  }

  async thread(label?: string): Promise<KernelApi> {
    const made = await this.#open().contexts.thread(this.contextId, {
      createdBy: this.principal.id,
      ...(label === undefined ? {} : { label }),
    });
    return this.#parts.openSession({ ...this.#options, contextId: made.id });
  }

  async resolveContext(address: string): Promise<Context> {
    return this.#open().contexts.resolve(address, this.contextId);
  }

  // ── Blocks ──────────────────────────────────────────────────────────────────────────────────

  async createBlock(block: NewBlock): Promise<BlockSnapshot> {
    return (await this.#document()).create(this.principal.id, block);
  }

  async appendBlock(id: BlockId, text: string): Promise<void> {
    await (await this.#document(id.contextId)).append(this.principal.id, id, text);
  }

  async patchBlock(id: BlockId, patch: BlockPatch): Promise<void> {
    await (await this.#document(id.contextId)).patch(this.principal.id, id, patch);
  }

  async readBlock(id: BlockId): Promise<BlockSnapshot> {
    return (await this.#document(id.contextId)).read(id);
  }

  async listBlocks(filter?: BlockFilter, context?: string): Promise<readonly BlockSnapshot[]> {
    const where = context === undefined ? this.contextId : this.#open().contexts.resolve(context, this.contextId).id;
    return this.#open().documents.list(where, filter);
  }

  async resolveBlock(text: string): Promise<BlockId> {
    if (text !== "last") return this.#open().names.parse(text, { contextId: this.contextId, principalId: this.principal.id });
    const last = lastAtRest(await this.#open().documents.list(this.contextId));
    if (last === undefined) throw new KernelError("notFound", "the document has no blocks", { candidates: [] });
    return last.id;
  }

  async version(): Promise<number> {
    return (await this.#document()).version;
  }

  // ── Drift ───────────────────────────────────────────────────────────────────────────────────

  async driftPush(target: string, content: string, options: { summarize?: boolean; now?: boolean } = {}): Promise<StagedDrift> {
    const { drift, contexts } = this.#open();
    const source = this.contextId;
    return drift.push({ source, target: contexts.resolve(target, source).id, principalId: this.principal.id, content, ...options });
  }

  async driftQueue(options: { all?: boolean } = {}): Promise<readonly StagedDrift[]> {
    return this.#open().drift.queue(options.all === true ? undefined : this.contextId);
  }

  async driftCancel(id: string): Promise<StagedDrift> {
    return this.#open().drift.cancel(id, this.contextId);
  }

  async driftFlush(options: { all?: boolean } = {}): ReturnType<KernelApi["driftFlush"]> {
    return this.#open().drift.flush(options.all === true ? undefined : this.contextId);
  }

  async driftPull(source: string, question?: string): Promise<BlockSnapshot> {
    const { drift, contexts } = this.#open();
    return drift.pull({
      source: contexts.resolve(source, this.contextId).id,
      target: this.contextId,
      principalId: this.principal.id,
      ...(question === undefined ? {} : { question }),
    });
  }

  async driftMerge(source = ".", into?: string): Promise<BlockSnapshot> {
    const { drift, contexts } = this.#open();
    return drift.merge({
      source: contexts.resolve(source, this.contextId).id,
      principalId: this.principal.id,
      ...(into === undefined ? {} : { into: contexts.resolve(into, this.contextId).id }),
    });
  }

  async driftHistory(): Promise<readonly BlockSnapshot[]> {
    return this.#open().drift.history(this.contextId);
  }

  // ── Events ──────────────────────────────────────────────────────────────────────────────────

  async subscribe(
    options: { topics: readonly EventTopic[]; all?: boolean; fromVersion?: number },
    callback: (events: readonly KernelEvent[]) => void | Promise<void>,
  ): Promise<Subscription> {
    const { bus } = this.#open();
    const from = options.fromVersion;
    const document = from === undefined ? undefined : await this.#document();
    const inner = bus.subscribe(
      { topics: options.topics, ...(options.all === true ? {} : { contextId: this.contextId }) },
      from === undefined ? callback : (events) => callback(events.filter((event) => !isKnown(event, this.contextId, from))),
    );
    const subscription: Subscription = {
      close: () => {
        inner.close();
        this.#subscriptions.delete(subscription);
      },
    };
    this.#subscriptions.add(subscription);
    // What lies between is not told again event by event: the reader takes the state, then goes on.
    if (document !== undefined && from !== document.version) {
      await callback([{ topic: "resync", type: "resync", contextId: this.contextId }]);
    }
    return subscription;
  }
}

/** The last block but for the call and the result of a program that runs: whoever asks from inside one does not mean it. */
function lastAtRest(blocks: readonly BlockSnapshot[]): BlockSnapshot | undefined {
  // The result of a call that has come to rest is met before the call.
  return blocks.findLast(({ toolKind, kind, status }) => {
    if (toolKind !== "shell") return true;
    return kind === "toolResult" && (status === "done" || status === "error");
  });
}

function isKnown(event: KernelEvent, contextId: ContextId, from: number): boolean {
  return event.topic === "block" && event.contextId === contextId && "version" in event && event.version <= from;
}
