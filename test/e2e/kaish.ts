import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../guards/source-tree.ts";
import { ensureBuilt } from "./built.ts";

export const binary = join(root, "dist/kaish");
ensureBuilt();

/** A folder of its own for one test, and the environment that keeps kaish inside it. */
export interface Sandbox {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  remove(): void;
}

export function sandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), "kaish-e2e-"));
  const env = { PATH: process.env.PATH, HOME: folder, KAISH_HOME: join(folder, "home"), LANG: "C.UTF-8", TERM: "dumb" };
  return { folder, env, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built binary to its end. */
export function kaish(box: Sandbox, args: readonly string[], input: string | Uint8Array = ""): Outcome {
  const { status, signal, stdout, stderr } = spawnSync(binary, args, {
    cwd: box.folder,
    env: box.env,
    input,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, signal, stdout, stderr };
}

export function startKaish(box: Sandbox, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(binary, args, { cwd: box.folder, env: box.env });
}

/** Resolves with what was printed once `pattern` is in it; rejects when the stream ends before. */
export function seen(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      text += chunk;
      if (pattern.test(text)) resolve(text);
    });
    stream.on("end", () => reject(new Error(`the stream ended before ${pattern}: ${text}`)));
  });
}
