import { describe, expect, test } from "vitest";
import { type CheckedSignature, check, highlight, parse } from "../../src/parser/index.ts";

const SIGNATURES: Readonly<Record<string, CheckedSignature>> = {
  grep: {
    flags: new Map([
      ["i", "switch"],
      ["ignore-case", "switch"],
      ["e", "value"],
      ["regexp", "value"],
      ["color", "optional"],
      ["help", "switch"],
    ]),
    parse: "gnu",
    numbers: false,
  },
  head: {
    flags: new Map([
      ["n", "value"],
      ["lines", "value"],
    ]),
    parse: "gnu",
    numbers: true,
  },
  timeout: { flags: new Map([["k", "value"]]), parse: "posix", numbers: false },
  echo: { flags: new Map(), parse: "raw", numbers: false },
};

function found(source: string): string[] {
  const { program } = parse(source);
  return check(program!, { signatureOf: (name) => SIGNATURES[name] }).map(
    ({ code, severity, span, hint }) =>
      `${code} ${severity} ${source.slice(span.start, span.end)}${code === "K101" ? ` — ${hint}` : ""}`,
  );
}

describe("check", () => {
  test.each([
    ["grep --ignore-cas x", []],
    ["grep --ignroe-case x", ["K101 error --ignroe-case — did you mean `--ignore-case`?"]],
    ["grep -iz x", ["K101 error -iz — `help grep` lists its flags"]],
    ["grep -ie -z --regexp=-q --regexp -w -- -y", []],
    ["grep --color x --no", ["K101 error --no — `help grep` lists its flags"]],
    ['grep "$x" -z', ["K101 error -z — `help grep` lists its flags"]],
    ["grep $opts -z", []],
    ['grep "$@" -z', []],
    ["grep ...$opts -z", []],
    ["head -5 f", []],
    ["head -q f", ["K101 error -q — `help head` lists its flags"]],
    ["timeout 5s ls -z", []],
    ["timeout -z 5s ls", ["K101 error -z — `help timeout` lists its flags"]],
    ["echo -z --what", []],
    ["unknown -z", []],
    ["command grep -z", ["K101 error -z — `help grep` lists its flags"]],
    [
      "f() { grep -z; }; if a; then x=$(grep -y `grep -w`); fi",
      ["-z", "-y", "-w"].map((flag) => `K101 error ${flag} — \`help grep\` lists its flags`),
    ],
    ["grep() { :; }; grep -z", []],
    ["grep -z; grep() { :; }", []],
    [". ./lib; grep -z", ["K101 warning -z — `help grep` lists its flags"]],
    ["grep -z; source ./lib", ["K101 error -z — `help grep` lists its flags"]],
    ["break", ["K102 warning break"]],
    ["while a; do break; if b; then continue; fi; done; continue", ["K102 warning continue"]],
    ["f() { break; }; while a; do f; done", []],
    ["for x in a; do (break); $(continue); done", []],
    ['eval "$x"; builtin eval y', ["K103 error eval", "K103 error eval"]],
    ["eval() { :; }; eval x", []],
    ["export -f f; export -n x; local -n y=z; declare -An m", ["K104 error -f", "K104 error -n", "K104 error -An"]],
  ])("%s", (source, expected) => {
    expect(found(source)).toEqual(expected);
  });
});

describe("highlight", () => {
  function kinds(source: string): string {
    return highlight(source)
      .map(({ kind, span }) => `${kind}:${source.slice(span.start, span.end)}`)
      .join(" ");
  }

  test.each([
    ["if ls -l; then", "keyword:if command:ls flag:-l operator:; keyword:then"],
    ['x=1 echo "a $y" 42 # z', 'variable:x= number:1 command:echo string:" string:a  variable:$y string:" number:42 comment:# z'],
    [
      "xs=[a b] y=(c d) >f ls | wc",
      "variable:xs= operator:[ argument:a argument:b operator:] variable:y= operator:( argument:c argument:d operator:) operator:> argument:f command:ls operator:| command:wc",
    ],
    ["echo $(date", "command:echo operator:$( command:date"],
    ["echo 'a", "command:echo string:'a"],
    ["f() { a", "command:f operator:() keyword:{ command:a"],
  ])("%s", (source, expected) => {
    expect(kinds(source)).toBe(expected);
  });
});
