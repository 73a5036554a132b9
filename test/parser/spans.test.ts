import { expect, test } from "vitest";
import { parse } from "../../src/parser/index.ts";
import { nodes } from "./tree.ts";

/** The texts of all nodes of one kind, in order. */
function texts(source: string, kind: string): string[] {
  const { program } = parse(source);
  expect(program).toBeDefined();
  return nodes(program!)
    .filter((node) => node.kind === kind)
    .map(({ span }) => source.slice(span.start, span.end));
}

test.each([
  ["  a b; c # d\n", "statement", ["a b", "c"]],
  ["! a | b && c >f", "pipeline", ["! a | b", "c >f"]],
  ["if a; then b; fi >f; { c; }", "if", ["if a; then b; fi >f"]],
  ["if a; then b; fi >f; { c; }", "group", ["{ c; }"]],
  ["x=1 y[2]+=[a b] c", "assignment", ["x=1", "y[2]+=[a b]"]],
  ["echo 漢字 \"é $(ls 😀 '漢')\" z", "simple", ["echo 漢字 \"é $(ls 😀 '漢')\" z", "ls 😀 '漢'"]],
  ["echo 漢字 \"é $(ls 😀 '漢')\" z", "quoted", ["'漢'"]],
  ["a$(b$(c${d:-$(e)}))", "command", ["$(b$(c${d:-$(e)}))", "$(c${d:-$(e)})", "$(e)"]],
  ["echo `a \\`b \\$c\\`` `d`", "simple", ["echo `a \\`b \\$c\\`` `d`", "a \\`b \\$c\\`", "b \\$c", "d"]],
  ["echo `a \\`b \\$c\\`` `d`", "param", ["$c"]],
  ["cat <<A >f\né $x `y`\nA\nz", "heredoc", ["<<A"]],
  ["cat <<A >f\né $x `y`\nA\nz", "double", ["é $x `y`\n"]],
  ["cat <<A >f\né $x `y`\nA\nz", "param", ["$x"]],
  ["cat <<A >f\né $x `y`\nA\nz", "simple", ["cat <<A >f", "y", "z"]],
  ["cat <<-A\n\t$x\n\t\ty$z\n\tA\n", "param", ["$x", "$z"]],
  ["echo $(( (a+b) * c[1] ))", "binary", ["(a+b) * c[1]", "(a+b)"]],
  ["echo $(( (a+b) * c[1] ))", "variable", ["a", "b", "c[1]"]],
  ["echo ${x[a b]:1:n}", "index", ["[a b]"]],
  ["echo x{a,b$c}{1..3}", "brace", ["{a,b$c}"]],
  ["echo x{a,b$c}{1..3}", "range", ["{1..3}"]],
  ["[[ ! $a == b && ( -f c ) ]]", "compare", ["$a == b"]],
  ["[[ ! $a == b && ( -f c ) ]]", "group", ["( -f c )"]],
  ["x={a: [b c], d: $e}", "list", ["[b c]"]],
  ["x={a: [b c], d: $e}", "record", ["{a: [b c], d: $e}"]],
  ["function f(a: int = 1, b) { c; } 2>&1", "function", ["function f(a: int = 1, b) { c; } 2>&1"]],
  ["for x in a; do b; done & c", "for", ["for x in a; do b; done"]],
  ["case a in b) c ;; esac", "case", ["case a in b) c ;; esac"]],
  ["a 2>&1 {fd}<f <<<x", "redirect", ["2>&1", "{fd}<f", "<<<x"]],
])("%j has %s %j", (source, kind, expected) => {
  expect(texts(source, kind)).toEqual(expected);
});

test("a part that backslash-newline divides covers both pieces", () => {
  const source = "echo a\\\nb$x";
  expect(texts(source, "literal")).toEqual(["echo", "a\\\nb"]);
});
