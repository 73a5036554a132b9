import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ContextId } from "../../../src/kernel/ids.ts";
import { openSqliteStore } from "../../../src/kernel/state/index.ts";
import { driftFixture } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "kaish-crash-"));
const program = join(folder, "child.cjs");

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL("./crash-child.ts", import.meta.url))],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["better-sqlite3"],
    logLevel: "error",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the child until it has acknowledged `count` things, then kills it. Answers what it acknowledged. */
async function killedAfter(count: number, path: string, run: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, [program, path, run], {
    env: { ...process.env, NODE_PATH: resolve("node_modules") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let errors = "";
  let lines = 0;
  child.stderr.on("data", (data: Buffer) => (errors += String(data)));
  child.stdout.on("data", (data: Buffer) => {
    out += String(data);
    lines += String(data).split("\n").length - 1;
    if (lines >= count) child.kill("SIGKILL");
  });
  const signal = await new Promise((done) => child.on("close", (_, name) => done(name)));
  expect([signal, errors]).toEqual(["SIGKILL", ""]);
  // The last line may have been cut off by the kill: then it was not said.
  return out.slice(0, out.lastIndexOf("\n")).split("\n");
}

it("SIGKILL at any point leaves everything acknowledged, once", async () => {
  const path = join(folder, "state.db");
  const acknowledged: string[] = [];
  for (let run = 0; run < 10; run++) {
    const count = 2 + Math.floor(Math.random() * 400);
    acknowledged.push(...(await killedAfter(count, path, String(run))));
    const store = openSqliteStore(path);
    const world = await driftFixture(store);
    const before = world.drift.queue().length;
    const { delivered, failed } = await world.drift.flush();
    expect([delivered.length, failed]).toEqual([before, []]);
    const main = world.contexts.resolve("main");
    const document = await world.documents.open(main.id);
    const blocks = document.list();
    // What was acknowledged…
    const lines = blocks.flatMap((block) => block.content.split("\n"));
    const seen = new Map<string, number>();
    for (const line of lines) seen.set(line, (seen.get(line) ?? 0) + 1);
    const about = `run ${run}, killed after ${count}`;
    for (const line of acknowledged) {
      const [what, name, version] = line.split(" ");
      if (what === "create") expect(seen.get(`block ${name}`), `${about}: ${line}`).toBe(1);
      if (what === "append") expect(seen.get(`token ${name} é🦊`), `${about}: ${line}`).toBe(1);
      if (what === "push") expect(seen.get(`drift ${name}`), `${about}: ${line}`).toBe(1);
      if (what === "done")
        expect(blocks.find((block) => block.content.startsWith(`block ${name}\n`))?.status, `${about}: ${line}`).toBe("done");
      if (what === "fork") {
        const fork = world.contexts.get(name as ContextId);
        expect(fork.forkedAt).toBe(Number(version));
        expect((await world.documents.open(fork.id)).version).toBe(fork.forkedAt);
      }
    }
    // …is there once, and so is the rest; text is whole and in order.
    for (const [line, times] of seen) if (line !== "") expect(times, `${about}: ${line}`).toBe(1);
    for (const block of blocks) {
      const tokens = [...block.content.matchAll(/^token \S+\.(\d+) é🦊$/gm)].map((match) => Number(match[1]));
      expect(tokens, about).toEqual(tokens.map((_, n) => n));
    }
    await world.documents.close();
    await store.close();
  }
  expect(acknowledged.filter((line) => line.startsWith("append")).length).toBeGreaterThan(50);
}, 120_000);
