import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockNames, type Contexts, openPrincipals } from "../../../src/kernel/contexts/index.ts";
import { KernelError } from "../../../src/kernel/errors.ts";
import { type ContextId, newId, type PrincipalId, randomPart, systemPrincipalId } from "../../../src/kernel/ids.ts";
import { memoryStore } from "../../../src/kernel/state/index.ts";
import { failingStore } from "../blocks/fixture.ts";
import { amy, bob, contextsFixture, kernel } from "./fixture.ts";

const code = (expected: string) => expect.objectContaining({ name: "KernelError", code: expected });
const create = (contexts: Contexts, label: string) => contexts.create({ label, createdBy: amy, cwd: "/work" });

describe("a context", () => {
  it("is kept with its document, settings and short id", async () => {
    const { contexts, documents, store, events, bus } = await contextsFixture();
    const main = await contexts.create({
      label: "main",
      createdBy: amy,
      cwd: "/work",
      provider: "p",
      model: "m",
      systemPrompt: "s",
    });
    expect(main).toMatchObject({
      label: "main",
      kernelId: kernel.id,
      createdBy: amy,
      cwd: "/work",
      provider: "p",
      model: "m",
      systemPrompt: "s",
    });
    expect(main.shortId).toBe(randomPart(main.id).slice(0, 6));
    expect((await documents.open(main.id)).version).toBe(0);
    const updated = await contexts.update(main.id, { cwd: "/tmp", label: "first", model: "m2" });
    expect(updated).toEqual({ ...main, cwd: "/tmp", label: "first", model: "m2" });
    await bus.settled();
    expect(events).toEqual([
      { topic: "context", type: "created", context: main },
      { topic: "context", type: "changed", context: updated },
    ]);
    const again = await contextsFixture(store);
    expect(again.contexts.list()).toEqual([updated]);
    expect(again.contexts.get(main.id)).toEqual(updated);
  });

  it("keeps every one of changes made at once", async () => {
    const { contexts, store } = await contextsFixture();
    const { id } = await create(contexts, "main");
    await Promise.all([
      contexts.update(id, { cwd: "/a" }),
      contexts.update(id, { model: "m" }),
      contexts.update(id, { provider: "p" }),
    ]);
    expect((await contextsFixture(store)).contexts.get(id)).toMatchObject({ cwd: "/a", model: "m", provider: "p" });
  });

  it.each(["", " ", "a b", "a/b", ".", ".parent", "-x", "é", "x".repeat(65), "abcdef", "0123456789ab", "a\nb"])(
    "is not called %j",
    async (label) => {
      const { contexts } = await contextsFixture();
      await expect(create(contexts, label)).rejects.toEqual(code("invalid"));
    },
  );

  it.each(["main", "debug-auth", "v1.2", "@code", "face", "UPPER_case", "feedback", "x".repeat(64)])(
    "may be called %j",
    async (label) => {
      const { contexts } = await contextsFixture();
      expect(contexts.resolve((await create(contexts, label)).label).label).toBe(label);
    },
  );

  it("has its label alone, also when two are made or renamed at once", async () => {
    const { contexts } = await contextsFixture();
    const both = await Promise.allSettled([create(contexts, "a"), create(contexts, "a")]);
    expect(both.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
    const b = await create(contexts, "b");
    await expect(contexts.update(b.id, { label: "a" })).rejects.toEqual(code("conflict"));
    await expect(create(contexts, "b")).rejects.toEqual(code("conflict"));
    await contexts.update(b.id, { label: "c" });
    await create(contexts, "b");
    expect(contexts.list().map((context) => context.label)).toEqual(["a", "c", "b"]);
  });

  it("is not there when the disk refused it, and its label is free again", async () => {
    let broken = true;
    const store = memoryStore();
    const { contexts } = await contextsFixture(
      store,
      failingStore(store, () => (broken ? new KernelError("io", "full") : undefined)),
    );
    await expect(create(contexts, "main")).rejects.toEqual(code("io"));
    expect(contexts.list()).toEqual([]);
    broken = false;
    await create(contexts, "main");
  });
});

describe("fork and thread", () => {
  it("copy the settings; a fork has the document at its version, a thread an empty one", async () => {
    const { contexts, documents, store } = await contextsFixture();
    const main = await contexts.create({ label: "main", createdBy: amy, cwd: "/work", model: "m", systemPrompt: "s" });
    const document = await documents.open(main.id);
    for (const content of ["a", "b"]) await document.create(amy, { role: "user", kind: "text", content });
    const fork = await contexts.fork(main.id, { createdBy: bob, label: "debug" });
    const old = await contexts.fork(main.id, { createdBy: bob, at: 1 });
    const thread = await contexts.thread(main.id, { createdBy: bob });
    const settings = { cwd: "/work", model: "m", systemPrompt: "s", parentId: main.id, createdBy: bob };
    expect(fork).toMatchObject({ ...settings, label: "debug", forkKind: "fork", forkedAt: 2 });
    expect(old).toMatchObject({ ...settings, label: "main-1", forkKind: "fork", forkedAt: 1 });
    expect(thread).toMatchObject({ ...settings, label: "main-2", forkKind: "thread" });
    expect(thread.forkedAt).toBeUndefined();
    const counts = await Promise.all([fork, old, thread].map(async ({ id }) => (await documents.list(id)).length));
    expect(counts).toEqual([2, 1, 0]);
    expect(contexts.children(main.id)).toEqual([fork, old, thread]);
    const again = (await contextsFixture(store)).contexts;
    expect(again.list()).toEqual([main, fork, old, thread]);
    await expect(contexts.fork(main.id, { createdBy: bob, at: 9 })).rejects.toEqual(code("invalid"));
    await expect(contexts.fork(newId<ContextId>(), { createdBy: bob })).rejects.toEqual(code("notFound"));
    expect(contexts.list()).toHaveLength(4);
  });
});

describe("an address", () => {
  it("is a label, a short id, a prefix of the id or of its random part, or relative", async () => {
    const { contexts } = await contextsFixture();
    const main = await create(contexts, "main");
    const fork = await contexts.fork(main.id, { createdBy: amy });
    const { id, shortId } = fork;
    for (const address of [
      "main-1",
      shortId,
      shortId.toUpperCase(),
      id,
      id.toUpperCase(),
      randomPart(id),
      randomPart(id).slice(0, 9),
    ]) {
      expect(contexts.resolve(address), address).toEqual(fork);
    }
    expect(contexts.resolve(".", fork.id)).toEqual(fork);
    expect(contexts.resolve(".parent", fork.id)).toEqual(main);
    expect(() => contexts.resolve(".parent", main.id)).toThrow(code("notFound"));
    expect(() => contexts.resolve(".")).toThrow(code("invalid"));
  });

  it("that names none or many says which there are", async () => {
    const { contexts } = await contextsFixture();
    const labels = ["main", "debug", "debug-auth"];
    for (const label of labels) await create(contexts, label);
    expect(() => contexts.resolve("debug-au")).toThrow(
      expect.objectContaining({ code: "notFound", data: { address: "debug-au", candidates: ["debug", "debug-auth"] } }),
    );
    expect(() => contexts.resolve("zzz")).toThrow(
      expect.objectContaining({ code: "notFound", data: { address: "zzz", candidates: labels } }),
    );
    // Ids made in one run share their first digits: the time.
    const prefix = contexts.list()[0]!.id.slice(0, 6);
    expect(() => contexts.resolve(prefix)).toThrow(
      expect.objectContaining({ code: "ambiguous", data: { address: prefix, candidates: labels } }),
    );
    expect(() => contexts.resolve("")).toThrow(code("notFound"));
  });
});

describe("members", () => {
  it("are present while a session of theirs is, and remembered as away", async () => {
    const { contexts, store } = await contextsFixture();
    const { id } = await create(contexts, "main");
    const laptop = { contextId: id, principalId: amy, nick: "amy", instance: "laptop" };
    const statuses = () => contexts.members(id).map((member) => [member.nick, member.instance, member.status]);
    const [first, second] = [await contexts.join(laptop), await contexts.join(laptop)];
    await contexts.join({ ...laptop, instance: "phone" });
    await contexts.setPresence(laptop, "idle");
    expect(statuses()).toEqual([
      ["amy", "laptop", "idle"],
      ["amy", "phone", "active"],
    ]);
    await contexts.setPresence(laptop, "active");
    await first();
    await first();
    expect(statuses()[0]).toEqual(["amy", "laptop", "active"]);
    await second();
    expect(statuses()[0]).toEqual(["amy", "laptop", "away"]);
    // After a restart nobody is here.
    const again = (await contextsFixture(store)).contexts;
    expect(again.members(id).map((member) => member.status)).toEqual(["away", "away"]);
    expect(again.members()[0]).toMatchObject({ ...laptop, kernelId: kernel.id });
    await expect(contexts.join({ ...laptop, contextId: newId<ContextId>() })).rejects.toEqual(code("notFound"));
  });
});

describe("principals", () => {
  it("are kept, with the system among them, one username each", async () => {
    const store = memoryStore();
    const principals = await openPrincipals({ store });
    await principals.put({ id: amy, username: "amy", displayName: "Amy" });
    await principals.put({ id: amy, username: "amy.t", displayName: "Amy T" });
    await expect(principals.put({ id: bob, username: "amy.t", displayName: "" })).rejects.toEqual(code("conflict"));
    await expect(principals.put({ id: bob, username: "system", displayName: "" })).rejects.toEqual(code("conflict"));
    for (const username of ["", "a/b", "a b", "0123456789ab"]) {
      await expect(principals.put({ id: bob, username, displayName: "" }), username).rejects.toEqual(code("invalid"));
    }
    const again = await openPrincipals({ store });
    expect(again.list().map((each) => each.username)).toEqual(["system", "amy.t"]);
    expect(again.resolve("amy.t").id).toBe(amy);
    expect(again.resolve(randomPart(amy).slice(0, 8)).id).toBe(amy);
    expect(again.resolve("system").id).toBe(systemPrincipalId);
    expect(() => again.resolve("eve")).toThrow(
      expect.objectContaining({ code: "notFound", data: { name: "eve", candidates: ["system", "amy.t"] } }),
    );
  });
});

describe("block ids for people", () => {
  it("are read as they are printed, also of an author unknown here", async () => {
    const { contexts, store } = await contextsFixture();
    const principals = await openPrincipals({ store });
    await principals.put({ id: amy, username: "amy", displayName: "" });
    const [main, other] = [await create(contexts, "main"), await create(contexts, "other")];
    const names = blockNames(contexts, principals);
    expect(names.format({ contextId: main.id, principalId: amy, seq: 3 })).toBe(`${main.shortId}/amy/3`);
    const authors = fc.constantFrom(amy, bob, systemPrincipalId, newId<PrincipalId>());
    fc.assert(
      fc.property(fc.constantFrom(main.id, other.id), authors, fc.integer({ min: 1, max: 1e9 }), (contextId, principalId, seq) => {
        expect(names.parse(names.format({ contextId, principalId, seq }), { contextId: main.id, principalId: amy })).toEqual({
          contextId,
          principalId,
          seq,
        });
      }),
    );
    const from = { contextId: other.id, principalId: bob };
    expect(names.parse("7", from)).toEqual({ ...from, seq: 7 });
    expect(names.parse("amy/7", from)).toEqual({ contextId: other.id, principalId: amy, seq: 7 });
    expect(names.parse("main/amy/7", from)).toEqual({ contextId: main.id, principalId: amy, seq: 7 });
    expect(() => names.parse("none/amy/7", from)).toThrow(code("notFound"));
    expect(() => names.parse("main/eve/7", from)).toThrow(code("notFound"));
    expect(() => names.parse("main/amy", from)).toThrow(code("invalid"));
  });
});
