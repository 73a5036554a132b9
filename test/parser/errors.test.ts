import { describe, expect, test } from "vitest";
import { formatDiagnostic, parse } from "../../src/parser/index.ts";

function codes(source: string): string[] {
  return parse(source).diagnostics.map(({ code, span }) => `${code} ${source.slice(span.start, span.end)}`);
}

describe("a text whose end is missing", () => {
  test.each([
    "echo 'a",
    'echo "a',
    'echo "a $(b',
    "echo $'a",
    "echo `a",
    "echo $(a",
    "echo $(a; if b",
    "echo ${x",
    "echo ${x:-a",
    "echo $((1 +",
    "((a",
    "x=[a",
    "x=(a",
    "x={a: b,",
    "a |",
    "a &&\n",
    "a ||",
    "! ",
    "if a",
    "if a; then",
    "if a; then b; else",
    "while a; do",
    "for x",
    "for x in a",
    "for x in a; do b",
    "for ((i=0;",
    "case x",
    "case x in",
    "case x in a)",
    "case x in a) b ;;",
    "{ a;",
    "( a",
    "f()",
    "f() {",
    "function f",
    "function f(a: int",
    "[[ a",
    "[[ a &&",
    "cat <<EOF",
    "cat <<EOF\na\n",
    "cat <<A <<B\na\nA\nb\n",
    "cat <<EOF\n$(a",
    "echo `if`; if a",
  ])("%j", (source) => {
    const { program, incomplete, diagnostics } = parse(source);
    expect(program).toBeUndefined();
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(incomplete).toBe(!source.includes("`if`"));
  });

  test.each(["echo )", "fi", "a ;; b", "echo ${}", "[[ a b ]] \n if", "x={a,b}", "| a"])(
    "%j is wrong whatever follows",
    (source) => {
      expect(parse(source)).toMatchObject({ incomplete: false });
      expect(parse(source).program).toBeUndefined();
    },
  );
});

test.each([
  ["echo a\\", true],
  ["echo a \\\n", true],
  ["echo a\\\\", false],
  ["echo a # \\\n", false],
])("a backslash at the end %j", (source, incomplete) => {
  expect(parse(source)).toMatchObject({ program: {}, incomplete });
});

describe("what is wrong, and where", () => {
  test.each([
    ["echo )", ["K001 )"]],
    ["fi", ["K001 fi"]],
    ["if a; then fi", ["K001 fi"]],
    ["while; do a; done", ["K001 ;"]],
    ["{ }", ["K001 }"]],
    ["()", ["K001 )"]],
    ["a ; ; b", ["K001 ;"]],
    ["& a", ["K001 &"]],
    ["(a) b", ["K001 b"]],
    ["a | ! b", ["K001 b"]],
    ["for 1x in a; do b; done", ["K001 1x"]],
    ["echo a (b)", ["K001 ("]],
    ["echo $[1 + 2] $[3]", ["K003 $[1 + 2]", "K003 $[3]"]],
    ["coproc a", ["K003 coproc"]],
    ["echo $((1 + ))", ["K005 "]],
    ["echo $((1 2))", ["K005 2"]],
    ["((3 = 4))", ["K005 ="]],
    ["((1a))", ["K005 1a"]],
    ["((a ? b))", ["K005 "]],
    ["echo ${}", ["K006 ${"]],
    ["echo ${x!y}", ["K006 !"]],
    ["echo ${x@Z}", ["K006 @Z"]],
    ["echo ${#x:-1}", ["K006 ${#x:-1}"]],
    ["echo ${x[]}", ["K006 []"]],
    ["x=[a]b", ["K007 b"]],
    ["x=[a;b]", ["K007 ;"]],
    ["x={a,b}", ["K007 a"]],
    ["cat <<", ["K008 <<"]],
    ["f() a", ["K009 a"]],
    ["function f(a: thing) { b; }", ["K009 thing"]],
    ["[[ a b ]]", ["K010 a b"]],
    ["[[ ]]", ["K001 ]]"]],
    ["[[ a -a b ]]", ["K010 a -a b"]],
  ])("%s", (source, expected) => {
    expect(codes(source)).toEqual(expected);
  });

  test.each([
    ["echo )\necho $((1+))\nif a; then\n  b\nfi\n[[ a b ]]", ["K001 )", "K005 ", "K010 a b"]],
    ["if [[ a b ]]; then\n  c\nelse\n  d\nfi\nfi", ["K010 a b", "K001 fi"]],
    ["while x; do\n  for 1y in a; do\n    b\n  done\ndone\n) c", ["K001 1y", "K001 )"]],
    ["case x in\n  a) [[ ]] ;;\n  b) c ;;\nesac\nesac", ["K001 ]]", "K001 esac"]],
    ["echo $(fi) $(a; ;) `then`", ["K001 fi", "K001 ;", "K001 then"]],
    ["cat <<E )\nfi\nE\n)", ["K001 )", "K001 )"]],
    ["x=$[1]; )", ["K003 $[1]", "K001 )"]],
  ])("each error once: %j", (source, expected) => {
    expect(codes(source)).toEqual(expected);
  });
});

describe("the frame", () => {
  function frame(source: string): string {
    return parse(source)
      .diagnostics.map((found) => formatDiagnostic(found, source, "demo.kai"))
      .join("\n");
  }

  test("line, caret, hint", () => {
    expect(frame("echo one\nif true; echo two\n")).toBe(
      [
        "error[K002]: `if` is not closed",
        " --> demo.kai:2:1",
        "  |",
        "2 | if true; echo two",
        "  | ^^",
        "  = hint: end it with `fi`",
      ].join("\n"),
    );
  });

  test("columns are characters, the caret stands under wide ones and tabs", () => {
    expect(frame("\techo 漢字 é😀 $[1]")).toBe(
      [
        "error[K003]: `$[ ]` is not part of the language",
        " --> demo.kai:1:13",
        "  |",
        "1 |     echo 漢字 é😀 $[1]",
        "  |                   ^^^^",
        "  = hint: write `$((1))`",
      ].join("\n"),
    );
  });

  test("a long line is cut around the span", () => {
    const source = `${"echo a; ".repeat(10_000)}$[1]${"; echo b".repeat(10_000)}`;
    const lines = frame(source).split("\n");
    expect(lines[1]).toBe(" --> demo.kai:1:80001");
    expect(lines[3]?.length).toBeLessThan(120);
    expect(lines[3]?.slice(lines[4]?.indexOf("^"), (lines[4]?.lastIndexOf("^") ?? 0) + 1)).toBe("$[1]");
  });

  test("a span over lines is marked to the end of its first", () => {
    expect(frame("echo $[1 +\n2]").split("\n").slice(3, 5)).toEqual(["1 | echo $[1 +", "  |      ^^^^^"]);
  });

  test("controls are shown as signs, color is asked for", () => {
    const source = "\u001b[2J )";
    const found = parse(source).diagnostics[0]!;
    expect(formatDiagnostic(found, source, "x")).toContain("1 | ␛[2J )");
    expect(formatDiagnostic(found, source, "x", { color: true })).toContain("\u001b[1;31merror[K001]");
  });
});
