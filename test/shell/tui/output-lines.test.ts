import { expect, test } from "vitest";
import { OutputLines } from "../../../src/shell/tui/output-lines.ts";

interface Shown {
  readonly lines: OutputLines;
  readonly out: (chunk: string | Uint8Array) => unknown;
  readonly err: (chunk: string | Uint8Array) => unknown;
  readonly printed: () => string;
}

function show(): Shown {
  let printed = "";
  const lines = new OutputLines(
    (text) => {
      expect(text.endsWith("\n")).toBe(true);
      printed += text;
      return undefined;
    },
    () => undefined,
  );
  const out = lines.sink(() => 80, 1);
  const err = lines.sink(() => 80, 1);
  return { lines, out: (chunk) => out.write(chunk), err: (chunk) => err.write(chunk), printed: () => printed };
}

test("whole lines go out, the rest is the tail", () => {
  const { lines, out, printed } = show();
  out("one\ntw");
  expect(printed()).toBe("one\n");
  expect(lines.tail).toBe("tw");
  out("o\n");
  expect(printed()).toBe("one\ntwo\n");
  expect(lines.tail).toBe("");
  out("end");
  lines.finish();
  lines.finish();
  expect(printed()).toBe("one\ntwo\nend\n");
});

test("both streams write one line, as on a terminal", () => {
  const { out, err, printed } = show();
  out("a");
  err("b");
  out("c\n");
  expect(printed()).toBe("abc\n");
});

test("characters split between chunks", () => {
  const { out, printed } = show();
  for (const byte of Buffer.from("日本 👩‍👩‍👧\n")) out(Uint8Array.of(byte));
  expect(printed()).toBe("日本 👩‍👩‍👧\n");
});

test("colours end with what is printed and go on with the next", () => {
  const { lines, out, printed } = show();
  out("\u001b[31mred\nstill");
  expect(printed()).toBe("\u001b[31mred\u001b[0m\n");
  expect(lines.tail).toMatch(/^\u001b\[31mstill\u001b\[0m/);
  out(" red\u001b[0m plain\n");
  expect(printed()).toBe("\u001b[31mred\u001b[0m\n\u001b[31mstill red\u001b[0m plain\n");
});

test("a progress line shows its last state, and is printed once", () => {
  const { lines, out, printed } = show();
  out("10%");
  out("\r20%");
  expect(lines.tail).toBe("20%");
  out("\r100%\n");
  expect(printed()).toBe("100%\n");
});

test("cursor movement and clearing do not pass", () => {
  const { out, printed } = show();
  out("a\u001b[2J\u001b[3J\u001b[H\u001b]0;t\u0007b\n");
  expect(printed()).toBe("ab\n");
});

test("a line without an end does not pile up", () => {
  const { lines, out, printed } = show();
  for (let count = 0; count < 100; count += 1) out("x".repeat(1000));
  expect(lines.tail.length).toBeLessThan(40_000);
  lines.finish();
  expect(printed().replaceAll("\n", "")).toBe("x".repeat(100_000));
});

test("an answer ends the line it was asked on", () => {
  const { lines, out, printed } = show();
  out("name: ");
  lines.echo("Ann");
  expect(printed()).toBe("name: Ann\n");
  expect(lines.tail).toBe("");
});
