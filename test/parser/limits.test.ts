import { describe, expect, test } from "vitest";
import { highlight, parse } from "../../src/parser/index.ts";

const NESTED: Readonly<Record<string, (depth: number) => string>> = {
  "$( )": (n) => `echo ${"$(echo ".repeat(n)}${")".repeat(n)}`,
  '"$( )"': (n) => `echo ${'"$(echo '.repeat(n / 2)}${')"'.repeat(n / 2)}`,
  "<( )": (n) => `cat ${"<(cat ".repeat(n)}${")".repeat(n)}`,
  "{ }": (n) => `${"{ ".repeat(n)}:; ${"}; ".repeat(n)}`,
  "( )": (n) => `${"( ".repeat(n)}:${" )".repeat(n)}`,
  if: (n) => `${"if ".repeat(n)}:${"; then :; fi".repeat(n)}`,
  while: (n) => `${"while ".repeat(n)}:${"; do :; done".repeat(n)}`,
  case: (n) => `${"case x in a) ".repeat(n)}:${" ;; esac".repeat(n)}`,
  "$(( ))": (n) => `echo $((${"(".repeat(n)}1${")".repeat(n)}))`,
  "${ }": (n) => `echo ${"${x:-".repeat(n)}${"}".repeat(n)}`,
  "[ ]": (n) => `x=${"[".repeat(n)}${"]".repeat(n)}`,
  "{a: }": (n) => `x=${"{a: ".repeat(n)}1${"}".repeat(n)}`,
  "[[ ( ) ]]": (n) => `[[ ${"( ".repeat(n)}a${" )".repeat(n)} ]]`,
  "{a,b}": (n) => `echo ${"{a,".repeat(n)}b${"}".repeat(n)}`,
  "a[a[]]": (n) => `echo $((${"a[".repeat(n)}0${"]".repeat(n)}))`,
};

describe.each(Object.entries(NESTED))("nested %s", (_, nest) => {
  test("200 deep is read", () => {
    expect(parse(nest(200)).diagnostics).toEqual([]);
  });

  test.each([600, 100_000])("%i deep is one error", (depth) => {
    const { program, diagnostics } = parse(nest(depth));
    expect(program).toBeUndefined();
    expect(diagnostics).toMatchObject([{ code: "K004", severity: "error" }]);
  });

  test("cut off there is an answer too", () => {
    const source = nest(100_000).slice(0, 100_000);
    expect(parse(source)).toBeDefined();
    expect(highlight(source)).toBeInstanceOf(Array);
  });
});

test.each(["$( )", "( )", "{ }", "if", "while", "case"])("commands nested 400 deep with %s are read", (kind) => {
  expect(parse(NESTED[kind]!(400)).diagnostics).toEqual([]);
});

test.each([
  ["! ", (n: number) => `[[ ${"! ".repeat(n)}a ]]`],
  ["unary", (n: number) => `((${"- ".repeat(n)}1))`],
  ["ternary", (n: number) => `((${"a ? b : ".repeat(n)}1))`],
  ["assignment", (n: number) => `((${"a = ".repeat(n)}1))`],
  ["sum", (n: number) => `((1${" + 1".repeat(n)}))`],
  ["and", (n: number) => `[[ a${" && a".repeat(n)} ]]`],
  ["negation", (n: number) => `${"! ".repeat(n)}a`],
])("100,000 times %s is a tree or an error", (_, build) => {
  const { program, diagnostics } = parse(build(100_000));
  expect(program === undefined ? diagnostics.map(({ code }) => code) : ["tree"]).toHaveLength(1);
});

describe("large texts", () => {
  const line = 'if [ -f "$HOME/f" ]; then x=$(grep -c "a b" f | wc -l); fi; for i in {1..3}; do echo "$i ${x%%:*}" >>log; done\n';

  test("20,000 lines", () => {
    const { program, diagnostics } = parse(line.repeat(20_000));
    expect(diagnostics).toEqual([]);
    expect(program?.body).toHaveLength(40_000);
  });

  test.each([
    ["one word", () => `echo ${"a".repeat(1_000_000)}`, 1],
    ["one string", () => `echo "${"a $x ".repeat(200_000)}"`, 1],
    ["many words", () => `echo ${"abc ".repeat(250_000)}`, 1],
    ["many commands", () => "echo a; ".repeat(50_000), 50_000],
    ["many braces", () => `echo ${"{".repeat(500_000)} ${"{a".repeat(250_000)}`, 1],
    ["many open quotes in braces", () => `echo ${'{"'.repeat(250_000)}`, 1],
    ["many targets", () => "a[ ".repeat(300_000), 1],
    ["many parentheses", () => `echo ${'"$(("'.repeat(100_000)}`, 0],
    ["many backquotes", () => `echo ${"`a` ".repeat(20_000)}`, 1],
    ["many heredocs", () => "cat <<A\nx\nA\n".repeat(10_000), 10_000],
    ["many heredocs without end", () => "cat <<A\n".repeat(100_000), 0],
    ["many assignments", () => "a=b:c ".repeat(150_000), 1],
    ["many errors", () => "fi\n".repeat(300_000), 0],
    ["a list", () => `x=[${"a, ".repeat(300_000)}]`, 1],
    ["arithmetic subscripts", () => `x=1 ${"y[i+1]=2 ".repeat(30_000)}`, 1],
    ["many functions", () => "f() { a; }\n".repeat(20_000), 20_000],
  ])("a large text: %s", (_, build, statements) => {
    const source = build();
    expect(parse(source).program?.body.length ?? 0).toBe(statements);
    expect(highlight(source)).toBeInstanceOf(Array);
  });
});
