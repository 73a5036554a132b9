import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader, headerBytes, writeFrame } from "../../src/kernel/rpc/frame.ts";

function encode(frames: readonly (readonly Uint8Array[])[]): Buffer {
  const size = frames.reduce(
    (sum, one) => one.reduce((inner, segment) => inner + segment.length, sum + headerBytes(one.length)),
    0,
  );
  const out = Buffer.alloc(size, 0xee);
  let offset = 0;
  for (const one of frames) offset = writeFrame(out, offset, one);
  expect(offset).toBe(size);
  return out;
}

const segment = (words: number, seed: number) => Uint8Array.from({ length: words * 8 }, (_, at) => (at * 31 + seed) & 0xff);

describe("frames", () => {
  it("come out as they went in, however the stream is cut", () => {
    const frameOf = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 5 }))
      .map(([first, rest]) => [first, ...rest].map((words, at) => segment(words, at + words)));
    fc.assert(
      fc.property(
        fc.array(frameOf, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (frames, sizes) => {
          const bytes = encode(frames);
          const reader = new FrameReader();
          const got: Uint8Array[][] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length]!;
            reader.push(bytes.subarray(at, at + size));
            at += size;
            for (let frame = reader.next(); frame; frame = reader.next())
              got.push(frame.map((one) => new Uint8Array(one.buffer, one.byteOffset, one.byteLength)));
          }
          expect(got).toEqual(frames.map((one) => one.map((part) => new Uint8Array(part))));
          expect(reader.buffered).toBe(0);
        },
      ),
    );
  });

  it("a large frame may come byte by byte", () => {
    const big = segment(40_000, 3);
    const reader = new FrameReader();
    const bytes = encode([[segment(1, 1)], [big, segment(3, 2)], [segment(2, 9)]]);
    const got: number[][] = [];
    let last: DataView | undefined;
    for (let at = 0; at < bytes.length; at++) {
      reader.push(bytes.subarray(at, at + 1));
      const frame = reader.next();
      if (!frame) continue;
      got.push(frame.map((one) => one.byteLength));
      if (got.length === 2) last = frame[0];
    }
    expect(got).toEqual([[8], [320_000, 24], [16]]);
    expect(Buffer.from(last!.buffer, last!.byteOffset, last!.byteLength).equals(big)).toBe(true);
  });

  it("a zero-size segment is a segment", () => {
    const reader = new FrameReader();
    reader.push(encode([[segment(1, 0), segment(0, 0), segment(2, 0)]]));
    expect(reader.next()?.map((one) => one.byteLength)).toEqual([8, 0, 16]);
  });

  it.each([
    ["2^28 segments", [0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0], "tooLarge"],
    ["2^32 segments", [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], "tooLarge"],
    ["32 GB in one segment", [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], "tooLarge"],
    ["no root", [0, 0, 0, 0, 0, 0, 0, 0], "invalid"],
    ["text", [...Buffer.from("GET / HTTP/1.1\r\n")], "tooLarge"],
  ])("refuses %s", (_what, bytes, code) => {
    const reader = new FrameReader();
    reader.push(Uint8Array.from(bytes));
    expect(() => reader.next()).toThrow(expect.objectContaining({ code }));
  });

  it("counts all segments against the limit", () => {
    const reader = new FrameReader({ maxSegments: 4, maxBytes: 64 });
    reader.push(encode([[segment(4, 0), segment(4, 0)]]));
    expect(reader.next()?.length).toBe(2);
    reader.push(encode([[segment(4, 0), segment(4, 0), segment(1, 0)]]));
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: "tooLarge" }));
  });
});
