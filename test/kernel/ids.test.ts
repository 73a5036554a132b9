import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ContextId,
  formatBlockId,
  idFromBytes,
  idToBytes,
  newId,
  parseBlockId,
  parseId,
  randomPart,
  shortId,
  systemPrincipalId,
} from "../../src/kernel/ids.ts";

const uuid = fc.uuid().map((text) => text as ContextId);

function uuid5(namespace: string, name: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest()
    .subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return idFromBytes(hash);
}

describe("ids", () => {
  it("are UUIDv7, strictly increasing, and tell the time they were made", () => {
    const before = Date.now();
    const ids = Array.from({ length: 20_000 }, () => newId<ContextId>());
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const time = Number.parseInt((ids[0] ?? "").replaceAll("-", "").slice(0, 12), 16);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time - before).toBeLessThan(60_000);
  });

  it("have the fixed system principal, UUIDv5 of its name", () => {
    const dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    expect(systemPrincipalId).toBe(uuid5(uuid5(dns, "kaish"), "system"));
  });

  it("go to 16 bytes and back", () => {
    fc.assert(fc.property(uuid, (id) => idFromBytes(idToBytes(id)) === id && idToBytes(id).length === 16));
    expect(() => idToBytes("main" as ContextId)).toThrow(expect.objectContaining({ code: "invalid" }));
    expect(() => idFromBytes(new Uint8Array(15))).toThrow(expect.objectContaining({ code: "invalid" }));
  });

  it("are read in any case, and nothing else is", () => {
    const id = newId<ContextId>();
    expect(parseId(id.toUpperCase())).toBe(id);
    for (const text of ["", "abc", `${id}0`, id.slice(1), id.replace("-", "_")]) {
      expect(() => parseId(text), text).toThrow(expect.objectContaining({ code: "invalid" }));
    }
  });

  it("have short forms that differ from those taken", () => {
    const id = "01890000-0000-7000-8000-abcdef012345" as ContextId;
    expect(shortId(id, new Set())).toBe("abcdef");
    expect(shortId(id, new Set(["abcdef", "abcdef0"]))).toBe("abcdef01");
    const random = randomPart(id);
    expect(shortId(id, new Set(Array.from({ length: 6 }, (_, n) => random.slice(0, 6 + n))))).toBe(random);
  });

  it("of blocks are read from what they print", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_.@-]{1,12}$/);
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 2 ** 50 }), (context, principal, seq) => {
        expect(parseBlockId(formatBlockId(context, principal, seq))).toEqual({ context, principal, seq });
      }),
    );
    expect(parseBlockId("amy/7")).toEqual({ principal: "amy", seq: 7 });
    expect(parseBlockId("7")).toEqual({ seq: 7 });
    for (const text of ["", "0", "-1", "a/b", "a/b/c/1", "1.5", "a//1", "99999999999999999"]) {
      expect(() => parseBlockId(text), text).toThrow(expect.objectContaining({ code: "invalid" }));
    }
  });
});
