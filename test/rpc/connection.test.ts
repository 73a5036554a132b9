import { describe, expect, it } from "vitest";
import { KernelError, type KernelErrorCode } from "../../src/kernel/errors.ts";
import { keep, type ServedCapability, serve } from "../../src/kernel/rpc/capability.ts";
import { Connection } from "../../src/kernel/rpc/connection.ts";
import { beginCall, bootstrapMessage, finishMessage, releaseMessage, tag } from "../../src/kernel/rpc/envelope.ts";
import * as wire from "../../src/kernel/rpc/generated/kaijutsu.ts";
import { initStruct, OutMessage } from "../../src/kernel/rpc/message.ts";
import type { PendingAnswer } from "../../src/kernel/rpc/questions.ts";
import { NullCapability } from "../../src/kernel/rpc/runtime.ts";
import { WireReader } from "../../src/kernel/rpc/wire.ts";
import { until } from "./fake-world.ts";
import { connectionPair, RawPeer, wirePair } from "./pair.ts";

const empty = { questions: 0, answers: 0, imports: 0, exports: 0 };

/** A world whose `whoami` does what a test wants. */
function worldOf(handlers: Parameters<typeof serve<wire.World$Server$Target>>[1]): ServedCapability {
  return serve<wire.World$Server$Target>(wire.World$Client, handlers);
}

function kernelOf(handlers: Parameters<typeof serve<wire.Kernel$Server$Target>>[1], dropped?: () => void): wire.Kernel$Client {
  return new wire.Kernel$Client(serve<wire.Kernel$Server$Target>(wire.Kernel$Client, handlers, dropped));
}

async function worldFrom(connection: Connection): Promise<wire.World$Client> {
  return new wire.World$Client(await connection.bootstrap());
}

async function failure(attempt: Promise<unknown>): Promise<KernelError> {
  try {
    await attempt;
  } catch (error) {
    expect(error).toBeInstanceOf(KernelError);
    return error as KernelError;
  }
  throw new Error("it did not fail");
}

function hello(results: wire.World_Hello$Results, params: wire.World_Hello$Params): void {
  results.server = `${params.peer}!`;
  results.wireVersion = params.wireVersion + 1;
}

describe("calls", () => {
  const echo = worldOf({ hello: (params, results) => hello(results, params) });
  const call = async (world: wire.World$Client, n: number): Promise<string> => {
    const results = await world
      .hello((params) => {
        params.peer = `peer ${n} 🎉`;
        params.wireVersion = n;
      })
      .promise();
    expect(results.wireVersion).toBe(n + 1);
    return results.server;
  };

  it.each([[[]], [[1]], [[1, 2, 3, 4, 5, 6, 7]], [[7, 64, 1]]])("a thousand at once, the stream cut in %j", async (sizes) => {
    const { client, server } = connectionPair(echo, {}, sizes);
    const world = await worldFrom(client);
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, n) => call(world, n)));
    expect(answers).toEqual(Array.from({ length: 1000 }, (_, n) => `peer ${n} 🎉!`));
    world.client.close();
    await until(() => server.tables.exports === 0 && server.tables.answers === 0, "empty tables");
    expect(client.tables).toEqual(empty);
    expect(server.tables).toEqual(empty);
  });

  it("a message of megabytes arrives whole", async () => {
    const { client } = connectionPair(worldOf({ hello: (params, results) => hello(results, params) }), {}, [65_536]);
    const world = await worldFrom(client);
    const text = "žluť🎉".repeat(500_000);
    const results = await world
      .hello((params) => {
        params.peer = text;
      })
      .promise();
    expect(results.server === `${text}!`).toBe(true);
  });

  it("a message past the limit ends the connection, with the reason", async () => {
    const { client, server } = connectionPair(echo, { limits: { maxBytes: 10_000 } });
    const world = await worldFrom(client);
    const error = await failure(
      world
        .hello((params) => {
          params.peer = "x".repeat(20_000);
        })
        .promise(),
    );
    expect(error).toMatchObject({ code: "disconnected", message: expect.stringContaining("10000") });
    expect(server.tables).toEqual(empty);
  });

  it("an answer or a call too large to send fails alone", async () => {
    const main = worldOf({
      hello: (params, results) => {
        if (params.peer === "big") results.server = "x".repeat(30_000);
        else hello(results, params);
      },
    });
    const [left, right] = wirePair();
    const server = new Connection(right, { main, limits: { maxBytes: 20_000 } });
    const client = new Connection(left, { limits: { maxBytes: 20_000 } });
    const world = await worldFrom(client);
    const say = (peer: string) =>
      world
        .hello((params) => {
          params.peer = peer;
        })
        .promise();
    expect(await failure(say("big"))).toMatchObject({ code: "tooLarge" });
    expect(await failure(say("y".repeat(30_000)))).toMatchObject({ code: "tooLarge" });
    expect((await say("small")).server).toBe("small!");
    expect(client.tables.questions).toBe(0);
    await until(() => server.tables.answers === 0, "the finishes");
  });

  it("errors cross with code, message and data", async () => {
    const data = { candidates: ["a", "ž"], version: 3, nested: { x: null } };
    const codes: KernelErrorCode[] = ["notFound", "conflict", "locked", "unimplemented", "disconnected", "internal", "io"];
    for (const code of codes) {
      const main = worldOf({
        whoami: () => {
          throw new KernelError(code, `what ž ${code}`, data);
        },
        listKernels: async () => {
          throw new KernelError(code, `what ž ${code}`, data);
        },
      });
      const { client, faults } = connectionPair(main);
      const world = await worldFrom(client);
      const expected = { name: "KernelError", code, message: `what ž ${code}`, data };
      expect(await failure(world.whoami().promise())).toMatchObject(expected);
      expect(await failure(world.listKernels().promise())).toMatchObject(expected);
      expect(faults).toEqual([]);
    }
  });

  it("a fault of the server tells the client nothing, and the server lives", async () => {
    const main = worldOf({
      whoami: () => {
        throw new TypeError("secret /home/amy/key");
      },
      hello: (params, results) => hello(results, params),
    });
    const { client, faults } = connectionPair(main);
    const world = await worldFrom(client);
    const error = await failure(world.whoami().promise());
    expect(error).toMatchObject({ code: "internal", message: "internal error", data: {} });
    expect(String(faults[0])).toContain("secret");
    expect(await call(world, 1)).toBe("peer 1 🎉!");
  });

  it("data that is no JSON is left out", async () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    const main = worldOf({
      whoami: () => {
        throw new KernelError("conflict", "loop", loop);
      },
    });
    const { client } = connectionPair(main);
    expect(await failure((await worldFrom(client)).whoami().promise())).toMatchObject({ code: "conflict", data: {} });
  });

  it("a method that is not there yet names itself", async () => {
    const { client } = connectionPair(worldOf({}));
    const error = await failure((await worldFrom(client)).createKernel().promise());
    expect(error).toMatchObject({
      code: "unimplemented",
      message: "createKernel is not implemented yet",
      data: { method: "createKernel" },
    });
  });

  it("a call nobody waits for is no unhandled rejection", async () => {
    const { client, server } = connectionPair(worldOf({}));
    const world = await worldFrom(client);
    world.client.call({ method: wire.World$Client.methods[0], paramsFunc: () => {} });
    await until(() => client.tables.questions === 0 && server.tables.answers === 0, "the answer");
  });

  it("a parameter that cannot be built fails the call alone", async () => {
    const { client } = connectionPair(echo);
    const world = await worldFrom(client);
    const error = await failure(
      world
        .hello(() => {
          throw new KernelError("invalid", "no");
        })
        .promise(),
    );
    expect(error.code).toBe("invalid");
    expect(client.tables.questions).toBe(0);
    expect(await call(world, 5)).toBe("peer 5 🎉!");
  });

  it("past the limit of open calls a call is refused, and the others are answered", async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { client, server } = connectionPair(worldOf({ whoami: () => gate }), { limits: { maxOpenCalls: 100 } });
    const world = await worldFrom(client);
    await until(() => server.tables.answers === 0, "the bootstrap");
    const calls = Array.from({ length: 150 }, () => world.whoami().promise());
    const settled = Promise.allSettled(calls);
    expect((await failure(calls[149]!)).code).toBe("refused");
    release();
    const outcomes = await settled;
    expect(outcomes.filter((one) => one.status === "fulfilled").length).toBe(100);
    await world.whoami().promise();
  });
});

describe("capabilities", () => {
  it("are dropped when the holder lets go, and only once", async () => {
    let dropped = 0;
    const main = worldOf({
      attachKernel: (_params, results) => {
        results.kernel = kernelOf({ getCwd: (_p, r) => void (r.path = "/") }, () => dropped++);
      },
    });
    const { client, server } = connectionPair(main);
    const world = await worldFrom(client);
    const { kernel } = await world.attachKernel().promise();
    expect((await kernel.getCwd().promise()).path).toBe("/");
    expect(server.tables.exports).toBe(2);
    kernel.client.close();
    kernel.client.close();
    await until(() => dropped === 1, "the drop");
    expect((await failure(kernel.getCwd().promise())).code).toBe("invalid");
    expect(server.tables.exports).toBe(1);
    expect(client.tables.imports).toBe(1);
  });

  it("one object given twice is held until both are let go", async () => {
    let dropped = 0;
    const kernel = kernelOf({}, () => dropped++);
    const { client, server } = connectionPair(worldOf({ attachKernel: (_params, results) => void (results.kernel = kernel) }));
    const world = await worldFrom(client);
    const first = await world.attachKernel().promise();
    const second = await world.attachKernel().promise();
    first.kernel.client.close();
    await world.attachKernel().promise();
    expect(dropped).toBe(0);
    expect(server.tables.exports).toBe(2);
    second.kernel.client.close();
  });

  it("twenty thousand sessions and callbacks leave the tables empty", async () => {
    let live = 0;
    const kernel = () => {
      live++;
      return kernelOf(
        {
          subscribeOutput: async (params) => {
            await params.callback.onExit().promise();
          },
        },
        () => live--,
      );
    };
    const { client, server } = connectionPair(worldOf({ attachKernel: (_params, results) => void (results.kernel = kernel()) }));
    const world = await worldFrom(client);
    let told = 0;
    const listener = () =>
      new wire.KernelOutput$Client(serve<wire.KernelOutput$Server$Target>(wire.KernelOutput$Client, { onExit: () => void told++ }));
    for (let round = 0; round < 100; round++) {
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          const attached = (await world.attachKernel().promise()).kernel;
          await attached
            .subscribeOutput((params) => {
              params.callback = listener();
            })
            .promise();
          attached.client.close();
        }),
      );
    }
    expect(told).toBe(10_000);
    await until(() => live === 0, "the last session");
    world.client.close();
    await until(() => server.tables.exports === 0, "the world");
    await until(() => client.tables.exports === 0, "the callbacks");
    expect(client.tables).toEqual(empty);
    expect(server.tables).toEqual(empty);
  });

  it("a callback is let go of when the call returns, unless it is kept", async () => {
    const kept: wire.KernelOutput$Client[] = [];
    const main = worldOf({
      attachKernel: (_params, results) => {
        results.kernel = kernelOf({
          subscribeOutput: (params) => void kept.push(new wire.KernelOutput$Client(keep(params.callback.client))),
          execute: () => {},
        });
      },
    });
    const { client, server } = connectionPair(main);
    const { kernel } = await (await worldFrom(client)).attachKernel().promise();
    const heard: bigint[] = [];
    let dropped = 0;
    const listener = serve<wire.KernelOutput$Server$Target>(
      wire.KernelOutput$Client,
      { onExit: (params) => void heard.push(params.execId) },
      () => dropped++,
    );
    await kernel.subscribeOutput((params) => void (params.callback = new wire.KernelOutput$Client(listener))).promise();
    expect(server.tables.imports).toBe(1);
    expect(client.tables.exports).toBe(1);
    for (const id of [1n, 2n, 3n]) await kept[0]!.onExit((params) => void (params.execId = id)).promise();
    expect(heard).toEqual([1n, 2n, 3n]);
    kept[0]!.client.close();
    await until(() => dropped === 1, "the drop");
    expect(server.tables.imports).toBe(0);
    expect(client.tables.exports).toBe(0);
  });

  it("a null capability is refused where one is needed, and is nobody's", async () => {
    const main = worldOf({
      attachKernel: (_params, results) => {
        results.kernel = kernelOf({
          subscribeOutput: (params) => {
            expect(params._hasCallback()).toBe(false);
            expect(params.callback.client).toBeInstanceOf(NullCapability);
            keep(params.callback.client);
          },
          subscribeBlocks: async (params) => {
            await params.callback.onInserted().promise();
          },
        });
      },
    });
    const { client } = connectionPair(main);
    const { kernel } = await (await worldFrom(client)).attachKernel().promise();
    expect((await failure(kernel.subscribeOutput().promise())).code).toBe("invalid");
    expect((await failure(kernel.subscribeBlocks().promise())).code).toBe("invalid");
  });

  it("an object is not called through an interface it does not have", async () => {
    let ran = false;
    const { client } = connectionPair(worldOf({ whoami: () => void (ran = true) }));
    const world = await client.bootstrap();
    const error = await failure(new wire.Kernel$Client(world).getInfo().promise());
    expect(error).toMatchObject({ code: "unimplemented", message: expect.stringContaining("interface") });
    expect(ran).toBe(false);
  });

  it("a capability of another connection is not passed on", async () => {
    const first = connectionPair(worldOf({ attachKernel: (_params, results) => void (results.kernel = kernelOf({})) }));
    const second = connectionPair(worldOf({ attachKernel: (_params, results) => void (results.kernel = kernelOf({})) }));
    const foreign = (await (await worldFrom(first.client)).attachKernel().promise()).kernel;
    const { kernel } = await (await worldFrom(second.client)).attachKernel().promise();
    const asked = kernel.subscribeOutput((params) => void (params.callback = new wire.KernelOutput$Client(foreign.client)));
    expect((await failure(asked.promise())).code).toBe("unimplemented");
    expect(second.client.tables.questions).toBe(0);
  });

  it("an object of the peer, handed back to it, is its own again", async () => {
    const kernel = kernelOf({});
    let same: boolean | undefined;
    const main = worldOf({
      attachKernel: (_params, results) => {
        results.kernel = kernelOf({
          subscribeOutput: async (params) => {
            same = params.callback.client === kernel.client;
            await params.callback.onExit().promise();
          },
          fork: (_p, r) => void (r.kernel = kernel),
        });
      },
    });
    const { client } = connectionPair(main);
    const attached = (await (await worldFrom(client)).attachKernel().promise()).kernel;
    const forked = (await attached.fork().promise()).kernel;
    const asked = attached.subscribeOutput((params) => void (params.callback = new wire.KernelOutput$Client(forked.client)));
    // What it is not is a listener: the call fails, and nothing runs.
    expect((await failure(asked.promise())).code).toBe("unimplemented");
    expect(same).toBe(true);
  });
});

describe("cancellation", () => {
  it("reaches the handler as an abort, and the call rejects", async () => {
    let seen: AbortSignal | undefined;
    let ended = false;
    const main = worldOf({
      whoami: async (_params, _results, { signal }) => {
        seen = signal;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        ended = true;
      },
    });
    const { client, server } = connectionPair(main);
    const asked = (await worldFrom(client)).whoami();
    await until(() => seen !== undefined, "the call");
    (asked.pipeline.answer as unknown as PendingAnswer<wire.World_Whoami$Results>).cancel();
    expect((await failure(asked.promise())).code).toBe("cancelled");
    await until(() => ended && server.tables.answers === 0 && client.tables.questions === 0, "the end of the call");
  });

  it("objects made for an answer nobody wants are dropped", async () => {
    let dropped = 0;
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let started = false;
    const main = worldOf({
      attachKernel: async (_params, results) => {
        started = true;
        results.kernel = kernelOf({}, () => dropped++);
        await gate;
      },
    });
    const { client, server } = connectionPair(main);
    const asked = (await worldFrom(client)).attachKernel();
    await until(() => started, "the call");
    (asked.pipeline.answer as unknown as PendingAnswer<wire.World_AttachKernel$Results>).cancel();
    release();
    await until(() => dropped === 1, "the drop");
    expect(server.tables).toMatchObject({ exports: 1 });
  });
});

describe("the end of a connection", () => {
  it("rejects what waits, aborts what runs, drops what was held; later calls reject too", async () => {
    let aborted = false;
    let dropped = 0;
    const reasons: string[] = [];
    const main = worldOf({
      whoami: async (_params, _results, { signal }) => {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        aborted = true;
      },
      attachKernel: (_params, results) => void (results.kernel = kernelOf({}, () => dropped++)),
    });
    const { client, server } = connectionPair(main, { onClose: (error) => reasons.push(error.code) });
    const world = await worldFrom(client);
    const { kernel } = await world.attachKernel().promise();
    const pending = Array.from({ length: 10 }, () => world.whoami().promise());
    await until(() => server.tables.answers === 10, "the calls");
    server.close();
    for (const one of pending) expect((await failure(one)).code).toBe("disconnected");
    expect((await failure(world.whoami().promise())).code).toBe("disconnected");
    expect((await failure(kernel.getInfo().promise())).code).toBe("disconnected");
    await expect(client.bootstrap()).rejects.toMatchObject({ code: "disconnected" });
    await until(() => aborted, "the abort");
    expect(dropped).toBe(1);
    expect(reasons).toEqual(["disconnected"]);
    kernel.client.close();
    expect(client.tables).toEqual(empty);
    expect(server.tables).toEqual(empty);
  });

  it("an object that cannot be let go of does not keep the others", async () => {
    const dropped: string[] = [];
    const reasons: string[] = [];
    const drops = [
      () => {
        throw new Error("stuck");
      },
      () => void dropped.push("second"),
    ];
    const main = worldOf({ attachKernel: (_params, results) => void (results.kernel = kernelOf({}, drops.shift())) });
    const { client, server, faults } = connectionPair(main, { onClose: (error) => reasons.push(error.code) });
    const world = await worldFrom(client);
    const held = [await world.attachKernel().promise(), await world.attachKernel().promise()];
    server.close();
    expect(dropped).toEqual(["second"]);
    expect(String(faults)).toBe("Error: stuck");
    expect(reasons).toEqual(["disconnected"]);
    expect(held.length).toBe(2);
  });

  it("a stream that breaks is the same", async () => {
    const { client, clientEnd } = connectionPair(worldOf({ whoami: () => new Promise(() => {}) }));
    const world = await worldFrom(client);
    const pending = world.whoami().promise();
    clientEnd.destroy(new Error("cable"));
    expect(await failure(pending)).toMatchObject({ code: "disconnected", message: expect.stringContaining("cable") });
  });

  it("a client that does not read: no more of its calls are taken, until it does", async () => {
    let answered = 0;
    const big = "x".repeat(100_000);
    const [left, right] = wirePair();
    const connection = new Connection(right, {
      main: worldOf({
        hello: (_params, results) => {
          answered++;
          results.server = big;
        },
      }),
      limits: { pauseBytes: 1_000_000 },
    });
    const write = right._write.bind(right);
    const stuck: (() => void)[] = [];
    right._write = (chunk, encoding, done) => void stuck.push(() => write(chunk, encoding, done));
    const peer = new RawPeer(left);
    peer.send(bootstrapMessage(0));
    for (let id = 1; id <= 200; id++) peer.send(rawHello(id, 0));
    await until(() => right.isPaused(), "the pause");
    expect(answered).toBeLessThan(30);
    right._write = write;
    for (const go of stuck) go();
    await until(() => peer.received.length === 201, "all answers");
    expect(answered).toBe(200);
    connection.close();
  });

  it("a client that is owed too much is cut off", async () => {
    const [left, right] = wirePair();
    let why: KernelError | undefined;
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const connection = new Connection(right, {
      main: worldOf({
        hello: async (_params, results) => {
          await gate;
          results.server = "x".repeat(100_000);
        },
      }),
      limits: { pauseBytes: 1_000_000, maxUnsentBytes: 3_000_000 },
      onClose: (error) => (why = error),
    });
    right._write = () => {};
    const peer = new RawPeer(left);
    peer.send(bootstrapMessage(0));
    for (let id = 1; id <= 200; id++) peer.send(rawHello(id, 0));
    await until(() => connection.tables.answers === 201, "the calls");
    release();
    await until(() => why !== undefined, "the end");
    expect(why).toMatchObject({ code: "refused", message: "the peer does not read what it is sent" });
    expect(right.destroyed).toBe(true);
  });
});

/** A call of World.hello, to export `target`. */
function rawHello(id: number, target: number): OutMessage {
  const { message, contentOffset } = beginCall(id, target, wire.World$Client.interfaceId, 4);
  initStruct(message, contentOffset, wire.World_Hello$Params).peer = "raw";
  return message;
}

describe("a peer of another make", () => {
  const open = (main = worldOf({ hello: (params, results) => hello(results, params) })) => {
    const [left, right] = wirePair();
    let why: KernelError | undefined;
    const connection = new Connection(right, { main, onClose: (error) => (why = error) });
    return { peer: new RawPeer(left), connection, why: () => why };
  };
  const tagOf = (views: DataView[]) => {
    const reader = new WireReader(views);
    return reader.uint16(reader.root(), 0);
  };

  /** Points a call at an answer instead of an export. */
  function pipelined(
    id: number,
    questionId: number,
    path: readonly number[],
    interfaceId: bigint,
    methodId: number,
    Params: Parameters<typeof initStruct>[2],
  ): OutMessage {
    const { message, contentOffset } = beginCall(id, 0, interfaceId, methodId);
    initStruct(message, contentOffset, Params);
    const { segment } = message;
    segment.setUint32(72, 0);
    segment.setUint16(76, 1);
    const promised = segment.allocate(16);
    segment.setUint32(80, ((promised.byteOffset - 88) / 8) << 2);
    segment.setUint32(84, 1 | (1 << 16));
    segment.setUint32(promised.byteOffset, questionId);
    const ops = segment.allocate(8 + path.length * 8);
    segment.setUint32(promised.byteOffset + 8, 1);
    segment.setUint32(promised.byteOffset + 12, (path.length << 3) | 7);
    segment.setUint32(ops.byteOffset, path.length << 2);
    segment.setUint32(ops.byteOffset + 4, 1);
    path.forEach((field, at) => {
      segment.setUint16(ops.byteOffset + 8 + at * 8, 1);
      segment.setUint16(ops.byteOffset + 10 + at * 8, field);
    });
    return message;
  }

  it("may call the bootstrap object before it is there, and what a call will give", async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const order: string[] = [];
    const main = worldOf({
      attachKernel: async (_params, results) => {
        await gate;
        results.kernel = kernelOf({
          getCwd: () => void order.push("cwd"),
          getInfo: () => void order.push("info"),
        });
      },
    });
    const { peer, connection } = open(main);
    peer.send(
      bootstrapMessage(0),
      pipelined(1, 0, [], wire.World$Client.interfaceId, 2, wire.World_AttachKernel$Params),
      pipelined(2, 1, [0], wire.Kernel$Client.interfaceId, 13, wire.Kernel_GetCwd$Params),
      pipelined(3, 1, [0], wire.Kernel$Client.interfaceId, 0, wire.Kernel_GetInfo$Params),
      finishMessage(1, true),
    );
    await until(() => peer.received.length === 1, "the bootstrap");
    release();
    await until(() => peer.received.length === 4, "the answers");
    expect(order).toEqual(["cwd", "info"]);
    peer.send(finishMessage(0, true), finishMessage(2, true), finishMessage(3, true));
    await until(() => connection.tables.answers === 0, "the finishes");
    expect(connection.tables).toEqual(empty);
  });

  it("gets back a message of a kind we do not know, whole", async () => {
    const { peer, connection } = open();
    const message = new OutMessage();
    const { segment } = message;
    segment.allocate(24);
    segment.setUint32(0, 0);
    segment.setUint32(4, 1 | (1 << 16));
    segment.setUint16(8, 99);
    peer.send(message, bootstrapMessage(0));
    await until(() => peer.received.length === 2, "both answers");
    const [first] = peer.received;
    expect(tagOf(first!)).toBe(tag.unimplemented);
    const reader = new WireReader(first!);
    expect(reader.uint16(reader.struct(reader.root(), 0), 0)).toBe(99);
    connection.close();
  });

  it.each<[string, () => { bytes(): Uint8Array }[]]>([
    ["releases what it does not hold", () => [releaseMessage(5, 1)]],
    ["releases more than it holds", () => [bootstrapMessage(0), releaseMessage(0, 2)]],
    ["opens one call twice", () => [bootstrapMessage(0), bootstrapMessage(0)]],
  ])("is told and left when it %s", async (_what, messages) => {
    const { peer, why } = open();
    peer.send(...messages());
    await until(() => peer.ended, "the end");
    expect(tagOf(peer.received.at(-1)!)).toBe(tag.abort);
    expect(why()).toMatchObject({ code: "invalid" });
  });

  it("calls what it does not hold: that call fails alone", async () => {
    const { peer, connection } = open();
    peer.send(rawHello(0, 77), bootstrapMessage(1));
    await until(() => peer.received.length === 2, "both answers");
    const reader = new WireReader(peer.received[0]!);
    expect(reader.uint16(reader.struct(reader.root(), 0), 6)).toBe(1);
    expect(connection.tables.exports).toBe(1);
  });

  it("says it gives up: pending calls reject with its reason", async () => {
    const [left, right] = wirePair();
    const connection = new Connection(right);
    const peer = new RawPeer(left);
    const waiting = connection.bootstrap();
    await until(() => peer.received.length === 1, "the question");
    const { abortMessage } = await import("../../src/kernel/rpc/envelope.ts");
    peer.send(abortMessage({ reason: "too tired", type: 0, detail: "" }));
    expect(await failure(waiting)).toMatchObject({ code: "disconnected", message: expect.stringContaining("too tired") });
  });

  it("offers nothing: said so", async () => {
    const [left, right] = wirePair();
    new Connection(right);
    expect((await failure(new Connection(left).bootstrap())).code).toBe("unimplemented");
  });
});
