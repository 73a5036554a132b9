import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { binary, kaish, type Sandbox, sandbox, seen, startKaish } from "./kaish.ts";

let box: Sandbox;
beforeAll(() => {
  box = sandbox();
  writeFileSync(join(box.folder, "broken.kai"), "echo before\nif true; then\n  echo x | | y\nfi\n");
  writeFileSync(join(box.folder, "good.kai"), 'echo "$0 $1 $#"\nexit 7\n');
  writeFileSync(join(box.folder, "bytes.kai"), new Uint8Array([0x65, 0x63, 0x68, 0x6f, 0x20, 0xff, 0x00, 0x28, 0x0a]));
  mkdirSync(join(box.folder, "folder"));
});
afterAll(() => box.remove());

const rows: readonly {
  readonly args: readonly string[];
  readonly status: number;
  readonly stderr: RegExp;
  readonly stdout?: string;
}[] = [
  { args: ["broken.kai"], status: 2, stderr: /error\[K0\d\d\].*\n *--> broken\.kai:3:12\n[\s\S]*\^/, stdout: "" },
  { args: ["-c", "echo before; echo ${"], status: 2, stderr: /error\[K0\d\d\][\s\S]*-c:1:/, stdout: "" },
  { args: ["-c", "echo before; grep --no-such x"], status: 2, stderr: /K101[\s\S]*--no-such/, stdout: "" },
  { args: ["--check", "broken.kai"], status: 2, stderr: /broken\.kai:3:12/ },
  { args: ["--check", "good.kai"], status: 0, stderr: /^$/, stdout: "" },
  { args: ["-c", "ehco hi"], status: 127, stderr: /ehco: command not found.*echo/s },
  { args: ["missing.kai"], status: 127, stderr: /^kaish: missing\.kai: No such file or directory\n$/ },
  { args: ["folder"], status: 126, stderr: /^kaish: folder: Is a directory\n$/ },
  { args: ["good.kai", "one"], status: 7, stderr: /^$/, stdout: "good.kai one 1\n" },
  {
    args: ["--connect", "/nowhere/x.sock", "-c", "true"],
    status: 1,
    stderr: /^kaish: cannot connect to \/nowhere\/x\.sock: .*\n$/,
  },
  { args: ["--no-such-option"], status: 2, stderr: /unknown option '--no-such-option'/ },
  { args: ["-k", "a/b", "-c", "true"], status: 2, stderr: /^kaish: not a kernel's name: a\/b/ },
  { args: ["-k", "n", "--context", "nope", "-c", "true"], status: 1, stderr: /^kaish: .*nope.*\n$/ },
  { args: ["drift", "push", "nowhere", "text"], status: 1, stderr: /drift: .*nowhere/ },
  { args: ["help", "head"], status: 0, stderr: /^$/ },
  { args: ["-c", "trap 'x' DEBUG; echo on"], status: 0, stderr: /DEBUG: kaish runs no such trap/, stdout: "on\n" },
  { args: ["drfit"], status: 127, stderr: /^kaish: drfit: No such file or directory \(did you mean the verb 'drift'\?\)\n$/ },
];

describe("bad input", () => {
  it.each(rows)("$args", ({ args, status, stderr, stdout }) => {
    const outcome = kaish(box, args);
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.stderr).not.toMatch(/\n {4}at /);
    expect(outcome.status).toBe(status);
    if (stdout !== undefined) expect(outcome.stdout).toBe(stdout);
  });

  it("a script of arbitrary bytes is answered, not crashed on", () => {
    const outcome = kaish(box, ["bytes.kai"]);
    expect(outcome.stderr).toBe("kaish: bytes.kai: cannot execute binary file\n");
    expect(outcome.status).toBe(126);
    writeFileSync(join(box.folder, "late.kai"), new Uint8Array([0x3a, 0x0a, 0x3a, 0x20, 0xff, 0x00, 0x28, 0x0a]));
    const late = kaish(box, ["late.kai"]);
    expect(late.stderr).toMatch(/error\[K0\d\d\]/);
    expect(late.stderr).not.toMatch(/internal error|\n {4}at /);
    expect(late.status).toBe(2);
  });

  it("a working directory that was deleted stops nothing but what needs it", () => {
    const script = `mkdir gone && cd gone && rmdir ../gone && "$0" "$@"`;
    const there = (...args: string[]) =>
      spawnSync("bash", ["-c", script, binary, ...args], { cwd: box.folder, env: box.env, encoding: "utf8", timeout: 60_000 });
    expect(there("-c", "echo hi; cd ..; cat good.kai | wc -l")).toMatchObject({ status: 0, stdout: "hi\n2\n" });
    expect(there("-c", "cat nothing")).toMatchObject({ status: 1, stdout: "" });
    expect(there("-k", "gone", "-c", "echo hi")).toMatchObject({ status: 0, stdout: "hi\n" });
    expect(there("context", "ls").stderr).toMatch(/^kaish: .*\/gone: No such file or directory$/m);
  });

  it("a program on standard input is checked whole before it runs", () => {
    expect(kaish(box, [], "echo before\nfi\n")).toMatchObject({ status: 2, stdout: "" });
    expect(kaish(box, [], "echo 'größer'\nexit 3\n")).toMatchObject({ status: 3, stdout: "größer\n" });
  });

  it("a kernel of a newer version is refused by name and left alone", () => {
    expect(kaish(box, ["-k", "future", "-c", "block_create x >/dev/null"]).status).toBe(0);
    const [found] = kaish(box, ["-c", "ls -d home/kernels/*/state.db"]).stdout.trim().split("\n").slice(-1);
    const file = join(box.folder, found ?? "");
    const database = new Database(file);
    database.pragma("user_version = 9999");
    database.close();
    const outcome = kaish(box, ["-k", "future", "-c", "true"]);
    expect(outcome.stderr).toMatch(/^kaish: .*(newer|9999).*\n$/);
    expect(outcome.status).toBe(1);
  });

  it("a kernel that is hosted already cannot be hosted again: it says by whom, and how to attach", async () => {
    const host = startKaish(box, ["-k", "held", "serve", "--socket", join(box.folder, "run/held.sock")]);
    try {
      await seen(host.stdout, /serves on/);
      const second = kaish(box, ["-k", "held", "serve", "--socket", join(box.folder, "run/other.sock")]);
      expect(second.stderr).toMatch(
        /^kaish: the kernel held is hosted by process \d+; attach to it with: kaish --connect .*held\.sock\n$/,
      );
      expect(second.status).toBe(1);
    } finally {
      host.kill("SIGTERM");
      await new Promise((resolve) => host.once("exit", resolve));
    }
  });
});
