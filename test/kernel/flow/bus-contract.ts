import { describe, expect, it } from "vitest";
import type { EventBus } from "../../../src/kernel/flow/index.ts";
import { type ContextId, newId, type PrincipalId } from "../../../src/kernel/ids.ts";
import type { BlockSnapshot, KernelEvent } from "../../../src/kernel/types.ts";

const here = newId<ContextId>();
const elsewhere = newId<ContextId>();
const principalId = newId<PrincipalId>();
const blockId = (contextId: ContextId, seq: number) => ({ contextId, principalId, seq });

function changed(version: number, contextId = here, seq = 1): KernelEvent {
  const block: BlockSnapshot = {
    id: blockId(contextId, seq),
    role: "user",
    kind: "text",
    status: "done",
    createdAt: 0,
    updatedAt: 0,
    content: "",
    collapsed: false,
    excluded: false,
    ephemeral: false,
  };
  return { topic: "block", type: "changed", contextId, version, block };
}

function appended(version: number, offset: number, text: string, seq = 1): KernelEvent {
  return { topic: "block", type: "appended", contextId: here, version, id: blockId(here, seq), offset, text };
}

function preview(offset: number, text: string, seq = 1): KernelEvent {
  return { topic: "block", type: "preview", contextId: here, id: blockId(here, seq), offset, text };
}

const versions = (events: readonly KernelEvent[]): unknown[] =>
  events.map((event) => (event.topic === "block" && event.type !== "preview" ? event.version : event.type));

/** What every event bus must do. */
export function busContract(name: string, open: () => EventBus): void {
  describe(name, () => {
    it("gives events in order, later than they were published, to all who want them", async () => {
      const bus = open();
      const got: KernelEvent[][] = [[], [], []];
      bus.subscribe({ topics: ["block"] }, (events) => void got[0]?.push(...events));
      bus.subscribe({ topics: ["block"], contextId: here }, (events) => void got[1]?.push(...events));
      bus.subscribe({ topics: ["drift", "context"] }, (events) => void got[2]?.push(...events));
      bus.publish([changed(1), changed(1, elsewhere)]);
      bus.publish([changed(2)]);
      expect(got).toEqual([[], [], []]);
      await bus.settled();
      expect(got.map(versions)).toEqual([[1, 1, 2], [1, 2], []]);
    });

    it("gives nothing after close, not even what was waiting", async () => {
      const bus = open();
      const got: KernelEvent[] = [];
      const subscription = bus.subscribe({ topics: ["block"] }, (events) => void got.push(...events));
      bus.publish([changed(1)]);
      subscription.close();
      bus.publish([changed(2)]);
      await bus.settled();
      expect(got).toEqual([]);
    });

    it("keeps a throwing, a rejecting and a stuck subscriber to themselves", async () => {
      const bus = open();
      const errors: unknown[] = [];
      const got: KernelEvent[] = [];
      let thrown = 0;
      bus.subscribe({ topics: ["block"], onError: (error) => void errors.push(error) }, () => {
        thrown++;
        throw new Error("no");
      });
      bus.subscribe({ topics: ["block"], onError: (error) => void errors.push(error) }, async () =>
        Promise.reject(new Error("never")),
      );
      bus.subscribe({ topics: ["block"] }, () => new Promise(() => {}));
      bus.subscribe({ topics: ["block"] }, (events) => void got.push(...events));
      bus.publish([changed(1)]);
      await bus.settled();
      bus.publish([changed(2)]);
      await bus.settled();
      expect(versions(got)).toEqual([1, 2]);
      expect(thrown).toBe(2);
      expect(errors.map((error) => (error as Error).message).sort()).toEqual(["never", "never", "no", "no"]);
    });

    it("never runs two callbacks of one subscriber at once", async () => {
      const bus = open();
      const got: unknown[] = [];
      let release: () => void = () => {};
      bus.subscribe({ topics: ["block"] }, (events) => {
        got.push(...versions(events));
        return new Promise((resolve) => (release = resolve));
      });
      bus.publish([changed(1)]);
      await bus.settled();
      bus.publish([changed(2), changed(3)]);
      await bus.settled();
      expect(got).toEqual([1]);
      release();
      await new Promise((resolve) => setImmediate(resolve));
      await bus.settled();
      expect(got).toEqual([1, 2, 3]);
      release();
    });

    it("says resync when more waits than may, and goes on after it", async () => {
      const bus = open();
      const got: KernelEvent[] = [];
      let release: () => void = () => {};
      bus.subscribe({ topics: ["block"], contextId: here, limit: 3 }, (events) => {
        got.push(...events);
        return new Promise((resolve) => (release = resolve));
      });
      bus.publish([changed(1)]);
      await bus.settled();
      bus.publish([2, 3, 4, 5, 6].map((version) => changed(version)));
      release();
      await new Promise((resolve) => setImmediate(resolve));
      await bus.settled();
      expect(got[1]).toEqual({ topic: "resync", type: "resync", contextId: here });
      expect(got).toHaveLength(2);
      bus.publish([changed(7)]);
      release();
      await new Promise((resolve) => setImmediate(resolve));
      await bus.settled();
      expect(versions(got)).toEqual([1, "resync", 7]);
      release();
    });

    it("passes on a resync of one context to those who follow it, whatever their topics", async () => {
      const bus = open();
      const got: KernelEvent[][] = [[], [], []];
      bus.subscribe({ topics: ["drift"], contextId: here }, (events) => void got[0]?.push(...events));
      bus.subscribe({ topics: ["block"], contextId: elsewhere }, (events) => void got[1]?.push(...events));
      bus.subscribe({ topics: ["block"] }, (events) => void got[2]?.push(...events));
      bus.publish([{ topic: "resync", type: "resync", contextId: here }]);
      await bus.settled();
      expect(got.map((events) => events.length)).toEqual([1, 0, 1]);
    });

    it("joins text that goes on, in blocks that stream at once, and keeps versions in order", async () => {
      const bus = open();
      const got: KernelEvent[] = [];
      bus.subscribe({ topics: ["block"], limit: 4 }, (events) => void got.push(...events));
      let version = 0;
      for (let i = 0; i < 100; i++) {
        bus.publish([
          preview(i * 2, "a", 1),
          preview(i * 2 + 1, "b", 1),
          appended(++version, i * 2, "ab", 1),
          appended(++version, i, "é", 2),
        ]);
      }
      await bus.settled();
      expect(got).toEqual([appended(199, 0, "ab".repeat(100), 1), appended(200, 0, "é".repeat(100), 2)]);
    });

    it("does not join text over a change of its block", async () => {
      const bus = open();
      const got: KernelEvent[] = [];
      bus.subscribe({ topics: ["block"] }, (events) => void got.push(...events));
      const events = [
        appended(1, 0, "a"),
        changed(2),
        appended(3, 1, "b"),
        appended(4, 9, "c"),
        preview(10, "d"),
        preview(11, "e"),
      ];
      bus.publish(events);
      await bus.settled();
      expect(got).toEqual([...events.slice(0, 4), preview(10, "de")]);
    });

    it("costs a stuck subscriber a bounded queue, and others nothing", async () => {
      const bus = open();
      let got = 0;
      let stuck = 0;
      bus.subscribe({ topics: ["block"] }, () => {
        stuck++;
        return new Promise(() => {});
      });
      bus.subscribe({ topics: ["block"] }, (events) => void (got += events.length));
      for (let i = 0; i < 100; i++) {
        bus.publish(Array.from({ length: 100 }, (_, n) => changed(i * 100 + n)));
        await bus.settled();
      }
      expect([got, stuck]).toEqual([10_000, 1]);
    });
  });
}
