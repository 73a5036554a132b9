import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Excerpt, keptBytes } from "../../src/kernel/session/excerpt.ts";

/** The excerpt of a stream of these pieces, drained after every `every`th. */
function excerpt(pieces: readonly Uint8Array[], every: number): { text: string; truncated: boolean } {
  const one = new Excerpt();
  let text = "";
  pieces.forEach((piece, at) => {
    one.write(piece);
    if (at % every === 0) text += one.drain();
  });
  return { text: text + one.finish(), truncated: one.truncated };
}

describe("Excerpt", () => {
  it("keeps all of a stream up to twice its size, however it is cut", () => {
    const piece = fc.oneof(fc.string({ unit: "grapheme", maxLength: 50 }), fc.constant("žluťoučký 🎉 ".repeat(400)));
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 4 }),
        (texts, cut, every) => {
          const whole = Buffer.from(texts.join(""));
          const pieces = [];
          for (let at = 0; at < whole.length; at += cut * 97) pieces.push(new Uint8Array(whole.subarray(at, at + cut * 97)));
          const { text, truncated } = excerpt(pieces, every);
          expect(truncated).toBe(false);
          expect(text).toBe(texts.join(""));
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([1, 7, 4096, keptBytes - 1, keptBytes, keptBytes + 1, 3 * keptBytes])(
    "keeps both ends of a long stream in pieces of %i bytes",
    (size) => {
      const whole = Buffer.from(Array.from({ length: 40_000 }, (_, at) => String(at)).join(","));
      const pieces = [];
      for (let at = 0; at < whole.length; at += size) pieces.push(new Uint8Array(whole.subarray(at, at + size)));
      const { text, truncated } = excerpt(pieces, 3);
      expect(truncated).toBe(true);
      const left = whole.length - 2 * keptBytes;
      expect(text).toBe(`${whole.subarray(0, keptBytes)}\n… ${left} bytes left out …\n${whole.subarray(-keptBytes)}`);
    },
  );

  it("does not cut its parts inside a character", () => {
    const whole = Buffer.from(`${"日".repeat(keptBytes)}${"é".repeat(keptBytes)}`);
    const one = new Excerpt();
    one.write(new Uint8Array(whole));
    one.write(new Uint8Array([0x21]));
    const text = one.finish();
    expect(text).not.toContain("\ufffd");
    expect(text.endsWith("é!")).toBe(true);
  });

  it("does not keep a large buffer for a small part of it", () => {
    const one = new Excerpt();
    const large = new Uint8Array(1024).fill(0x61);
    one.write(large.subarray(0, 3));
    large.fill(0x62);
    expect(one.finish()).toBe("aaa");
  });

  it("takes text as bytes of UTF-8", () => {
    const one = new Excerpt();
    one.write("é".repeat(keptBytes));
    one.write(new Uint8Array([0xc3]));
    one.write("!");
    expect(one.finish()).toBe(`${"é".repeat(keptBytes / 2)}\n… 2 bytes left out …\n${"é".repeat(keptBytes / 2 - 1)}\ufffd!`);
  });

  it("shows what is not UTF-8 as U+FFFD", () => {
    expect(excerpt([new Uint8Array([0x61, 0xff, 0x62]), new Uint8Array([0xe2, 0x82])], 1).text).toBe("a\ufffdb\ufffd");
  });
});
