import { connect as dial, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KernelApi, World } from "../../src/kernel/index.ts";
import { putBlockId, putNewBlock } from "../../src/kernel/rpc/codec/blocks.ts";
import { putExecRequest } from "../../src/kernel/rpc/codec/exec.ts";
import {
  beginCall,
  bootstrapMessage,
  finishMessage,
  type OpenPayload,
  releaseMessage,
  tag,
  writeCapTable,
} from "../../src/kernel/rpc/envelope.ts";
import { headerBytes, writeFrame } from "../../src/kernel/rpc/frame.ts";
import * as wire from "../../src/kernel/rpc/generated/kaijutsu.ts";
import { connect, type SocketServer, serveSocket } from "../../src/kernel/rpc/index.ts";
import { initStruct, type OutMessage } from "../../src/kernel/rpc/message.ts";
import * as $ from "../../src/kernel/rpc/runtime.ts";
import { WireReader } from "../../src/kernel/rpc/wire.ts";
import { block, drift, fakeWorld, feed, program, socketPlace, until } from "./fake-world.ts";
import { RawPeer } from "./pair.ts";

const { path, remove } = socketPlace();
let server: SocketServer;
let healthy: World;
let session: KernelApi;
const rejections: unknown[] = [];
const note = (reason: unknown) => void rejections.push(reason);

beforeAll(async () => {
  process.on("unhandledRejection", note);
  const world = () =>
    fakeWorld({
      ...program(async ({ stdin, stdout }) => {
        await stdin?.read();
        await stdout?.write("out");
        return 0;
      }),
      subscribe: feed().subscribe,
      listBlocks: async () => [block],
      createBlock: async () => block,
      readBlock: async () => block,
      driftPush: async () => drift,
      version: async () => 42,
      getCwd: async () => "/",
      setCwd: async () => {},
    });
  server = await serveSocket(world, path, { limits: { maxBytes: 1024 * 1024 } });
  healthy = await connect(path);
  session = await healthy.attachKernel("default");
});

afterAll(async () => {
  await healthy.close();
  await server.close();
  process.off("unhandledRejection", note);
  remove();
});

function call(
  id: number,
  target: number,
  method: { readonly interfaceId: bigint; readonly methodId: number; readonly ParamsClass: unknown },
  fill: (params: never) => void = () => {},
): OutMessage {
  const payload: OpenPayload = beginCall(id, target, method.interfaceId, method.methodId);
  fill(initStruct(payload.message, payload.contentOffset, method.ParamsClass as $.StructCtor<$.Struct>) as never);
  writeCapTable(
    payload.message,
    payload.payloadWord,
    payload.message.caps.map((_, at) => ({ kind: "senderHosted", id: at })),
  );
  return payload.message;
}

function encode(messages: readonly { bytes(): Uint8Array }[]): Buffer {
  const out = Buffer.alloc(messages.reduce((sum, message) => sum + headerBytes(1) + message.bytes().length, 0));
  let offset = 0;
  for (const message of messages) offset = writeFrame(out, offset, [message.bytes()]);
  return out;
}

/** One healthy conversation, as bytes: what mutations start from. The second part needs the answers to the first. */
function conversation(): readonly [Buffer, Buffer] {
  const worldMethods = wire.World$Client.methods;
  const kernelMethods = wire.Kernel$Client.methods;
  const capability = () => new $.NullCapability();
  const greeting = [
    bootstrapMessage(0),
    call(1, 0, worldMethods[4], (params: wire.World_Hello$Params) => {
      params.peer = "raw";
      params.wireVersion = 1;
    }),
    call(2, 0, worldMethods[2], (params: wire.World_AttachKernel$Params) => {
      params.id = "default";
    }),
    finishMessage(1, true),
  ];
  const work = [
    call(3, 1, kernelMethods[18], (params: wire.Kernel_ApplyBlockOp$Params) =>
      putNewBlock(params._initOp()._initCreate(), {
        role: "user",
        kind: "text",
        content: "x",
        parentId: block.id,
        toolInput: { a: 1 },
      }),
    ),
    call(4, 1, kernelMethods[94], (params: wire.Kernel_SubscribeEvents$Params) => {
      params._initTopics(2);
      params.callback = new wire.EventFeed$Client(capability());
    }),
    call(5, 1, kernelMethods[101], (params: wire.Kernel_ExecuteStreaming$Params) => {
      putExecRequest(params._initRequest(), "cat", { args: ["a", "b"], env: { X: "1" }, stdout: { write: () => {} } });
      params.callback = new wire.ExecStream$Client(capability());
    }),
    call(6, 1, kernelMethods[108], (params: wire.Kernel_ReadBlock$Params) => putBlockId(params._initBlockId(), block.id)),
    finishMessage(3, false),
    releaseMessage(1, 1),
    finishMessage(6, true),
  ];
  return [encode(greeting), encode(work)];
}

/** Sends the parts, each after the server had time for the one before, and waits until it hung up. */
async function send(parts: readonly (readonly Uint8Array[])[]): Promise<void> {
  const socket: Socket = dial(path);
  socket.on("error", () => {});
  socket.resume();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  for (const chunks of parts) {
    for (const chunk of chunks) socket.write(chunk);
    await session.version();
    await session.version();
  }
  socket.end();
  await closed;
}

describe("hostile bytes", () => {
  it("the conversation itself is good", async () => {
    const socket = dial(path);
    const peer = new RawPeer(socket);
    const [greeting, work] = conversation();
    const returns = () =>
      peer.received.flatMap((views) => {
        const reader = new WireReader(views);
        const body = reader.struct(reader.root(), 0);
        return reader.uint16(reader.root(), 0) === tag.return ? [[reader.uint32(body, 0), reader.uint16(body, 6)]] : [];
      });
    peer.sendBytes(greeting);
    await until(() => returns().length === 3, "the session");
    peer.sendBytes(work);
    await until(() => returns().length === 7, "the answers");
    // Those it finished before they were answered count as taken back (2); the others have results (0).
    expect(returns().sort()).toEqual([0, 2, 0, 2, 0, 0, 2].map((which, id) => [id, which]));
    expect(server.connections).toBe(2);
    socket.destroy();
    await until(() => server.connections === 1, "the end");
  });

  it("mutated conversations end themselves, not the server", { timeout: 120_000 }, async () => {
    const [greeting, work] = conversation();
    const good = Buffer.concat([greeting, work]);
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant("byte" as const), at: fc.nat(good.length - 1), value: fc.nat(255) }),
      fc.record({
        kind: fc.constant("word" as const),
        at: fc.nat(good.length / 8 - 1),
        value: fc.constantFrom(0, 1, 0x7fffffff, 0xffffffff, 0xfffffff9, 2, 3, 6),
      }),
      fc.record({ kind: fc.constant("cut" as const), at: fc.nat(good.length - 1), value: fc.nat(200) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 5 }), fc.nat(300), async (mutations, size) => {
        let bytes: Buffer = Buffer.from(good);
        for (const { kind, at, value } of mutations) {
          if (kind === "byte" && at < bytes.length) bytes[at] = value;
          if (kind === "word" && at * 8 + 4 <= bytes.length) bytes.writeUInt32LE(value, at * 8);
          if (kind === "cut") bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + value)]);
        }
        const parts = [bytes.subarray(0, greeting.length), bytes.subarray(greeting.length)].map((part) => {
          const chunks: Uint8Array[] = [];
          for (let at = 0; at < part.length; at += size + 1) chunks.push(part.subarray(at, at + size + 1));
          return chunks;
        });
        await send(parts);
      }),
      { numRuns: 600 },
    );
    expect(await session.version()).toBe(42);
    expect(rejections).toEqual([]);
    await until(() => server.connections === 1, "the end of the others");
  });

  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["half a header", Uint8Array.of(0, 0, 0)],
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["zeros", new Uint8Array(100_000)],
    ["ones", new Uint8Array(100_000).fill(255)],
    ["a message over the limit", Uint8Array.of(0, 0, 0, 0, 0, 0, 4, 0, 1, 2, 3)],
  ])("%s", async (_what, bytes) => {
    await send([[bytes]]);
    expect(await session.version()).toBe(42);
  });

  it("twenty thousand calls that are never finished: refused past the limit, the server lives", async () => {
    const socket = dial(path);
    let received = 0;
    socket.on("data", (chunk) => (received += chunk.length));
    const one = (message: OutMessage) => {
      const out = Buffer.alloc(8 + message.bytes().length);
      writeFrame(out, 0, [message.bytes()]);
      return out;
    };
    socket.write(one(bootstrapMessage(0)));
    const frames = Array.from({ length: 20_000 }, (_, at) => one(call(at + 1, 0, wire.World$Client.methods[0])));
    socket.write(Buffer.concat(frames));
    socket.write(one(call(20_001, 0, wire.World$Client.methods[0])));
    await until(() => received > 20_000 * 100, "the answers");
    expect(await session.version()).toBe(42);
    socket.destroy();
    await until(() => server.connections === 1, "the end");
  });
});
