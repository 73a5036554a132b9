import { describe, expect, it, onTestFinished } from "vitest";
import { KernelError } from "../../src/kernel/errors.ts";
import type { ExecuteOptions, KernelApi, KernelEvent } from "../../src/kernel/index.ts";
import { openWorld } from "../../src/kernel/rpc/client/world.ts";
import { Connection } from "../../src/kernel/rpc/connection.ts";
import * as wire from "../../src/kernel/rpc/generated/kaijutsu.ts";
import { worldCapability } from "../../src/kernel/rpc/server/world.ts";
import { VfsError } from "../../src/vfs/index.ts";
import { block, context, drift, emptySource, fakeWorld, feed, program, until, uuid } from "./fake-world.ts";
import { wirePair } from "./pair.ts";

async function session(methods: Partial<KernelApi>) {
  const [left, right] = wirePair();
  const faults: unknown[] = [];
  const fake = fakeWorld(methods);
  const server = new Connection(right, {
    main: worldCapability(fake, (error) => faults.push(error)),
    onFault: (error) => faults.push(error),
  });
  const client = new Connection(left);
  const world = await openWorld(client);
  const api = await world.attachKernel("default");
  // Held to the end: a world that is collected lets go of its object.
  onTestFinished(() => world.close());
  return { api, server, client, world, faults, fake };
}

const bytes = (text: string) => Buffer.from(text, "utf8");

function collect() {
  const chunks: Uint8Array[] = [];
  return {
    chunks,
    text: () => Buffer.concat(chunks).toString("utf8"),
    write: (chunk: Uint8Array | string) => void chunks.push(Buffer.from(chunk)),
  };
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

describe("calls", () => {
  it("carry their arguments and their absence", async () => {
    const calls: unknown[] = [];
    const note =
      <T>(name: string, result: T) =>
      async (...args: unknown[]): Promise<T> => {
        calls.push([name, ...args]);
        return result;
      };
    const { api } = await session({
      listBlocks: note("listBlocks", [block]),
      driftPush: note("driftPush", drift),
      driftPull: note("driftPull", block),
      driftMerge: note("driftMerge", block),
      driftCancel: note("driftCancel", drift),
      driftQueue: note("driftQueue", [drift, drift]),
      driftFlush: note("driftFlush", { delivered: [drift.id], failed: [{ id: drift.id, error: "why ž" }] }),
      createBlock: note("createBlock", block),
      appendBlock: note("appendBlock", undefined),
      patchBlock: note("patchBlock", undefined),
      getVariable: async (name) => (name === "none" ? undefined : { a: [1, null, "ž"] }),
      setVariable: note("setVariable", undefined),
      complete: note("complete", { start: 0, end: 2, items: [] }),
      mount: note("mount", undefined),
      listContexts: note("listContexts", [context, { ...context, id: uuid(8) as typeof context.id, label: "other" }]),
      listMembers: note("listMembers", [
        { contextId: context.id, kernelId: context.kernelId, nick: "amy", instance: "x", status: "idle" as const },
      ]),
    });
    expect(await api.listBlocks()).toEqual([block]);
    expect(await api.listBlocks({ limit: 3, kind: "drift" }, "")).toEqual([block]);
    expect(await api.driftPush("main", "text", { now: true })).toEqual(drift);
    expect(await api.driftPull("src")).toEqual(block);
    expect(await api.driftMerge(undefined, "into")).toEqual(block);
    expect(await api.driftCancel("3")).toEqual(drift);
    expect((await api.driftQueue({ all: true })).length).toBe(2);
    expect(await api.driftFlush()).toEqual({ delivered: [drift.id], failed: [{ id: drift.id, error: "why ž" }] });
    expect(await api.createBlock({ role: "user", kind: "text", after: block.id })).toEqual(block);
    await api.appendBlock(block.id, "\ufefftext");
    await api.patchBlock(block.id, { exitCode: 0, isError: false });
    expect(await api.getVariable("none")).toBeUndefined();
    expect(await api.getVariable("some")).toEqual({ a: [1, null, "ž"] });
    await api.setVariable("n", null);
    await api.complete("ls 🎉", 5);
    await api.mount("/a", "/b", false);
    expect((await api.listContexts()).map(({ label }) => label)).toEqual(["main", "other"]);
    expect(await api.listMembers()).toEqual([
      { contextId: context.id, kernelId: context.kernelId, nick: "amy", instance: "x", status: "idle" },
    ]);
    expect(calls.slice(0, 15)).toEqual([
      ["listBlocks", {}, undefined],
      ["listBlocks", { limit: 3, kind: "drift" }, ""],
      ["driftPush", "main", "text", { summarize: false, now: true }],
      ["driftPull", "src", undefined],
      ["driftMerge", undefined, "into"],
      ["driftCancel", "3"],
      ["driftQueue", { all: true }],
      ["driftFlush", { all: false }],
      ["createBlock", { role: "user", kind: "text", after: block.id }],
      ["appendBlock", block.id, "\ufefftext"],
      ["patchBlock", block.id, { exitCode: 0, isError: false }],
      ["setVariable", "n", null],
      ["complete", "ls 🎉", 5],
      ["mount", "/a", "/b", false],
      ["listContexts"],
    ]);
  });

  it("every method of the schema that is not built answers so, by name", async () => {
    const { client } = await session({});
    const world = new wire.World$Client(await client.bootstrap());
    const { kernel } = await world.attachKernel().promise();
    const names: string[] = [];
    for (const method of wire.Kernel$Client.methods) {
      try {
        await kernel.client.call({ method: method as never, paramsFunc: () => {} }).struct();
      } catch (error) {
        if ((error as KernelError).code === "unimplemented" && (error as KernelError).message.endsWith("is not implemented yet")) {
          expect((error as KernelError).message).toBe(`${method.methodName} is not implemented yet`);
          names.push(method.methodName ?? "");
        }
      }
    }
    expect(wire.Kernel$Client.methods.length).toBe(113);
    expect(names).toContain("vfs");
    expect(names).toContain("prompt");
    expect(names).not.toContain("getInfo");
    expect(names.length).toBe(70);
  });
});

describe("programs", () => {
  it("get their options, read what they ask for, and give the rest back", async () => {
    let seen: ExecuteOptions | undefined;
    const { api } = await session(
      program(async (options) => {
        seen = options;
        const first = await options.stdin!.read();
        options.stdin!.unread(bytes("back"));
        await options.stdout!.write(first!);
        await options.stderr!.write("é");
        return 7;
      }),
    );
    const given = ["one\n", "two\n"];
    const back: string[] = [];
    const stdout = { ...collect(), isTty: true, columns: 80 };
    const stderr = collect();
    const stdin = {
      ...emptySource,
      read: () => (given.length > 0 ? bytes(given.shift()!) : null),
      unread: (chunk: Uint8Array) => void back.push(Buffer.from(chunk).toString()),
    };
    const result = await api.execute("x", {
      stdin,
      stdout,
      stderr,
      name: "n",
      args: ["", "a b"],
      cwd: "/x",
      env: { A: "1" },
      record: false,
    }).done;
    expect(result).toEqual({ status: 7 });
    expect(stdout.text()).toBe("one\n");
    expect(stderr.text()).toBe("é");
    expect(given).toEqual(["two\n"]);
    expect(back).toEqual(["back"]);
    expect(seen).toMatchObject({ name: "n", args: ["", "a b"], cwd: "/x", env: { A: "1" }, record: false });
    expect(seen!.stdout).toMatchObject({ isTty: true, columns: 80 });
    expect(seen!.stderr).toMatchObject({ isTty: false });
  });

  it("without streams get none", async () => {
    let seen: ExecuteOptions | undefined;
    const { api } = await session(
      program(async (options) => {
        seen = options;
        return 0;
      }),
    );
    expect(await api.execute("x").done).toEqual({ status: 0 });
    expect(seen).toEqual({});
  });

  it("output keeps its order, bytes and size", async () => {
    const blob = Buffer.from(Array.from({ length: 700_000 }, (_, at) => at % 251));
    const { api } = await session(
      program(async ({ stdout, stderr }) => {
        for (let at = 0; at < 1000; at++) await (at % 3 === 0 ? stderr : stdout)!.write(`${at}\n`);
        await stdout!.write(blob);
        return 0;
      }),
    );
    const order = collect();
    await api.execute("x", { stdout: order, stderr: order }).done;
    const text = Array.from({ length: 1000 }, (_, at) => `${at}\n`).join("");
    expect(Buffer.concat(order.chunks).equals(Buffer.concat([bytes(text), blob]))).toBe(true);
  });

  it("a reader that waits makes the writer wait", async () => {
    let written = 0;
    const { api } = await session(
      program(async ({ stdout }) => {
        for (let at = 0; at < 100; at++) {
          await stdout!.write(new Uint8Array(64 * 1024));
          written++;
        }
        return 0;
      }),
    );
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let taken = 0;
    const execution = api.execute("x", {
      stdout: {
        write: (chunk) => {
          taken += chunk.length;
          return gate;
        },
      },
    });
    await until(() => taken > 0, "the first bytes");
    await api.info();
    expect(written).toBeLessThan(12);
    go();
    expect((await execution.done).status).toBe(0);
    expect(taken).toBe(100 * 64 * 1024);
  });

  it("a reader that is gone breaks the writer's pipe", async () => {
    const { api } = await session(
      program(async ({ stdout, stderr }) => {
        try {
          for (;;) await stdout!.write("y\n");
        } catch (error) {
          await stderr!.write((error as VfsError).code);
          return 141;
        }
      }),
    );
    const stderr = collect();
    const gone = {
      write: () => {
        throw new VfsError("EPIPE");
      },
    };
    expect((await api.execute("yes", { stdout: gone, stderr }).done).status).toBe(141);
    expect(stderr.text()).toBe("EPIPE");
  });

  it("is interrupted before and after it began, by either way", async () => {
    const { api } = await session(
      program(async (_options, interrupted) => {
        await interrupted;
        return 130;
      }),
    );
    const early = api.execute("x");
    early.interrupt();
    expect((await early.done).status).toBe(130);
    const controller = new AbortController();
    const late = api.execute("x", { signal: controller.signal });
    await api.info();
    controller.abort();
    expect((await late.done).status).toBe(130);
    expect((await api.execute("x", { signal: AbortSignal.abort() }).done).status).toBe(130);
  });

  it("a signal aborted before it began is aborted there before it begins", async () => {
    let aborted: boolean | undefined;
    const { api } = await session(
      program(async ({ signal }) => {
        aborted = signal?.aborted;
        return 130;
      }),
    );
    expect((await api.execute("x", { signal: AbortSignal.abort() }).done).status).toBe(130);
    expect(aborted).toBe(true);
  });

  it("a stuck reader does not keep an interrupted program from ending", async () => {
    const { api } = await session(
      program(async ({ stdout }, interrupted) => {
        let stop = false;
        void interrupted.then(() => {
          stop = true;
        });
        while (!stop) await stdout!.write(new Uint8Array(64 * 1024));
        return 130;
      }),
    );
    let writes = 0;
    const stuck = {
      write: () => {
        writes++;
        return new Promise<void>(() => {});
      },
    };
    const execution = api.execute("yes", { stdout: stuck });
    await until(() => writes === 1, "the first write");
    execution.interrupt();
    expect((await execution.done).status).toBe(130);
    expect(writes).toBe(1);
  });

  it("what an interrupted program still says is heard", async () => {
    const { api } = await session(
      program(async ({ stdout }, interrupted) => {
        await stdout!.write("on\n");
        await interrupted;
        await stdout!.write("trap 1\n");
        await stdout!.write("trap 2\n");
        return 130;
      }),
    );
    const stdout = collect();
    const execution = api.execute("x", { stdout });
    await until(() => stdout.text() === "on\n", "the start");
    execution.interrupt();
    expect((await execution.done).status).toBe(130);
    expect(stdout.text()).toBe("on\ntrap 1\ntrap 2\n");
  });

  it("that ends while it reads leaves the bytes to its caller", async () => {
    const { api } = await session(
      program(async ({ stdin }) => {
        const reading = stdin!.read();
        stdin!.close();
        expect(await reading).toBeNull();
        return 0;
      }),
    );
    let give = (_chunk: Uint8Array): void => {};
    const back: string[] = [];
    const stdin = {
      ...emptySource,
      read: () => new Promise<Uint8Array>((resolve) => (give = resolve)),
      unread: (chunk: Uint8Array) => void back.push(Buffer.from(chunk).toString()),
    };
    expect((await api.execute("x", { stdin }).done).status).toBe(0);
    give(bytes("typed later"));
    await until(() => back.length === 1, "the bytes");
    expect(back).toEqual(["typed later"]);
  });

  it("a kernel that cannot run it says why, typed", async () => {
    const { api } = await session({
      execute: () => ({ id: 1, done: Promise.reject(new KernelError("corrupt", "no shell", { x: 1 })), interrupt: () => {} }),
    });
    expect(await failure(api.execute("x").done)).toMatchObject({ code: "corrupt", message: "no shell", data: { x: 1 } });
  });

  it("end with `disconnected` when the kernel goes", async () => {
    const { api, server } = await session(program(() => new Promise(() => {})));
    const execution = api.execute("x");
    await api.info();
    server.close();
    expect((await failure(execution.done)).code).toBe("disconnected");
  });

  it("leave nothing behind", async () => {
    const { api, client, server } = await session(
      program(async ({ stdin, stdout }) => {
        await stdout!.write((await stdin!.read())!);
        return 0;
      }),
    );
    for (let round = 0; round < 100; round++) {
      const stdout = collect();
      let given = false;
      const stdin = {
        ...emptySource,
        read: () => {
          const chunk = given ? null : bytes("x");
          given = true;
          return chunk;
        },
      };
      await api.execute("x", { stdin, stdout }).done;
      expect(stdout.text()).toBe("x");
    }
    await until(() => client.tables.exports === 0 && server.tables.exports === 2, "empty tables");
    expect(client.tables).toMatchObject({ questions: 0, answers: 0, imports: 2 });
  });

  it("written input arrives, and ends; a program that is steered by hand", async () => {
    const { client } = await session(
      program(async ({ stdin, stdout }) => {
        for (let chunk = await stdin!.read(); chunk; chunk = await stdin!.read()) await stdout!.write(chunk);
        return 0;
      }),
    );
    const { serve } = await import("../../src/kernel/rpc/capability.ts");
    const { putBytes, bytesOf } = await import("../../src/kernel/rpc/codec/values.ts");
    const { kernel } = await new wire.World$Client(await client.bootstrap()).attachKernel().promise();
    const out: Buffer[] = [];
    let status: number | undefined;
    const stream = serve<wire.ExecStream$Server$Target>(wire.ExecStream$Client, {
      onStdout: (params) => void out.push(Buffer.from(bytesOf(params.chunk))),
      onExit: (params) => void (status = params.result.status),
    });
    const { execution } = await kernel
      .executeStreaming((params) => {
        const request = params._initRequest();
        request.code = "cat";
        request.stdin = wire.StdinMode.PUSHED;
        request.wantStdout = true;
        params.callback = new wire.ExecStream$Client(stream);
      })
      .promise();
    const big = Buffer.alloc(300_000, "z");
    const write = (chunk: Buffer) => execution.writeStdin((params) => putBytes(params._initChunk(chunk.length), chunk)).promise();
    await Promise.all([write(bytes("a")), write(big), write(bytes("b"))]);
    await execution.closeStdin().promise();
    await until(() => status !== undefined, "the end");
    expect(Buffer.concat(out).equals(Buffer.concat([bytes("a"), big, bytes("b")]))).toBe(true);
    expect((await failure(write(bytes("late")))).code).toBe("io");
  });

  it("execute with its output broadcast, by hand", async () => {
    const { client } = await session(
      program(async ({ stdout }) => {
        await stdout!.write("hi\n");
        return 3;
      }),
    );
    const { serve } = await import("../../src/kernel/rpc/capability.ts");
    const { bytesOf } = await import("../../src/kernel/rpc/codec/values.ts");
    const { kernel } = await new wire.World$Client(await client.bootstrap()).attachKernel().promise();
    const heard: unknown[] = [];
    const listener = serve<wire.KernelOutput$Server$Target>(wire.KernelOutput$Client, {
      onStdout: (params) => void heard.push([params.execId, Buffer.from(bytesOf(params.chunk)).toString()]),
      onExit: (params) => void heard.push([params.execId, params.result.status]),
    });
    await kernel.subscribeOutput((params) => void (params.callback = new wire.KernelOutput$Client(listener))).promise();
    const { execId } = await kernel.execute((params) => void (params.code = "x")).promise();
    await until(() => heard.length === 2, "the output");
    expect(heard).toEqual([
      [execId, "hi\n"],
      [execId, 3],
    ]);
    expect((await failure(kernel.interrupt((params) => void (params.execId = 99n)).promise())).code).toBe("notFound");
  });
});

describe("events", () => {
  const appended = (version: number): KernelEvent => ({
    topic: "block",
    type: "appended",
    contextId: context.id,
    version,
    id: block.id,
    offset: version,
    text: "x",
  });

  it("come in order, and stop at close", async () => {
    const source = feed();
    const { api, client, server } = await session({ subscribe: source.subscribe });
    const heard: KernelEvent[] = [];
    const subscription = await api.subscribe({ topics: ["block"] }, (events) => void heard.push(...events));
    for (let version = 1; version <= 1000; version++) source.emit([appended(version)]);
    await until(() => heard.length === 1000, "all events");
    expect(heard).toEqual(Array.from({ length: 1000 }, (_, at) => appended(at + 1)));
    subscription.close();
    source.emit([appended(1001)]);
    await until(() => source.open === 0, "the end of the subscription");
    await until(() => client.tables.exports === 0 && server.tables.imports === 0, "empty tables");
    expect(heard.length).toBe(1000);
  });

  it("a subscriber that does not answer costs no memory, and is told to read again", async () => {
    const source = feed();
    const { api } = await session({ subscribe: source.subscribe });
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const heard: KernelEvent[] = [];
    await api.subscribe({ topics: ["block"] }, ((events: readonly KernelEvent[]) => {
      heard.push(...events);
      return gate;
    }) as never);
    source.emit([appended(1)]);
    await until(() => heard.length === 1, "the first");
    for (let version = 2; version <= 50_000; version++) source.emit([appended(version)]);
    await api.info();
    expect(heard.length).toBe(1);
    go();
    await until(() => heard.length === 2, "the notice");
    expect(heard[1]).toEqual({ topic: "resync", type: "resync" });
    source.emit([appended(50_001)]);
    await until(() => heard.length === 3, "what comes after");
    expect(heard[2]).toEqual(appended(50_001));
  });

  it("a slow subscriber does not hold up another", async () => {
    const source = feed();
    const { api } = await session({ subscribe: source.subscribe });
    const heard: KernelEvent[] = [];
    await api.subscribe({ topics: ["block"] }, (() => new Promise(() => {})) as never);
    await api.subscribe({ topics: ["block"] }, (events) => void heard.push(...events));
    for (let version = 1; version <= 100; version++) source.emit([appended(version)]);
    await until(() => heard.length === 100, "all events");
  });

  it("a subscriber that leaves is forgotten", async () => {
    const source = feed();
    const { api, client, fake } = await session({ subscribe: source.subscribe });
    await api.subscribe({ topics: ["block"] }, () => {});
    expect(source.open).toBe(1);
    client.close();
    await until(() => source.open === 0 && fake.detached === 1, "the end");
    source.emit([appended(1)]);
  });
});
