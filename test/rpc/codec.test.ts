import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Completions, HistoryEntry } from "../../src/kernel/api.ts";
import type { Signature } from "../../src/kernel/declaration.ts";
import {
  putBlock,
  putFilter,
  putNewBlock,
  putPatch,
  readBlock,
  readFilter,
  readNewBlock,
  readPatch,
} from "../../src/kernel/rpc/codec/blocks.ts";
import {
  putCompletions,
  putHistoryEntry,
  putSignature,
  readCompletions,
  readHistoryEntry,
  readSignature,
} from "../../src/kernel/rpc/codec/commands.ts";
import { putContext, putDrift, readContext, readDrift } from "../../src/kernel/rpc/codec/contexts.ts";
import { putEvent, readEvent } from "../../src/kernel/rpc/codec/events.ts";
import { fromUint64, putId, readId, toUint64 } from "../../src/kernel/rpc/codec/values.ts";
import * as wire from "../../src/kernel/rpc/generated/kaijutsu.ts";
import { InMessage, initStruct, OutMessage, readStruct } from "../../src/kernel/rpc/message.ts";
import type { Struct, StructCtor } from "../../src/kernel/rpc/runtime.ts";
import { validateMessage } from "../../src/kernel/rpc/validate.ts";
import type {
  BlockFilter,
  BlockPatch,
  BlockSnapshot,
  Context,
  KernelEvent,
  NewBlock,
  StagedDrift,
} from "../../src/kernel/types.ts";
import { block, context, drift, uuid } from "./fake-world.ts";

/** Writes a value into a message, checks it as the receiver would, and reads it back. */
function through<S extends Struct, T>(
  StructClass: StructCtor<S>,
  put: (out: S, value: T) => void,
  read: (from: S) => T,
  value: T,
): T {
  const out = new OutMessage();
  put(initStruct(out, 0, StructClass), value);
  const bytes = out.bytes().slice();
  validateMessage([new DataView(bytes.buffer)]);
  return read(readStruct(new InMessage([new DataView(bytes.buffer)]), 0, 0, StructClass));
}

const id = fc.uuid();
const count = fc.maxSafeNat();
const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "\ufeffbom", "a\0b", "\n", "🎉"));
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)));
const blockId = fc.record({ contextId: id, principalId: id, seq: count });
const status = fc.constantFrom("pending", "running", "done", "error");
const role = fc.constantFrom("user", "model", "system", "tool");
const kind = fc.constantFrom("text", "thinking", "toolCall", "toolResult", "drift");
const exitCode = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const usage = fc.record(
  { inputTokens: count, outputTokens: count, cacheReadTokens: count, cacheWriteTokens: count },
  { requiredKeys: ["inputTokens", "outputTokens"] },
);
const origin = {
  parentId: blockId,
  toolKind: fc.constantFrom("shell", "mcp", "builtin"),
  toolName: text,
  toolInput: json,
  toolCallId: text,
  sourceContext: id,
  sourceModel: text,
  driftKind: fc.constantFrom("push", "pull", "merge", "distill", "commit"),
  driftId: id,
};
const outcome = { exitCode, isError: fc.boolean(), stderr: text, truncated: fc.boolean(), data: json, usage };
const snapshot = fc.record(
  {
    id: blockId,
    role,
    kind,
    status,
    createdAt: count,
    updatedAt: count,
    content: text,
    collapsed: fc.boolean(),
    excluded: fc.boolean(),
    ephemeral: fc.boolean(),
    ...origin,
    ...outcome,
  },
  { requiredKeys: ["id", "role", "kind", "status", "createdAt", "updatedAt", "content", "collapsed", "excluded", "ephemeral"] },
) as unknown as fc.Arbitrary<BlockSnapshot>;
const newBlock = fc.record(
  {
    role,
    kind,
    content: text,
    status,
    after: blockId,
    collapsed: fc.boolean(),
    excluded: fc.boolean(),
    ephemeral: fc.boolean(),
    ...origin,
  },
  { requiredKeys: ["role", "kind"] },
) as unknown as fc.Arbitrary<NewBlock>;
const patch = fc.record(
  { status, collapsed: fc.boolean(), excluded: fc.boolean(), ...outcome },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<BlockPatch>;
const filter = fc.record(
  { kind, role, status, parentId: blockId, limit: fc.nat(0xffffffff) },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<BlockFilter>;
const contexts = fc.record(
  {
    id,
    kernelId: id,
    label: text,
    parentId: id,
    forkKind: fc.constantFrom("fork", "thread"),
    forkedAt: count,
    createdBy: id,
    createdAt: count,
    cwd: text,
    provider: text,
    model: text,
    systemPrompt: text,
    shortId: text,
  },
  { requiredKeys: ["id", "kernelId", "label", "createdBy", "createdAt", "cwd", "shortId"] },
) as unknown as fc.Arbitrary<Context>;
const drifts = fc.record(
  {
    id,
    number: count,
    source: id,
    target: id,
    principalId: id,
    kind: fc.constantFrom("push", "pull", "merge", "distill", "commit"),
    content: text,
    sourceModel: text,
    stagedAt: count,
    attempts: fc.nat(),
    state: fc.constantFrom("staged", "delivering", "lost"),
    error: text,
  },
  { requiredKeys: ["id", "number", "source", "target", "principalId", "kind", "content", "stagedAt", "attempts", "state"] },
) as unknown as fc.Arbitrary<StagedDrift>;
const events = fc.oneof(
  fc.record(
    { topic: fc.constant("block"), type: fc.constant("inserted"), contextId: id, version: count, block: snapshot, after: blockId },
    { requiredKeys: ["topic", "type", "contextId", "version", "block"] },
  ),
  fc.record({
    topic: fc.constant("block"),
    type: fc.constant("appended"),
    contextId: id,
    version: count,
    id: blockId,
    offset: count,
    text,
  }),
  fc.record({ topic: fc.constant("block"), type: fc.constant("changed"), contextId: id, version: count, block: snapshot }),
  fc.record({ topic: fc.constant("block"), type: fc.constant("preview"), contextId: id, id: blockId, offset: count, text }),
  fc.record({ topic: fc.constant("context"), type: fc.constantFrom("created", "changed"), context: contexts }),
  fc.record({ topic: fc.constant("drift"), type: fc.constantFrom("staged", "delivered", "cancelled", "lost"), drift: drifts }),
  fc.record({ topic: fc.constant("resync"), type: fc.constant("resync"), contextId: id }, { requiredKeys: ["topic", "type"] }),
) as unknown as fc.Arbitrary<KernelEvent>;

/** As a value compares once its absent fields are gone, and fast-check's null prototypes. */
const plain = <T>(value: T): T => structuredClone(value);

describe("what goes over the wire comes out the same", () => {
  it.each<[string, fc.Arbitrary<unknown>, (value: never) => unknown]>([
    ["blocks", snapshot, (value: BlockSnapshot) => through(wire.BlockSnapshot, putBlock, readBlock, value)],
    ["new blocks", newBlock, (value: NewBlock) => through(wire.NewBlock, putNewBlock, readNewBlock, value)],
    ["patches", patch, (value: BlockPatch) => through(wire.BlockPatch, putPatch, readPatch, value)],
    ["filters", filter, (value: BlockFilter) => through(wire.BlockFilter, putFilter, readFilter, value)],
    ["contexts", contexts, (value: Context) => through(wire.ContextInfo, putContext, readContext, value)],
    ["drifts", drifts, (value: StagedDrift) => through(wire.StagedDrift, putDrift, readDrift, value)],
    ["events", events, (value: KernelEvent) => through(wire.Event, putEvent, readEvent, value)],
  ])("%s", (_what, values, send) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(send(value as never)).toStrictEqual(plain(value));
      }),
      { numRuns: 300 },
    );
  });

  it("signatures, with every field there is", () => {
    const signature: Signature = {
      name: "head",
      summary: "Print the first lines",
      description: "long\ntext ž",
      group: "text",
      needs: ["vfs.read", "shell"],
      args: [
        { name: "FILE", help: "what", optional: true, rest: false, means: "path" },
        { name: "x", help: "" },
      ],
      flags: {
        lines: {
          short: "n",
          aliases: ["l", "line"],
          value: "int",
          placeholder: "N",
          repeat: true,
          optional: "always",
          help: "how many",
        },
        quiet: { help: "say nothing" },
        "\ufeffodd": { help: "", aliases: [] },
      },
      examples: [{ run: "head x", help: "h", stdout: "", status: -1 }, { run: "" }],
      json: true,
      parse: "posix",
      numeric: "lines",
      negativeOperands: false,
      aliases: ["hd"],
    };
    expect(through(wire.CommandSignature, putSignature, readSignature, signature)).toStrictEqual(signature);
    const bare: Signature = { name: "x", summary: "y", group: "git", needs: [], args: [], flags: {}, examples: [] };
    expect(through(wire.CommandSignature, putSignature, readSignature, bare)).toStrictEqual(bare);
  });

  it("completions and history", () => {
    const completions: Completions = {
      start: 3,
      end: 9,
      items: [
        { text: "ž", kind: "path", help: "file" },
        { text: "", kind: "value" },
      ],
    };
    expect(through(wire.Kernel_Complete$Results, putCompletions, readCompletions, completions)).toStrictEqual(completions);
    const entries: HistoryEntry[] = [
      { code: "ls\n", at: 5, status: -1 },
      { code: "", at: 0 },
    ];
    for (const entry of entries) expect(through(wire.HistoryEntry, putHistoryEntry, readHistoryEntry, entry)).toStrictEqual(entry);
  });
});

describe("what cannot go over the wire is refused", () => {
  it.each([-1, 1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])("the count %s", (value) => {
    expect(() => toUint64(value)).toThrow(expect.objectContaining({ code: "invalid" }));
  });

  it("a number too large for us", () => {
    expect(() => fromUint64(2n ** 53n)).toThrow(expect.objectContaining({ code: "invalid" }));
    expect(fromUint64(2n ** 53n - 1n)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it("what is no id", () => {
    const out = initStruct(new OutMessage(), 0, wire.BlockId);
    expect(() => putId(out._initContextId(16), "main")).toThrow(expect.objectContaining({ code: "invalid" }));
    expect(() => readId(out._initAgentId(3))).toThrow(expect.objectContaining({ code: "invalid" }));
  });

  it("a word the schema does not have", () => {
    expect(() => through(wire.BlockSnapshot, putBlock, readBlock, { ...block, kind: "video" as never })).toThrow(
      expect.objectContaining({ code: "invalid" }),
    );
  });

  it("a block without its kind", () => {
    const out = new OutMessage();
    initStruct(out, 0, wire.BlockSnapshot);
    const struct = readStruct(new InMessage([new DataView(out.bytes().slice().buffer)]), 0, 0, wire.BlockSnapshot);
    expect(() => readBlock(struct)).toThrow(expect.objectContaining({ code: "invalid" }));
  });
});

describe("peers of another age", () => {
  it("a shorter struct reads as if the rest were not set", () => {
    // A block as a peer knows it that has only the first fields.
    const out = new OutMessage();
    const full = initStruct(out, 0, wire.ContextInfo);
    putContext(full, { ...context, model: "m", systemPrompt: "p" });
    const { segment } = out;
    // The struct's pointer says fewer pointers: those after `cwd` do not exist for the reader.
    const pointers = segment.getUint16(6);
    segment.setUint16(6, pointers - 3);
    const read = readContext(readStruct(new InMessage([new DataView(out.bytes().slice().buffer)]), 0, 0, wire.ContextInfo));
    expect(read.model).toBeUndefined();
    expect(read.shortId).toBe("");
    expect(read.label).toBe("main");
  });

  it("a longer one reads as far as we know it", () => {
    const out = new OutMessage();
    class Longer extends wire.BlockId {
      static override readonly _capnp = { ...wire.BlockId._capnp, size: { dataByteLength: 24, pointerLength: 5 } as never };
    }
    const longer = initStruct(out, 0, Longer as never) as wire.BlockId;
    putId(longer._initContextId(16), uuid(9));
    longer.seq = 5n;
    const read = readStruct(new InMessage([new DataView(out.bytes().slice().buffer)]), 0, 0, wire.BlockId);
    expect(readId(read.contextId)).toBe(uuid(9));
    expect(read.seq).toBe(5n);
  });

  it("a message in several parts is read through its far pointers", () => {
    // Root in part 0, block id in part 1, its context id in part 2 behind a double far pointer.
    const part = (...words: bigint[]) => new BigUint64Array(words).buffer as ArrayBuffer;
    const pointer = (low: number, high: number) => BigInt(low >>> 0) | (BigInt(high >>> 0) << 32n);
    const parts = [
      part(pointer(2, 1)),
      part(
        pointer(0, 1 | (2 << 16)),
        7n,
        pointer(((4 << 3) | 6) >>> 0, 1),
        0n,
        pointer((0 << 3) | 2, 2),
        pointer(1, (16 << 3) | 2),
      ),
      part(0x1111111111111111n, 0x2222222222222222n),
    ];
    validateMessage(parts.map((one) => new DataView(one)));
    const read = readStruct(new InMessage(parts.map((one) => new DataView(one))), 0, 0, wire.BlockId);
    expect(read.seq).toBe(7n);
    expect(readId(read.contextId)).toBe("11111111-1111-1111-2222-222222222222");
    expect(read._hasAgentId()).toBe(false);
    expect(drift.number).toBe(7);
  });
});
