import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/commands/index.ts";
import type { ByteSink, Command } from "../../src/kernel/command.ts";
import { bytesSource, createShell, type Shell, type ShellHost } from "../../src/kernel/exec/index.ts";
import { localBackend, mountTable } from "../../src/vfs/index.ts";

/** A program, what it prints and its status. `reason`: not run in bash, and why. */
export type Row = readonly [script: string, stdout: string, status: number, reason?: string];

const bashArgs = ["--norc", "-O", "failglob", "-O", "lastpipe", "-O", "extglob", "-O", "globstar"];

export function commandTable(): ReadonlyMap<string, Command> {
  const table = new Map<string, Command>();
  for (const command of commands) {
    for (const name of [command.signature.name, ...(command.signature.aliases ?? [])]) table.set(name, command);
  }
  return table;
}

export const environment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: "/home/amy",
  LC_ALL: "C.UTF-8",
  LANG: "C.UTF-8",
};

/** Collects bytes. */
export class TextSink implements ByteSink {
  readonly chunks: Uint8Array[] = [];

  write(chunk: Uint8Array | string): void {
    this.chunks.push(Buffer.from(chunk as string));
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }
}

export function testHost(overrides: Partial<ShellHost> = {}): ShellHost {
  return {
    vfs: mountTable(localBackend("/"), { writable: true }),
    commands: commandTable(),
    clock: {
      now: () => Date.now(),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(resolve, ms);
          signal.addEventListener("abort", () => {
            clearTimeout(timer);
            reject(signal.reason);
          });
        }),
    },
    kernel: () => {
      throw new Error("these tests have no kernel");
    },
    ...overrides,
  };
}

export function testShell(cwd: string, overrides: Partial<ShellHost> = {}): Shell {
  return createShell(testHost(overrides), {
    cwd,
    env: new Map(Object.entries(environment)),
    arg0: "kaish",
    args: [],
    interactive: false,
  });
}

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Runs a program in a fresh folder, in this process. */
export async function runKaish(
  script: string,
  options: { stdin?: string; signal?: AbortSignal; host?: Partial<ShellHost> } = {},
): Promise<Outcome> {
  const folder = freshFolder();
  try {
    const shell = testShell(folder, options.host);
    const stdout = new TextSink();
    const stderr = new TextSink();
    const io = { stdin: bytesSource(options.stdin ?? ""), stdout, stderr, signal: options.signal ?? new AbortController().signal };
    await shell.run(script, "kaish", io);
    await shell.close(io);
    return { stdout: stdout.text, stderr: stderr.text, status: shell.lastStatus };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function runBash(script: string): Outcome {
  const folder = freshFolder();
  try {
    const done = spawnSync("bash", [...bashArgs, "-c", script, "kaish"], {
      cwd: folder,
      env: environment,
      input: "",
      encoding: "utf8",
    });
    return { stdout: done.stdout, stderr: done.stderr, status: done.status ?? -1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder with a few files that rows may use. */
function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kaish-row-"));
  writeFileSync(join(folder, "lines"), "one\ntwo\nthree\n");
  writeFileSync(join(folder, "a b.txt"), "spaced\n");
  writeFileSync(join(folder, "c.txt"), "c\n");
  writeFileSync(join(folder, ".hidden"), "h\n");
  return folder;
}

/** Every row in kaish, and in bash unless it says why not. */
export function table(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    it.each(rows.map((row) => [row[0], row] as const))("%s", async (_, [script, stdout, status, reason]) => {
      const kaish = await runKaish(script);
      expect({ stdout: kaish.stdout, status: kaish.status }, kaish.stderr).toEqual({ stdout, status });
      if (reason === undefined) {
        const bash = runBash(script);
        expect({ bash: bash.stdout, status: bash.status }, bash.stderr).toEqual({ bash: stdout, status });
      }
    });
  });
}
