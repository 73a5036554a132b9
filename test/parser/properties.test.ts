import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDiagnostic, highlight, parse } from "../../src/parser/index.ts";
import { nodes } from "./tree.ts";

/** What holds for every text: an answer, and every span inside the text and, in a tree, inside its parent or a heredoc's body. */
function sound(source: string): void {
  const { program, diagnostics, incomplete } = parse(source);
  expect(program === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
  if (incomplete && program === undefined) expect(diagnostics.length).toBeGreaterThan(0);
  for (const found of diagnostics) {
    inside(found.span, source.length);
    expect(formatDiagnostic(found, source, "x")).toContain(found.message);
  }
  for (const node of program === undefined ? [] : nodes(program)) inside(node.span, source.length);
  let end = 0;
  for (const { span } of highlight(source)) {
    inside(span, source.length);
    expect(span.start).toBeGreaterThanOrEqual(end);
    end = span.end;
  }
}

function inside(span: { start: number; end: number }, length: number): void {
  if (!(span.start >= 0 && span.start <= span.end && span.end <= length))
    throw new Error(`span ${span.start}-${span.end} of ${length}`);
}

const PIECES = (
  "if then elif else fi while until do done case in esac for select function f() { } ( ) (( )) [[ ]] [ ] $( ${ $(( $[ ` ' \" \\ ; ;; ;& & && | || |& " +
  "! time coproc <<A <<-'B' > 2>&1 &> <( # ## ... $x ${x} ${#x} ${!x} $@ @ * ?( @( :- : / # % ^ , ~ {a,b} {1..3} =~ == -f not é 漢 😀 \0 \ud800 \t = += ++ a= " +
  "x[ ]= name: int 1 0x1 + ? a.b"
)
  .split(" ")
  .concat([" ", " ", "\n", "\nA\n", "\n\tB\n"]);

const SCRIPT = `#!/usr/bin/env kaish
## Greets.
function greet(name: string, times: int = 1) { for ((i = 0; i < times; i++)); do echo "hi $name"; done; }
set -euo pipefail
xs=[apple "green apple" $n] user={name: amy, "full name": "Amy 漢", tags: [dev ops]}
declare -A m=([a]=1 [b]="2 3")
if [[ $x =~ ^(a|b)+$ && -f \${y:-/tmp/\${z//a/b}} ]]; then
  cat <<EOF | tr a-z A-Z >"$(mktemp -d)/out" 2>&1
body \${xs[0]} $(echo "in $(date)" | wc -c) \`ls \\\`pwd\\\`\`
EOF
elif ((n > 1)) || ! grep -q 'it'\\''s' *.txt; then echo {a,b}{1..3} @(x|y) é😀; fi
case "$1" in -h|--help) usage ;; *.tar.@(gz|xz)) tar x "$1" ;& *) : ;; esac
while IFS= read -r line; do printf '%s\\n' "\${line%%#*}"; done < <(sort file) &
`;

describe("whatever the text is, there is an answer", () => {
  test("soup of pieces", () => {
    const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(""));
    const spaced = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(" "));
    fc.assert(fc.property(fc.oneof(soup, spaced), sound), { numRuns: 1500 });
  });

  test("random characters", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), sound), { numRuns: 500 });
  });

  test("a valid script, cut off", () => {
    expect(parse(SCRIPT).diagnostics).toEqual([]);
    for (let end = 0; end <= SCRIPT.length; end++) sound(SCRIPT.slice(0, end));
  });

  test("a valid script, changed", () => {
    const change = fc.tuple(fc.nat(SCRIPT.length), fc.nat(8), fc.constantFrom(...PIECES, ""));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let source = SCRIPT;
        for (const [at, cut, piece] of changes) source = source.slice(0, at) + piece + source.slice(at + cut);
        sound(source);
      }),
      { numRuns: 600 },
    );
  });

  test("a parse leaves nothing behind for the next", () => {
    const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 20 }).map((pieces) => pieces.join(" "));
    const expected = JSON.stringify(parse(SCRIPT));
    fc.assert(
      fc.property(soup, (source) => {
        parse(source);
        expect(JSON.stringify(parse(SCRIPT))).toBe(expected);
      }),
      { numRuns: 100 },
    );
  });
});
