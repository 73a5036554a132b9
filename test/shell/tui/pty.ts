import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IPty } from "@lydell/node-pty";
import type { Terminal as XtermTerminal } from "@xterm/headless";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const pty = require("@lydell/node-pty") as typeof import("@lydell/node-pty");
const { Terminal } = require("@xterm/headless") as typeof import("@xterm/headless");

export interface Bundle {
  readonly file: string;
  remove(): void;
}

/** Bundles a script as the build does: ESM, production React, no devtools. */
export async function bundle(entry: string): Promise<Bundle> {
  // Inside the repository, so that native packages left out of the bundle are found.
  const folder = mkdtempSync(join(process.cwd(), "node_modules/.kaish-tui-"));
  const file = join(folder, "main.mjs");
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    jsx: "automatic",
    external: ["better-sqlite3"],
    define: { "process.env.NODE_ENV": '"production"' },
    banner: { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" },
    plugins: [
      {
        name: "no-devtools",
        setup(setup) {
          setup.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: "devtools", namespace: "stub" }));
          setup.onLoad({ filter: /.*/, namespace: "stub" }, () => ({ contents: "export default {};" }));
        },
      },
    ],
    logLevel: "error",
  });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "kaish-tui-"));
}

/** A program on a real pseudo terminal, its screen kept by a terminal emulator. */
export class TerminalSession {
  readonly #pty: IPty;
  readonly #screen: XtermTerminal;
  #raw = "";
  readonly exited: Promise<number>;
  #isClosed = false;

  constructor(
    command: string,
    args: readonly string[],
    options: { columns?: number; rows?: number; cwd?: string; env?: Record<string, string> } = {},
  ) {
    const cols = options.columns ?? 80;
    const rows = options.rows ?? 24;
    const env: Record<string, string> = { ...(process.env as Record<string, string>), TERM: "xterm-256color", ...options.env };
    for (const name of ["CI", "NO_COLOR", "NODE_EXTRA_CA_CERTS", "VITEST", "FORCE_COLOR"])
      if (options.env?.[name] === undefined) delete env[name];
    this.#screen = new Terminal({ cols, rows, scrollback: 200_000, allowProposedApi: true });
    this.#pty = pty.spawn(command, [...args], { cols, rows, cwd: options.cwd ?? process.cwd(), env, name: "xterm-256color" });
    this.#pty.onData((data) => {
      this.#raw += data;
      this.#screen.write(data);
    });
    // The emulator's answers to queries go back to the program, as a terminal's do.
    this.#screen.onData((data) => {
      if (!this.#isClosed) this.#pty.write(data);
    });
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#isClosed = true;
        resolve(signal ? 128 + signal : exitCode);
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Everything that was printed, escapes included. */
  get raw(): string {
    return this.#raw;
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** Scrollback and screen, or their end: lines without trailing blanks, without the empty ones at the end; wrapped rows joined. */
  lines(last = Number.POSITIVE_INFINITY): string[] {
    const buffer = this.#screen.buffer.active;
    const lines: string[] = [];
    for (let index = Math.max(0, buffer.length - last); index < buffer.length; index += 1) {
      const line = buffer.getLine(index);
      const text = line?.translateToString(true).trimEnd() ?? "";
      if (line?.isWrapped) lines[lines.length - 1] = (lines.at(-1) ?? "") + text;
      else lines.push(text);
    }
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  /** The last few hundred lines. */
  text(): string {
    return this.lines(300).join("\n");
  }

  /** Column and row of the cursor on the screen, and the text of its row. */
  cursor(): { readonly x: number; readonly y: number; readonly row: string } {
    const buffer = this.#screen.buffer.active;
    const row =
      buffer
        .getLine(buffer.baseY + buffer.cursorY)
        ?.translateToString(true)
        .trimEnd() ?? "";
    return { x: buffer.cursorX, y: buffer.cursorY, row };
  }

  get isAlternate(): boolean {
    return this.#screen.buffer.active.type === "alternate";
  }

  /** Polls the screen until `holds`; fails with the screen in its message. */
  async until(what: string, holds: () => boolean, timeout = 8000): Promise<void> {
    const end = Date.now() + timeout;
    while (!holds()) {
      if (Date.now() > end)
        throw new Error(
          `never came: ${what}\n${this.lines(40).join("\n")}\n--- raw tail ---\n${JSON.stringify(this.#raw.slice(-600))}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async waitFor(text: string | RegExp, timeout?: number): Promise<void> {
    await this.until(String(text), () => (typeof text === "string" ? this.text().includes(text) : text.test(this.text())), timeout);
  }

  kill(signal = "SIGKILL"): void {
    if (!this.#isClosed) this.#pty.kill(signal);
  }

  async close(): Promise<void> {
    this.kill();
    await this.exited;
    this.#screen.dispose();
  }
}
