import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRegex, RegexError, type RegexOptions, translateBre, translateEre } from "../../src/kernel/regex.ts";

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const env = { PATH: process.env.PATH, LC_ALL: "C.UTF-8" };

function lines(script: string): string[] {
  const result = spawnSync("bash", ["--norc"], { input: script, encoding: "utf8", env, maxBuffer: 1e8 });
  return result.stdout.split("\n").slice(0, -1);
}

function run(translate: typeof translateEre, pattern: string, text: string, options: RegexOptions): string {
  try {
    const match = compileRegex(translate(pattern, options)).exec(text);
    return match === null ? "1" : `0 <${match[0]}>`;
  } catch (error) {
    if (error instanceof RegexError) return "2";
    throw error;
  }
}

/** Both answers for each row; the pattern and text stand in front so that a difference names itself. */
function againstBash(rows: readonly (readonly [string, string])[]): void {
  const got = rows.map(([pattern, text]) => `${pattern} ~ ${text}: ${run(translateEre, pattern, text, {})}`);
  const script = rows.map(
    ([pattern, text]) => `p=${quote(pattern)}; [[ ${quote(text)} =~ $p ]]; r=$?; [ $r = 0 ] && r="0 <$BASH_REMATCH>"; echo "$r"`,
  );
  const expected = lines(script.join("\n"));
  expect(got).toEqual(rows.map(([pattern, text], i) => `${pattern} ~ ${text}: ${expected[i]}`));
}

describe("extended expressions, against bash", () => {
  it("has its corners", () => {
    const rows =
      ") ) *a a a{x a{x a{1 a{1 ( x [a a a|*b b ^*a a a{2,1} aa a{,2} aa () a \\wb éb [[:foo:]] a [z-a] a \\1 a (a)\\1 aa (a)\\2 aa a\\ a [\\]] \\] [[.-.]] - [[.ab.]] a {1} {1} a{99999} a (|a)b ab \\d d a** aaa a+? aaa x{0} y ((a)|b)* ab a$b a$b [a [ [[:alpha: a a{1}{2} aa b\\' ab { { a{ a{ [] ] (a a + + (*a) a (+) + a|+ a $* a \\b* a a{1,2,3} a a{-1} a (^*) a [a-] - [--/] . [a-[.c.]] b [[:alpha:]-z] a [a-[:digit:]] a ^$|x x [^]a] ] [^]a] b []a]+ a]] é é 😀? 😀 ^.$ 😀 ^..$ é😀 [[:upper:]] É [[:punct:]] ¿ a.c a/c \\. . / / [/] / [a\\n] \\ (a|b)*c abc ^(a|b)+$ abab a{2} aaa (ab){2,3} abababab \\Bb ab \\bb ab \\< x \\> x \\sx x";
    const words = rows.split(" ");
    againstBash(Array.from({ length: words.length / 2 }, (_, i) => [words[2 * i] ?? "", words[2 * i + 1] ?? ""]));
    againstBash([
      ["a.b", "a\tb"],
      ["\\<b", "a b"],
      ["[[:space:]]+$", "x  "],
      ["", "abc"],
      ["\\s", "a b"],
      ["\\S\\W", "a b"],
    ]);
  });

  it("agrees on what has no alternatives of different lengths", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "(a)", "(b|c)", "\\.", "[[:alpha:]]", "é", "x", "-");
    const piece = fc.tuple(atom, fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,}", "{,2}")).map((parts) => parts.join(""));
    const pattern = fc
      .tuple(fc.constantFrom("", "^"), fc.array(piece, { minLength: 1, maxLength: 5 }), fc.constantFrom("", "$"))
      .map(([start, pieces, end]) => start + pieces.join("") + end);
    const text = fc.array(fc.constantFrom("a", "b", "c", "é", ".", "x", "-"), { maxLength: 8 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(fc.tuple(pattern, text), { minLength: 80, maxLength: 80 }), (rows) => againstBash(rows)),
      { numRuns: 5, endOnFailure: true, seed: 20261120 },
    );
  });
});

/** Which lines grep finds. */
function grep(flags: string, pattern: string, texts: readonly string[]): string {
  const result = spawnSync("grep", [flags, "-e", pattern], { input: `${texts.join("\n")}\n`, encoding: "utf8", env });
  return result.status === 2 ? "2" : result.stdout;
}

describe("against grep", () => {
  const texts = [
    "aa",
    "a{x",
    "a{1",
    "*a",
    "+a",
    "a+",
    "a?b",
    "a|b",
    "a$b",
    "a^b",
    "^*a",
    "^a",
    "a$",
    "abab",
    "(a)",
    "{1}",
    "",
    "AB",
    "x]",
    "a b_c",
    "é",
  ];
  const ours = (translate: typeof translateEre, pattern: string, options: RegexOptions): string => {
    try {
      const regex = compileRegex(translate(pattern, options));
      const found = texts.filter((text) => regex.test(text));
      return found.map((text) => `${text}\n`).join("");
    } catch (error) {
      if (error instanceof RegexError) return "2";
      throw error;
    }
  };
  const basic =
    "*a \\(*a\\) ^*a a\\{x a\\{1 \\) \\( a\\|*b a\\{1,2 a$b a^b \\(^a\\) a\\+ +a a\\{1,2,3\\} \\(a$\\) \\(a\\)\\2 a** ^^a a$$ a\\|^b \\(\\)a \\<a\\> a\\{2\\} a\\{,1\\}$ \\(ab\\)\\1 [*]a a.b \\? a|b (a) {1} \\.";
  it.each(basic.split(" "))("basic %s", (pattern) => {
    expect(ours(translateBre, pattern, {})).toBe(grep("-G", pattern, texts));
  });
  const extended =
    "a{x a{1 a{1,2,3} ) ( *a a|*b ^*a +a a{2,1} [a [[:foo:]] a\\ (a)\\2 [z-a] a{99999} (ab)\\1 ^$ a|b$ \\( \\w_ \\bb";
  it.each(extended.split(" "))("extended %s", (pattern) => {
    expect(ours(translateEre, pattern, { dialect: "grep" })).toBe(grep("-E", pattern, texts));
  });
  it.each(["ab", "[a-b]+", "[[:upper:]]", "É", "[^a]b"])("without case %s", (pattern) => {
    expect(ours(translateEre, pattern, { dialect: "grep", ignoreCase: true })).toBe(grep("-iE", pattern, texts));
  });
});

it("says what is wrong as GNU does", () => {
  const message = (pattern: string, translate = translateEre, options: RegexOptions = {}): string => {
    try {
      translate(pattern, options);
      return "";
    } catch (error) {
      return error instanceof RegexError ? error.message : "not a RegexError";
    }
  };
  expect(message("[a")).toBe("Unmatched [, [^, [:, [., or [=");
  expect(message("(a")).toBe("Unmatched ( or \\(");
  expect(message("a)", translateEre, { dialect: "sed" })).toBe("Unmatched ) or \\)");
  expect(message("*a")).toBe("Invalid preceding regular expression");
  expect(message("a{2,1}")).toBe("Invalid content of \\{\\}");
  expect(message("a\\{1", translateBre)).toBe("Unmatched \\{");
  expect(message("\\1")).toBe("Invalid back reference");
  expect(message("a\\")).toBe("Trailing backslash");
  expect(message("[[:x:]]")).toBe("Invalid character class name");
  expect(message("[b-a]")).toBe("Invalid range end");
  expect(message("a{40000}")).toBe("Regular expression too big");
});

it("reads bytes and lines where asked", () => {
  const bytes = (pattern: string, ignoreCase = false): RegExp =>
    compileRegex(translateEre(pattern, { unicode: false, ignoreCase }));
  expect(bytes("\xe9", true).test("\xc9")).toBe(false);
  expect(bytes("a[b-y]", true).test("AB")).toBe(true);
  expect(bytes("^.$").test("\xff")).toBe(true);
  expect(bytes("\\w").test("\xe9")).toBe(false);
  expect(bytes("[[:alpha:]]").test("\xe9")).toBe(false);
  const many = compileRegex(translateEre("^b.*$", { newline: true }), "g");
  expect("a\nbc\r\nb\u2028d\n".match(many)).toEqual(["bc\r", "b\u2028d"]);
  expect(compileRegex(translateEre("[^x]+", { newline: true })).exec("ab\nc")?.[0]).toBe("ab");
});

it("knows literals and groups", () => {
  expect(translateEre("a/b").literal).toBe("a/b");
  expect(translateEre("a\\.b").literal).toBe("a.b");
  expect(translateEre("").literal).toBe("");
  expect(translateBre("a|b").literal).toBe("a|b");
  for (const pattern of ["a*", "^a", "a|b", "[a]", "(a)", "a\\b", "a{1}"]) expect(translateEre(pattern).literal).toBeUndefined();
  expect(translateEre("abc", { ignoreCase: true }).literal).toBeUndefined();
  expect(translateEre("(a)(b(c))\\3")).toMatchObject({ groups: 3, backReferences: true });
});
