import { describe, expect, it } from "vitest";
import { commands } from "../../../src/commands/index.ts";
import { openScript } from "../../kernel/harness.ts";

/** Examples of the commands that need a kernel: each in a fresh ephemeral one, in a fresh folder of the host. */
const own = commands.filter(({ signature }) => signature.group === "kernel" || signature.group === "vfs");

describe.each(own.map((command) => [command.signature.name, command.signature] as const))("%s", (_name, signature) => {
  it.each(signature.examples.map((example) => [example.run, example] as const))("%s", async (_run, example) => {
    const { stdout, stderr, status } = await openScript().run(example.run);
    if (example.stdout !== undefined) expect({ stdout, stderr }).toEqual({ stdout: example.stdout, stderr: "" });
    expect(status, stderr).toBe(example.status ?? 0);
  });
});
