import { describe, expect, it } from "vitest";
import { commands } from "../../src/commands/index.ts";
import { bytesSource, createShell } from "../../src/kernel/exec/index.ts";
import { mountTable } from "../../src/vfs/index.ts";
import { memoryBackend } from "../../src/vfs/memory-backend.ts";
import { TextSink, testHost } from "../language/harness.ts";

/** Groups whose commands need a kernel: their examples run where a kernel is made. */
const elsewhere = new Set(["kernel", "vfs", "agents"]);

describe.each(commands.map((command) => [command.signature.name, command.signature] as const))("%s", (name, signature) => {
  it("is declared in full", () => {
    expect(signature.examples.length).toBeGreaterThan(0);
    expect(signature.summary).toMatch(/^[a-z].*[^.]$/);
    expect(signature.summary).not.toContain("\n");
    for (const [key, flag] of Object.entries(signature.flags)) expect(flag.help, `${name} ${key}`).not.toBe("");
    const optional = signature.args.map((arg) => arg.optional === true);
    expect(optional, "what must be given comes first, but for copies to a last operand").toEqual([...optional].sort());
    expect(signature.args.slice(0, -1).some((arg) => arg.rest === true && signature.args.at(-1)?.rest === true)).toBe(false);
  });

  if (elsewhere.has(signature.group)) return;
  it.each(signature.examples.map((example) => [example.run, example] as const))("%s", async (_run, example) => {
    const vfs = mountTable(memoryBackend(), { writable: true });
    const shell = createShell(testHost({ vfs }), {
      cwd: "/",
      env: new Map([
        ["PATH", "/bin"],
        ["HOME", "/"],
        ["TZ", "UTC"],
      ]),
      arg0: "kaish",
      args: [],
      interactive: false,
    });
    const stdout = new TextSink();
    const stderr = new TextSink();
    const io = { stdin: bytesSource(""), stdout, stderr, signal: new AbortController().signal };
    await shell.run(example.run, "example", io);
    await shell.close(io);
    const status = shell.lastStatus;
    if (example.stdout !== undefined)
      expect({ stdout: stdout.text, stderr: stderr.text }).toEqual({ stdout: example.stdout, stderr: "" });
    expect(status, stderr.text).toBe(example.status ?? 0);
  });
});

it("has every name once", () => {
  const names = commands.flatMap((command) => [command.signature.name, ...(command.signature.aliases ?? [])]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
