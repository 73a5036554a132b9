import { spawnSync } from "node:child_process";
import { cpSync, existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { binary, type Sandbox, sandbox } from "./kaish.ts";

let box: Sandbox;
let copy: string;
beforeEach(() => {
  box = sandbox();
  copy = join(box.folder, "dist");
  cpSync(dirname(binary), copy, { recursive: true });
});
afterEach(() => box.remove());

function start(program: string, code: string, env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(program, ["-c", code], {
    cwd: box.folder,
    env: { ...box.env, ...env },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const answer = { status: 0, stdout: "hi 2\n", stderr: "" };
const code = 'echo "hi $(seq 2 | tail -n 1)"';

describe("starting", () => {
  it("the build made a snapshot for this node", () => {
    expect(existsSync(join(copy, "kaish.blob"))).toBe(true);
    expect(existsSync(join(copy, "kaish.stamp"))).toBe(true);
  });

  it("loads nothing but its own bundle for a program without kernel verbs", () => {
    for (const name of ["kernel.cjs", "rpc.cjs", "mcp.cjs", "plain.cjs", "tui.mjs"]) rmSync(join(copy, name));
    expect(start(join(copy, "kaish"), code)).toEqual(answer);
    rmSync(join(copy, "main.cjs"));
    expect(start(join(copy, "kaish"), code)).toEqual(answer);
    expect(start(join(copy, "kaish"), "context ls").status).not.toBe(0);
  });

  it("passes over a snapshot that another node made", () => {
    writeFileSync(join(copy, "kaish.stamp"), "1:2:3:4\n");
    writeFileSync(join(copy, "kaish.blob"), "not for you");
    expect(start(join(copy, "kaish"), code)).toEqual(answer);
  });

  it("starts without a snapshot, and under NODE_OPTIONS that a snapshot does not fit", () => {
    expect(start(join(copy, "kaish"), code, { NODE_OPTIONS: "--max-old-space-size=512" })).toEqual(answer);
    rmSync(join(copy, "kaish.blob"));
    rmSync(join(copy, "kaish.stamp"));
    expect(start(join(copy, "kaish"), code)).toEqual(answer);
  });

  it("starts through symbolic links, relative ones too", () => {
    symlinkSync("dist/kaish", join(box.folder, "k1"));
    symlinkSync(join(box.folder, "k1"), join(box.folder, "k2"));
    expect(start(join(box.folder, "k2"), code)).toEqual(answer);
    expect(start("./k1", code)).toEqual(answer);
  });

  it("says that node is missing", () => {
    expect(start(join(copy, "kaish"), code, { PATH: "/nowhere" })).toMatchObject({
      status: 127,
      stderr: expect.stringMatching(/node is not on PATH/),
    });
  });
});
