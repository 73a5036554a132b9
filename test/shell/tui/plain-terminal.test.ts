import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bundle, bundle, TerminalSession } from "./pty.ts";

let program: Bundle;

beforeAll(async () => {
  program = await bundle("test/shell/tui/fixtures/fake-plain.ts");
});

afterAll(() => program.remove());

test("a terminal without powers: lines, ctrl-c, a program that has the terminal, ctrl-d; no escapes", async () => {
  const session = new TerminalSession(process.execPath, [program.file], { env: { TERM: "dumb" } });
  try {
    await session.waitFor(/^main>$/m);
    session.type("echo hello\r");
    await session.waitFor(/^main> echo hello\nhello\nmain>$/m);
    session.type("wait\r");
    await session.waitFor(/^waiting$/m);
    session.type("\x03");
    await session.waitFor("main [130]>");
    session.type("run cat\r");
    await session.waitFor("run cat");
    session.type("to cat\r");
    await session.until("cat answers", () => session.lines().filter((line) => line === "to cat").length === 2);
    session.type("\x04");
    await session.until("the prompt", () => session.cursor().row === "main>");
    session.type("drift found\r");
    await session.waitFor(/^│ found$/m);
    session.type("\x04");
    expect(await session.exited).toBe(0);
    expect(session.raw).not.toContain("\u001b");
  } finally {
    await session.close();
  }
});
