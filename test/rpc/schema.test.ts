import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { schemaHash as hashNow } from "../../scripts/schema.ts";
import { putBlock } from "../../src/kernel/rpc/codec/blocks.ts";
import { headerBytes, writeFrame } from "../../src/kernel/rpc/frame.ts";
import * as wire from "../../src/kernel/rpc/generated/kaijutsu.ts";
import { schemaHash } from "../../src/kernel/rpc/generated/schema-hash.ts";
import { initStruct, OutMessage } from "../../src/kernel/rpc/message.ts";
import { wireVersion } from "../../src/kernel/rpc/version.ts";
import { block } from "./fake-world.ts";

const schemaPath = fileURLToPath(new URL("../../src/kernel/rpc/kaijutsu.capnp", import.meta.url));
const schema = readFileSync(schemaPath, "utf8");

/** Method names by ordinal, as the schema's text has them. */
function ordinals(name: string): string[] {
  const body = new RegExp(`^interface ${name} \\{\\n([^]*?)^\\}`, "m").exec(schema)?.[1] ?? "";
  const methods: string[] = [];
  for (const [, method, ordinal] of body.matchAll(/^ {2}(\w+) @(\d+) \(/gm)) methods[Number(ordinal)] = method!;
  return methods;
}

describe("the schema", () => {
  it("has the generated classes of its text (stale: run `npm run schema`, with capnp installed)", () => {
    expect(schemaHash).toBe(hashNow());
  });

  it("has the wire version the code speaks", () => {
    expect(schema).toContain(`const wireVersion :UInt32 = ${wireVersion};`);
  });

  it.each([
    ["World", wire.World$Client.methods, 5],
    ["Kernel", wire.Kernel$Client.methods, 113],
    ["Vfs", wire.Vfs$Client.methods, 16],
  ])("%s: every ordinal is there once, in the classes too", (name, methods, count) => {
    expect(ordinals(name).length).toBe(count);
    expect(methods.map((method) => method.methodName)).toEqual(ordinals(name));
  });

  it("keeps the ordinals that are fixed", () => {
    const kernel = ordinals("Kernel");
    const fixed: Record<number, string> = {
      0: "getInfo",
      1: "execute",
      2: "interrupt",
      3: "complete",
      4: "subscribeOutput",
      5: "getCommandHistory",
      6: "fork",
      7: "thread",
      8: "detach",
      9: "vfs",
      16: "executeTool",
      17: "getToolSchemas",
      18: "applyBlockOp",
      19: "subscribeBlocks",
      21: "prompt",
      25: "shellExecute",
      34: "pushOps",
      35: "getDocumentState",
      41: "callMcpTool",
      48: "subscribeMcpElicitations",
      57: "invokeAgent",
      66: "setAttribution",
      71: "getShellVar",
      74: "setToolFilter",
      76: "driftPush",
      77: "driftFlush",
      78: "driftPull",
      79: "driftMerge",
      80: "driftQueue",
      81: "driftCancel",
      82: "listAllContexts",
      86: "getToolFilter",
      87: "checkpoint",
      94: "subscribeEvents",
      97: "kill",
      101: "executeStreaming",
      102: "plan",
      103: "check",
      104: "subscribeTty",
    };
    for (const [ordinal, name] of Object.entries(fixed)) expect(kernel[Number(ordinal)]).toBe(name);
    expect(ordinals("Vfs")).toEqual([
      "getattr",
      "readdir",
      "read",
      "readlink",
      "write",
      "create",
      "mkdir",
      "unlink",
      "rmdir",
      "rename",
      "truncate",
      "setattr",
      "symlink",
      "readOnly",
      "statfs",
      "realPath",
    ]);
  });

  const capnp = spawnSync("capnp", ["--version"]).status === 0;

  it.runIf(capnp)("the C++ implementation reads what we write", () => {
    const out = new OutMessage();
    putBlock(initStruct(out, 0, wire.BlockSnapshot), {
      ...block,
      exitCode: -2,
      stderr: "žluť",
      toolInput: { a: [1] },
      usage: { inputTokens: 1, outputTokens: 2 },
    });
    const frame = Buffer.alloc(headerBytes(1) + out.bytes().length);
    writeFrame(frame, 0, [out.bytes()]);
    const decoded = spawnSync("capnp", ["convert", "binary:json", schemaPath, "BlockSnapshot"], { input: frame, encoding: "utf8" });
    expect(decoded.stderr).toBe("");
    expect(JSON.parse(decoded.stdout)).toMatchObject({
      id: { seq: "1" },
      role: "user",
      kind: "text",
      status: "done",
      content: block.content,
      excluded: true,
      hasExitCode: true,
      exitCode: -2,
      stderr: "žluť",
      toolInputJson: '{"a":[1]}',
      usage: { inputTokens: "1", outputTokens: "2" },
    });
  });
});
