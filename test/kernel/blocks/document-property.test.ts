import fc from "fast-check";
import { expect, it } from "vitest";
import * as Y from "yjs";
import { type Document, type Documents, openDocuments } from "../../../src/kernel/blocks/index.ts";
import { memoryBus } from "../../../src/kernel/flow/index.ts";
import { type BlockId, type ContextId, newId, type PrincipalId } from "../../../src/kernel/ids.ts";
import { memoryStore, type Store } from "../../../src/kernel/state/index.ts";
import type { BlockSnapshot, Status } from "../../../src/kernel/types.ts";

const people = [newId<PrincipalId>(), newId<PrincipalId>(), newId<PrincipalId>()];
const statuses: readonly Status[] = ["pending", "running", "done", "error"];
const allowed: Readonly<Record<Status, readonly Status[]>> = {
  pending: ["running", "done", "error"],
  running: ["done", "error"],
  done: [],
  error: [],
};

/** Letters of one to four bytes, of one and two UTF-16 units, and newlines. */
const words = fc.string({ unit: fc.constantFrom("a", "b ", "ß", "語", "🦊", "👩‍👧", "\n"), maxLength: 20 });
const who = fc.integer({ min: 0, max: people.length - 1 });
const place = fc.nat();

type Op =
  | {
      readonly kind: "create";
      readonly who: number;
      readonly text: string;
      readonly status: Status;
      readonly after: number | undefined;
      readonly at: number;
    }
  /** The text comes in two pieces, cut anywhere, in a pair too. */
  | { readonly kind: "append"; readonly who: number; readonly text: string; readonly cut: number; readonly at: number }
  | { readonly kind: "patch"; readonly who: number; readonly status: Status; readonly collapsed: boolean; readonly at: number };
type Step = { readonly kind: "together"; readonly ops: readonly Op[] } | { readonly kind: "flush" | "restart" | "crash" | "fork" };

const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("create" as const),
      who,
      text: words,
      status: fc.constantFrom(...statuses),
      after: fc.option(place, { nil: undefined }),
      at: place,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("append" as const), who, text: words, cut: place, at: place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("patch" as const),
      who,
      status: fc.constantFrom(...statuses),
      collapsed: fc.boolean(),
      at: place,
    }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("together" as const), ops: fc.array(op, { minLength: 1, maxLength: 6 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("flush" as const, "restart" as const, "crash" as const, "fork" as const) }),
  },
);

interface ModelBlock {
  readonly author: PrincipalId;
  readonly seq: number;
  readonly content: string;
  readonly status: Status;
  readonly collapsed: boolean;
}

/** What the document should hold: a list of plain blocks. */
class Model {
  blocks: ModelBlock[] = [];
  readonly seqs = new Map<PrincipalId, number>();

  create(author: PrincipalId, content: string, status: Status, after: number | undefined): void {
    const seq = (this.seqs.get(author) ?? 0) + 1;
    this.seqs.set(author, seq);
    const block = { author, seq, content, status, collapsed: false };
    const at = after === undefined ? this.blocks.length : after + 1;
    this.blocks = [...this.blocks.slice(0, at), block, ...this.blocks.slice(at)];
  }

  change(block: ModelBlock, change: Partial<ModelBlock>): void {
    this.blocks = this.blocks.map((each) =>
      each.author === block.author && each.seq === block.seq ? { ...each, ...change } : each,
    );
  }
}

const plain = (blocks: readonly BlockSnapshot[]): ModelBlock[] =>
  blocks.map(({ id, content, status, collapsed }) => ({ author: id.principalId, seq: id.seq, content, status, collapsed }));

class World {
  readonly store: Store = memoryStore();
  documents: Documents = this.#open();
  contextId = newId<ContextId>();
  readonly forks: { contextId: ContextId; expected: ModelBlock[] }[] = [];
  readonly model = new Model();

  #open(): Documents {
    return openDocuments({ store: this.store, bus: memoryBus() });
  }

  async run(one: Step): Promise<void> {
    const document = await this.documents.open(this.contextId);
    switch (one.kind) {
      case "together":
        return this.#together(document, one.ops);
      case "flush":
        await document.flush();
        return;
      case "restart":
        await this.documents.close();
        this.documents = this.#open();
        return;
      case "crash":
        // Nothing is pending: every step waited for its promises.
        this.documents = this.#open();
        return;
      case "fork": {
        const contextId = newId<ContextId>();
        await this.documents.fork(this.contextId, contextId);
        // Work goes on in the fork; the parent stays as it was.
        this.forks.push({ contextId: this.contextId, expected: this.model.blocks });
        this.contextId = contextId;
      }
    }
  }

  async #together(document: Document, ops: readonly Op[]): Promise<void> {
    const before = this.model.blocks;
    const pick = (at: number): { model: ModelBlock; id: BlockId } | undefined => {
      const chosen = before[at % Math.max(1, before.length)];
      if (chosen === undefined) return undefined;
      const model = this.model.blocks.find((each) => each.author === chosen.author && each.seq === chosen.seq)!;
      return { model, id: { contextId: this.contextId, principalId: chosen.author, seq: chosen.seq } };
    };
    const all: Promise<unknown>[] = [];
    for (const each of ops) {
      const target = pick(each.at);
      const principal = people[each.who]!;
      if (each.kind === "create") {
        const after = each.after === undefined ? undefined : pick(each.after);
        this.model.create(
          principal,
          each.text,
          each.status,
          after === undefined ? undefined : this.model.blocks.indexOf(after.model),
        );
        all.push(
          document.create(principal, {
            role: "user",
            kind: "text",
            content: each.text,
            status: each.status,
            ...(after === undefined ? {} : { after: after.id }),
          }),
        );
      } else if (target !== undefined && each.kind === "append") {
        const cut = each.cut % (each.text.length + 1);
        this.model.change(target.model, { content: target.model.content + each.text });
        all.push(
          document.append(principal, target.id, each.text.slice(0, cut)),
          document.append(principal, target.id, each.text.slice(cut)),
        );
      } else if (target !== undefined && each.kind === "patch") {
        const legal = each.status === target.model.status || allowed[target.model.status].includes(each.status);
        if (legal) this.model.change(target.model, { status: each.status, collapsed: each.collapsed });
        const patched = document.patch(principal, target.id, { status: each.status, collapsed: each.collapsed });
        all.push(legal ? patched : expect(patched).rejects.toMatchObject({ code: "illegal" }));
      }
    }
    // What one turn of the event loop asked for, in the order it asked.
    await new Promise((resolve) => setImmediate(resolve));
    await document.flush();
    await Promise.all(all);
    expect(plain(document.list())).toEqual(this.model.blocks);
  }
}

/** Blocks of a Yjs document as a replica has it that knows only the layout. */
function replicated(doc: Y.Doc): Record<string, unknown> {
  expect(doc.store.pendingStructs).toBeNull();
  return doc.getMap("b").toJSON();
}

it("random work by several people, with restarts and forks, leaves what a plain list would", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat()), async (steps, random) => {
      const world = new World();
      await world.documents.create(world.contextId);
      for (const each of steps) await world.run(each);
      const document = await world.documents.open(world.contextId);
      expect(plain(document.list())).toEqual(world.model.blocks);
      for (const { contextId, expected } of world.forks) expect(plain(await world.documents.list(contextId))).toEqual(expected);

      // Replicas fed with the log, in order and in any order, hold the same.
      const rows = await world.store.log(world.contextId, 0);
      expect(rows.length).toBe(document.version);
      const [ordered, shuffled] = [new Y.Doc(), new Y.Doc()];
      for (const row of rows) Y.applyUpdate(ordered, row.data);
      const mixed = rows.map((row) => ({ row, key: random.next().value! })).sort((a, b) => a.key - b.key);
      for (const { row } of mixed) Y.applyUpdate(shuffled, row.data);
      // Out of order yjs may keep updates pending although nothing is missing any more: a sync settles it.
      Y.applyUpdate(shuffled, Y.encodeStateAsUpdate(ordered, Y.encodeStateVector(shuffled)));
      expect(replicated(shuffled)).toEqual(replicated(ordered));
      const texts = Object.entries(replicated(ordered)).map(([key, block]) => [key, (block as { t: string }).t]);
      expect(new Map(texts as [string, string][])).toEqual(
        new Map(document.list().map(({ id, content }) => [`${id.principalId}:${id.seq}`, content])),
      );

      await world.documents.close();
      const after = await openDocuments({ store: world.store, bus: memoryBus() }).list(world.contextId);
      expect(plain(after)).toEqual(world.model.blocks);
    }),
    { numRuns: 150 },
  );
}, 120_000);
