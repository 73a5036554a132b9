import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect as dial, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { commandTable } from "../../src/commands/index.ts";
import { openKernel } from "../../src/kernel/kernel.ts";
import { connect, serveSocket } from "../../src/kernel/rpc/index.ts";
import { assertAgree, median, print, ratio } from "./measure.ts";

const sequential = 2000;
const concurrent = 1000;
const rounds = 5;

/** Answers `{"id":1,"cwd":"/"}` to `{"id":1}`, a line each: the least a protocol can do on the same socket. */
function jsonServer(path: string, cwd: string): Promise<{ close(): void }> {
  const server = createServer((socket) => {
    eachLine(socket, (line) => {
      const { id } = JSON.parse(line) as { id: number };
      socket.write(`${JSON.stringify({ id, cwd })}\n`);
    });
  });
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}

function eachLine(socket: Socket, take: (line: string) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}

function jsonClient(path: string): { getCwd(): Promise<string>; close(): void } {
  const socket = dial(path);
  const waiting = new Map<number, (cwd: string) => void>();
  let next = 0;
  eachLine(socket, (line) => {
    const { id, cwd } = JSON.parse(line) as { id: number; cwd: string };
    waiting.get(id)?.(cwd);
    waiting.delete(id);
  });
  return {
    getCwd: () =>
      new Promise((resolve) => {
        waiting.set(++next, resolve);
        socket.write(`${JSON.stringify({ id: next })}\n`);
      }),
    close: () => socket.destroy(),
  };
}

async function rate(calls: number, inFlight: number, call: () => Promise<string>): Promise<number> {
  const began = performance.now();
  let answer = "";
  for (let done = 0; done < calls; done += inFlight) {
    const answers = await Promise.all(Array.from({ length: inFlight }, call));
    answer = answers.at(-1) ?? "";
  }
  if (answer === "") throw new Error("no answer");
  return (calls * 1000) / (performance.now() - began);
}

/** The same call on the same kind of socket, both ends in this process. */
export async function benchRpc(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kaish-bench-"));
  const env = new Map([["HOME", folder]]);
  const world = await openKernel({ commands: commandTable(), env, cwd: folder });
  const server = await serveSocket(() => world, join(folder, "rpc/kaish.sock"));
  const json = await jsonServer(join(folder, "json.sock"), folder);
  const client = await connect(join(folder, "rpc/kaish.sock"));
  const plain = jsonClient(join(folder, "json.sock"));
  try {
    const api = await client.attachKernel(world.kernel.label);
    assertAgree("RPC", [
      { name: "kaish", stdout: await api.getCwd() },
      { name: "JSON", stdout: await plain.getCwd() },
    ]);
    print("\nRPC calls on a unix socket, per second      kaish     newline-JSON");
    for (const [name, calls, inFlight] of [
      ["one after the other", sequential, 1],
      ["1,000 in flight", concurrent * 4, concurrent],
    ] as const) {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await rate(calls, inFlight, () => api.getCwd()));
        theirs.push(await rate(calls, inFlight, () => plain.getCwd()));
      }
      print(
        `  ${name.padEnd(36)} ${median(ours).toFixed(0).padStart(10)} ${median(theirs).toFixed(0).padStart(14)}   ${ratio(median(ours), median(theirs))} of it`,
      );
    }
  } finally {
    plain.close();
    await client.close();
    await server.close();
    json.close();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
