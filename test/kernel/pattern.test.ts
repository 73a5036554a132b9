import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern, type PatternOptions, textPattern } from "../../src/kernel/pattern.ts";

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Runs the lines of one script in one bash and answers its lines. */
function bash(lines: readonly string[], set = ""): string[] {
  const script = `shopt -s extglob; shopt -u patsub_replacement; ${set}\n${lines.join("\n")}\n`;
  const result = spawnSync("bash", ["--norc"], {
    input: script,
    encoding: "utf8",
    env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" },
    maxBuffer: 1e8,
  });
  expect(result.stderr).toBe("");
  return result.stdout.split("\n").slice(0, -1);
}

/**
 * The replacements come last. They are compared for patterns without groups and escapes only: bash guesses how long a match of a
 * group can be before it looks, and so finds no empty match in an empty text, among others.
 */
const operations = ["${s#$p}", "${s##$p}", "${s%$p}", "${s%%$p}", "${s/$p/<>}", "${s//$p/<>}"];

function ours(pattern: string, text: string, options: PatternOptions): string {
  const p = textPattern(pattern, options);
  const cut = (end: number): string => (end < 0 ? text : text.slice(end));
  const keep = (start: number): string => (start < 0 ? text : text.slice(0, start));
  return [
    p.matches(text) ? "y" : "n",
    cut(p.shortestPrefix(text)),
    cut(p.longestPrefix(text)),
    keep(p.shortestSuffix(text)),
    keep(p.longestSuffix(text)),
    p.replace(text, false, () => "<>"),
    p.replace(text, true, () => "<>"),
  ].join(" ");
}

function bashLine(pattern: string, text: string): string {
  return `p=${quote(pattern)} s=${quote(text)}; [[ $s == $p ]] && r=y || r=n; printf '%s\\n' "$r ${operations.join(" ")}"`;
}

function compare(cases: readonly (readonly [string, string])[], nocase = false): void {
  const expected = bash(
    cases.map(([pattern, text]) => bashLine(pattern, text)),
    nocase ? "shopt -s nocasematch" : "",
  );
  cases.forEach(([pattern, text], i) => {
    const fields = /[(\\]/.test(pattern) ? 5 : 7;
    const head = (line: string): string => `${pattern} ~ ${text}: ${line.split(" ").slice(0, fields).join(" ")}`;
    expect(head(ours(pattern, text, { extglob: true, nocase }))).toBe(head(expected[i] ?? ""));
  });
}

describe("against bash", () => {
  it("has its corners", () => {
    const sets =
      "b:[z-a] z:[z-a] -:[z-a] z:[z-ab] b:[z-ab] a:[[:foo:]a] a:[a[:foo:]] b:[!a[:foo:]] [a:[a [:[ ]:[]] -:[a-] b:[a-] -:[-a] ^:[\\^a] ^:[^] a:[[=a=]] -:[[.-.]] c:[[.a.]-[.d.]] a:[[.ab.]] é:[à-ü] a]:[a]] a-z:[a\\-z] -:[a\\-z] ]:[\\]] b:[a-c-e] -:[a-c-e] d:[a-c-e] e:[a-c-e] b:[!!] !:[!!] [:[[=a]";
    const globs =
      "a:@(a @(a:@(a *(a:*(a x(a:*(a a:!(a) ab:!(a) ab:!(a)b b:!(a)b a:!() a:@(|a) aa:+(a|) ):@([)]) |:@(a[|]b) a|b:@(a[|]b) a):@(a\\)) [a):@([a) a/b:* 😀:? 😀é:??";
    const pairs = `${sets} ${globs}`.split(" ").map((pair) => {
      const at = pair.indexOf(":", 1);
      return [pair.slice(at + 1), pair.slice(0, at)] as const;
    });
    compare([
      ...pairs,
      ["!()", ""],
      ["!(a)", ""],
      ["@()", ""],
      ["+()", ""],
      ["*", ""],
      ["[[.space.]]", " "],
      ["[[:]", ":"],
      ["", "abc"],
    ]);
  });

  it("reads a bracket that is a member", () => {
    // Not compared in replacements, where bash takes the length of `[!]]` wrongly.
    expect(["]", "a", "a]"].map((text) => textPattern("[!]]", { extglob: true }).matches(text))).toEqual([false, true, false]);
  });

  const atom = fc.constantFrom(
    "a",
    "b",
    "c",
    "é",
    "😀",
    ".",
    "*",
    "?",
    "[ab]",
    "[!a]",
    "[a-c]",
    "[[:alpha:]]",
    "[^é-😀]",
    "\\*",
    "\\a",
    "]",
    "-",
  );
  const { glob } = fc.letrec<{ glob: string; item: string }>((tie) => ({
    glob: fc.array(tie("item"), { maxLength: 3 }).map((items) => items.join("")),
    item: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      atom,
      fc
        .tuple(fc.constantFrom("?", "*", "+", "@", "!"), fc.array(tie("glob"), { minLength: 1, maxLength: 3 }))
        .map(([sign, items]) => `${sign}(${items.join("|")})`),
    ),
  }));
  const text = fc
    .array(fc.constantFrom("a", "b", "c", "é", "😀", ".", "*", "]", "-"), { maxLength: 7 })
    .map((parts) => parts.join(""));

  it("gives the same for globs without groups", () => {
    const plain = fc.array(atom, { maxLength: 6 }).map((items) => items.join(""));
    fc.assert(
      fc.property(fc.array(fc.tuple(plain, text), { minLength: 60, maxLength: 60 }), (cases) => compare(cases)),
      { numRuns: 15, endOnFailure: true, seed: 20261120 },
    );
  });

  // bash has faults where a group stands right behind a star: `*!(a)` at the end of the text, `**(a)?`.
  const grouped = glob.filter((pattern) => !/\*[*?]*[!*?+@]?\(/.test(pattern.replaceAll("\\*", "")));

  it("gives the same with groups", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(grouped, text), { minLength: 60, maxLength: 60 }), (cases) => compare(cases)),
      { numRuns: 15, endOnFailure: true, seed: 20261120 },
    );
  });

  it("gives the same when case does not count", () => {
    const cases: [string, string][] = [
      ["[[:lower:]]", "A"],
      ["[[:upper:]]", "a"],
      ["[a-c]", "B"],
      ["[A-C]", "b"],
      ["é", "É"],
      ["[é]", "É"],
      ["[Z-a]", "_"],
      ["a*C", "ABC"],
      ["!(x)", "X"],
      ["[!a]", "A"],
      ["+([A-C])", "abc"],
    ];
    const expected = bash(
      cases.map(([p, s]) => `p=${quote(p)} s=${quote(s)}; [[ $s == $p ]] && echo y || echo n`),
      "shopt -s nocasematch",
    );
    expect(cases.map(([p, s]) => (textPattern(p, { extglob: true, nocase: true }).matches(s) ? "y" : "n"))).toEqual(expected);
  });
});

it("takes quoted text literally", () => {
  const pattern = compilePattern(
    [
      { text: "*", active: false },
      { text: "?", active: true },
      { text: "\\", active: false },
    ],
    { extglob: true },
  );
  expect(pattern.matches("*x\\")).toBe(true);
  expect(pattern.matches("yx\\")).toBe(false);
  expect(pattern.constant).toBeUndefined();
  expect(
    compilePattern(
      [
        { text: "a", active: true },
        { text: "*", active: false },
      ],
      { extglob: true },
    ).constant,
  ).toBe("a*");
  expect(textPattern("a\\*", { extglob: true }).constant).toBe("a*");
  expect(textPattern("AB", { extglob: true, nocase: true }).constant).toBe("AB");
  expect(textPattern("@(a)", { extglob: false }).matches("@(a)")).toBe(true);
  // A group around an expansion: only what is active can close or divide it.
  const group = compilePattern(
    [
      { text: "@(a|", active: true },
      { text: "b|c)", active: false },
      { text: ")", active: true },
    ],
    { extglob: true },
  );
  expect(["a", "b|c)", "b"].map((s) => group.matches(s))).toEqual([true, true, false]);
});

it("leaves hidden names to a literal dot", () => {
  const names = (pattern: string): string[] =>
    [".a", "a", "..", ".ab"].filter((name) => textPattern(pattern, { extglob: true, period: true }).matches(name));
  expect(names("*")).toEqual(["a"]);
  expect(names(".*")).toEqual([".a", "..", ".ab"]);
  expect(names("[.]a")).toEqual([]);
  expect(names("?a")).toEqual([]);
  expect(names("@(.a|a)")).toEqual([".a", "a"]);
  expect(names("!(b)")).toEqual(["a"]);
  expect(names("!(b).a")).toEqual([".a"]);
});

it("answers hostile patterns", () => {
  const long = "a".repeat(20_000);
  for (const pattern of ["*a*a*a*a*a*a*a*a*b", "+(+(a))b", "*(*(a|aa)|a)b", "@(a|*)*(a|b|*a)c", "*[ab]*[ab]*[ab]*[ab]*c"]) {
    const compiled = textPattern(pattern, { extglob: true });
    expect(compiled.matches(long)).toBe(false);
    expect(compiled.shortestPrefix(long)).toBe(-1);
    expect(compiled.longestSuffix(long)).toBe(-1);
    expect(compiled.replace(long, true, () => "x")).toBe(long);
  }
  const some = "a".repeat(300);
  expect(textPattern("+(!(+(!(b))))c", { extglob: true }).matches(some)).toBe(false);
  expect(textPattern("*!(*!(a)b)*c", { extglob: true }).matches(some)).toBe(false);
  expect(textPattern(`${"@(".repeat(5000)}a${")".repeat(5000)}`, { extglob: true }).matches("a")).toBe(false);
  expect(textPattern("[".repeat(20_000), { extglob: true }).matches("a")).toBe(false);
  expect(textPattern("+(".repeat(20_000), { extglob: true }).matches("a")).toBe(false);
});
