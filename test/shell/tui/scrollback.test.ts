import { expect, test } from "vitest";
import { Scrollback } from "../../../src/shell/tui/scrollback.ts";

function record(): { readonly scrollback: Scrollback; readonly printed: string[] } {
  const printed: string[] = [];
  return { scrollback: new Scrollback((text) => printed.push(text)), printed };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("what comes in one turn is printed at once, in order", async () => {
  const { scrollback, printed } = record();
  expect(scrollback.push("a\n")).toBeUndefined();
  expect(scrollback.push("b\n")).toBeUndefined();
  expect(printed).toEqual([]);
  await expect.poll(() => printed).toEqual(["a\nb\n"]);
  void scrollback.push("c\n");
  scrollback.flush();
  expect(printed).toEqual(["a\nb\n", "c\n"]);
  scrollback.flush();
  expect(printed).toHaveLength(2);
});

test("much text holds its writer back until it is printed", async () => {
  const { scrollback, printed } = record();
  const line = `${"x".repeat(999)}\n`;
  let wait: Promise<void> | undefined;
  let count = 0;
  while (wait === undefined) {
    wait = scrollback.push(line);
    count += 1;
  }
  expect(count).toBeGreaterThan(10);
  expect(count).toBeLessThan(500);
  await wait;
  expect(printed.join("")).toBe(line.repeat(count));
});

test("while held nothing is printed and a full writer waits", async () => {
  const { scrollback, printed } = record();
  scrollback.hold();
  scrollback.hold();
  let isThrough = false;
  void scrollback.push("y\n".repeat(1_000_000))?.then(() => {
    isThrough = true;
  });
  scrollback.flush();
  await turn();
  scrollback.release();
  await turn();
  expect(printed).toEqual([]);
  expect(isThrough).toBe(false);
  scrollback.release();
  await turn();
  expect(printed).toHaveLength(1);
  expect(isThrough).toBe(true);
});
