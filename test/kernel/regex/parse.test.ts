import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { emit, parseRegex, RegexError, requiredLiteral, type Syntax, wholeLiteral } from "../../../src/kernel/regex/index.ts";

const env = { PATH: process.env.PATH, LC_ALL: "C.UTF-8" };

/** Which lines grep finds. */
function grep(flags: string, pattern: string, texts: readonly string[]): string {
  const result = spawnSync("grep", [flags, "-e", pattern], { input: `${texts.join("\n")}\n`, encoding: "utf8", env });
  return result.status === 2 ? "2" : result.stdout;
}

function regex(pattern: string, syntax: Syntax, ignoreCase = false): RegExp {
  return new RegExp(
    emit(parseRegex(pattern, syntax).node, { alphabet: "full", ignoreCase, captures: false, anchors: "lines" }),
    "m",
  );
}

describe("against grep", () => {
  const texts = "aa|a{x|a{1|*a|+a|a+|a?b|a$b|a^b|^*a|^a|a$|abab|(a)|{1}||AB|x]|a b_c|é|😀|𝐀|a😀b".split("|").concat("a|b");
  const ours = (pattern: string, syntax: Syntax, ignoreCase = false): string => {
    try {
      const found = texts.filter((text) => regex(pattern, syntax, ignoreCase).test(text));
      return found.map((text) => `${text}\n`).join("");
    } catch (error) {
      if (error instanceof RegexError) return "2";
      throw error;
    }
  };
  const basic =
    "*a \\(*a\\) ^*a a\\{x a\\{1 \\) \\( a\\|*b a\\{1,2 a$b a^b \\(^a\\) a\\+ +a a\\{1,2,3\\} \\(a$\\) \\(a\\)\\2 a** ^^a a$$ a\\|^b \\(\\)a \\<a\\> a\\{2\\} a\\{,1\\}$ \\(ab\\)\\1 [*]a a.b \\? a|b (a) {1} \\. ^.$ [^a]b [[:alpha:]-z]";
  it.each(basic.split(" "))("basic %s", (pattern) => {
    expect(ours(pattern, "basic")).toBe(grep("-G", pattern, texts));
  });
  const extended =
    "a{x a{1 a{1,2,3} ) ( *a a|*b ^*a +a a{2,1} [a [[:foo:]] a\\ (a)\\2 [z-a] a{99999} (ab)\\1 ^$ a|b$ \\( \\w_ \\bb ^.$ ^..$ [[:alpha:]] [^[:alpha:]]$ [:alpha:] [[:alpha:]-z] [a-[:digit:]] [[:alpha:]-]";
  it.each(extended.split(" "))("extended %s", (pattern) => {
    expect(ours(pattern, "extended")).toBe(grep("-E", pattern, texts));
  });
  it.each(["ab", "[a-b]+", "[[:upper:]]", "É", "[^a]b"])("without case %s", (pattern) => {
    expect(ours(pattern, "extended", true)).toBe(grep("-iE", pattern, texts));
  });
});

it("says what is wrong as GNU does", () => {
  const message = (pattern: string, syntax: Syntax = "posix"): string => {
    try {
      parseRegex(pattern, syntax);
      return "";
    } catch (error) {
      return error instanceof RegexError ? error.message : "not a RegexError";
    }
  };
  expect(message("[a")).toBe("Unmatched [, [^, [:, [., or [=");
  expect(message("(a")).toBe("Unmatched ( or \\(");
  expect(message("a\\)", "basic")).toBe("Unmatched ) or \\)");
  expect(message("*a")).toBe("Invalid preceding regular expression");
  expect(message("a{2,1}")).toBe("Invalid content of \\{\\}");
  expect(message("a\\{1", "basic")).toBe("Unmatched \\{");
  expect(message("\\1")).toBe("Invalid back reference");
  expect(message("a\\")).toBe("Trailing backslash");
  expect(message("[[:x:]]")).toBe("Invalid character class name");
  expect(message("[b-a]")).toBe("Invalid range end");
  expect(message("a{40000}")).toBe("Regular expression too big");
});

it("reads lines", () => {
  const all = (pattern: string, text: string) =>
    [...text.matchAll(new RegExp(regex(pattern, "extended").source, "gm"))].map(String);
  expect(all("^b.*$", "a\nbc\nbd\n")).toEqual(["bc", "bd"]);
  expect(all("[^x]+", "ab\nc")).toEqual(["ab", "c"]);
  expect(all("a[[:space:]]*", "a \na")).toEqual(["a ", "a"]);
  expect(all("[\x01-z]+", "a\nb")).toEqual(["a", "b"]);
});

it("knows literals", () => {
  const whole = (pattern: string, syntax: Syntax = "extended", ignoreCase = false) =>
    wholeLiteral(parseRegex(pattern, syntax).node, ignoreCase);
  expect(whole("a/b")).toBe("a/b");
  expect(whole("a\\.b")).toBe("a.b");
  expect(whole("a|b", "basic")).toBe("a|b");
  expect(whole("a.b", "fixed")).toBe("a.b");
  for (const pattern of ["a*", "^a", "a|b", "[a]", "(a)", "a\\b", "a{2}"]) expect(whole(pattern)).toBeUndefined();
  expect(whole("abc", "extended", true)).toBeUndefined();
  expect(whole("1 2", "extended", true)).toBe("1 2");
  expect(requiredLiteral(parseRegex("a*bcd(ef|g)+hi?", "extended").node)).toBe("bcd");
  expect(requiredLiteral(parseRegex("a*|b", "extended").node)).toBeUndefined();
});
