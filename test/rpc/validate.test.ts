import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { putBlock, readBlock } from "../../src/kernel/rpc/codec/blocks.ts";
import { fill, items } from "../../src/kernel/rpc/codec/values.ts";
import * as wire from "../../src/kernel/rpc/generated/kaijutsu.ts";
import { InMessage, initStruct, OutMessage, readStruct } from "../../src/kernel/rpc/message.ts";
import { validateMessage } from "../../src/kernel/rpc/validate.ts";
import { block } from "./fake-world.ts";

/** Words given as [low, high] pairs. */
function segmentOf(...words: (readonly [number, number])[]): DataView {
  const view = new DataView(new ArrayBuffer(words.length * 8));
  words.forEach(([low, high], at) => {
    view.setUint32(at * 8, low, true);
    view.setUint32(at * 8 + 4, high, true);
  });
  return view;
}

const struct = (offset: number, data: number, pointers: number) => [(offset << 2) >>> 0, (data | (pointers << 16)) >>> 0] as const;
const list = (offset: number, size: number, count: number) => [((offset << 2) | 1) >>> 0, ((count << 3) | size) >>> 0] as const;
const far = (segment: number, word: number, double = false) => [((word << 3) | (double ? 4 : 0) | 2) >>> 0, segment] as const;
const zero = [0, 0] as const;

describe("validation", () => {
  it.each<[string, DataView[]]>([
    ["a null root", [segmentOf(zero)]],
    ["an empty struct that points at itself", [segmentOf(struct(-1, 0, 0))]],
    ["bytes", [segmentOf(struct(0, 0, 1), list(0, 2, 9), zero, zero)]],
    ["a capability", [segmentOf(struct(0, 0, 1), [3, 5])]],
    ["a far pointer", [segmentOf(far(1, 0)), segmentOf(struct(0, 1, 0), zero)]],
    ["a double far pointer", [segmentOf(far(1, 0, true)), segmentOf(far(2, 1), struct(0, 1, 0)), segmentOf(zero, zero)]],
    ["structs in a list", [segmentOf(struct(0, 0, 1), list(0, 7, 2), struct(2, 1, 0), zero, zero)]],
  ])("takes %s", (_what, segments) => {
    expect(() => validateMessage(segments)).not.toThrow();
  });

  it.each<[string, DataView[]]>([
    ["an empty message", [segmentOf()]],
    ["a struct past the end", [segmentOf(struct(0, 1, 0))]],
    ["a struct before the start", [segmentOf(struct(-2, 1, 0))]],
    ["2^29 bytes", [segmentOf(struct(0, 0, 1), list(0, 2, 2 ** 29 - 1))]],
    ["2^29 void elements", [segmentOf(struct(0, 0, 1), list(0, 0, 2 ** 29 - 1))]],
    ["2^30 empty structs", [segmentOf(struct(0, 0, 1), list(0, 7, 0), struct(2 ** 30 - 1, 0, 0))]],
    ["a list of structs longer than it says", [segmentOf(struct(0, 0, 1), list(0, 7, 1), struct(2, 1, 0), zero, zero)]],
    ["a list whose tag is no struct", [segmentOf(struct(0, 0, 1), list(0, 7, 1), list(1, 1, 0), zero)]],
    ["a far pointer to nowhere", [segmentOf(far(7, 0))]],
    ["a far pointer past the end", [segmentOf(far(1, 3)), segmentOf(zero)]],
    ["a far pointer to a far pointer", [segmentOf(far(1, 0)), segmentOf(far(0, 0))]],
    ["a double far pointer to itself", [segmentOf(far(1, 0, true)), segmentOf(far(1, 0, true), zero)]],
    ["an unknown pointer", [segmentOf([7, 0])]],
    ["a struct inside itself", [segmentOf(struct(-1, 0, 1))]],
    ["a list inside itself", [segmentOf(struct(0, 0, 1), list(-1, 6, 1))]],
  ])("refuses %s", (_what, segments) => {
    expect(() => validateMessage(segments)).toThrow(expect.objectContaining({ code: "invalid" }));
  });

  it("bounds the depth", () => {
    const chain = (length: number) => [segmentOf(...Array.from({ length }, () => struct(0, 0, 1)), zero)];
    expect(() => validateMessage(chain(60))).not.toThrow();
    expect(() => validateMessage(chain(70))).toThrow(/nested too deeply/);
  });

  it("bounds what a small message may describe: pointers that share their target", () => {
    // Each level holds 30 pointers to the same next level: 30^6 visits if nobody counts.
    const words: (readonly [number, number])[] = [struct(0, 0, 30)];
    for (let level = 0; level < 6; level++) {
      for (let at = 0; at < 30; at++) words.push(struct(29 - at, 0, level === 5 ? 0 : 30));
    }
    expect(() => validateMessage([segmentOf(...words)])).toThrow(/more than it holds/);
  });

  it("whatever bytes it lets through can be read, or are refused as malformed: nothing else is thrown", () => {
    const out = new OutMessage();
    out.segment.allocate(0);
    const params = initStruct(out, 0, wire.Kernel_ListBlocks$Results);
    const blocks = Array.from({ length: 3 }, (_, at) => ({ ...block, stderr: `e${at}`, toolInput: { at }, parentId: block.id }));
    fill(params._initBlocks(3), blocks, putBlock);
    const good = Buffer.from(out.bytes());
    let read = 0;
    const mutation = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
        const bytes = new Uint8Array(good);
        for (const [at, value] of mutations) bytes[at] = value;
        try {
          validateMessage([new DataView(bytes.buffer)]);
          const results = readStruct(new InMessage([new DataView(bytes.buffer)]), 0, 0, wire.Kernel_ListBlocks$Results);
          items(results.blocks).map(readBlock);
          read++;
        } catch (error) {
          expect(error).toMatchObject({ name: "KernelError", code: "invalid" });
        }
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});
