import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromJson,
  isEmpty,
  toJson,
  toPrettyJson,
  toText,
  typedLiteral,
  typeName,
  type Value,
  ValueError,
  valuesEqual,
} from "../../src/kernel/value.ts";

const record = (entries: Record<string, Value>): Value => new Map(Object.entries(entries));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("typedLiteral", () => {
  const rows: readonly [string, Value][] = [
    ["42", 42],
    ["0", 0],
    ["-7", -7],
    ["-0", "-0"],
    ["01234", "01234"],
    ["-01", "-01"],
    ["3.14", 3.14],
    ["1.10", "1.10"],
    ["1e3", "1e3"],
    ["1e+21", 1e21],
    ["1e-7", 1e-7],
    ["0.1", 0.1],
    [".5", ".5"],
    ["5.", "5."],
    ["+1", "+1"],
    ["-", "-"],
    ["--1", "--1"],
    ["0x1f", "0x1f"],
    ["1_000", "1_000"],
    ["12a", "12a"],
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["9223372036854775807", 9223372036854775807n],
    ["-9223372036854775808", -9223372036854775808n],
    ["9223372036854775808", "9223372036854775808"],
    ["100000000000000000000", "100000000000000000000"],
    ["123456789012345678901234567890", "123456789012345678901234567890"],
    ["true", true],
    ["false", false],
    ["True", "True"],
    ["null", "null"],
    ["NaN", "NaN"],
    ["-Infinity", "-Infinity"],
    ["", ""],
    ["héllo", "héllo"],
  ];
  it.each(rows)("%s", (text, value) => {
    expect(typedLiteral(text)).toStrictEqual(value);
  });

  it("always prints back", () => {
    const numeric = fc.stringMatching(/^-?[0-9]{0,22}(\.[0-9]{0,3})?(e[+-]?[0-9]{1,2})?$/);
    fc.assert(fc.property(fc.oneof(fc.string(), numeric), (text) => toText(typedLiteral(text)) === text));
  });
});

describe("toText and toJson", () => {
  it("prints values as JSON does", () => {
    expect(toText("a b")).toBe("a b");
    expect(toText(3.5)).toBe("3.5");
    expect(toText(true)).toBe("true");
    expect(toText(null)).toBe("null");
    expect(toText(9223372036854775807n)).toBe("9223372036854775807");
    expect(toText([1, "é", null, [true]])).toBe('[1,"é",null,[true]]');
    expect(
      toText(
        new Map<string, Value>([
          ["2", 1],
          ["1", "x\n"],
        ]),
      ),
    ).toBe('{"2":1,"1":"x\\n"}');
    expect(toText(utf8("\ufeffnaïve"))).toBe("\ufeffnaïve");
  });

  it("refuses bytes that are not text", () => {
    expect(() => toText(new Uint8Array([0xff]))).toThrow(ValueError);
    expect(() => toJson([utf8("x")])).toThrow(expect.objectContaining({ code: "bytes" }));
  });

  it("prints over lines", () => {
    expect(toPrettyJson(record({ a: [1, []], b: new Map() }))).toBe('{\n  "a": [\n    1,\n    []\n  ],\n  "b": {}\n}');
  });
});

describe("fromJson", () => {
  it("keeps order, exact integers and the last of repeated keys", () => {
    const value = fromJson(' {"b": 1, "1": [9007199254740993, -9223372036854775808, 1.50, 2e3], "b": "\\u00e9\\ud83d\\ude00\\n"} ');
    expect([...(value as Map<string, Value>).keys()]).toEqual(["b", "1"]);
    expect(toJson(value)).toBe('{"b":"é😀\\n","1":[9007199254740993,-9223372036854775808,1.5,2000]}');
  });

  const wrong: readonly [string, number, number][] = [
    ["", 1, 1],
    ["[1,]", 1, 4],
    ["[1 2]", 1, 4],
    ['{"a":1,}', 1, 8],
    ["{a:1}", 1, 2],
    ['{"a" 1}', 1, 6],
    ['"abc', 1, 1],
    ['"a\nb"', 1, 3],
    ['"\\x"', 1, 2],
    ['"\\u12g4"', 1, 2],
    ["01", 1, 2],
    ["-", 1, 1],
    ["1.", 1, 2],
    ["tru", 1, 1],
    ["1 2", 1, 3],
    ["1e999", 1, 1],
    ['[\n  "é😀", x]', 2, 9],
    ["[".repeat(5000), 1, 1001],
  ];
  it.each(wrong)("refuses %s", (text, line, column) => {
    expect(() => fromJson(text)).toThrow(expect.objectContaining({ code: "json", line, column }));
  });

  it("agrees with JSON.parse", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.stringify(JSON.parse(toJson(fromJson(text))))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
    const mutated = fc.tuple(fc.json(), fc.nat(), fc.constantFrom(",", "}", '"', "1", "\\", "")).map(([text, at, put]) => {
      const i = at % (text.length + 1);
      return text.slice(0, i) + put + text.slice(i + 1);
    });
    const parseFinite = (text: string): unknown =>
      JSON.parse(text, (_key, value: unknown) => {
        if (typeof value === "number" && !Number.isFinite(value)) throw new Error("out of range");
        return value;
      });
    const accepts = (parse: (text: string) => unknown, text: string): boolean => {
      try {
        parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(mutated, (text) => accepts(fromJson, text) === accepts(parseFinite, text)),
      { numRuns: 1000 },
    );
  });
});

describe("comparison", () => {
  const rows: readonly [Value, Value, boolean][] = [
    [1, 1.0, true],
    [1, "1", true],
    [1, "1.0", false],
    ["1.0", "1", false],
    [9007199254740993n, 9007199254740992, false],
    [9007199254740992n, 9007199254740992, true],
    [1n, 1.5, false],
    [true, "true", true],
    [[1, "a"], [1, "a"], true],
    [[1], ["1"], false],
    [[1], "[1]", false],
    [[], [], true],
    [[], record({}), false],
    [record({ a: 1, b: [2] }), record({ b: [2], a: 1 }), true],
    [record({ a: 1 }), record({ a: 2 }), false],
    [record({ a: 1 }), record({ b: 1 }), false],
    [utf8("é"), "é", true],
    [new Uint8Array([0xff]), new Uint8Array([0xff]), true],
    [new Uint8Array([0xff]), "\ufffd", false],
    [null, null, true],
    [null, "", false],
  ];
  it.each(rows.map((row, i) => [i, ...row] as const))("row %i", (_i, a, b, equal) => {
    expect(valuesEqual(a, b)).toBe(equal);
    expect(valuesEqual(b, a)).toBe(equal);
  });

  it("names types and knows emptiness", () => {
    const values: readonly Value[] = [null, true, 1, 1n, "", [], new Map(), new Uint8Array()];
    expect(values.map(typeName)).toEqual(["null", "bool", "number", "number", "string", "list", "record", "bytes"]);
    expect(values.map(isEmpty)).toEqual([true, false, false, false, true, false, false, true]);
    expect(isEmpty(undefined)).toBe(true);
  });
});
