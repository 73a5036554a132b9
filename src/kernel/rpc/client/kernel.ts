/** A session in a kernel of another process: the `KernelApi` over a connection. */
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
} from "../../api.ts";
import type { Signature } from "../../declaration.ts";
import { KernelError } from "../../errors.ts";
import type { BlockId, DriftId } from "../../ids.ts";
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
  StagedDrift,
} from "../../types.ts";
import { serve } from "../capability.ts";
import { putBlockId, putFilter, putNewBlock, putPatch, readBlock, readBlockId } from "../codec/blocks.ts";
import { readCompletions, readHistoryEntry, readMount, readSignature } from "../codec/commands.ts";
import { readContext, readDrift, readInfo, readMember, readPrincipal } from "../codec/contexts.ts";
import { eventTopic, readEvent } from "../codec/events.ts";
import { fromUint64, items, readId, readJson, toUint32, toUint64 } from "../codec/values.ts";
import * as wire from "../generated/kaijutsu.ts";
import { RemoteExecution } from "./execution.ts";

/** Programs and lists may be longer than any screen; a count that does not fit the wire means all. */
const most = 0xffffffff;

export class KernelClient implements KernelApi {
  readonly #kernel: wire.Kernel$Client;
  readonly #subscriptions = new Set<Subscription>();
  #detached: Promise<void> | undefined;

  constructor(kernel: wire.Kernel$Client) {
    this.#kernel = kernel;
  }

  /** The session, while it lasts. */
  get #session(): wire.Kernel$Client {
    if (this.#detached) throw new KernelError("disconnected", "the session has ended");
    return this.#kernel;
  }

  // ── Identity and place ──────────────────────────────────────────────────────────────────────

  async info(): Promise<KernelInfo> {
    return readInfo((await this.#session.getInfo().promise()).info);
  }

  async whoami(): Promise<Principal> {
    return readPrincipal((await this.#session.getInfo().promise()).info.identity);
  }

  async getCwd(): Promise<string> {
    return (await this.#session.getCwd().promise()).path;
  }

  async setCwd(path: string): Promise<void> {
    await this.#session
      .setCwd((params) => {
        params.path = path;
      })
      .promise();
  }

  detach(): Promise<void> {
    this.#detached ??= this.#detach();
    return this.#detached;
  }

  async #detach(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.close();
    try {
      await this.#kernel.detach().promise();
    } finally {
      this.#kernel.client.close();
    }
  }

  // ── Running ─────────────────────────────────────────────────────────────────────────────────

  execute(code: string, options: ExecuteOptions = {}): Execution {
    return new RemoteExecution(() => this.#session, code, options);
  }

  async shellExecute(code: string): Promise<BlockId> {
    const results = await this.#session
      .shellExecute((params) => {
        params.code = code;
      })
      .promise();
    return readBlockId(results.blockId);
  }

  async getLastStatus(): Promise<number> {
    return (await this.#session.getLastResult().promise()).status;
  }

  async complete(line: string, cursor: number): Promise<Completions> {
    const results = await this.#session
      .complete((params) => {
        params.partial = line;
        params.cursor = toUint32(cursor);
      })
      .promise();
    return readCompletions(results);
  }

  async getCommandHistory(limit: number): Promise<readonly HistoryEntry[]> {
    const results = await this.#session
      .getCommandHistory((params) => {
        params.limit = toUint32(Math.min(limit, most));
      })
      .promise();
    return items(results.entries).map(readHistoryEntry);
  }

  async getVariable(name: string): Promise<Json | undefined> {
    const results = await this.#session
      .getShellVar((params) => {
        params.name = name;
      })
      .promise();
    return results._hasValueJson() ? readJson(results.valueJson) : undefined;
  }

  async setVariable(name: string, value: Json): Promise<void> {
    await this.#session
      .setShellVar((params) => {
        params.name = name;
        params.valueJson = JSON.stringify(value);
      })
      .promise();
  }

  async listVariables(): Promise<Readonly<Record<string, Json>>> {
    const results = await this.#session.listShellVars().promise();
    return Object.fromEntries(items(results.variables).map((variable) => [variable.name, readJson(variable.valueJson)]));
  }

  async listCommands(): Promise<readonly Signature[]> {
    return items((await this.#session.listCommands().promise()).commands).map(readSignature);
  }

  // ── Mounts ──────────────────────────────────────────────────────────────────────────────────

  async listMounts(): Promise<readonly MountInfo[]> {
    return items((await this.#session.listMounts().promise()).mounts).map(readMount);
  }

  async mount(path: string, source: string, writable: boolean): Promise<void> {
    await this.#session
      .mount((params) => {
        params.path = path;
        params.source = source;
        params.writable = writable;
      })
      .promise();
  }

  async unmount(path: string): Promise<void> {
    await this.#session
      .unmount((params) => {
        params.path = path;
      })
      .promise();
  }

  // ── Contexts ────────────────────────────────────────────────────────────────────────────────

  async listContexts(): Promise<readonly Context[]> {
    return items((await this.#session.listAllContexts().promise()).contexts).map(readContext);
  }

  async listMembers(): Promise<readonly Membership[]> {
    return items((await this.#session.listMembers().promise()).members).map(readMember);
  }

  async createContext(label: string): Promise<Context> {
    const results = await this.#session
      .createContext((params) => {
        params.label = label;
      })
      .promise();
    return readContext(results.context);
  }

  async resolveContext(address: string): Promise<Context> {
    const results = await this.#session
      .resolveContext((params) => {
        params.address = address;
      })
      .promise();
    return readContext(results.context);
  }

  async joinContext(address: string): Promise<KernelApi> {
    const results = await this.#session
      .joinContext((params) => {
        params.address = address;
      })
      .promise();
    return new KernelClient(results.kernel);
  }

  async fork(options: ForkOptions = {}): Promise<KernelApi> {
    const { label, at } = options;
    const name = (params: { name: string }) => {
      if (label !== undefined) params.name = label;
    };
    if (at === undefined) return new KernelClient((await this.#session.fork(name).promise()).kernel);
    const results = await this.#session
      .forkFromVersion((params) => {
        params.version = toUint64(at);
        name(params);
      })
      .promise();
    return new KernelClient(results.kernel);
  }

  async thread(label?: string): Promise<KernelApi> {
    const results = await this.#session
      .thread((params) => {
        if (label !== undefined) params.name = label;
      })
      .promise();
    return new KernelClient(results.kernel);
  }

  // ── Blocks ──────────────────────────────────────────────────────────────────────────────────

  async createBlock(block: NewBlock): Promise<BlockSnapshot> {
    const results = await this.#session.applyBlockOp((params) => putNewBlock(params._initOp()._initCreate(), block)).promise();
    return readBlock(results.block);
  }

  async appendBlock(id: BlockId, text: string): Promise<void> {
    await this.#session
      .applyBlockOp((params) => {
        const append = params._initOp()._initAppend();
        putBlockId(append._initId(), id);
        append.text = text;
      })
      .promise();
  }

  async patchBlock(id: BlockId, patch: BlockPatch): Promise<void> {
    await this.#session
      .applyBlockOp((params) => {
        const op = params._initOp()._initPatch();
        putBlockId(op._initTarget(), id);
        putPatch(op._initChange(), patch);
      })
      .promise();
  }

  async readBlock(id: BlockId): Promise<BlockSnapshot> {
    const results = await this.#session.readBlock((params) => putBlockId(params._initBlockId(), id)).promise();
    return readBlock(results.block);
  }

  async listBlocks(filter?: BlockFilter, context?: string): Promise<readonly BlockSnapshot[]> {
    const results = await this.#session
      .listBlocks((params) => {
        if (filter) putFilter(params._initFilter(), filter);
        if (context !== undefined) params.context = context;
      })
      .promise();
    return items(results.blocks).map(readBlock);
  }

  async resolveBlock(text: string): Promise<BlockId> {
    const results = await this.#session
      .resolveBlock((params) => {
        params.text = text;
      })
      .promise();
    return readBlockId(results.blockId);
  }

  async version(): Promise<number> {
    return fromUint64((await this.#session.getVersion().promise()).version);
  }

  // ── Drift ───────────────────────────────────────────────────────────────────────────────────

  async driftPush(target: string, content: string, options: { summarize?: boolean; now?: boolean } = {}): Promise<StagedDrift> {
    const results = await this.#session
      .driftPush((params) => {
        params.targetCtx = target;
        params.content = content;
        params.summarize = options.summarize === true;
        params.now = options.now === true;
      })
      .promise();
    return readDrift(results.staged);
  }

  async driftQueue(options: { all?: boolean } = {}): Promise<readonly StagedDrift[]> {
    const results = await this.#session
      .driftQueue((params) => {
        params.all = options.all === true;
      })
      .promise();
    return items(results.staged).map(readDrift);
  }

  async driftCancel(id: string): Promise<StagedDrift> {
    const results = await this.#session
      .driftCancel((params) => {
        params.id = id;
      })
      .promise();
    return readDrift(results.staged);
  }

  async driftFlush(options: { all?: boolean } = {}): Promise<{
    readonly delivered: readonly DriftId[];
    readonly failed: readonly { readonly id: DriftId; readonly error: string }[];
  }> {
    const results = await this.#session
      .driftFlush((params) => {
        params.all = options.all === true;
      })
      .promise();
    return {
      delivered: items(results.delivered).map((one) => readId<DriftId>(one.id)),
      failed: items(results.failed).map((one) => ({ id: readId<DriftId>(one.id), error: one.reason })),
    };
  }

  async driftPull(source: string, question?: string): Promise<BlockSnapshot> {
    const results = await this.#session
      .driftPull((params) => {
        params.sourceCtx = source;
        if (question !== undefined) params.prompt = question;
      })
      .promise();
    return readBlock(results.block);
  }

  async driftMerge(source?: string, into?: string): Promise<BlockSnapshot> {
    const results = await this.#session
      .driftMerge((params) => {
        if (source !== undefined) params.sourceCtx = source;
        if (into !== undefined) params.into = into;
      })
      .promise();
    return readBlock(results.block);
  }

  async driftHistory(): Promise<readonly BlockSnapshot[]> {
    return items((await this.#session.driftHistory().promise()).blocks).map(readBlock);
  }

  // ── Events ──────────────────────────────────────────────────────────────────────────────────

  async subscribe(
    options: { topics: readonly EventTopic[]; all?: boolean; fromVersion?: number },
    callback: (events: readonly KernelEvent[]) => void | Promise<void>,
  ): Promise<Subscription> {
    let open = true;
    const feed = serve<wire.EventFeed$Server$Target>(wire.EventFeed$Client, {
      // The kernel sends the next batch when this one is done with.
      onEvents: async (params) => {
        // Naming the session here keeps it while somebody listens, as it would be kept in the kernel's own process.
        if (open && !this.#detached) await callback(items(params.events).map(readEvent));
      },
    });
    const results = await this.#session
      .subscribeEvents((params) => {
        const topics = params._initTopics(options.topics.length);
        options.topics.forEach((topic, index) => {
          topics.set(index, eventTopic.to(topic));
        });
        params.all = options.all === true;
        if (options.fromVersion !== undefined) {
          params.hasFromVersion = true;
          params.fromVersion = toUint64(options.fromVersion);
        }
        params.callback = new wire.EventFeed$Client(feed);
      })
      .promise();
    const remote = results.subscription;
    const subscription: Subscription = {
      close: () => {
        open = false;
        this.#subscriptions.delete(subscription);
        remote.client.close();
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }
}
