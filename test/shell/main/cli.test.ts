import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../../src/shell/main/cli.ts";

function parse(...argv: string[]) {
  let out = "";
  let err = "";
  const invocation = parseCommandLine(argv, {
    version: "1.2.3",
    verbs: new Set(["drift", "context"]),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { invocation, out, err };
}

const accepted: readonly (readonly [readonly string[], unknown])[] = [
  [[], { kind: "interactive", plain: false, where: {} }],
  [["--plain", "-k", "tour"], { kind: "interactive", plain: true, where: { kernel: "tour" } }],
  [["a.kai"], { kind: "script", path: "a.kai", args: [], where: {} }],
  [["a.kai", "-x", "--help", "--", "b"], { kind: "script", path: "a.kai", args: ["-x", "--help", "--", "b"], where: {} }],
  [["-k", "tour", "a.kai", "-k", "x"], { kind: "script", path: "a.kai", args: ["-k", "x"], where: { kernel: "tour" } }],
  [["--", "-odd.kai", "x"], { kind: "script", path: "-odd.kai", args: ["x"], where: {} }],
  [["-c", "echo $0 $1", "zero", "one"], { kind: "code", code: "echo $0 $1", arg0: "zero", args: ["one"], where: {} }],
  [["-c", ""], { kind: "code", code: "", arg0: "kaish", args: [], where: {} }],
  [["-c", "x", "--", "-a", "-b"], { kind: "code", code: "x", arg0: "-a", args: ["-b"], where: {} }],
  [["--check", "a.kai", "b.kai"], { kind: "check", paths: ["a.kai", "b.kai"] }],
  [["--check", "-c", "echo"], { kind: "check", paths: [], code: "echo" }],
  [["drift", "push", "x", "--now"], { kind: "verb", argv: ["drift", "push", "x", "--now"], where: {} }],
  [
    ["--connect", "/s", "--context", "debug", "drift", "ls"],
    { kind: "verb", argv: ["drift", "ls"], where: { connect: "/s", context: "debug" } },
  ],
  [["--context", "debug"], { kind: "interactive", plain: false, where: { context: "debug" } }],
  [["--context", "debug", "drift", "ls"], { kind: "verb", argv: ["drift", "ls"], where: { context: "debug" } }],
  [["serve", "--socket"], { kind: "serve-socket", where: {} }],
  [["serve", "--socket", "/run/x.sock", "-k", "n"], { kind: "serve-socket", path: "/run/x.sock", where: { kernel: "n" } }],
  [["-k", "n", "serve", "--stdio"], { kind: "serve-stdio", allowWrite: [], where: { kernel: "n" } }],
  [
    ["serve", "--stdio", "--allow-write", "/a", "--allow-write", "/b"],
    { kind: "serve-stdio", allowWrite: ["/a", "/b"], where: {} },
  ],
];

const refused: readonly (readonly [readonly string[], RegExp])[] = [
  [["--no-such"], /unknown option '--no-such'/],
  [["-k"], /argument missing/],
  [["-k", ""], /must not be empty/],
  [["--check"], /--check needs a file/],
  [["-k", "a", "--connect", "/s"], /exclude each other/],
  [["--context", "debug", "-c", "true"], /--context needs -k NAME or --connect PATH/],
  [["--context", "debug", "a.kai"], /--context needs/],
  [["serve"], /either --socket \[PATH\] or --stdio/],
  [["serve", "--socket", "--stdio"], /either --socket/],
  [["serve", "--stdio", "x"], /^kaish serve: too many arguments/],
  [["serve", "--socket", "/s", "--allow-write", "/a"], /--allow-write goes with --stdio/],
  [["serve", "--stdoi"], /Did you mean --stdio/],
];

describe("the command line", () => {
  it.each(accepted)("%j", (argv, expected) => {
    const { invocation, err } = parse(...argv);
    expect(invocation).toEqual(expected);
    expect(err).toBe("");
  });

  it.each(refused)("%j is a usage error", (argv, message) => {
    const { invocation, err } = parse(...argv);
    expect(invocation).toEqual({ kind: "done", status: 2 });
    expect(err).toMatch(message);
  });

  it("prints help and version on stdout, status 0", () => {
    const help = parse("--help");
    expect(help.invocation).toEqual({ kind: "done", status: 0 });
    expect(help.out).toMatch(/^Usage: kaish \[options\] \[FILE/);
    expect(help.out.split("\n").length).toBeLessThan(26);
    expect(help.out).toContain("context drift");
    expect(parse("--version")).toEqual({ invocation: { kind: "done", status: 0 }, out: "1.2.3\n", err: "" });
    expect(parse("serve", "--help").invocation).toEqual({ kind: "done", status: 0 });
  });
});
