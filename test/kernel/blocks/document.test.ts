import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { openDocuments } from "../../../src/kernel/blocks/index.ts";
import { KernelError } from "../../../src/kernel/errors.ts";
import { memoryBus } from "../../../src/kernel/flow/index.ts";
import { type BlockId, type ContextId, type DriftId, newId, type PrincipalId } from "../../../src/kernel/ids.ts";
import { memoryStore } from "../../../src/kernel/state/index.ts";
import type { BlockPatch, BlockSnapshot, Json, NewBlock, Status } from "../../../src/kernel/types.ts";
import { amy, bob, failingStore, fixture } from "./fixture.ts";

const text = (content: string, more: Partial<NewBlock> = {}): NewBlock => ({ role: "user", kind: "text", content, ...more });
const contents = (blocks: readonly BlockSnapshot[]): string[] => blocks.map((block) => block.content);
const code = (expected: string) => expect.objectContaining({ name: "KernelError", code: expected });

describe("a block", () => {
  it("is kept whole, and is the same after a restart", async () => {
    const { document, contextId, reopen, documents } = await fixture();
    const source = newId<ContextId>();
    const call = await document.create(
      amy,
      text("ls", {
        kind: "toolCall",
        toolKind: "shell",
        toolName: "shell",
        toolInput: { command: ["ls", null, 1.5] },
        toolCallId: "c1",
      }),
    );
    const result = await document.create(
      amy,
      text("", { role: "tool", kind: "toolResult", toolKind: "shell", status: "running", parentId: call.id, ephemeral: true }),
    );
    await document.append(bob, result.id, "a\nß");
    await document.patch(amy, result.id, {
      status: "error",
      exitCode: 2,
      isError: true,
      stderr: "no",
      truncated: true,
      data: [{ "": 1 }],
      collapsed: true,
      excluded: true,
      usage: { inputTokens: 1, outputTokens: 2 },
    });
    const drift = await document.create(
      bob,
      text("d", {
        kind: "drift",
        role: "system",
        driftKind: "push",
        driftId: newId<DriftId>(),
        sourceContext: source,
        sourceModel: "m",
        excluded: true,
        collapsed: true,
      }),
    );
    const blocks = document.list();
    expect(blocks).toEqual([
      {
        id: { contextId, principalId: amy, seq: 1 },
        role: "user",
        kind: "toolCall",
        status: "done",
        toolKind: "shell",
        toolName: "shell",
        toolCallId: "c1",
        toolInput: { command: ["ls", null, 1.5] },
        content: "ls",
        collapsed: false,
        excluded: false,
        ephemeral: false,
        createdAt: call.createdAt,
        updatedAt: call.createdAt,
      },
      {
        id: { contextId, principalId: amy, seq: 2 },
        parentId: call.id,
        role: "tool",
        kind: "toolResult",
        status: "error",
        toolKind: "shell",
        content: "a\nß",
        collapsed: true,
        excluded: true,
        ephemeral: true,
        exitCode: 2,
        isError: true,
        stderr: "no",
        truncated: true,
        data: [{ "": 1 }],
        usage: { inputTokens: 1, outputTokens: 2 },
        createdAt: result.createdAt,
        updatedAt: expect.any(Number),
      },
      drift,
    ]);
    expect(JSON.parse(JSON.stringify(blocks))).toEqual(blocks);
    expect((await reopen()).list()).toEqual(blocks);
    await documents.close();
    expect((await reopen()).list()).toEqual(blocks);
  });

  it("is numbered per author, on from what a restart or a fork found", async () => {
    const { document, reopen, documents, contextId } = await fixture();
    const ids: BlockId[] = [];
    for (const who of [amy, bob, amy]) ids.push((await document.create(who, text("x"))).id);
    expect(ids.map((id) => [id.principalId, id.seq])).toEqual([
      [amy, 1],
      [bob, 1],
      [amy, 2],
    ]);
    const target = newId<ContextId>();
    await documents.fork(contextId, target);
    expect((await (await documents.open(target)).create(amy, text("y"))).id).toEqual({
      contextId: target,
      principalId: amy,
      seq: 3,
    });
    expect((await (await reopen()).create(bob, text("y"))).id.seq).toBe(2);
  });

  it("goes after the one it names, else at the end, however often", async () => {
    const { document, events, bus, reopen, store, contextId } = await fixture();
    const first = await document.create(amy, text("0"));
    await document.create(amy, text("end"));
    // Always between the same two: order keys grow and are numbered anew.
    const expected: string[] = [];
    for (let i = 1; i <= 600; i++) {
      await document.create(i % 3 === 0 ? bob : amy, text(String(i), { after: first.id }));
      expected.unshift(String(i));
    }
    expect(contents(document.list())).toEqual(["0", ...expected, "end"]);
    expect((await reopen()).list()).toEqual(document.list());
    await bus.settled();
    const last = events.at(-1);
    expect(last).toMatchObject({ type: "inserted", after: first.id, block: { content: "600" } });
    const orders = (await store.projection(contextId)).map((row) => row.order);
    expect(Math.max(...orders.map((order) => order.length))).toBeLessThan(60);
    expect(orders).toHaveLength(602);
  });

  it("is listed by kind, role, status and parent, the last ones", async () => {
    const { document, documents, contextId, store } = await fixture();
    const parent = await document.create(amy, text("p"));
    await document.create(amy, text("a", { kind: "thinking", role: "model" }));
    await document.create(amy, text("b", { parentId: parent.id, status: "running" }));
    await document.create(amy, text("c", { parentId: parent.id }));
    const cases: [Parameters<typeof document.list>[0], string[]][] = [
      [{ kind: "thinking" }, ["a"]],
      [{ role: "user" }, ["p", "b", "c"]],
      [{ status: "running" }, ["b"]],
      [{ parentId: parent.id }, ["b", "c"]],
      [{ parentId: parent.id, limit: 1 }, ["c"]],
      [{ limit: 2 }, ["b", "c"]],
      [{ limit: 0 }, []],
      [{ kind: "drift" }, []],
    ];
    for (const [filter, expected] of cases) expect(contents(document.list(filter)), JSON.stringify(filter)).toEqual(expected);
    await documents.close();
    const cold = openDocuments({ store, bus: memoryBus() });
    for (const [filter, expected] of cases)
      expect(contents(await cold.list(contextId, filter)), JSON.stringify(filter)).toEqual(expected);
  });

  it("cannot be changed through what was given or read", async () => {
    const { document } = await fixture();
    const input = { a: [1] };
    const { id } = await document.create(amy, text("x", { kind: "toolCall", toolInput: input as Json }));
    input.a.push(2);
    expect(document.read(id).toolInput).toEqual({ a: [1] });
    const read = document.read(id).toolInput as { a: number[] };
    expect(() => read.a.push(3)).toThrow(TypeError);
    expect(document.read(id).toolInput).toEqual({ a: [1] });
  });
});

describe("a refused change", () => {
  const here = async () => {
    const made = await fixture();
    const block = await made.document.create(amy, text("x", { status: "running" }));
    return { ...made, block };
  };

  it.each<[string, unknown, string]>([
    ["an unknown kind", { role: "user", kind: "shout" }, "invalid"],
    ["no role", { kind: "text" }, "invalid"],
    ["an unknown status", { role: "user", kind: "text", status: "paused" }, "invalid"],
    ["an inherited name as status", { role: "user", kind: "text", status: "constructor" }, "invalid"],
    ["a toolKind on text", { role: "user", kind: "text", toolKind: "shell" }, "invalid"],
    ["a driftKind on text", { role: "user", kind: "text", driftKind: "push" }, "invalid"],
    ["a source that is no id", { role: "user", kind: "drift", sourceContext: "main" }, "invalid"],
    ["a driftId that is no id", { role: "user", kind: "drift", driftId: "3" }, "invalid"],
    ["a function as input", { role: "user", kind: "toolCall", toolInput: () => 1 }, "invalid"],
    ["a Map as input", { role: "user", kind: "toolCall", toolInput: { a: new Map() } }, "invalid"],
    ["NaN as input", { role: "user", kind: "toolCall", toolInput: [Number.NaN] }, "invalid"],
    ["too much input", { role: "user", kind: "toolCall", toolInput: "x".repeat(2_000_000) }, "tooLarge"],
    ["too much text", { role: "user", kind: "text", content: "x".repeat(9_000_000) }, "tooLarge"],
  ])("%s leaves nothing behind", async (_, block, expected) => {
    const { document } = await here();
    await expect(document.create(amy, block as NewBlock)).rejects.toEqual(code(expected));
    expect([document.list().length, document.version]).toEqual([1, 1]);
  });

  it("of a block that is not here, or is another context's", async () => {
    const { document, block } = await here();
    const unknown = { ...block.id, seq: 99 };
    const foreign = { ...block.id, contextId: newId<ContextId>() };
    for (const [id, expected] of [
      [unknown, "notFound"],
      [foreign, "invalid"],
    ] as const) {
      expect(() => document.read(id)).toThrow(code(expected));
      expect(document.has(id)).toBe(false);
      await expect(document.append(amy, id, "y")).rejects.toEqual(code(expected));
      await expect(document.patch(amy, id, { status: "done" })).rejects.toEqual(code(expected));
      await expect(document.create(amy, text("y", { parentId: id }))).rejects.toEqual(code(expected));
      await expect(document.create(amy, text("y", { after: id }))).rejects.toEqual(code(expected));
    }
    expect(document.version).toBe(1);
  });

  it.each<[Status, Status, boolean]>([
    ["pending", "running", true],
    ["pending", "done", true],
    ["pending", "error", true],
    ["running", "done", true],
    ["running", "error", true],
    ["running", "pending", false],
    ["done", "running", false],
    ["done", "error", false],
    ["error", "done", false],
    ["error", "pending", false],
    ["done", "done", true],
  ])("of status %s to %s: allowed %s", async (from, to, allowed) => {
    const { document } = await fixture();
    const { id } = await document.create(amy, text("x", { status: from }));
    const patched = document.patch(bob, id, { status: to, exitCode: 3 });
    if (allowed) await patched;
    else await expect(patched).rejects.toMatchObject({ code: "illegal", data: { status: from } });
    const block = document.read(id);
    expect([block.status, block.exitCode]).toEqual(allowed ? [to, 3] : [from, undefined]);
  });

  it("of a patch that is not one, or would be too much text", async () => {
    const { document, block } = await here();
    await expect(document.patch(amy, block.id, { status: "gone" } as unknown as BlockPatch)).rejects.toEqual(code("invalid"));
    await expect(document.patch(amy, block.id, { exitCode: 0.5 })).rejects.toEqual(code("invalid"));
    await expect(document.append(amy, block.id, "x".repeat(9_000_000))).rejects.toEqual(code("tooLarge"));
    await document.append(amy, block.id, "y");
    expect(document.read(block.id).content).toBe("xy");
  });

  it("of a drift that was delivered", async () => {
    const { document } = await here();
    const driftId = newId<DriftId>();
    const drift = text("d", { kind: "drift", driftKind: "push", driftId });
    const { id } = await document.create(amy, drift);
    await expect(document.create(bob, drift)).rejects.toEqual(code("conflict"));
    expect(document.byDrift(driftId)).toEqual(id);
    expect(document.byDrift(newId<DriftId>())).toBeUndefined();
  });
});

describe("appending", () => {
  it("shows text at once, previews it, and keeps it in one version per batch", async () => {
    const { document, events, bus } = await fixture();
    const { id } = await document.create(amy, text(""));
    await document.append(amy, id, "first");
    const waits = [document.append(amy, id, " a"), document.append(amy, id, "é")];
    await Promise.resolve();
    expect(document.read(id).content).toBe("first aé");
    expect(contents(document.list())).toEqual(["first aé"]);
    await Promise.all(waits);
    await bus.settled();
    expect(document.version).toBe(3);
    expect(events.slice(1)).toEqual([
      expect.objectContaining({ type: "appended", version: 2, offset: 0, text: "first" }),
      expect.objectContaining({ type: "preview", offset: 5, text: " aé" }),
      expect.objectContaining({ type: "appended", version: 3, offset: 5, text: " aé" }),
    ]);
  });

  it.each([
    ["a newline", ["a", "b\n"]],
    ["50 characters", ["a", "x".repeat(49)]],
  ])("does not wait for the clock after %s", async (_, parts) => {
    // A clock that stands still: only the text makes a batch due.
    const { document } = await fixture({ now: () => 5 });
    const { id } = await document.create(amy, text(""));
    await document.append(amy, id, "first");
    void document.append(amy, id, parts[0] ?? "");
    await document.append(amy, id, parts[1] ?? "");
    expect(document.version).toBe(3);
    expect(document.read(id).content).toBe(`first${parts.join("")}`);
  });

  it("keeps the order between authors, patches and text", async () => {
    const { document, reopen } = await fixture();
    const { id } = await document.create(amy, text("", { status: "running" }));
    const all = [
      document.append(amy, id, "1"),
      document.append(amy, id, "2"),
      document.append(bob, id, "3"),
      document.append(amy, id, "4"),
      document.patch(bob, id, { status: "done" }),
      document.append(bob, id, "5"),
    ];
    await document.flush();
    await Promise.all(all);
    expect(document.read(id)).toMatchObject({ content: "12345", status: "done" });
    expect((await reopen()).read(id)).toEqual(document.read(id));
  });

  it("never splits a pair over two versions, and stores a lone half as U+FFFD", async () => {
    const { document, store, contextId, reopen } = await fixture();
    const { id } = await document.create(amy, text("\uDC00"));
    const fox = "🦊";
    await document.append(amy, id, `a${fox[0]}`);
    const waiting = document.append(amy, id, `${fox[1]}\n`);
    await waiting;
    expect(document.read(id).content).toBe(`\uFFFDa${fox}\n`);
    await document.append(amy, id, `b${fox[0]}`);
    await document.flush();
    expect(document.read(id).content).toBe(`\uFFFDa${fox}\nb\uFFFD`);
    expect((await reopen()).read(id).content).toBe(document.read(id).content);
    expect((await store.log(contextId, 0)).length).toBe(document.version);
  });

  it("records a stream as one operation", async () => {
    const { document, store, contextId } = await fixture();
    const { id } = await document.create(amy, text(""));
    for (let i = 0; i < 20; i++) await document.append(amy, id, `line ${i}\n`);
    await document.patch(amy, id, { collapsed: true });
    const operations = await store.operations(contextId, { limit: 10 });
    expect(operations.map(({ label, from, to }) => [label, from, to])).toEqual([
      ["patch", 22, 22],
      ["append", 2, 21],
      ["create", 1, 1],
    ]);
  });

  it("of 100,000 tokens stays linear", async () => {
    const { document, store, contextId, reopen } = await fixture();
    const { id } = await document.create(amy, text("", { status: "running" }));
    const sizes: number[] = [];
    const times: number[] = [];
    for (let half = 0; half < 2; half++) {
      const start = performance.now();
      const before = document.version;
      const all: Promise<void>[] = [];
      for (let i = 0; i < 50_000; i++) {
        all.push(document.append(amy, id, "tok "));
        if (i % 20 === 19) await new Promise((resolve) => setImmediate(resolve));
      }
      await document.flush();
      await Promise.all(all);
      times.push(performance.now() - start);
      const rows = await store.log(contextId, before);
      sizes.push(rows.reduce((sum, row) => sum + row.data.length, 0));
      expect(rows.length).toBeLessThan(5_000);
    }
    console.log(
      `100,000 tokens: second half / first half: time ${(times[1]! / times[0]!).toFixed(2)}, log bytes ${(sizes[1]! / sizes[0]!).toFixed(2)}`,
    );
    expect(sizes[1]! / sizes[0]!).toBeLessThan(1.1);
    // Encoding an append costs as much as the run it goes on: long runs would make it quadratic.
    const replica = new Y.Doc();
    for (const row of await store.log(contextId, 0)) Y.applyUpdate(replica, row.data);
    const stored = replica.getMap<Y.Map<Y.Text>>("b").get(`${amy}:1`)!.get("t")!;
    const runs: number[] = [];
    for (let item = stored._start; item !== null; item = item.right) runs.push(item.length);
    expect(Math.max(...runs)).toBeLessThan(80_000);
    expect(runs.length).toBeLessThan(100);
    expect(document.read(id).content).toBe("tok ".repeat(100_000));
    await document.patch(amy, id, { status: "done" });
    expect((await reopen()).list()).toEqual(document.list());
  });
});

describe("events", () => {
  it("go out after the commit, in the order of versions", async () => {
    const store = memoryStore();
    const order: string[] = [];
    const slow = failingStore(store, (batch) => {
      if (batch.some((change) => change.kind === "appendLog")) order.push("commit");
      return undefined;
    });
    const { document, bus, events } = await fixture({ store: slow });
    bus.subscribe({ topics: ["block"] }, () => void order.push("event"));
    await document.create(amy, text("a"));
    await bus.settled();
    expect(order).toEqual(["commit", "event"]);
    const { id } = await document.create(amy, text("b", { status: "pending" }));
    const all: Promise<unknown>[] = [];
    for (let i = 0; i < 50; i++) {
      all.push(document.create(i % 2 === 0 ? amy : bob, text(`n${i}`)), document.append(amy, id, `${i}\n`));
      if (i % 10 === 0) all.push(document.patch(bob, id, { exitCode: i }));
    }
    await Promise.all(all);
    await document.flush();
    await bus.settled();
    const versions = events.flatMap((event) => (event.topic === "block" && event.type !== "preview" ? [event.version] : []));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(versions.at(-1)).toBe(document.version);
  });

  it("let a reader without a CRDT follow the document", async () => {
    const { document, bus, events } = await fixture();
    const { id } = await document.create(amy, text("start", { status: "running" }));
    const all: Promise<unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      all.push(document.append(i % 7 === 0 ? bob : amy, id, i % 5 === 0 ? "ü\n" : "wörd "));
      if (i % 50 === 0)
        all.push(document.create(bob, text(`b${i}`, { after: id })), new Promise((resolve) => setImmediate(resolve)));
      if (i % 40 === 0) await Promise.resolve();
    }
    await document.flush();
    await Promise.all(all);
    await document.patch(amy, id, { status: "done" });
    await bus.settled();
    const order: string[] = [];
    const blocks = new Map<string, BlockSnapshot>();
    const key = (block: BlockId): string => `${block.principalId}:${block.seq}`;
    for (const event of events) {
      if (event.topic !== "block") continue;
      if (event.type === "inserted")
        order.splice(event.after === undefined ? 0 : order.indexOf(key(event.after)) + 1, 0, key(event.block.id));
      if (event.type === "inserted" || event.type === "changed") blocks.set(key(event.block.id), event.block);
      else {
        const before = blocks.get(key(event.id))!;
        blocks.set(key(event.id), { ...before, content: before.content.slice(0, event.offset) + event.text });
      }
    }
    const seen = order.map((each) => blocks.get(each)!);
    expect(seen.map((block) => [block.content, block.status])).toEqual(
      document.list().map((block) => [block.content, block.status]),
    );
  });
});

describe("a commit that fails", () => {
  it("rejects all who wait, undoes the change, and the document goes on", async () => {
    let broken: Error | undefined;
    const { document, events, bus } = await fixture({ store: failingStore(memoryStore(), () => broken) });
    const kept = await document.create(amy, text("kept"));
    broken = new KernelError("io", "no space left on device");
    const results = await Promise.allSettled([
      document.create(amy, text("lost")),
      document.append(bob, kept.id, "lost\n"),
      document.patch(amy, kept.id, { collapsed: true }),
    ]);
    expect(results.map((result) => result.status === "rejected" && (result.reason as KernelError).message)).toEqual(
      Array(3).fill("no space left on device"),
    );
    broken = undefined;
    await document.flush();
    expect(document.list()).toEqual([kept]);
    expect(document.version).toBe(1);
    const next = await document.create(amy, text("next"));
    expect([next.id.seq, document.version]).toEqual([2, 2]);
    await bus.settled();
    expect(events.map((event) => event.type)).toEqual(["inserted", "resync", "inserted"]);
  });

  it("on a disk that cannot be read either is told until it can", async () => {
    let broken: Error | undefined;
    const store = failingStore(memoryStore(), () => broken);
    const unreadable = new Proxy(store, {
      get: (target, name) => {
        if (name === "log" && broken !== undefined) return () => Promise.reject(broken);
        return Reflect.get(target, name, target) as unknown;
      },
    });
    const { document } = await fixture({ store: unreadable });
    const kept = await document.create(amy, text("kept"));
    broken = new KernelError("io", "the disk is gone");
    await expect(document.create(amy, text("lost"))).rejects.toThrow("the disk is gone");
    expect(() => document.list()).toThrow(code("io"));
    await expect(document.append(amy, kept.id, "x")).rejects.toThrow("the disk is gone");
    broken = undefined;
    await document.append(amy, kept.id, " on\n");
    expect(contents(document.list())).toEqual(["kept on\n"]);
  });

  it("of one document is not another's", async () => {
    const bad = new Set<ContextId>();
    const { documents, document } = await fixture({
      store: failingStore(memoryStore(), (batch) =>
        batch.some((change) => change.kind === "appendLog" && bad.has(change.contextId)) ? new KernelError("io", "no") : undefined,
      ),
    });
    const other = newId<ContextId>();
    await documents.create(other);
    bad.add(other);
    const [good, failed] = await Promise.allSettled([
      document.create(amy, text("a")),
      (await documents.open(other)).create(amy, text("b")),
    ]);
    expect([good.status, failed.status]).toEqual(["fulfilled", "rejected"]);
    expect(contents(document.list())).toEqual(["a"]);
  });

  it("by a second writer is found out", async () => {
    const { document, reopen } = await fixture();
    const second = await reopen();
    await document.create(amy, text("a"));
    await expect(second.create(bob, text("b"))).rejects.toEqual(code("conflict"));
    await second.flush();
    expect(contents(second.list())).toEqual(["a"]);
  });
});

describe("clients", () => {
  it("are as many as principals, however often the kernel starts", async () => {
    const { document, store, contextId, reopen } = await fixture();
    await document.create(amy, text("a"));
    await document.create(bob, text("b"));
    const before = await store.clients(contextId);
    let again = document;
    for (let i = 0; i < 3; i++) {
      again = await reopen();
      await again.create(amy, text("c"));
    }
    expect(await store.clients(contextId)).toEqual(before);
    expect(before.size).toBe(2);
    const eve = newId<PrincipalId>();
    await again.create(eve, text("d"));
    expect((await store.clients(contextId)).size).toBe(3);
  });
});
