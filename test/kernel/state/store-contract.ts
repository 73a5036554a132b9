import { describe, expect, it } from "vitest";
import { KernelError } from "../../../src/kernel/errors.ts";
import { type ContextId, type DriftId, type KernelId, newId, type PrincipalId } from "../../../src/kernel/ids.ts";
import type { Change, LogRow, Store } from "../../../src/kernel/state/index.ts";
import type { BlockSnapshot, Context, StagedDrift } from "../../../src/kernel/types.ts";

const kernelId = newId<KernelId>();
const amy = newId<PrincipalId>();
const bob = newId<PrincipalId>();

export function someContext(label: string, more: Partial<Context> = {}): Context {
  const id = newId<ContextId>();
  return { id, kernelId, label, shortId: id.slice(24, 30), createdBy: amy, createdAt: 5, cwd: "/", ...more };
}

function someDrift(number: number, more: Partial<StagedDrift> = {}): StagedDrift {
  return {
    id: newId<DriftId>(),
    number,
    source: newId<ContextId>(),
    target: newId<ContextId>(),
    principalId: amy,
    kind: "push",
    content: `found ${number} ✓`,
    stagedAt: 7,
    attempts: 0,
    state: "staged",
    ...more,
  };
}

function row(seq: number, text: string, principalId = amy): LogRow {
  return { seq, at: 100 + seq, principalId, data: new TextEncoder().encode(text) };
}

function block(contextId: ContextId, seq: number, more: Partial<BlockSnapshot> = {}): BlockSnapshot {
  return {
    id: { contextId, principalId: amy, seq },
    role: "user",
    kind: "text",
    status: "done",
    createdAt: seq,
    updatedAt: seq,
    content: `block ${seq}`,
    collapsed: false,
    excluded: false,
    ephemeral: false,
    ...more,
  };
}

const texts = (rows: readonly LogRow[]): string[] => rows.map((each) => new TextDecoder().decode(each.data));
const code = (expected: string) => expect.objectContaining({ name: "KernelError", code: expected });

/** What every store must do. `open` makes an empty one; `reopen` opens the same data again, where it outlives the process. */
export function storeContract(name: string, open: () => Store, reopen?: (store: Store) => Promise<Store>): void {
  const document = async (store: Store, rows: readonly LogRow[] = []): Promise<ContextId> => {
    const contextId = newId<ContextId>();
    await store.commit([
      { kind: "createDocument", contextId },
      { kind: "appendLog", contextId, rows },
    ]);
    return contextId;
  };
  const again = async (store: Store): Promise<Store> => (reopen === undefined ? store : reopen(store));

  describe(`${name}: records`, () => {
    it("keeps the kernel, principals, contexts and settings", async () => {
      const store = open();
      expect([await store.kernel(), await store.principals(), await store.contexts(), await store.setting("x")]).toEqual([
        undefined,
        [],
        [],
        undefined,
      ]);
      const kernel = { id: kernelId, founder: amy, label: "dev", createdAt: 3 };
      const main = someContext("main");
      const fork = someContext("fork", {
        parentId: main.id,
        forkKind: "fork",
        forkedAt: 0,
        provider: "p",
        model: "m",
        systemPrompt: "s",
        createdAt: 6,
      });
      const principals = [
        { id: amy, username: "amy", displayName: "Amy 🦊" },
        { id: bob, username: "bob", displayName: "" },
      ];
      await store.commit([
        { kind: "putKernel", kernel },
        ...principals.map((principal): Change => ({ kind: "putPrincipal", principal })),
        { kind: "putContext", context: main },
        { kind: "putContext", context: fork },
        { kind: "putSetting", name: "x", value: { a: [1, null, "é"] } },
      ]);
      const moved = { ...main, cwd: "/tmp", label: "first" };
      await store.commit([{ kind: "putContext", context: moved }]);
      const other = await again(store);
      expect(await other.kernel()).toEqual(kernel);
      expect(await other.principals()).toEqual(principals);
      expect(await other.contexts()).toEqual([moved, fork]);
      expect(await other.setting("x")).toEqual({ a: [1, null, "é"] });
      await other.close();
    });

    it("keeps drifts in order of staging until they are deleted", async () => {
      const store = open();
      const first = someDrift(1);
      const second = someDrift(2, { kind: "distill", sourceModel: "local/extractive" });
      await store.commit([second, first].map((drift): Change => ({ kind: "putDrift", drift })));
      const failed: StagedDrift = { ...first, state: "lost", attempts: 5, error: "gone" };
      await store.commit([{ kind: "putDrift", drift: failed }]);
      const other = await again(store);
      expect(await other.drifts()).toEqual([failed, second]);
      await other.commit([{ kind: "deleteDrift", id: first.id }]);
      expect(await other.drifts()).toEqual([second]);
      await other.close();
    });

    it("never lets one drift take the number of another", async () => {
      const store = open();
      const first = someDrift(1);
      await store.commit([{ kind: "putDrift", drift: first }]);
      await expect(store.commit([{ kind: "putDrift", drift: someDrift(1) }])).rejects.toEqual(code("conflict"));
      expect(await store.drifts()).toEqual([first]);
      await store.close();
    });

    it("keeps shell state, mounts, members and history", async () => {
      const store = open();
      const { id } = someContext("c");
      const mount = { contextId: id, path: "/mnt/a", type: "local", source: "/home", writable: true };
      const own = { path: "/mnt/a", type: "memory", source: "", writable: false };
      const member = {
        contextId: id,
        kernelId,
        principalId: amy,
        nick: "amy",
        instance: "laptop",
        status: "active" as const,
        seenAt: 4,
      };
      await store.commit([
        { kind: "putShell", contextId: id, state: { vars: { A: "1" } } },
        { kind: "putShell", contextId: id, state: { vars: { A: "2" } } },
        { kind: "putMount", mount },
        { kind: "putMount", mount: own },
        { kind: "putMember", member },
        { kind: "putMember", member: { ...member, instance: "phone" } },
        { kind: "putMember", member: { ...member, status: "idle" } },
        ...[1, 2, 3].map(
          (at): Change => ({
            kind: "addHistory",
            entry: { contextId: id, principalId: amy, code: `echo ${at}`, at, ...(at === 2 ? { status: 1 } : {}) },
          }),
        ),
      ]);
      const other = await again(store);
      expect(await other.shell(id)).toEqual({ vars: { A: "2" } });
      expect(await other.shell(newId<ContextId>())).toBeUndefined();
      expect(await other.mounts()).toEqual([own, mount]);
      expect(await other.members()).toEqual([
        { ...member, status: "idle" },
        { ...member, instance: "phone" },
      ]);
      expect(await other.history(id, 2)).toEqual([
        { contextId: id, principalId: amy, code: "echo 2", at: 2, status: 1 },
        { contextId: id, principalId: amy, code: "echo 3", at: 3 },
      ]);
      await other.commit([
        { kind: "deleteMount", path: "/mnt/a" },
        { kind: "deleteMember", contextId: id, nick: "amy", instance: "phone" },
      ]);
      expect(await other.mounts()).toEqual([mount]);
      expect(await other.members()).toHaveLength(1);
      await other.close();
    });
  });

  describe(`${name}: documents`, () => {
    it("gives log rows back in order, by range", async () => {
      const store = open();
      const id = await document(store, [row(1, "a"), row(2, "b", bob)]);
      await store.commit([{ kind: "appendLog", contextId: id, rows: [row(3, "ç")] }]);
      const other = await again(store);
      const rows = await other.log(id, 0);
      expect(texts(rows)).toEqual(["a", "b", "ç"]);
      expect(rows.map(({ seq, at, principalId }) => ({ seq, at, principalId }))).toEqual([
        { seq: 1, at: 101, principalId: amy },
        { seq: 2, at: 102, principalId: bob },
        { seq: 3, at: 103, principalId: amy },
      ]);
      expect(texts(await other.log(id, 1, 2))).toEqual(["b"]);
      expect(await other.document(id)).toEqual({ contextId: id, head: 3, projected: 0 });
      expect(await other.document(newId<ContextId>())).toBeUndefined();
      await other.close();
    });

    it("keeps all of a batch or nothing", async () => {
      const store = open();
      const id = await document(store, [row(1, "a")]);
      const principal = { id: newId<PrincipalId>(), username: "eve", displayName: "" };
      const gap: Change = { kind: "appendLog", contextId: id, rows: [row(3, "c", principal.id)] };
      await expect(store.commit([{ kind: "putPrincipal", principal }, gap])).rejects.toBeInstanceOf(KernelError);
      expect(await store.principals()).toEqual([]);
      // A principal first named in the batch that failed is still known by the right name afterwards.
      await store.commit([{ kind: "appendLog", contextId: id, rows: [row(2, "b", bob), row(3, "c", principal.id)] }]);
      expect((await store.log(id, 1)).map((each) => each.principalId)).toEqual([bob, principal.id]);
      await store.close();
    });

    it.each([
      ["a gap", [3]],
      ["a row again", [1]],
      ["rows out of order", [2, 4]],
    ])("refuses %s", async (_, seqs) => {
      const store = open();
      const id = await document(store, [row(1, "a")]);
      const rows = seqs.map((seq) => row(seq, "x"));
      await expect(store.commit([{ kind: "appendLog", contextId: id, rows }])).rejects.toEqual(code("conflict"));
      expect(texts(await store.log(id, 0))).toEqual(["a"]);
      await store.close();
    });

    it("refuses what names no document, and a second document of a context", async () => {
      const store = open();
      const id = await document(store);
      const none = newId<ContextId>();
      await expect(store.commit([{ kind: "createDocument", contextId: id }])).rejects.toEqual(code("conflict"));
      await expect(store.commit([{ kind: "appendLog", contextId: none, rows: [row(1, "a")] }])).rejects.toEqual(code("notFound"));
      await expect(store.commit([{ kind: "copyDocument", source: none, target: id, version: 0 }])).rejects.toEqual(
        code("notFound"),
      );
      await expect(store.commit([{ kind: "copyDocument", source: id, target: none, version: 1 }])).rejects.toEqual(code("invalid"));
      await store.close();
    });

    it("finds the newest keyframe not after a version", async () => {
      const store = open();
      const id = await document(store, [row(1, "a"), row(2, "b"), row(3, "c")]);
      for (const seq of [1, 3])
        await store.commit([{ kind: "putKeyframe", contextId: id, keyframe: { seq, data: Uint8Array.of(seq) } }]);
      const other = await again(store);
      expect((await other.keyframe(id))?.seq).toBe(3);
      const older = await other.keyframe(id, 2);
      expect([older?.seq, ...(older?.data ?? [])]).toEqual([1, 1]);
      expect(await other.keyframe(id, 0)).toBeUndefined();
      await other.close();
    });

    it("lists operations, the newest first, and lets the newest grow", async () => {
      const store = open();
      const id = await document(store, [row(1, "a")]);
      const operation = { number: 1, principalId: bob, label: "append" as const, from: 1, to: 1, at: 9, blocks: ["k"] };
      await store.commit([{ kind: "putOperation", contextId: id, operation }]);
      await store.commit(
        [1, 2, 3].map(
          (number): Change => ({ kind: "putOperation", contextId: id, operation: { ...operation, number, to: number } }),
        ),
      );
      const other = await again(store);
      expect((await other.operations(id, { limit: 2 })).map((each) => each.number)).toEqual([3, 2]);
      expect(await other.operations(id, { limit: 2, before: 2 })).toEqual([operation]);
      await other.close();
    });

    it("remembers the client of each principal", async () => {
      const store = open();
      const id = await document(store);
      await store.commit([
        { kind: "putClient", contextId: id, principalId: amy, client: 4_294_967_295 },
        { kind: "putClient", contextId: id, principalId: bob, client: 7 },
      ]);
      const other = await again(store);
      expect([...(await other.clients(id))].sort()).toEqual(
        [
          [amy, 4_294_967_295],
          [bob, 7],
        ].sort(),
      );
      await other.close();
    });

    it("lists the projection in order, ties by key, and drift by where it came from", async () => {
      const store = open();
      const id = await document(store, [row(1, "a")]);
      const source = newId<ContextId>();
      const parent = { contextId: id, principalId: bob, seq: 4 };
      const blocks = [
        { key: `${amy}:3`, order: "a1", version: 1, block: block(id, 3, { kind: "drift", sourceContext: source, content: "ℵ" }) },
        { key: `${amy}:2`, order: "a0", version: 1, block: block(id, 2, { parentId: parent }) },
        { key: `${amy}:1`, order: "a1", version: 1, block: block(id, 1) },
      ];
      await store.commit([{ kind: "putProjection", contextId: id, blocks, projected: 1 }]);
      const other = await again(store);
      expect(await other.projection(id)).toEqual([blocks[1], blocks[2], blocks[0]]);
      expect(await other.projection(id, 1)).toEqual([blocks[0]]);
      expect(await other.driftBlocks(source)).toEqual([blocks[0]?.block]);
      expect(await other.driftBlocks(id)).toEqual([blocks[0]?.block]);
      expect(await other.document(id)).toMatchObject({ projected: 1 });
      await other.close();
    });

    it("copies a document up to a version, and neither changes with the other", async () => {
      const store = open();
      const id = await document(store, [row(1, "a"), row(2, "b", bob), row(3, "c")]);
      await store.commit([
        ...[1, 3].map((seq): Change => ({ kind: "putKeyframe", contextId: id, keyframe: { seq, data: Uint8Array.of(seq) } })),
        {
          kind: "putOperation",
          contextId: id,
          operation: { number: 1, principalId: amy, label: "append", from: 1, to: 3, at: 1, blocks: ["k"] },
        },
        {
          kind: "putProjection",
          contextId: id,
          blocks: [{ key: `${amy}:1`, order: "a0", version: 3, block: block(id, 1) }],
          projected: 3,
        },
        { kind: "putClient", contextId: id, principalId: amy, client: 5 },
      ]);
      const [older, newest] = [newId<ContextId>(), newId<ContextId>()];
      await store.commit([
        { kind: "copyDocument", source: id, target: older, version: 2 },
        { kind: "copyDocument", source: id, target: newest, version: 3 },
      ]);
      await store.commit([
        { kind: "appendLog", contextId: older, rows: [row(3, "x")] },
        { kind: "appendLog", contextId: id, rows: [row(4, "d")] },
      ]);
      const other = await again(store);
      expect(texts(await other.log(older, 0))).toEqual(["a", "b", "x"]);
      expect(texts(await other.log(id, 0))).toEqual(["a", "b", "c", "d"]);
      expect(texts(await other.log(newest, 0))).toEqual(["a", "b", "c"]);
      expect((await other.keyframe(older))?.seq).toBe(1);
      expect((await other.operations(older, { limit: 9 }))[0]).toMatchObject({ from: 1, to: 2 });
      expect(await other.document(older)).toEqual({
        contextId: older,
        head: 3,
        projected: 0,
        forkedFrom: { contextId: id, version: 2 },
      });
      expect(await other.projection(older)).toEqual([]);
      expect(await other.document(newest)).toMatchObject({ head: 3, projected: 3 });
      expect((await other.projection(newest))[0]?.block.id.contextId).toBe(newest);
      // Both would write with the same client, and yjs would take one's change for the other's.
      expect((await other.clients(newest)).size).toBe(0);
      await other.close();
    });
  });
}
