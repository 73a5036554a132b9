import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { openDocuments } from "../../../src/kernel/blocks/index.ts";
import { memoryBus } from "../../../src/kernel/flow/index.ts";
import { type ContextId, newId } from "../../../src/kernel/ids.ts";
import { memoryStore, type Store } from "../../../src/kernel/state/index.ts";
import type { BlockSnapshot, NewBlock } from "../../../src/kernel/types.ts";
import { amy, bob, fixture } from "./fixture.ts";

const text = (content: string, more: Partial<NewBlock> = {}): NewBlock => ({ role: "user", kind: "text", content, ...more });
const contents = (blocks: readonly BlockSnapshot[]): string[] => blocks.map((block) => block.content);
const code = (expected: string) => expect.objectContaining({ name: "KernelError", code: expected });

/** The store, with the calls of some methods counted. */
function counted(store: Store): { store: Store; count: (name: string) => number } {
  const calls = new Map<string, number>();
  const proxy = new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        calls.set(String(name), (calls.get(String(name)) ?? 0) + 1);
        return member.apply(target, args);
      };
    },
  });
  return { store: proxy, count: (name) => calls.get(name) ?? 0 };
}

describe("a fork", () => {
  it("is the document as it was then, and neither changes the other", async () => {
    const { document, documents, contextId } = await fixture();
    const a = await document.create(amy, text("a", { status: "running" }));
    await document.append(bob, a.id, "é");
    const then = document.version;
    await document.patch(amy, a.id, { status: "done" });
    await document.create(bob, text("b"));
    const [old, now] = [newId<ContextId>(), newId<ContextId>()];
    expect(await documents.fork(contextId, old, then)).toBe(then);
    expect(await documents.fork(contextId, now)).toBe(document.version);
    const [oldDocument, nowDocument] = [await documents.open(old), await documents.open(now)];
    expect(oldDocument.list().map(({ content, status, id }) => [content, status, id.contextId])).toEqual([["aé", "running", old]]);
    expect(contents(nowDocument.list())).toEqual(["aé", "b"]);
    // Same authors, different text in source and fork: with shared clients one would be taken for the other.
    await document.create(amy, text("source"));
    await nowDocument.create(amy, text("fork"));
    await oldDocument.append(amy, { ...a.id, contextId: old }, "!");
    expect(contents(document.list())).toEqual(["aé", "b", "source"]);
    expect(contents(nowDocument.list())).toEqual(["aé", "b", "fork"]);
    expect(contents(oldDocument.list())).toEqual(["aé!"]);
    expect([oldDocument.version, nowDocument.version, document.version]).toEqual([then + 1, 5, 5]);
  });

  it("holds what was not yet on disk, and parents point into it", async () => {
    const { document, documents, contextId } = await fixture();
    const parent = await document.create(amy, text("p"));
    const child = document.create(amy, text("c", { parentId: parent.id }));
    const appended = document.append(bob, parent.id, "x");
    const target = newId<ContextId>();
    await documents.fork(contextId, target);
    await Promise.all([child, appended]);
    const fork = await documents.open(target);
    expect(contents(fork.list())).toEqual(["px", "c"]);
    expect(fork.list()[1]?.parentId).toEqual({ ...parent.id, contextId: target });
  });

  it("keeps what is made with it, or is not made", async () => {
    const { document, documents, contextId, store } = await fixture();
    await document.create(amy, text("p"));
    const target = newId<ContextId>();
    await documents.fork(contextId, target, 1, (version) => [{ kind: "putSetting", name: "forked", value: version }]);
    expect(await store.setting("forked")).toBe(1);
    const failed = newId<ContextId>();
    const refused = documents.fork(contextId, failed, 1, () => [{ kind: "createDocument", contextId }]);
    await expect(refused).rejects.toEqual(code("conflict"));
    await expect(documents.open(failed)).rejects.toEqual(code("notFound"));
    for (const version of [-1, 2, 0.5])
      await expect(documents.fork(contextId, newId<ContextId>(), version)).rejects.toEqual(code("invalid"));
  });

  it("loads no document, however it was at rest", async () => {
    const { document, documents, contextId, store } = await fixture();
    for (let i = 0; i < 50; i++) await document.create(amy, text(`block ${i}`));
    await documents.close();
    const spy = counted(store);
    const cold = openDocuments({ store: spy.store, bus: memoryBus() });
    const target = newId<ContextId>();
    await cold.fork(contextId, target);
    expect(contents(await cold.list(target, { limit: 2 }))).toEqual(["block 48", "block 49"]);
    expect(spy.count("log") + spy.count("keyframe")).toBe(0);
  });
});

describe("versions", () => {
  it("are read as they were, whatever keyframes were made since", async () => {
    const { document, documents, contextId, store } = await fixture();
    const expected: (readonly BlockSnapshot[])[] = [[]];
    const filler = "y".repeat(60_000);
    for (let i = 0; i < 12; i++) {
      const { id } = await document.create(amy, text(`${i}${filler}`, { status: "running" }));
      expected.push(document.list());
      await document.append(bob, id, "tail\n");
      expected.push(document.list());
      await document.patch(amy, id, { status: "done" });
      expected.push(document.list());
    }
    expect((await store.keyframe(contextId))?.seq).toBeGreaterThan(0);
    for (const version of [0, 1, 2, 7, 20, 35, 36]) expect(await documents.at(contextId, version)).toEqual(expected[version]);
    await expect(documents.at(contextId, 37)).rejects.toEqual(code("invalid"));
  });

  it("cost keyframes in proportion to the text", async () => {
    const { document, store, contextId } = await fixture();
    const seen = new Set<number>();
    let bytes = 0;
    for (let i = 0; i < 300; i++) {
      // Text that does not deflate away.
      await document.create(amy, text(Buffer.from(crypto.getRandomValues(new Uint8Array(9_000))).toString("base64")));
      const keyframe = await store.keyframe(contextId);
      if (keyframe !== undefined && !seen.has(keyframe.seq)) {
        seen.add(keyframe.seq);
        bytes += keyframe.data.length;
      }
    }
    const written = 300 * 12_000;
    expect(seen.size).toBeGreaterThan(2);
    expect(seen.size).toBeLessThan(8);
    expect(bytes).toBeLessThan(written * 2);
  });
});

describe("a document at rest", () => {
  it("is listed without being loaded; one that was left in the middle is loaded", async () => {
    const { document, contextId, store, documents } = await fixture();
    const { id } = await document.create(amy, text("a"));
    await document.append(amy, id, "bc\n");
    const crashed = counted(store);
    const first = openDocuments({ store: crashed.store, bus: memoryBus() });
    expect(contents(await first.list(contextId))).toEqual(["abc\n"]);
    expect(crashed.count("log")).toBe(1);
    await documents.close();
    const rested = counted(store);
    const second = openDocuments({ store: rested.store, bus: memoryBus() });
    expect(contents(await second.list(contextId))).toEqual(["abc\n"]);
    expect(rested.count("log")).toBe(0);
  });

  it("has a true projection again after a crash, with what changed since", async () => {
    const { document, contextId, store } = await fixture();
    const blocks = await Promise.all(["a", "b", "c"].map((each) => document.create(amy, text(each))));
    await document.append(bob, blocks[1]!.id, "+\n");
    // No close: the process is gone.
    const next = openDocuments({ store, bus: memoryBus() });
    await (await next.open(contextId)).create(amy, text("d"));
    await next.close();
    expect((await store.projection(contextId)).map((row) => row.block.content)).toEqual(["a", "b+\n", "c", "d"]);
    const row = await store.document(contextId);
    expect(row?.projected).toBe(row?.head);
  });

  it("is one object for all who hold it, and goes when memory is short", async () => {
    const { documents, contextId, document, store } = await fixture({ memoryLimit: 1 });
    await document.create(amy, text("held"));
    const others: ContextId[] = [];
    for (let i = 0; i < 5; i++) {
      const other = newId<ContextId>();
      await documents.create(other);
      await (await documents.open(other)).create(amy, text(`other ${i}`));
      others.push(other);
    }
    expect(await documents.open(contextId)).toBe(document);
    const [a, b] = await Promise.all([documents.open(others[0]!), documents.open(others[0]!)]);
    expect(a).toBe(b);
    expect(contents(a.list())).toEqual(["other 0"]);
    await documents.close();
    await expect(documents.open(contextId)).rejects.toEqual(code("disconnected"));
    await expect(document.create(amy, text("late"))).rejects.toEqual(code("disconnected"));
    expect((await store.document(contextId))?.head).toBe(1);
  });
});

describe("a document that cannot be read", () => {
  /** A store in which reads of one document's log or keyframe are spoiled. */
  const spoiled = (store: Store, victim: ContextId, spoil: Partial<Pick<Store, "log" | "keyframe">>): Store =>
    new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        const other = name === "log" || name === "keyframe" ? spoil[name] : undefined;
        return (...args: unknown[]) =>
          other !== undefined && args[0] === victim ? (other as typeof member)(...args) : member.apply(target, args);
      },
    });

  const written = async () => {
    const made = await fixture({ store: memoryStore() });
    for (let i = 0; i < 4; i++) await made.document.create(amy, text(`${i}`));
    return made;
  };

  it.each<[string, (store: Store) => Partial<Pick<Store, "log" | "keyframe">>]>([
    [
      "a row is missing",
      (store) => ({ log: async (id, after, upTo) => (await store.log(id, after, upTo)).filter((row) => row.seq !== 2) }),
    ],
    ["the last row is missing", (store) => ({ log: async (id, after, upTo) => (await store.log(id, after, upTo)).slice(0, -1) })],
    [
      "a row is garbage",
      (store) => ({
        log: async (id, after, upTo) =>
          (await store.log(id, after, upTo)).map((row) => (row.seq === 3 ? { ...row, data: Uint8Array.of(255, 7, 1) } : row)),
      }),
    ],
    [
      "a row goes on from one that is not here",
      (store) => ({
        log: async (id, after, upTo) =>
          (await store.log(id, after, upTo)).map((row) => (row.seq === 2 ? { ...row, data: emptyUpdate() } : row)),
      }),
    ],
    ["the keyframe is garbage", () => ({ keyframe: async () => ({ seq: 1, data: Uint8Array.of(1, 255, 255, 3) }) })],
    ["the keyframe is of an unknown form", () => ({ keyframe: async () => ({ seq: 1, data: Uint8Array.of(99) }) })],
  ])("because %s is corrupt, by name, and others open", async (_, spoil) => {
    const { store, contextId } = await written();
    const documents = openDocuments({ store: spoiled(store, contextId, spoil(store)), bus: memoryBus() });
    const fine = newId<ContextId>();
    await documents.create(fine);
    await expect(documents.open(contextId)).rejects.toMatchObject({ code: "corrupt", data: { contextId } });
    expect((await documents.open(fine)).version).toBe(0);
  });

  function emptyUpdate(): Uint8Array {
    return Y.encodeStateAsUpdate(new Y.Doc());
  }

  it("is not found when there is none", async () => {
    const { documents } = await fixture();
    for (const work of [documents.open, documents.list, documents.fork].map(
      (method) => method.bind(documents) as (...ids: ContextId[]) => Promise<unknown>,
    )) {
      await expect(work(newId<ContextId>(), newId<ContextId>())).rejects.toEqual(code("notFound"));
    }
  });
});

describe("a replica", () => {
  it("fed with the log rows in order has the same state", async () => {
    const { document, store, contextId } = await fixture();
    const { id } = await document.create(amy, text("é", { status: "running" }));
    for (let i = 0; i < 30; i++) await document.append(i % 3 === 0 ? bob : amy, id, `🦊${i}\n`);
    await document.patch(bob, id, { status: "done", data: { n: [1] } });
    const replica = new Y.Doc();
    for (const row of await store.log(contextId, 0)) Y.applyUpdate(replica, row.data);
    expect(replica.store.pendingStructs).toBeNull();
    const block = replica.getMap<Y.Map<unknown>>("b").get(`${amy}:1`)!;
    expect([String(block.get("t")), block.get("s"), block.get("x")]).toEqual([
      document.read(id).content,
      "done",
      { data: { n: [1] } },
    ]);
  });
});
