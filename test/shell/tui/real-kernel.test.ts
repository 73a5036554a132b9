import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Bundle, bundle, TerminalSession, temporaryFolder } from "./pty.ts";

let program: Bundle;
let folder: string;
let session: TerminalSession;

beforeAll(async () => {
  program = await bundle("test/shell/tui/fixtures/real-repl.ts");
  folder = temporaryFolder();
  mkdirSync(join(folder, "work"));
  writeFileSync(join(folder, "work", "alpha.txt"), Array.from({ length: 60 }, (_, index) => `row ${index + 1}\n`).join(""));
});

afterAll(() => {
  program.remove();
  rmSync(folder, { recursive: true, force: true });
});

afterEach(async () => {
  expect(session.raw).not.toContain("\u001b[3J");
  await session.close();
});

async function open(): Promise<void> {
  session = new TerminalSession(process.execPath, [program.file], {
    cwd: join(folder, "work"),
    env: { HOME: folder, KAISH_HOME: join(folder, "home") },
  });
  await session.waitFor(/^main ~\/work ❯$/m);
}

async function atPrompt(): Promise<void> {
  await session.until("the prompt", () => /❯$/.test(session.cursor().row) && session.cursor().row === session.lines(60).at(-1));
}

test("a command once, an incomplete one asked on, a mistake told, a file completed", async () => {
  await open();
  session.type("echo hello\r");
  await session.waitFor(/^hello$/m);
  await atPrompt();
  session.type("for x in 1 2; do\recho $x$x\rdone\r");
  await session.waitFor(/❯ for x in 1 2; do\n· echo \$x\$x\n· done\n11\n22\n/m);
  session.type("nonsense\r");
  await session.waitFor("[127] ❯");
  session.type("head -n 2 al\t");
  await session.waitFor(/❯ head -n 2 alpha.txt$/m);
  session.type("\r");
  await session.waitFor(/^row 1\nrow 2\nmain ~\/work ❯$/m);
  expect(session.lines().filter((line) => line === "hello")).toHaveLength(1);
  expect(session.lines().filter((line) => line === "22")).toHaveLength(1);
});

test("fork, drift back, and what came is shown with where it is from", async () => {
  await open();
  session.type("fork debug\r");
  await session.waitFor(/^debug ~\/work ❯$/m);
  session.type("drift push main 'the lock is taken twice' && drift flush\r");
  await session.waitFor(/^delivered 1/m);
  session.type("/context main\r");
  await session.waitFor(
    /^╭ push from main › debug · \d\d:\d\d\n│ the lock is taken twice\n╰ answer: drift push debug TEXT\nmain ~\/work ❯$/m,
  );
});

test("a builtin reads what is typed; an external program gets the terminal", async () => {
  await open();
  session.type("cat\rtyped ahead\r");
  await session.until("typed ahead, given back", () => session.lines().filter((line) => line === "typed ahead").length === 2);
  session.type("\x04");
  await atPrompt();
  session.type("/bin/cat\r");
  await session.until("the terminal is lent", () => session.raw.endsWith("\u001b[0m\u001b[?2004l"));
  session.type("from the keys\r");
  await session.until("typed and echoed", () => session.lines().filter((line) => line === "from the keys").length === 2);
  session.type("\x04");
  await atPrompt();
  session.type("cat alpha.txt | /usr/bin/less\r");
  await session.until("less shows its page", () => session.isAlternate && session.text().includes("row 20"));
  session.type("G");
  await session.until("less shows the end", () => session.text().includes("row 60"));
  session.type("q");
  await session.until("the main screen", () => !session.isAlternate);
  await atPrompt();
});

test("ctrl-c stops an external program, a pipeline and a loop", async () => {
  await open();
  for (const code of [
    "/bin/sleep 60; echo never",
    "for x in 1 2; do /bin/sleep 60; done",
    "yes | cat > /dev/null",
    "while true; do echo x > /dev/null; done",
    "cat",
  ]) {
    const before = session.raw.length;
    session.type(`${code}\r`);
    await session.until(`${code} runs`, () => session.raw.slice(before).includes(code) && !/❯/.test(session.cursor().row));
    session.type("\x03");
    await session.until(`the prompt after ${code}`, () => /\[130\] ❯$/.test(session.cursor().row));
    session.type("true\r");
    await session.until("a clean prompt", () => /work ❯$/.test(session.cursor().row));
  }
});

test("exit leaves with its status", async () => {
  await open();
  session.type("exit 7\r");
  expect(await session.exited).toBe(7);
});
