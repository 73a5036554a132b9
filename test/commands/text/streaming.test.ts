import { describe, expect, test } from "vitest";
import { cat } from "../../../src/commands/text/cat.ts";
import { cut } from "../../../src/commands/text/cut.ts";
import { grep } from "../../../src/commands/text/grep.ts";
import { head } from "../../../src/commands/text/head.ts";
import { sort } from "../../../src/commands/text/sort.ts";
import { tail } from "../../../src/commands/text/tail.ts";
import { tr } from "../../../src/commands/text/tr.ts";
import { wc } from "../../../src/commands/text/wc.ts";
import { yes } from "../../../src/commands/text/yes.ts";
import { VfsError } from "../../../src/vfs/index.ts";
import { endless, runCommand, TestSource } from "../harness.ts";

describe("early exit", () => {
  test.each([
    [head, ["-n", "1"], "line\n"],
    [head, ["-c", "3"], "lin"],
    [grep, ["-m1", "line"], "line\n"],
    [grep, ["-q", "line"], ""],
    [grep, ["-l", "line"], "(standard input)\n"],
  ] as const)("%# reads little of an endless input", async (command, argv, stdout) => {
    const state = { reads: 0 };
    const ran = await runCommand(command, argv, { stdin: endless("line\n", state) });
    expect(ran.stdout.toString()).toBe(stdout);
    expect(ran.status).toBe(0);
    expect(state.reads).toBeLessThan(4);
  });

  test("what was not used is put back for the next reader", async () => {
    const stdin = new TestSource(Buffer.from("one\ntwo\nthree\n"));
    await runCommand(head, ["-n1"], { stdin });
    expect((await runCommand(grep, ["-m1", "."], { stdin })).stdout.toString()).toBe("two\n");
    expect((await runCommand(cat, [], { stdin })).stdout.toString()).toBe("three\n");
  });

  test.each([
    [yes, []],
    [cat, []],
    [tr, ["a", "b"]],
    [grep, ["l"]],
    [cut, ["-c1"]],
  ] as const)("%# ends when nobody reads", async (command, argv) => {
    let writes = 0;
    const write = () => {
      if (++writes > 3) throw new VfsError("EPIPE");
    };
    const ran = await runCommand(command, argv, { stdin: endless("line\n"), stdout: { write } });
    expect([ran.status, ran.stderr.includes("Broken")]).toEqual([141, true]);
  });

  test.each([
    [yes, []],
    [cat, []],
    [wc, []],
    [tail, ["-n1"]],
    [sort, []],
  ] as const)("%# stops when it is told to", async (command, argv) => {
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error("told to")));
    // `sort` and `tail` on an endless input stop by the signal alone.
    await expect(
      runCommand(command, argv, { stdin: endless("line\n"), signal: controller.signal, stdout: { write: () => {} } }),
    ).rejects.toThrow("told to");
  });
});

describe("constant memory", () => {
  const size = 64 * 1024 * 1024;
  test.each([
    [cat, []],
    [wc, []],
    [grep, ["-c", "x"]],
    [grep, ["-v", "ne$"]],
    [cut, ["-c1-3"]],
    [tr, ["a-z", "A-Z"]],
    [tail, ["-n", "3"]],
    [head, ["-n", "-3"]],
  ] as const)("%# does not keep what it read", async (command, argv) => {
    const line = Buffer.from("some words on a line\n".repeat(3000));
    let left = size;
    let most = 0;
    let count = 0;
    const stdin = {
      read: () => {
        if (left <= 0) return null;
        left -= line.length;
        if (++count % 100 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed);
        return Buffer.from(line);
      },
      unread: () => {},
      close: () => {},
    };
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    await runCommand(command, argv, { stdin, stdout: { write: () => {} } });
    expect(most - before).toBeLessThan(size);
  });
});

describe("bytes", () => {
  const all = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i + (i >> 3)) & 255));
  test.each([
    [cat, []],
    [head, ["-c", "100000"]],
    [tail, ["-c", "+1"]],
    [tr, ["\\0", "\\0"]],
    [grep, ["-a", ""]],
    [cut, ["-b1-"]],
  ] as const)("%# come through unharmed, in any chunks", async (command, argv) => {
    const expected = command === grep || command === cut ? Buffer.concat([all, Buffer.from(all.at(-1) === 10 ? "" : "\n")]) : all;
    for (const chunk of [1021, 65_536]) {
      const ran = await runCommand(command, argv, { stdin: new TestSource(all, chunk) });
      expect(Buffer.compare(ran.stdout, expected)).toBe(0);
    }
  });

  test("a character cut in two by a chunk is one character", async () => {
    const text = Buffer.from("žluťoučký 🐎 kůň\n".repeat(50));
    for (const chunk of [1, 2, 3, 5, 7]) {
      const counted = await runCommand(wc, ["-mw"], { stdin: new TestSource(text, chunk) });
      expect(counted.stdout.toString().trim().split(/\s+/)).toEqual(["150", "800"]);
      const found = await runCommand(grep, ["-o", "🐎 k.ň"], { stdin: new TestSource(text, chunk) });
      expect(found.stdout.toString()).toBe("🐎 kůň\n".repeat(50));
    }
  });
});

describe("no pattern hangs", () => {
  test.each([["(a*)*b"], ["(a|a)*b"], ["(a|aa)+$b"], ["(x+x+)+y"], ["^(([a-z])+.)+[A-Z]([a-z])+$"]])("%s", async (pattern) => {
    const line = `${"a".repeat(5000)}${"x".repeat(5000)}\n`;
    const ran = await runCommand(grep, ["-cE", pattern], { stdin: line });
    expect([ran.stdout.toString(), ran.status]).toEqual(["0\n", 1]);
  });
});
