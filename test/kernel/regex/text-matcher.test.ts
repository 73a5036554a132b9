import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RegexError, textMatcher } from "../../../src/kernel/regex/index.ts";

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const env = { PATH: process.env.PATH, LC_ALL: "C.UTF-8" };

function lines(script: string): string[] {
  const result = spawnSync("bash", ["--norc"], { input: script, encoding: "utf8", env, maxBuffer: 1e8 });
  return result.stdout.split("\n").slice(0, -1);
}

function run(pattern: string, text: string): string {
  try {
    const match = textMatcher(pattern, "posix", false)(text);
    return match === undefined ? "1" : `0${match.map((group) => `<${group.replaceAll("\n", "N")}>`).join("")}`;
  } catch (error) {
    if (error instanceof RegexError) return "2";
    throw error;
  }
}

/** Both answers for each row; the pattern and text stand in front so that a difference names itself. */
function againstBash(rows: readonly (readonly [string, string])[]): void {
  const got = rows.map(([pattern, text]) => `${pattern} ~ ${text}: ${run(pattern, text)}`);
  const script = rows.map(
    ([pattern, text]) =>
      `p=${quote(pattern)}; [[ ${quote(text)} =~ $p ]]; r=$?; [ $r = 0 ] && printf -v g '<%s>' "\${BASH_REMATCH[@]//$'\\n'/N}" && r=0$g; echo "$r"`,
  );
  const expected = lines(script.join("\n"));
  expect(got).toEqual(rows.map(([pattern, text], i) => `${pattern} ~ ${text}: ${expected[i]}`));
}

/** Pattern, text, pattern, text … */
function pairs(words: readonly string[]): (readonly [string, string])[] {
  return Array.from({ length: words.length / 2 }, (_, i) => [words[2 * i] ?? "", words[2 * i + 1] ?? ""] as const);
}

describe("extended expressions, against bash", () => {
  it("has its corners", () => {
    const rows =
      ") ) *a a a{x a{x a{1 a{1 ( x [a a a|*b b ^*a a a{2,1} aa a{,2} aa () a \\wb éb [[:foo:]] a [z-a] a \\1 a (a)\\1 aa (a)\\2 aa a\\ a [\\]] \\] [[.-.]] - [[.ab.]] a {1} {1} a{99999} a (|a)b ab \\d d a** aaa a+? aaa x{0} y ((a)|b)* ab a$b a$b [a [ [[:alpha: a a{1}{2} aa b\\' ab { { a{ a{ [] ] (a a + + (*a) a (+) + a|+ a $* a \\b* a a{1,2,3} a a{-1} a (^*) a [a-] - [--/] . [a-[.c.]] b [[:alpha:]-z] a [a-[:digit:]] a ^$|x x [^]a] ] [^]a] b []a]+ a]] é é 😀? 😀 ^.$ 😀 ^..$ é😀 [[:upper:]] É [[:punct:]] ¿ a.c a/c \\. . / / [/] / [a\\n] \\ (a|b)*c abc ^(a|b)+$ abab a{2} aaa (ab){2,3} abababab \\Bb ab \\bb ab \\< x \\> x \\sx x [:alpha:] a [[:alpha:]]+ 𝐀𝐁 [^[:alpha:]] 𝐀 [^[:alpha:]] 😀 [^a] 😀 \\<𝐀 𝐀 \\b.\\b é \\W 𝐀 (a)|b\\1 b ((a)|b\\2) b ((b)\\2|c) bb [[:alpha:]-] -";
    againstBash(pairs(rows.split(" ")));
    againstBash([
      ["a.b", "a\tb"],
      ["\\<b", "a b"],
      ["[[:space:]]+$", "x  "],
      ["", "abc"],
      ["\\s", "a b"],
      ["\\S\\W", "a b"],
    ]);
  });

  it("takes a newline as a character like any other", () => {
    againstBash(
      ["a.b", "a[^x]b", "^b", "a$", "a[[:space:]]b", "a\\sb", "[[:cntrl:]]", "a\nb", "^.*$"].map((pattern) => [pattern, "a\nb"]),
    );
  });

  it("finds the longest match, and groups as bash does", () => {
    const rows =
      "(a|ab)(c|bcd)(d*) abcd a|ab abx (a|ab)(bc|c)? abc (a?)(ab)? abx (a*)(ab)*(b*) abb x* yxx (a|b|ab)+ abz ((a)|b)* ab ((a)|(b))* aba (x?(a)?)+ xax ((a)|b){2} ab ((a)?b)* abb (a*)* aab (a|b*)* abab ()* a (a|())* aa x(y|)*z xyyz (b|){,2} b (b*)*c bbc (é|é😀)(😀x|y)? é😀xz (a|ab)(c|bcd)\\> abcd! ([a-z]+)=([^;]*);? k=v;x=y (^a|b)*c abc";
    againstBash(pairs(rows.split(" ")));
  });

  it("agrees on made-up ones", () => {
    const atom = fc.constantFrom(
      "a",
      "b",
      ".",
      "[ab]",
      "[^a]",
      "(a)",
      "(b|c)",
      "(a|ab)",
      "(b|)",
      "((a)|b)",
      "\\.",
      "[[:alpha:]]",
      "é",
      "x",
      "-",
      "\\<",
    );
    const piece = fc
      .tuple(atom, fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,}", "{,2}"))
      .map(([one, times]) => (one === "\\<" ? one : one + times));
    const pattern = fc
      .tuple(fc.constantFrom("", "^"), fc.array(piece, { minLength: 1, maxLength: 5 }), fc.constantFrom("", "$"))
      .map(([start, pieces, end]) => start + pieces.join("") + end);
    const text = fc
      .array(fc.constantFrom("a", "b", "c", "é", ".", "x", "-", "😀"), { maxLength: 8 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(fc.tuple(pattern, text), { minLength: 80, maxLength: 80 }), (rows) => againstBash(rows)),
      { numRuns: 5, endOnFailure: true, seed: 20261120 },
    );
  });
});

describe("hostile expressions", () => {
  const long = "a".repeat(3_000);
  const rows: readonly (readonly [string, string])[] = [
    ["^(a*)*b", long],
    ["^(a|a)*b", `${long}c`],
    ["^(a|aa)+$", `${long}é`],
    ["^(a|é|aé)+$", `${"aé".repeat(1_500)}😀`],
    ["^(a?){40}a{40}b", "a".repeat(80)],
    ["^((a{1,9}){1,9}){1,9}$", `${long}b`],
    ["(a+)+\\>!", `${long}é`],
    ["^([[:alpha:]]+[[:space:]]?)*\\b!", `${"aé ".repeat(1_000)}😀`],
    ["(.*)(.*)(.*)(.*)(.*)(.*)[^é]$", "é".repeat(300)],
  ];
  it.each(rows)("%s ends", (pattern, text) => {
    expect(textMatcher(pattern, "posix", false)(text)).toBeUndefined();
  });

  it("are refused when they are too big", () => {
    for (const pattern of [
      "((((a{1,99}){1,99}){1,99}){1,99}){1,99}",
      "(".repeat(50_000),
      `${"(".repeat(5_000)}a${")".repeat(5_000)}`,
    ]) {
      expect(() => textMatcher(pattern, "posix", false)(long)).toThrow(RegexError);
    }
    expect(textMatcher("x".repeat(200_000), "posix", false)(long)).toBeUndefined();
  });
});

it("has ranges above the basic plane", () => {
  // glibc's C.UTF-8 has no ranges above ASCII.
  const found = (pattern: string, text: string) => textMatcher(pattern, "posix", false)(text)?.[0];
  expect(found("[x😀-😂]+", "a😁x😂😃")).toBe("😁x😂");
  expect(found("[^😀-😂]+", "😁😃é😂")).toBe("😃é");
  expect(found("[à-ü]+", "aéz")).toBe("é");
  expect(found("([\u{1f3ff}-\u{1f801}]|😁é)+\\>", "\u{1f3fe}\u{1f3ff}\u{1f7ff}\u{1f801}😁é")).toBe(
    "\u{1f3ff}\u{1f7ff}\u{1f801}😁é",
  );
});

it("folds case", () => {
  const folded = (pattern: string, text: string) => textMatcher(pattern, "posix", true)(text)?.[0];
  expect(folded("a[b-d]É", "xABé")).toBe("ABé");
  expect(folded("[[:upper:]]+", "aÉ1")).toBe("aÉ");
  expect(folded("[^a]", "Ab")).toBe("b");
  expect(folded("(a|AB)(c)*\\>", "xab y")).toBe("ab");
  expect(folded("\\<(a|AB)(c)*", "x aBcC")).toBe("aBcC");
});
