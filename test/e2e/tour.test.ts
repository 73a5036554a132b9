import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "../guards/source-tree.ts";
import { kaish, type Sandbox, sandbox, seen, startKaish } from "./kaish.ts";

const tour = join(root, "examples/tour.kai");
let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box.remove());

describe("the tour", () => {
  it("works, forks, drifts back and shows where the blocks came from", () => {
    const { stdout, stderr, status } = kaish(box, [tour]);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toContain("main holds 0 drift blocks");
    expect(stdout).toMatch(/\/mnt\/kaish +local +\S+ +ro/);
    expect(stdout).toContain("nothing can write there");
    expect(stdout).toMatch(/\d{2,} TypeScript files, \d{4,} lines/);
    expect(stdout).toMatch(/\[push from rooms-1 by \S+\] main › rooms-1/);
    expect(stdout).toMatch(/\[pull from rooms-1 via local\/extractive\] main › rooms-1/);
    // The briefing keeps what the fork decided, found and left open.
    expect(stdout).toMatch(/Decision: new text tools go to src\/commands\/text/);
    expect(stdout).toMatch(/should src\/commands\/index\.ts be sorted/);
  });

  it("finds in a kernel on disk what the first run left", () => {
    expect(kaish(box, ["-k", "tour", tour]).status).toBe(0);
    const second = kaish(box, ["-k", "tour", tour]);
    expect(second.stderr).toBe("");
    expect(second.status).toBe(0);
    expect(second.stdout).toContain("main holds 2 drift blocks");
    expect(second.stdout).toMatch(/\[push from rooms-2 by \S+\] main › rooms-2/);
    expect(kaish(box, ["-k", "tour", "context", "ls"]).stdout).toMatch(/rooms-1[\s\S]*rooms-2/);
  });

  it("loses nothing it told of when it is killed on the way", async () => {
    for (const when of [/Look around/, /Fork it/, /staged 1 for/, /delivered 1/]) {
      const own = sandbox();
      try {
        const running = startKaish(own, ["-k", "killed", tour]);
        const printed = await seen(running.stdout, when);
        running.kill("SIGKILL");
        await new Promise((resolve) => running.once("exit", resolve));
        const after = kaish(own, [
          "-k",
          "killed",
          "-c",
          "drift queue --all; drift flush --all; context switch main; block_list --kind drift; context ls",
        ]);
        expect(after.stderr).toBe("");
        if (/staged 1 for/.test(printed)) {
          // Told of as staged: there exactly once, whether it was delivered before or only now.
          expect(after.stdout.match(/push from rooms-1/g)).toHaveLength(1);
        }
        const again = kaish(own, ["-k", "killed", "-c", "drift flush --all; context switch main; block_list --kind drift"]);
        expect(again.stdout.match(/push from rooms-1/g)?.length ?? 0).toBeLessThanOrEqual(1);
      } finally {
        own.remove();
      }
    }
  });
});
