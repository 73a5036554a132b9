import { describe, expect, it } from "vitest";
import { KernelError } from "../../src/kernel/errors.ts";
import { EventPump } from "../../src/kernel/rpc/event-pump.ts";
import type { KernelEvent } from "../../src/kernel/types.ts";
import { block, context } from "./fake-world.ts";

const changed = (version: number, content = "x"): KernelEvent => ({
  topic: "block",
  type: "changed",
  contextId: context.id,
  version,
  block: { ...block, content },
});

describe("the event pump", () => {
  it("cuts batches by count and by text, and keeps the order", async () => {
    const batches: (readonly KernelEvent[])[] = [];
    const pump = new EventPump(
      async (events) => void batches.push(events),
      () => {},
    );
    const big = "x".repeat(400_000);
    const events = [
      ...Array.from({ length: 600 }, (_, at) => changed(at)),
      ...Array.from({ length: 10 }, (_, at) => changed(600 + at, big)),
    ];
    await pump.push(events);
    expect(batches.flat()).toEqual(events);
    expect(batches.every((batch) => batch.length <= 256)).toBe(true);
    expect(
      Math.max(...batches.map((batch) => batch.filter((event) => "block" in event && event.block.content === big).length)),
    ).toBeLessThan(4);
  });

  it("an event that no message carries becomes a resync", async () => {
    const heard: KernelEvent[] = [];
    const pump = new EventPump(
      async (events) => {
        if (events.some((event) => "block" in event && event.block.content === "huge")) throw new KernelError("tooLarge", "no");
        heard.push(...events);
      },
      () => {},
    );
    await pump.push([changed(1, "huge")]);
    await pump.push([changed(2)]);
    expect(heard).toEqual([{ topic: "resync", type: "resync" }, changed(2)]);
  });

  it("a subscriber that fails is given up, once", async () => {
    let failed = 0;
    let sent = 0;
    const pump = new EventPump(
      async () => {
        sent++;
        throw new KernelError("disconnected", "gone");
      },
      () => failed++,
    );
    await pump.push([changed(1)]);
    await pump.push([changed(2)]);
    expect([failed, sent]).toEqual([1, 1]);
  });
});
