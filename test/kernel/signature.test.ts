import { describe, expect, it } from "vitest";
import type { Signature } from "../../src/kernel/declaration.ts";
import { nearest, parseArguments, parseSize, usage } from "../../src/kernel/signature.ts";
import type { Value } from "../../src/kernel/value.ts";

const head: Signature = {
  name: "head",
  summary: "print the first lines",
  group: "text",
  needs: [],
  args: [{ name: "file", help: "a file", optional: true, rest: true }],
  flags: {
    lines: { short: "n", value: "int", help: "how many lines" },
    bytes: { short: "c", value: "size", help: "how many bytes" },
    quiet: { short: "q", aliases: ["silent"], help: "no headers" },
    color: { value: "string", optional: "always", placeholder: "WHEN", help: "colours" },
    regexp: { short: "e", value: "string", repeat: true, help: "a pattern" },
    verbose: { short: "v", repeat: true, help: "say more" },
    ratio: { value: "number", help: "a ratio" },
    z: { help: "only short" },
  },
  examples: [{ run: "head -n 1 f", help: "the first line" }],
  numeric: "lines",
  json: true,
};
const copy: Signature = {
  ...head,
  name: "cp",
  numeric: "",
  flags: {},
  args: [
    { name: "from", help: "" },
    { name: "to", help: "" },
  ],
};

function parse(signature: Signature, ...argv: Value[]): unknown {
  const parsed = parseArguments(signature, argv);
  if (parsed.kind === "help") return "help";
  if (parsed.kind === "error") return parsed.message;
  const given = Object.entries(parsed.input.flags).filter(
    ([, value]) =>
      value !== undefined && value !== false && (value as unknown) !== 0 && !(Array.isArray(value) && value.length === 0),
  );
  return [Object.fromEntries(given), ...parsed.input.args, ...(parsed.input.json ? ["json"] : [])];
}

describe("parseArguments", () => {
  const rows: readonly [string[], unknown][] = [
    [[], [{}]],
    [
      ["f", "g"],
      [{}, "f", "g"],
    ],
    [
      ["-n", "3", "f"],
      [{ lines: 3 }, "f"],
    ],
    [
      ["-n3", "f"],
      [{ lines: 3 }, "f"],
    ],
    [["-n-3"], [{ lines: -3 }]],
    [["-n", "-3"], [{ lines: -3 }]],
    [["--lines=3"], [{ lines: 3 }]],
    [["--lines", "3"], [{ lines: 3 }]],
    [["--li", "3"], [{ lines: 3 }]],
    [["-5"], [{ lines: 5 }]],
    [
      ["-qzvv", "f"],
      [{ quiet: true, z: true, verbose: 2 }, "f"],
    ],
    [["-qn2"], [{ quiet: true, lines: 2 }]],
    [["-qn", "2"], [{ quiet: true, lines: 2 }]],
    [["--silent"], [{ quiet: true }]],
    [
      ["f", "-q"],
      [{ quiet: true }, "f"],
    ],
    [
      ["--", "-q"],
      [{}, "-q"],
    ],
    [
      ["-q", "--", "--", "-z"],
      [{ quiet: true }, "--", "-z"],
    ],
    [["-"], [{}, "-"]],
    [["-e", "a", "--regexp=b", "-ec"], [{ regexp: ["a", "b", "c"] }]],
    [["--color"], [{ color: "always" }]],
    [
      ["--color", "f"],
      [{ color: "always" }, "f"],
    ],
    [["--color=never"], [{ color: "never" }]],
    [["-c", "10K"], [{ bytes: 10240 }]],
    [["--ratio", "1.5e1"], [{ ratio: 15 }]],
    [["-n1", "-n", "2"], [{ lines: 2 }]],
    [
      ["--json", "f"],
      [{}, "f", "json"],
    ],
    [["f", "--help"], "help"],
    [["--he"], "help"],
    [
      ["--", "--help"],
      [{}, "--help"],
    ],
    [["--regexp="], [{ regexp: [""] }]],
    [["--liens=3"], "unrecognized option '--liens' (did you mean '--lines'?)"],
    [["--xyzzy"], "unrecognized option '--xyzzy'"],
    [["-x"], "invalid option -- 'x'"],
    [["-qx"], "invalid option -- 'x'"],
    [["-lines"], "invalid option -- 'l' (did you mean '--lines'?)"],
    [["-é"], "invalid option -- 'é'"],
    [["--r"], "option '--r' is ambiguous; possibilities: '--regexp' '--ratio'"],
    [["-n"], "option requires an argument -- 'n'"],
    [["--lines"], "option '--lines' requires an argument"],
    [["--quiet=1"], "option '--quiet' doesn't allow an argument"],
    [["-n", "x"], "invalid -n argument 'x'"],
    [["--lines=1.5"], "invalid --lines argument '1.5'"],
    [["--lines=99999999999999999"], "--lines argument '99999999999999999' too large"],
    [["-c", "1X"], "invalid suffix in -c argument '1X'"],
    [["-c", "9Y"], "-c argument '9Y' too large"],
  ];
  it.each(rows)("head %j", (argv, expected) => {
    expect(parse(head, ...argv)).toEqual(expected);
  });

  it("stops at the first operand for posix", () => {
    expect(parse({ ...head, parse: "posix" }, "-q", "f", "-z", "--")).toEqual([{ quiet: true }, "f", "-z", "--"]);
  });

  it("parses nothing when raw", () => {
    expect(parse({ ...head, parse: "raw" }, "-q", "--help", "--")).toEqual([{}, "-q", "--help", "--"]);
  });

  it("counts operands", () => {
    expect(parse(copy)).toBe("missing operand");
    expect(parse(copy, "a")).toBe("missing operand after 'a'");
    expect(parse(copy, "a", "b", "c")).toBe("extra operand 'c'");
    expect(parse(copy, "a", "b")).toEqual([{}, "a", "b"]);
  });

  it("takes negative numbers as operands where they are", () => {
    expect(parse({ ...copy, negativeOperands: true }, "-5", "-1.5e3")).toEqual([{}, "-5", "-1.5e3"]);
    expect(parse(copy, "-5", "1")).toBe("invalid option -- '5'");
  });

  it("keeps types, and takes no list for a flag", () => {
    const parsed = parseArguments(head, [["-q"], 42, -7, "x"]);
    expect(parsed).toMatchObject({
      kind: "input",
      input: { args: ['["-q"]', "42", "x"], values: [["-q"], 42, "x"], flags: { lines: 7 } },
    });
    const bytes = parseArguments(head, [new Uint8Array([0xff])]);
    if (bytes.kind !== "input") throw new Error("bytes are an operand");
    expect(bytes.input.values).toEqual([new Uint8Array([0xff])]);
    expect(() => bytes.input.args).toThrow("bytes that are not UTF-8 cannot become text");
  });

  it("does not let one parse change another", () => {
    parse(head, "-e", "a", "-v", "-n", "1");
    expect(parse(head)).toEqual([{}]);
  });
});

it.each([
  ["0", 0],
  ["2b", 1024],
  ["1k", 1024],
  ["1kB", 1000],
  ["1KB", 1000],
  ["1KiB", 1024],
  ["3M", 3 * 1024 ** 2],
  ["-1MB", -1_000_000],
  ["K", 1024],
  ["", "invalid"],
  ["x", "invalid"],
  ["1.5K", "suffix"],
  ["9007199254740993", "large"],
] as const)("size %s", (text, size) => {
  expect(parseSize(text)).toBe(size);
});

it("prints help", () => {
  expect(usage(head)).toBe(
    `Usage: head [FLAG]... [FILE]...
Print the first lines.

Operands:
  file  a file

Flags:
  -n, --lines=INT        how many lines
  -c, --bytes=SIZE       how many bytes
  -q, --quiet, --silent  no headers
      --color[=WHEN]     colours
  -e, --regexp=STRING    a pattern
  -v, --verbose          say more
      --ratio=NUMBER     a ratio
  -z                     only short
      --json             print the result as JSON
      --help             show this help

Examples:
  # the first line
  head -n 1 f
`,
  );
});

it("finds near names", () => {
  const names = ["grep", "egrep", "fgrep", "head", "seq", "sed", "test"];
  expect(nearest("gerp", names)).toEqual(["grep"]);
  expect(nearest("hed", names)).toEqual(["head", "sed"]);
  expect(nearest("grepp", names)).toEqual(["grep"]);
  expect(nearest("zzzz", names)).toEqual([]);
  expect(nearest("x", names)).toEqual([]);
});
