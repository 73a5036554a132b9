import * as Y from "yjs";
import { KernelError } from "../errors.ts";
import type { BlockId, ContextId, DriftId, PrincipalId } from "../ids.ts";
import type { LogRow } from "../state/index.ts";
import type { BlockFilter, BlockPatch, BlockSnapshot, NewBlock } from "../types.ts";
import { checkLength, checkNewBlock, checkPatch, checkTransition, wellFormed } from "./block-values.ts";
import {
  type BlockMap,
  extrasOf,
  headerOf,
  idOf,
  keyOf,
  newHeader,
  orderOf,
  patchedExtras,
  putBlock,
  snapshotOf,
  statusOf,
  textOf,
} from "./layout.ts";
import { OrderIndex } from "./order.ts";

/** A text longer than `longText` breaks its run every `runLength`, because encoding an append costs its run's length (yjs). */
const longText = 64 * 1024;
const runLength = 8 * 1024;
/** How exact `updatedAt` is while text streams in. */
const updateStep = 10_000;

/** A change that was applied: its Yjs update, for the log. Undefined when nothing changed. */
export interface Applied {
  readonly update: Uint8Array | undefined;
}

export interface Created extends Applied {
  readonly key: string;
  /** Blocks that got another order key, in the same order. */
  readonly renumbered: readonly string[];
}

/** Gives the Yjs client a principal writes with. */
export type ClientOf = (principal: PrincipalId) => number;

/**
 * One document in memory: the Yjs document, the order of its blocks and what its writer must know of it. Synchronous, and knows no
 * store. Every change is checked whole before it touches the Yjs document, because that cannot roll back.
 */
export class BlockState {
  readonly contextId: ContextId;
  readonly #doc = new Y.Doc({ gc: true });
  readonly #blocks: Y.Map<BlockMap>;
  readonly #order: OrderIndex;
  readonly #lastSeq = new Map<PrincipalId, number>();
  readonly #drifts = new Map<DriftId, string>();
  /** Units appended to a long text since its run was broken. */
  readonly #runs = new Map<string, number>();
  #captured: Uint8Array[] = [];

  /** `corrupt` when the bytes are not one whole document. */
  constructor(contextId: ContextId, keyframe: Uint8Array | undefined, rows: readonly LogRow[]) {
    this.contextId = contextId;
    this.#blocks = this.#doc.getMap("b");
    try {
      if (keyframe !== undefined) Y.applyUpdate(this.#doc, keyframe);
      for (const row of rows) Y.applyUpdate(this.#doc, row.data, row.principalId);
    } catch (error) {
      throw new KernelError("corrupt", `the document of context ${contextId} cannot be read`, { contextId }, { cause: error });
    }
    // Yjs keeps an update that goes on from a missing one pending and says nothing.
    if (this.#doc.store.pendingStructs !== null || this.#doc.store.pendingDs !== null) {
      throw new KernelError("corrupt", `the document of context ${contextId} has a hole in its log`, { contextId });
    }
    const entries: { key: string; order: string }[] = [];
    for (const [key, block] of this.#blocks) {
      entries.push({ key, order: orderOf(block) });
      this.#register(key, block);
    }
    this.#order = new OrderIndex(entries);
    this.#doc.on("update", (update: Uint8Array) => this.#captured.push(update));
  }

  get size(): number {
    return this.#blocks.size;
  }

  /** The whole state, for a keyframe. */
  encode(): Uint8Array {
    return Y.encodeStateAsUpdate(this.#doc);
  }

  destroy(): void {
    this.#doc.destroy();
  }

  has(key: string): boolean {
    return this.#blocks.has(key);
  }

  /** The block's key; `notFound`, `invalid` for one of another context. */
  keyOf(id: BlockId): string {
    if (id.contextId !== this.contextId)
      throw new KernelError("invalid", `block ${keyOf(id)} is of another context`, { contextId: id.contextId });
    const key = keyOf(id);
    this.#find(key);
    return key;
  }

  idOf(key: string): BlockId {
    return idOf(this.contextId, key);
  }

  lengthOf(key: string): number {
    return textOf(this.#find(key)).length;
  }

  orderOf(key: string): string {
    return orderOf(this.#find(key));
  }

  before(key: string): BlockId | undefined {
    const before = this.#order.before(key);
    return before === undefined ? undefined : idOf(this.contextId, before);
  }

  byDrift(driftId: DriftId): BlockId | undefined {
    const key = this.#drifts.get(driftId);
    return key === undefined ? undefined : idOf(this.contextId, key);
  }

  read(key: string): BlockSnapshot {
    const block = this.#find(key);
    return snapshotOf(this.contextId, key, block, textOf(block).toString());
  }

  keys(): readonly string[] {
    return this.#order.keys();
  }

  /** Keys of the blocks that match, in order. */
  select(filter: BlockFilter): readonly string[] {
    const { limit, ...conditions } = filter;
    if (Object.keys(conditions).length === 0)
      return limit === undefined ? this.#order.keys() : limit > 0 ? this.#order.last(limit) : [];
    const keys = this.#order.keys().filter((key) => this.#matches(key, filter));
    return limit === undefined ? keys : limit > 0 ? keys.slice(-limit) : [];
  }

  create(principal: PrincipalId, clientOf: ClientOf, block: NewBlock, at: number): Created {
    checkNewBlock(block);
    if (block.parentId !== undefined) this.keyOf(block.parentId);
    const after = block.after === undefined ? undefined : this.keyOf(block.after);
    const header = newHeader(block, at);
    if (header.driftId !== undefined && this.#drifts.has(header.driftId)) {
      throw new KernelError("conflict", `drift ${header.driftId} was already delivered`, { driftId: header.driftId });
    }
    const order = this.#order.mint(after);
    const key = `${principal}:${(this.#lastSeq.get(principal) ?? 0) + 1}`;
    let renumbered: readonly string[] = [];
    const update = this.#transact(principal, clientOf, () => {
      putBlock(this.#blocks, key, {
        header,
        status: block.status ?? "done",
        order,
        content: wellFormed(block.content ?? ""),
        collapsed: block.collapsed === true,
        extras: block.excluded === true ? { excluded: true } : {},
      });
      this.#order.insert(key, order);
      const orders = this.#order.renumbered(key);
      for (const [other, changed] of orders) this.#find(other).set("o", changed);
      if (orders.size > 0) this.#order.reorder(orders);
      renumbered = [...orders.keys()];
    });
    this.#register(key, this.#find(key));
    return { update, key, renumbered };
  }

  /** `text` must be well formed. */
  append(principal: PrincipalId, clientOf: ClientOf, key: string, text: string, at: number): Applied {
    const block = this.#find(key);
    const content = textOf(block);
    checkLength(content.length, text);
    if (text === "") return { update: undefined };
    const run = (this.#runs.get(key) ?? 0) + text.length;
    const breakRun = content.length > longText && run > runLength;
    if (content.length > longText) this.#runs.set(key, breakRun ? 0 : run);
    const updated = Number(block.get("u") ?? headerOf(block).at);
    const update = this.#transact(principal, clientOf, () => {
      content.insert(content.length, text);
      if (breakRun || at - updated >= updateStep) block.set("u", at);
    });
    return { update };
  }

  patch(principal: PrincipalId, clientOf: ClientOf, key: string, patch: BlockPatch, at: number): Applied {
    checkPatch(patch);
    const block = this.#find(key);
    const status = statusOf(block);
    if (patch.status !== undefined) checkTransition(status, patch.status);
    const extras = patchedExtras(extrasOf(block), patch);
    const newStatus = patch.status !== undefined && patch.status !== status;
    const newCollapsed = patch.collapsed !== undefined && patch.collapsed !== (block.get("c") === true);
    if (extras === undefined && !newStatus && !newCollapsed) return { update: undefined };
    const update = this.#transact(principal, clientOf, () => {
      if (newStatus) block.set("s", patch.status);
      if (newCollapsed) {
        if (patch.collapsed === true) block.set("c", true);
        else block.delete("c");
      }
      if (extras !== undefined) block.set("x", extras);
      block.set("u", at);
    });
    return { update };
  }

  #transact(principal: PrincipalId, clientOf: ClientOf, change: () => void): Uint8Array | undefined {
    // Set each time: yjs gives itself another client when it applies an update that carries this one.
    this.#doc.clientID = clientOf(principal);
    this.#captured = [];
    this.#doc.transact(change, principal);
    const updates = this.#captured;
    this.#captured = [];
    return updates.length > 1 ? Y.mergeUpdates(updates) : updates[0];
  }

  #find(key: string): BlockMap {
    const block = this.#blocks.get(key);
    if (block === undefined)
      throw new KernelError("notFound", `no block ${key.slice(key.indexOf(":") + 1)} of that author in this context`, { key });
    return block;
  }

  #matches(key: string, { kind, role, status, parentId }: BlockFilter): boolean {
    const block = this.#find(key);
    const header = headerOf(block);
    return (
      (kind === undefined || header.kind === kind) &&
      (role === undefined || header.role === role) &&
      (status === undefined || statusOf(block) === status) &&
      (parentId === undefined || header.parent === keyOf(parentId))
    );
  }

  /** Notes what the next change must know of a block; makes what yjs decoded safe to hand out. */
  #register(key: string, block: BlockMap): void {
    const { principalId, seq } = idOf(this.contextId, key);
    const header = headerOf(block);
    if (seq > (this.#lastSeq.get(principalId) ?? 0)) this.#lastSeq.set(principalId, seq);
    if (header.driftId !== undefined) this.#drifts.set(header.driftId, key);
    if (typeof header.toolInput === "object" && !Object.isFrozen(header.toolInput)) freeze(header.toolInput);
    const { data } = extrasOf(block);
    if (typeof data === "object" && !Object.isFrozen(data)) freeze(data);
  }
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const member of Object.values(value)) freeze(member);
  Object.freeze(value);
}
