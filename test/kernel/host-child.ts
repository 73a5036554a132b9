/**
 * A process of its own that hosts a kernel, for the tests that kill one. Arguments: what to do (`hold`, `work`, or the path of a
 * script to run), the home, the kernel's name, the folder. It prints one line of JSON for each thing that was acknowledged.
 */
import { readFileSync } from "node:fs";
import { commandTable } from "../../src/commands/index.ts";
import { openKernel } from "../../src/kernel/kernel.ts";
import { testEnv } from "./test-env.ts";

const [what = "", home = "", name = "", folder = ""] = process.argv.slice(2);

const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function main(): Promise<void> {
  const hosted = await openKernel({ name, commands: commandTable(), env: testEnv(home), cwd: folder });
  const api = await hosted.attachKernel(name, { instance: "child" });
  say({ ready: process.pid });
  if (what === "hold") {
    setInterval(() => undefined, 1_000);
    return;
  }
  if (what !== "work") {
    const lines = { write: (chunk: Uint8Array | string) => say({ printed: Buffer.from(chunk).toString() }) };
    const { status } = await api.execute(readFileSync(what, "utf8"), { stdout: lines, stderr: lines, name: what, cwd: folder })
      .done;
    say({ status });
    return hosted.close();
  }
  const debug = await api.fork({ label: "debug" });
  for (let at = 0; ; at++) {
    const block = await api.createBlock({ kind: "text", role: "user", content: `block ${at}` });
    say({ block: block.id.seq, content: `block ${at}` });
    const staged = await debug.driftPush("main", `finding ${at}`);
    say({ staged: staged.id });
    if (at % 3 === 0) {
      const { delivered } = await debug.driftFlush();
      for (const id of delivered) say({ delivered: id });
    }
    const result = await api.execute(`n=${at}; echo ${at}`).done;
    say({ program: result.blockId?.seq, n: at });
    // One more runs when the kill comes.
    void api.execute("echo begun; while true; do :; done", { signal: AbortSignal.timeout(20) });
  }
}

void main().catch((error: unknown) => {
  const { name: kind, code, message } = error as { name: string; code: string; message: string };
  say({ error: { kind, code, message } });
  process.exitCode = 1;
});
