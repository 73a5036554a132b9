import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Bundle, bundle, TerminalSession, temporaryFolder } from "./pty.ts";

const PROMPT = /^main \/home\/person\/work ❯$/m;
const CTRL_C = "\x03";
const CTRL_D = "\x04";

let program: Bundle;
let sessions: TerminalSession[] = [];
let folders: string[] = [];

beforeAll(async () => {
  program = await bundle("test/shell/tui/fixtures/fake-repl.ts");
});

afterAll(() => program.remove());

afterEach(async () => {
  // Of every test: the scrollback was never erased, and the region never filled the screen.
  for (const session of sessions) expect(session.raw).not.toContain("\u001b[3J");
  await Promise.all(sessions.map((session) => session.close()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  sessions = [];
  folders = [];
});

async function open(
  options: ConstructorParameters<typeof TerminalSession>[2] = {},
  args: readonly string[] = [],
): Promise<TerminalSession> {
  const session = new TerminalSession(process.execPath, [program.file, ...args], options);
  sessions.push(session);
  await session.waitFor("❯");
  return session;
}

function count(session: TerminalSession, line: string): number {
  return session.lines().filter((one) => one === line).length;
}

/** The screen ends with an empty prompt and the cursor is on it. */
async function atPrompt(session: TerminalSession, what = "the prompt"): Promise<void> {
  await session.until(
    what,
    () =>
      /❯$/.test(session.lines(40).at(-1) ?? "") &&
      / ❯$/.test(session.cursor().row) &&
      session.cursor().row === session.lines(40).at(-1),
  );
}

describe("the REPL on a terminal", () => {
  test("first prompt, a command and its output exactly once, and how it leaves", async () => {
    const session = await open({ env: { CI: "" } });
    expect(session.lines()).toEqual(["main /home/person/work ❯"]);
    expect(session.cursor()).toMatchObject({ x: 25, y: 0 });
    session.type("echo hello world\r");
    await session.waitFor(/^hello world$/m);
    await atPrompt(session);
    expect(session.lines()).toEqual(["main /home/person/work ❯ echo hello world", "hello world", "main /home/person/work ❯"]);
    session.type("nonsense\r");
    await session.waitFor("[127] ❯");
    expect(count(session, "kaish: nonsense: command not found")).toBe(1);
    session.type(CTRL_D);
    expect(await session.exited).toBe(127);
  });

  test("events that come after the end of a program do not print it again", async () => {
    const session = await open({}, ["--late-events"]);
    for (const word of ["one", "two", "three"]) {
      session.type(`echo ${word}\r`);
      await session.waitFor(new RegExp(`^${word}$`, "m"));
      await atPrompt(session);
    }
    expect(session.lines().filter((line) => !line.includes("❯"))).toEqual(["one", "two", "three"]);
  });

  test("typed ahead: several lines in one chunk run in order, each once", async () => {
    const session = await open();
    session.type("echo a\recho b\recho c\rec");
    await session.waitFor(/^main .* ❯ ec$/m);
    expect(session.lines().filter((line) => /^[abc]$/.test(line))).toEqual(["a", "b", "c"]);
  });

  test("keys: wide characters, moves, history, search, multi-line, tab", async () => {
    const session = await open();
    session.type("echo 日本\x1b[D\x1b[Dx");
    await session.until(
      "the cursor after x",
      () => session.cursor().row === "main /home/person/work ❯ echo x日本" && session.cursor().x === 25 + 6,
    );
    session.type("\x1b[D\x1b[C");
    session.type("\r");
    await session.waitFor(/^x日本$/m);
    session.type("\x1b[A\x1b[A");
    await session.waitFor(/❯ echo newer$/m);
    session.type(`${CTRL_C}\x12old`);
    await session.waitFor("(search) old ❯ echo older");
    session.type("\r");
    await session.waitFor(/^older$/m);
    session.type("echo 'a\rb'");
    await session.waitFor(/❯ echo 'a\n· b'$/m);
    session.type("\r");
    await session.waitFor(/^'a b'$/m);
    session.type("cat al\t");
    await session.waitFor(/^ {2}alpha.txt {3}help of alpha.txt$/m);
    session.type("\t");
    await session.waitFor(/❯ cat alpha.txt$/m);
    session.type("\r");
    await session.until("the menu is gone", () => !session.text().includes("help of"));
    session.type(CTRL_C);
    await atPrompt(session);
  });

  test("a paste is one edit: nothing runs until Enter", async () => {
    const session = await open();
    session.type("\x1b[200~echo 'one\rtwo'\x1b[20");
    session.type("1~");
    await session.waitFor(/❯ echo 'one\n· two'$/m);
    expect(count(session, "'one two'")).toBe(0);
    session.type("\r");
    await session.waitFor(/^'one two'$/m);
  });

  test("100,000 lines: all there, in order, once; keys are heard meanwhile", async () => {
    const session = await open();
    session.type("flood 100000\r");
    await session.until("the beginning of the flood", () => session.raw.includes("line 1000\r"));
    session.type("echo after");
    await session.waitFor(/^line 100000$/m, 20_000);
    await session.waitFor(/❯ echo after$/m);
    const lines = session.lines().filter((line) => /^line \d+$/.test(line));
    expect(lines).toHaveLength(100_000);
    expect(lines.findIndex((line, index) => line !== `line ${index + 1}`)).toBe(-1);
  });

  test("ctrl-c stops what runs, at once under load, and drops the line at the prompt", async () => {
    const session = await open();
    session.type("wait\r");
    await session.waitFor(/^waiting$/m);
    session.type(CTRL_C);
    await session.waitFor("[130] ❯");
    session.type("flood 100000000\r");
    await session.until("the beginning of the flood", () => session.raw.includes("line 5000\r"));
    session.type(CTRL_C);
    await session.until("the prompt after the flood", () => /\[130\] ❯$/.test(session.lines(40).at(-1) ?? ""));
    session.type(`echo never${CTRL_C}`);
    await session.waitFor(/❯ echo never\^C$/m);
    expect(count(session, "never")).toBe(0);
  });

  test("an unended line keeps its place, a question is answered on it", async () => {
    const session = await open();
    session.type("part abc\r");
    await session.waitFor(/^abc$/m);
    await atPrompt(session);
    session.type("read\r");
    await session.waitFor(/^name:$/m);
    session.type("Ann\x7fa");
    await session.waitFor(/^name: Ana$/m);
    session.type("\r");
    await session.waitFor(/^hello Ana$/m);
    expect(count(session, "name: Ana")).toBe(1);
    session.type("read\r");
    await session.until("the second question", () => count(session, "name:") === 1);
    session.type(CTRL_D);
    await session.waitFor(/^name: hello nobody$/m);
    await atPrompt(session);
  });

  test("what is typed ahead is the input of a program that reads, then the next line", async () => {
    const session = await open();
    session.type("read\rAnn\recho next\r");
    await session.waitFor(/^name: Ann$/m);
    await session.waitFor(/^hello Ann$/m);
    await session.waitFor(/^next$/m);
    session.type(`read\r${CTRL_D}`);
    await session.waitFor(/^name: hello nobody$/m);
    await atPrompt(session);
  });

  test("what others do appears: drift with where it comes from, a model's text while it is written", async () => {
    const session = await open();
    session.type("drift the lock is taken twice\r");
    await session.waitFor(
      /^╭ push from main › debug · via local\/extractive · \d\d:\d\d\n│ the lock is taken twice\n╰ answer: drift push debug TEXT$/m,
    );
    session.type("stream\r");
    await session.waitFor(/^● model\nfirst line\nsecond line\nunfinished\nmain .* ❯$/m);
    session.type("finish\r");
    await session.waitFor(/^unfinished end$/m);
    await atPrompt(session);
    expect(count(session, "first line")).toBe(1);
    expect(count(session, "unfinished")).toBe(0);
  });

  test("a model's tokens cost the terminal little more than their text", async () => {
    const session = await open();
    const before = session.raw.length;
    session.type("tokens 5000\r");
    await session.waitFor(/t4999 t5000\nmain .* ❯$/m, 20_000);
    const text = session.lines().filter((line) => /^t\d/.test(line));
    expect(text).toHaveLength(500);
    expect(text.join(" ")).toBe(Array.from({ length: 5000 }, (_, index) => `t${index + 1}`).join(" "));
    // 29 kB of text; a redraw per token would be some 500 kB.
    expect(session.raw.length - before).toBeLessThan(150_000);
  });

  test("another context: the prompt follows; the front end's commands", async () => {
    const session = await open();
    session.type("switch debug\r");
    await session.waitFor(/^debug .* ❯$/m);
    session.type("/context\r");
    await session.waitFor(/^\* debug {2}000001$/m);
    session.type("/context main\r");
    await atPrompt(session);
    await session.until("back in main", () => (session.lines(40).at(-1) ?? "").startsWith("main "));
    // The fake has a file /help: it is no command then.
    session.type("/help\r");
    await session.waitFor("kaish: /help: command not found");
    session.type("/context nowhere\r");
    await session.waitFor("kaish: no context nowhere");
    session.type("/quit\r");
    expect(await session.exited).toBe(0);
  });

  test("exit leaves with its status", async () => {
    const session = await open();
    session.type("exit 7\r");
    expect(await session.exited).toBe(7);
  });

  test("resize leaves one prompt and every line", async () => {
    const session = await open();
    session.type("echo one\r");
    await session.waitFor(/^one$/m);
    session.type("abc");
    await session.waitFor(/❯ abc$/m);
    for (const [columns, rows] of [
      [60, 24],
      [40, 10],
      [100, 30],
      [80, 12],
      [80, 24],
    ] as const) {
      session.resize(columns, rows);
      await session.until(`one prompt at ${columns}x${rows}`, () => session.cursor().row.endsWith("❯ abc"));
    }
    session.type("d");
    await session.waitFor(/❯ abcd$/m);
    expect(session.lines()).toEqual(["main /home/person/work ❯ echo one", "one", "main /home/person/work ❯ abcd"]);
  });

  test("ctrl-l clears the screen, not the scrollback", async () => {
    const session = await open({ rows: 10 });
    session.type("flood 30\r");
    await session.waitFor(/^line 30$/m);
    await atPrompt(session);
    session.type("\x0c");
    await session.until("the prompt on top", () => session.cursor().y === 0);
    expect(session.text()).toContain("line 5");
  });

  test("no colours with NO_COLOR", async () => {
    const session = await open({ env: { NO_COLOR: "1" } });
    session.type("drift x\r");
    await session.waitFor("answer");
    expect(session.raw).not.toMatch(/\u001b\[[1-9][\d;]*m/);
  });
});

describe("a program gets the terminal", () => {
  test.skipIf(!existsSync("/usr/bin/vim"))("vim enters, edits and leaves; type-ahead is kept", async () => {
    const folder = temporaryFolder();
    folders.push(folder);
    const session = await open();
    session.type("echo before\r");
    await session.waitFor(/^before$/m);
    session.type(`run vim -u NONE -i NONE ${join(folder, "file")}\r`);
    await session.until("vim's screen", () => session.isAlternate && session.lines().some((line) => line.startsWith("~")));
    session.type("itext of mine\x1b");
    session.type(":wq\r");
    await session.until("the main screen", () => !session.isAlternate);
    await atPrompt(session);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("text of mine\n");
    expect(session.lines().slice(0, 3)).toEqual([
      "main /home/person/work ❯ echo before",
      "before",
      `main /home/person/work ❯ run vim -u NONE -i NONE ${join(folder, "file")}`,
    ]);
    session.type("echo after\r");
    await session.waitFor(/^after$/m);
  });

  test("cat reads the terminal itself, in its own modes; ctrl-c is its own", async () => {
    const session = await open();
    session.type("run cat\r");
    await session.until("the terminal is lent", () => session.raw.endsWith("\u001b[0m\u001b[?2004l"));
    session.type("from the keys\r");
    await session.until("typed and echoed", () => count(session, "from the keys") === 2);
    session.type(CTRL_D);
    await atPrompt(session);
    session.type("run cat\r");
    await session.until("the terminal is lent", () => session.raw.endsWith("\u001b[0m\u001b[?2004l"));
    session.type(CTRL_C);
    await session.waitFor("[130] ❯");
    session.type("echo alive\r");
    await session.waitFor(/^alive$/m);
  });

  test("an unended line before and after a program: nothing is eaten", async () => {
    const session = await open();
    session.type("run printf abc\r");
    await session.waitFor(/^abc$/m);
    await atPrompt(session);
    session.type("run printf a\r");
    await session.waitFor(/^a$/m);
    await atPrompt(session);
    session.type("run echo line\r");
    await session.waitFor(/^line$/m);
    await atPrompt(session);
    expect(session.lines().filter((line) => !line.includes("❯"))).toEqual(["abc", "a", "line"]);
  });
});

describe("the terminal is given back", () => {
  /** Cooked, echoing, no bracketed paste, a cursor: as the shell that started us needs it. */
  function lastModes(raw: string): Record<string, string | undefined> {
    const last = (mode: string): string | undefined => [...raw.matchAll(new RegExp(`\\u001b\\[\\?${mode}([hl])`, "g"))].at(-1)?.[1];
    return { paste: last("2004"), cursor: last("25") };
  }

  test.each([
    ["ctrl-d", (session: TerminalSession) => session.type(CTRL_D), "0"],
    ["a crash", (session: TerminalSession) => session.type("crash\r"), "1"],
    ["SIGTERM", (session: TerminalSession) => signalRepl(session, "SIGTERM"), "143"],
    ["SIGHUP", (session: TerminalSession) => signalRepl(session, "SIGHUP"), "129"],
  ] as const)("after %s", async (_how, end, status) => {
    // A shell around it tells what the terminal is like afterwards, and stays, for what is printed last may be lost at an exit.
    const session = new TerminalSession("/bin/sh", [
      "-c",
      `"$0" "$1"; echo "status $?"; stty -a; echo end; read x`,
      process.execPath,
      program.file,
    ]);
    sessions.push(session);
    await session.waitFor(PROMPT);
    end(session);
    await session.waitFor(/^end$/m);
    expect(session.text()).toMatch(new RegExp(`^status ${status}$`, "m"));
    expect(session.text()).toMatch(/(^|\s)icanon/m);
    expect(session.text()).toMatch(/(^|\s)echo\s/m);
    expect(lastModes(session.raw)).toEqual({ paste: "l", cursor: "h" });
  });

  function signalRepl(session: TerminalSession, signal: "SIGTERM" | "SIGHUP"): void {
    const child = execFileSync("ps", ["-o", "pid=", "--ppid", String(session.pid)], { encoding: "utf8" }).trim();
    process.kill(Number(child), signal);
  }
});
