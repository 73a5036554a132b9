import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { KernelEvent } from "../../src/kernel/index.ts";
import { openWorld } from "../../src/kernel/rpc/client/world.ts";
import { Connection } from "../../src/kernel/rpc/connection.ts";
import { worldCapability } from "../../src/kernel/rpc/server/world.ts";
import { context, drift, fakeWorld, feed, until } from "./fake-world.ts";
import { wirePair } from "./pair.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function pair(fake = fakeWorld()) {
  const [left, right] = wirePair();
  const server = new Connection(right, { main: worldCapability(fake, () => {}) });
  return { server, client: new Connection(left), fake };
}

describe("memory", () => {
  it("a session that is forgotten ends when it is collected", async () => {
    const { client, server, fake } = pair();
    const world = await openWorld(client);
    await (async () => {
      for (let at = 0; at < 20; at++) await (await world.attachKernel("default")).info();
    })();
    await until(() => {
      collect();
      return fake.detached >= 19;
    }, "the sessions' end");
    expect(server.tables.exports).toBeLessThanOrEqual(2);
    await world.close();
  });

  it("a subscription goes on though nobody holds its session", async () => {
    const source = feed();
    const { client } = pair(fakeWorld({ subscribe: source.subscribe }));
    const world = await openWorld(client);
    const heard: KernelEvent[] = [];
    await (async () => {
      const api = await world.attachKernel("default");
      await api.subscribe({ topics: ["drift"] }, (events) => void heard.push(...events));
    })();
    for (let round = 0; round < 20; round++) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    source.emit([{ topic: "drift", type: "staged", drift }]);
    await until(() => heard.length === 1, "the event");
    expect(source.open).toBe(1);
    await world.close();
  });

  it("many calls leave the heap where it was", async () => {
    const { client, server } = pair(fakeWorld({ listContexts: async () => [context] }));
    const world = await openWorld(client);
    const api = await world.attachKernel("default");
    const calls = async (count: number) => {
      for (let at = 0; at < count; at += 500) await Promise.all(Array.from({ length: 500 }, () => api.listContexts()));
      await until(() => server.tables.answers === 0, "the finishes");
      collect();
      collect();
      return process.memoryUsage().heapUsed;
    };
    await calls(5000);
    const before = await calls(5000);
    const after = await calls(20_000);
    expect((after - before) / 20_000).toBeLessThan(50);
    expect(client.tables).toEqual({ questions: 0, answers: 0, imports: 2, exports: 0 });
    await world.close();
  });
});
