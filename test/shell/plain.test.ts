import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { ContextId } from "../../src/kernel/index.ts";
import { type PlainOptions, runPlain } from "../../src/shell/plain.ts";
import { FakeKernel } from "./fake-kernel.ts";

interface Ran {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
  readonly kernel: FakeKernel;
}

const isIncomplete = (text: string): boolean => text.endsWith("\\") || (text.match(/'/g)?.length ?? 0) % 2 === 1;

function collect(): { readonly stream: PassThrough; readonly text: () => string } {
  const stream = new PassThrough();
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return { stream, text: () => text };
}

async function run(
  input: string | readonly (string | Uint8Array)[],
  options: Partial<PlainOptions> = {},
  kernel = new FakeKernel(),
): Promise<Ran> {
  const output = collect();
  const errors = collect();
  const chunks = (typeof input === "string" ? [input] : input).map((chunk) =>
    typeof chunk === "string" ? Buffer.from(chunk) : chunk,
  );
  const status = await runPlain({
    api: kernel.api(),
    input: Readable.from(chunks, { objectMode: false }),
    output: output.stream,
    errors: errors.stream,
    isIncomplete,
    ...options,
  });
  return { status, output: output.text(), errors: errors.text(), kernel };
}

const table: readonly (readonly [what: string, input: string, output: string, status: number])[] = [
  ["a line", "echo hello\n", "hello\n", 0],
  ["the last line without its end", "echo hello", "hello\n", 0],
  ["lines of DOS", "echo a\r\necho b\r\n", "a\nb\n", 0],
  ["nothing", "", "", 0],
  ["blank lines", "\n  \n\necho a\n", "a\n", 0],
  ["an incomplete line takes the next", "echo 'a\nb'\n", "'a b'\n", 0],
  ["the status of the last program", "echo a\nnonsense\n", "a\n", 127],
  ["exit leaves at once", "echo a\nexit 3\necho b\n", "a\n", 3],
  ["a program reads the lines that follow", "read\nAnn\n", "name: hello Ann\n", 0],
  ["a program reads the end", "read\n", "name: hello nobody\n", 0],
  ["another context", "switch debug\n/context\n", "  main  000000\n* debug  000001\n", 0],
  ["the front end's quit", "/quit\necho a\n", "", 0],
  ["output without an end", "part a\necho b\n", "ab\n", 0],
];

describe("the plain line reader", () => {
  test.each(table)("%s", async (_what, input, output, status) => {
    const ran = await run(input);
    expect(ran.output).toBe(output);
    expect(ran.status).toBe(status);
  });

  test.each(table.filter(([what]) => !what.startsWith("a program reads")))(
    "byte by byte: %s",
    async (_what, input, output, status) => {
      const ran = await run([...Buffer.from(input)].map((byte) => Uint8Array.of(byte)));
      expect(ran.output).toBe(output);
      expect(ran.status).toBe(status);
    },
  );

  test("what a program writes to stderr goes to stderr", async () => {
    const ran = await run("warn careful\n");
    expect(ran).toMatchObject({ output: "", errors: "careful\n", status: 1 });
  });

  test("characters split between chunks", async () => {
    expect((await run([...Buffer.from("echo 日本 é\n")].map((byte) => Uint8Array.of(byte)))).output).toBe("日本 é\n");
  });

  test("what a program prints is passed on as it is; nothing of ours has an escape", async () => {
    expect((await run("echo \u001b[31mred\n")).output).toBe("\u001b[31mred\n");
    expect((await run("drift x\necho a\n", { prompt: true })).output).not.toContain("\u001b");
  });

  test("with a prompt: what others do is printed between programs", async () => {
    const ran = await run("drift the lock\necho a\n", { prompt: true });
    expect(ran.output).toMatch(
      /^main> ╭ push from main › debug · via local\/extractive · \d\d:\d\d\n│ the lock\n╰ answer: drift push debug TEXT\nmain> a\nmain> \n$/,
    );
  });

  test("with a prompt: the status and the continuation show, own output is not printed twice", async () => {
    const kernel = new FakeKernel();
    kernel.eventsAfterDone = true;
    const ran = await run("nonsense\necho 'a\nb'\n", { prompt: true }, kernel);
    expect(ran.output).toBe("main> main [127]> > 'a b'\nmain> \n");
  });

  test("unread drift is told at the start", async () => {
    const kernel = new FakeKernel();
    kernel.insert({
      role: "system",
      kind: "drift",
      content: "news",
      driftKind: "push",
      sourceContext: kernel.addContext("debug", kernel.contexts[0]).id as ContextId,
    });
    expect((await run("", { prompt: true }, kernel)).output).toContain("│ news\n");
  });

  test("an unknown context is one sentence and status 1", async () => {
    expect(await run("/context nowhere\n")).toMatchObject({ errors: "kaish: no context nowhere\n", status: 1 });
  });

  test("an abort stops what runs and ends the reading", async () => {
    const controller = new AbortController();
    const input = new PassThrough();
    const kernel = new FakeKernel();
    const ran = run("", { input, signal: controller.signal }, kernel);
    input.write("wait\necho never\n");
    await expect.poll(() => kernel.executed).toContain("wait");
    controller.abort();
    expect((await ran).status).toBe(130);
    expect(kernel.executed).toEqual(["wait"]);
  });

  test("a slow reader of the output holds a program back", async () => {
    const output = new PassThrough({ highWaterMark: 1024 });
    const kernel = new FakeKernel();
    const ran = run("flood 5000\n", { output }, kernel);
    await expect.poll(() => output.readableLength).toBeGreaterThan(500);
    // Nobody reads: what is buffered stays near the stream's own bound.
    await new Promise((resolve) => setImmediate(resolve));
    expect(output.readableLength + output.writableLength).toBeLessThan(8192);
    let text = "";
    output.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    await ran;
    expect(text.split("\n")).toHaveLength(5001);
  });
});
