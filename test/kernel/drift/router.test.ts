import { describe, expect, it } from "vitest";
import type { Distiller } from "../../../src/kernel/drift/index.ts";
import { KernelError } from "../../../src/kernel/errors.ts";
import { type ContextId, newId } from "../../../src/kernel/ids.ts";
import { memoryStore } from "../../../src/kernel/state/index.ts";
import { failingStore } from "../blocks/fixture.ts";
import { amy, bob } from "../contexts/fixture.ts";
import { driftFixture } from "./fixture.ts";

const code = (expected: string) => expect.objectContaining({ name: "KernelError", code: expected });

describe("push", () => {
  it("stages on disk, shows in the queue, and flush delivers a block that says where it is from", async () => {
    const { drift, context, contexts, contents, store, documents } = await driftFixture();
    const [main, debug] = [await context("main"), await context("debug")];
    await contexts.update(debug.id, { model: "claude" });
    const item = await drift.push({ source: debug.id, target: main.id, principalId: bob, content: "race in session.rs:42" });
    expect(item).toMatchObject({
      number: 1,
      source: debug.id,
      target: main.id,
      principalId: bob,
      kind: "push",
      state: "staged",
      attempts: 0,
      sourceModel: "claude",
    });
    expect(await store.drifts()).toEqual([item]);
    expect(drift.queue()).toEqual([item]);
    expect([drift.queue(debug.id), drift.queue(main.id)]).toEqual([[item], []]);
    expect(await contents("main")).toEqual([]);
    expect(await drift.flush(main.id)).toEqual({ delivered: [], failed: [] });
    expect(await drift.flush(debug.id)).toEqual({ delivered: [item.id], failed: [] });
    const [block] = await documents.list(main.id);
    expect(block).toMatchObject({
      id: { principalId: bob },
      kind: "drift",
      driftKind: "push",
      status: "done",
      content: "race in session.rs:42",
      sourceContext: debug.id,
      sourceModel: "claude",
      driftId: item.id,
    });
    expect([drift.queue(), await store.drifts()]).toEqual([[], []]);
    expect(await drift.flush()).toEqual({ delivered: [], failed: [] });
  });

  it("delivers at once with now, and tells of each step", async () => {
    const { drift, context, contents, events, bus } = await driftFixture();
    const [main, debug] = [await context("main"), await context("debug")];
    await drift.push({ source: debug.id, target: main.id, principalId: amy, content: "x", now: true });
    const second = await drift.push({ source: main.id, target: debug.id, principalId: amy, content: "y" });
    await drift.cancel(String(second.number));
    expect(await contents("main")).toEqual(["x"]);
    expect(await contents("debug")).toEqual([]);
    await bus.settled();
    expect(events.flatMap((event) => (event.topic === "drift" ? [[event.type, event.drift.number]] : []))).toEqual([
      ["staged", 1],
      ["delivered", 1],
      ["staged", 2],
      ["cancelled", 2],
    ]);
  });

  it("refuses nothing, itself and nowhere", async () => {
    const { drift, context, store } = await driftFixture();
    const { id } = await context("main");
    const other = await context("other");
    const push = (target: ContextId, content: string) => drift.push({ source: id, target, principalId: amy, content });
    await expect(push(other.id, " \n")).rejects.toEqual(code("invalid"));
    await expect(push(id, "x")).rejects.toEqual(code("invalid"));
    await expect(push(newId<ContextId>(), "x")).rejects.toEqual(code("notFound"));
    await expect(drift.push({ source: id, target: other.id, principalId: amy, content: "", summarize: true })).rejects.toEqual(
      code("invalid"),
    );
    expect(await store.drifts()).toEqual([]);
  });

  it("summarises before it stages: later words of the source are not in it", async () => {
    const { drift, context, say, documents } = await driftFixture();
    const [main, debug] = [await context("main"), await context("debug")];
    await say("debug", "We found that the cache in src/cache.ts is never cleared.");
    const item = await drift.push({ source: debug.id, target: main.id, principalId: amy, content: "the cache", summarize: true });
    expect(item).toMatchObject({ kind: "distill", sourceModel: "local/extractive" });
    await say("debug", "Zebra.");
    await drift.flush();
    const [block] = await documents.list(main.id);
    expect(block).toMatchObject({ kind: "drift", driftKind: "distill", sourceModel: "local/extractive" });
    expect(block?.content).toContain("never cleared");
    expect(block?.content).not.toContain("Zebra");
  });

  it("keeps the order of staging, and numbers go on after a restart", async () => {
    const { drift, context, store } = await driftFixture();
    const [main, debug] = [await context("main"), await context("debug")];
    for (const content of ["1", "2", "3"]) await drift.push({ source: debug.id, target: main.id, principalId: amy, content });
    await drift.cancel("3");
    const again = await driftFixture(store);
    const item = await again.drift.push({ source: debug.id, target: main.id, principalId: amy, content: "4" });
    expect(item.number).toBe(4);
    await again.drift.flush();
    expect(await again.contents("main")).toEqual(["1", "2", "4"]);
  });
});

describe("cancel", () => {
  it("takes a number or the start of an id, within what the context staged", async () => {
    const { drift, context } = await driftFixture();
    const [main, debug] = [await context("main"), await context("debug")];
    const push = (content: string) => drift.push({ source: debug.id, target: main.id, principalId: amy, content });
    const [a, b, c] = [await push("a"), await push("b"), await push("c")];
    expect(await drift.cancel("#1")).toEqual(a);
    expect(await drift.cancel(b.id.slice(0, 30).toUpperCase())).toEqual(b);
    await expect(drift.cancel("3", main.id)).rejects.toEqual(code("notFound"));
    await expect(drift.cancel("1")).rejects.toMatchObject({ code: "notFound", data: { candidates: ["3"] } });
    const d = await push("d");
    await expect(drift.cancel(c.id.slice(0, 8))).rejects.toMatchObject({ code: "ambiguous", data: { candidates: ["3", "4"] } });
    expect(drift.queue()).toEqual([c, d]);
  });
});

describe("pull and merge", () => {
  it("bring a briefing at once; its author is the caller", async () => {
    const { drift, context, contexts, say, documents } = await driftFixture();
    const main = await context("main");
    await say("main", "Start.");
    const fork = await contexts.fork(main.id, { createdBy: amy, label: "fork" });
    await say("fork", "We decided to keep the cache in src/cache.ts.", "The tea was nice and warm on that day in spring.");
    const pulled = await drift.pull({ source: fork.id, target: main.id, principalId: bob, question: "what about the cache?" });
    expect(pulled).toMatchObject({
      id: { contextId: main.id, principalId: bob },
      kind: "drift",
      driftKind: "pull",
      sourceContext: fork.id,
      sourceModel: "local/extractive",
    });
    expect(pulled.content).toContain("## Decisions\n- We decided to keep the cache");
    const merged = await drift.merge({ source: fork.id, principalId: bob });
    expect(merged).toMatchObject({ id: { contextId: main.id, principalId: bob }, driftKind: "merge", sourceContext: fork.id });
    const other = await context("other");
    expect(await drift.merge({ source: fork.id, into: other.id, principalId: amy })).toMatchObject({ id: { contextId: other.id } });
    expect((await documents.list(main.id, { kind: "drift" })).map((block) => block.driftKind)).toEqual(["pull", "merge"]);
    await expect(drift.merge({ source: main.id, principalId: amy })).rejects.toEqual(code("invalid"));
    await expect(drift.pull({ source: main.id, target: main.id, principalId: amy })).rejects.toEqual(code("invalid"));
  });

  it("are an error when the source is empty or the model fails, never an empty block", async () => {
    let answer: Error | string = "";
    const distiller: Distiller = {
      distill: async () => {
        if (answer instanceof Error) throw answer;
        return { text: answer, model: "m/x" };
      },
    };
    const { drift, context, say, contents, documents } = await driftFixture(undefined, undefined, distiller);
    const [main, empty] = [await context("main"), await context("empty")];
    const pull = (source: ContextId) => drift.pull({ source, target: main.id, principalId: amy });
    await expect(pull(empty.id)).rejects.toEqual(code("invalid"));
    const document = await documents.open(empty.id);
    await document.create(amy, { role: "user", kind: "text", content: "hidden", excluded: true });
    await document.create(amy, { role: "user", kind: "text", content: "passing", ephemeral: true });
    await expect(pull(empty.id)).rejects.toEqual(code("invalid"));
    await say("talk", "hello");
    const talk = await context("talk");
    await expect(pull(talk.id)).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining("m/x") });
    answer = new KernelError("io", "429");
    await expect(pull(talk.id)).rejects.toThrow("429");
    expect(await contents("main")).toEqual([]);
    answer = "a summary";
    expect(await pull(talk.id)).toMatchObject({ content: "a summary", sourceModel: "m/x" });
  });
});

describe("history", () => {
  it("shows what came and what left, once, forks or not", async () => {
    const { drift, context, contexts, store } = await driftFixture();
    const [main, debug] = [await context("main"), await context("debug")];
    await drift.push({ source: debug.id, target: main.id, principalId: amy, content: "1", now: true });
    await drift.push({ source: main.id, target: debug.id, principalId: amy, content: "2", now: true });
    await contexts.fork(main.id, { createdBy: amy });
    for (const router of [drift, (await driftFixture(store)).drift]) {
      for (const { id } of [main, debug]) expect((await router.history(id)).map((block) => block.content)).toEqual(["1", "2"]);
    }
    const third = await context("third");
    expect(await drift.history(third.id)).toEqual([]);
  });
});

describe("a delivery that fails", () => {
  it("stays staged, and after five is lost: kept, listed and not tried again", async () => {
    let broken = true;
    const store = memoryStore();
    const isBlock = (kind: string) => kind === "appendLog";
    const wrapped = failingStore(store, (batch) =>
      broken && batch.some((change) => isBlock(change.kind)) ? new KernelError("io", "disk full") : undefined,
    );
    const { drift, context, contents, events, bus } = await driftFixture(store, wrapped);
    const [main, debug] = [await context("main"), await context("debug")];
    const push = (content: string, now: boolean) =>
      drift.push({ source: debug.id, target: main.id, principalId: amy, content, now });
    await expect(push("a", true)).rejects.toMatchObject({ code: "io", message: expect.stringContaining("disk full") });
    for (let attempt = 2; attempt <= 4; attempt++) {
      const { failed } = await drift.flush();
      expect(failed).toEqual([{ id: expect.any(String), error: expect.stringContaining("disk full") }]);
      expect(drift.queue()).toMatchObject([{ attempts: attempt, state: "staged", error: "disk full" }]);
    }
    await drift.flush();
    expect([drift.queue(), await drift.flush()]).toEqual([[], { delivered: [], failed: [] }]);
    expect(drift.lost()).toMatchObject([{ content: "a", attempts: 5, state: "lost", error: "disk full" }]);
    await bus.settled();
    expect(events.some((event) => event.topic === "drift" && event.type === "lost")).toBe(true);
    broken = false;
    const again = await driftFixture(store);
    expect(again.drift.lost()).toEqual(drift.lost());
    await push("b", true);
    expect(await contents("main")).toEqual(["b"]);
  });

  it("does not hold up other targets", async () => {
    const store = memoryStore();
    let bad: ContextId | undefined;
    const wrapped = failingStore(store, (batch) =>
      batch.some((change) => change.kind === "appendLog" && change.contextId === bad) ? new KernelError("io", "no") : undefined,
    );
    const { drift, context, contents } = await driftFixture(store, wrapped);
    const [a, b, source] = [await context("a"), await context("b"), await context("source")];
    bad = a.id;
    for (const target of [a, b])
      await drift.push({ source: source.id, target: target.id, principalId: amy, content: target.label });
    const { delivered, failed } = await drift.flush();
    expect([delivered.length, failed.length]).toEqual([1, 1]);
    expect(await contents("b")).toEqual(["b"]);
    expect(drift.queue()).toMatchObject([{ target: a.id }]);
  });
});

describe("deliveries at once", () => {
  it("from eight contexts, flushed by all, arrive once each in the order of their source", async () => {
    const { drift, context, documents } = await driftFixture();
    const main = await context("main");
    const sources = await Promise.all(Array.from({ length: 8 }, (_, n) => context(`s${n}`)));
    const flushes: Promise<unknown>[] = [];
    await Promise.all(
      sources.map(async (source) => {
        for (let n = 0; n < 20; n++) {
          await drift.push({
            source: source.id,
            target: main.id,
            principalId: amy,
            content: `${source.label}:${n}`,
            now: n % 7 === 0,
          });
          if (n % 3 === 0) flushes.push(drift.flush(n % 2 === 0 ? source.id : undefined));
        }
      }),
    );
    await Promise.all(flushes);
    await drift.flush();
    const arrived = (await documents.list(main.id)).map((block) => block.content);
    expect([...arrived].sort()).toEqual(
      sources.flatMap(({ label }) => Array.from({ length: 20 }, (_, n) => `${label}:${n}`)).sort(),
    );
    expect(drift.queue()).toEqual([]);
  });
});

describe("a crash", () => {
  /** The process is gone with its `at`-th commit, before or after it reached the disk. */
  async function crash(
    at: number,
    reached: boolean,
  ): Promise<{
    crashed: boolean;
    pushed: string[];
    flushed: string[];
    contents: readonly string[];
    again: readonly string[];
    left: number;
  }> {
    const store = memoryStore();
    const setup = await driftFixture(store);
    const [main, debug] = [await setup.context("main"), await setup.context("debug")];
    let commits = 0;
    let gone = false;
    const wrapped = new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (name !== "commit") return typeof member === "function" ? member.bind(target) : member;
        return async (batch: Parameters<typeof store.commit>[0]) => {
          if (gone) return new Promise(() => {});
          commits++;
          if (commits !== at) return target.commit(batch);
          gone = true;
          if (reached) await target.commit(batch);
          return new Promise(() => {});
        };
      },
    });
    const { drift } = await driftFixture(store, wrapped);
    const pushed: string[] = [];
    const flushed: string[] = [];
    const work = (async () => {
      for (const content of ["1", "2"]) {
        const { id } = await drift.push({ source: debug.id, target: main.id, principalId: amy, content });
        pushed.push(content);
        if (content === "1") await drift.flush().then(({ delivered }) => delivered.includes(id) && flushed.push(content));
      }
      await drift.flush();
      flushed.push("2");
    })();
    await Promise.race([work, until(() => gone)]);
    const next = await driftFixture(store);
    await next.drift.flush();
    const contents = await next.contents("main");
    const third = await driftFixture(store);
    await third.drift.flush();
    return { crashed: gone, pushed, flushed, contents, again: await third.contents("main"), left: third.drift.queue().length };
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }

  it("between any two steps neither loses nor doubles an item", async () => {
    let points = 0;
    for (let at = 1; ; at++) {
      const results = [await crash(at, false), await crash(at, true)];
      for (const { pushed, flushed, contents, again, left } of results) {
        for (const content of [...pushed, ...flushed]) expect(contents, `crash at commit ${at}`).toContain(content);
        expect(new Set(contents).size, `crash at commit ${at}`).toBe(contents.length);
        expect([again, left]).toEqual([contents, 0]);
      }
      if (!results.some((result) => result.crashed)) break;
      points++;
    }
    // Two pushes and two deliveries of three steps each.
    expect(points).toBe(8);
  });
});
