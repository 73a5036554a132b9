import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kaish, type Sandbox, sandbox, seen, startKaish } from "./kaish.ts";

let box: Sandbox;
beforeAll(() => {
  box = sandbox();
});
afterAll(() => box.remove());

/** Starts a program, sends the signal when it has printed `ready`, and answers what it printed and how it ended. */
async function signalled(code: string, signal: NodeJS.Signals): Promise<{ stdout: string; status: number | null }> {
  const child = startKaish(box, ["-c", code]);
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (status) => resolve(status)));
  await seen(child.stdout, /ready\n/);
  child.kill(signal);
  return { status: await ended, stdout: stdout.replace("ready\n", "") };
}

const rows: readonly (readonly [string, NodeJS.Signals, { stdout: string; status: number }])[] = [
  // What no trap takes ends the program; the EXIT trap still runs.
  ["trap 'echo bye' EXIT; echo ready; while :; do :; done", "SIGTERM", { stdout: "bye\n", status: 143 }],
  ["echo ready; sleep 100", "SIGINT", { stdout: "", status: 130 }],
  ["echo ready; sleep 100; echo no", "SIGHUP", { stdout: "", status: 129 }],
  // Only the trap of that name runs, and the program goes on after it.
  [
    "trap 'echo int' INT; trap 'echo term; exit 5' TERM; echo ready; while :; do :; done",
    "SIGTERM",
    { stdout: "term\n", status: 5 },
  ],
  [
    "trap 'n=1; echo caught' TERM; n=0; echo ready; while ((n == 0)); do :; done; echo on",
    "SIGTERM",
    { stdout: "caught\non\n", status: 0 },
  ],
  [
    "trap '' INT; trap 'exit 3' TERM; echo ready; (sleep 0.2; kill -TERM $$) & while :; do sleep 0.05; done",
    "SIGINT",
    { stdout: "", status: 3 },
  ],
  // wait is interrupted by a trapped signal: 128 and its number.
  ["trap 'echo got' TERM; sleep 100 & echo ready; wait; echo $?", "SIGTERM", { stdout: "got\n143\n", status: 0 }],
];

describe("signals from outside", () => {
  it.each(rows)("%s ← %s", async (code, signal, expected) => {
    expect(await signalled(code, signal)).toEqual(expected);
  });
});

describe("the EXIT trap has the last word about the status", () => {
  it.each([
    ["trap 'exit 5' EXIT; true", 5],
    ["trap 'false' EXIT; exit 3", 3],
    ["trap 'exit 4' EXIT; block_list; exit 3", 4],
    ["set -e; trap 'exit $(($? + 1))' EXIT; false", 2],
  ] as const)("%s", (code, status) => {
    const own = kaish(box, ["-c", code]);
    expect(own.stderr).toBe("");
    expect(own.status).toBe(status);
    expect(kaish(box, ["-k", `k${status}`, "-c", `(${code})`]).status).toBe(status);
  });
});
