import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { binary, kaish, type Sandbox, sandbox } from "../e2e/kaish.ts";

interface Answer {
  readonly isError?: boolean;
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly content: readonly { readonly type: string; readonly text: string }[];
}

let box: Sandbox;
let client: Client;

async function connect(args: readonly string[]): Promise<Client> {
  const made = new Client({ name: "test", version: "1" });
  const env = Object.fromEntries(Object.entries(box.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  await made.connect(
    new StdioClientTransport({ command: binary, args: ["serve", "--stdio", ...args], env, cwd: box.folder, stderr: "inherit" }),
  );
  return made;
}

async function call(name: string, args: Record<string, unknown> = {}, on: Client = client): Promise<Answer> {
  return (await on.callTool({ name, arguments: args })) as unknown as Answer;
}

async function structured<T>(name: string, args: Record<string, unknown> = {}, on: Client = client): Promise<T> {
  const answer = await call(name, args, on);
  expect(answer.isError ?? false, JSON.stringify(answer.content)).toBe(false);
  return answer.structuredContent as T;
}

interface Shell {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit_code: number;
  readonly status: string;
  readonly truncated: boolean;
  readonly block_id?: string;
}
interface Block {
  readonly id: string;
  readonly kind: string;
  readonly content: string;
  readonly status: string;
  readonly drift_kind?: string;
  readonly source_context?: string;
  readonly source_model?: string;
}

beforeAll(async () => {
  box = sandbox();
  mkdirSync(join(box.folder, "open"));
  mkdirSync(join(box.folder, "closed"));
  writeFileSync(join(box.folder, "closed/a"), "secret\n");
  client = await connect(["--allow-write", join(box.folder, "open")]);
});
afterAll(async () => {
  await client.close();
  box.remove();
});

describe("kaish as an MCP server", () => {
  it("declares its tools with schemas and hints", async () => {
    const { tools } = await client.listTools();
    const names = tools.map((tool) => tool.name).sort();
    expect(names).toEqual(
      [
        ...["block_append", "block_create", "block_list", "block_read"],
        ...["context_create", "context_fork", "context_list", "context_switch"],
        ...["drift_cancel", "drift_flush", "drift_ls", "drift_merge", "drift_pull", "drift_push", "drift_queue"],
        ...["shell", "whoami"],
      ].sort(),
    );
    for (const tool of tools) {
      expect(tool.inputSchema.type).toBe("object");
      expect(tool.outputSchema?.type).toBe("object");
      expect(tool.annotations?.readOnlyHint).toBeTypeOf("boolean");
    }
    expect(tools.find((tool) => tool.name === "block_read")?.annotations?.readOnlyHint).toBe(true);
  });

  it("runs programs: a non-zero exit is a result", async () => {
    expect(await structured<Shell>("shell", { script: "echo hé; echo oops >&2; exit 3" })).toMatchObject({
      stdout: "hé\n",
      stderr: "oops\n",
      exit_code: 3,
      status: "failed",
      truncated: false,
    });
    expect(await structured<Shell>("shell", { script: "if then" })).toMatchObject({ exit_code: 2, status: "usage", stdout: "" });
    expect(await structured<Shell>("shell", { script: "no-such-thing" })).toMatchObject({ exit_code: 127, status: "not_found" });
    expect(await structured<Shell>("shell", { script: "cat", stdin: "in\n" })).toMatchObject({ stdout: "in\n", exit_code: 0 });
    expect(await structured<Shell>("shell", { script: 'echo "$X $(pwd)"', env: { X: "y" }, cwd: "/etc" })).toMatchObject({
      stdout: "y /etc\n",
    });
    expect(await structured<Shell>("shell", { script: "while true; do :; done", timeout_ms: 200 })).toMatchObject({
      exit_code: 124,
      status: "timed_out",
    });
  });

  it("records each call and its result", async () => {
    const { block_id } = await structured<Shell>("shell", { script: "echo recorded" });
    const { block } = await structured<{ block: Block }>("block_read", { block: block_id });
    expect(block).toMatchObject({ kind: "toolResult", status: "done", content: "recorded\n" });
  });

  it("cuts long output and says so", async () => {
    const answer = await structured<Shell>("shell", { script: "seq 1 200000" });
    expect(answer.truncated).toBe(true);
    expect(answer.stdout.startsWith("1\n2\n")).toBe(true);
    expect(answer.stdout.endsWith("199999\n200000\n")).toBe(true);
  });

  it("cannot write outside of what was allowed, nor run programs", async () => {
    const write = await structured<Shell>("shell", { script: "echo x > closed/a" });
    expect(write).toMatchObject({ exit_code: 1, stderr: expect.stringMatching(/Read-only file system/) });
    expect(await structured<Shell>("shell", { script: "echo x > open/a; cat open/a" })).toMatchObject({
      stdout: "x\n",
      exit_code: 0,
    });
    expect(await structured<Shell>("shell", { script: "git --version" })).toMatchObject({ exit_code: 126, status: "refused" });
    expect(await structured<Shell>("shell", { script: "mount /mnt/x closed --rw; echo x > /mnt/x/a" })).not.toMatchObject({
      exit_code: 0,
    });
    expect(kaish(box, ["-c", "cat closed/a"]).stdout).toBe("secret\n");
  });

  it("creates, appends to and lists blocks", async () => {
    const made = await structured<{ block: Block }>("block_create", { content: "début ", status: "running" });
    expect(await structured("block_append", { block: made.block.id, text: "fin" })).toEqual({ length: 9 });
    const { blocks } = await structured<{ blocks: readonly Block[] }>("block_list", { kind: "text" });
    expect(blocks.at(-1)).toMatchObject({ id: made.block.id, content: "début fin", status: "running" });
  });

  it("forks, drifts back, and says where a drift came from", async () => {
    const { context: home } = await structured<{ context: { id: string; label: string } }>("whoami");
    expect(home.label).toMatch(/^mcp-/);
    const { context: fork } = await structured<{ context: { id: string; parent: string } }>("context_fork", { label: "explore" });
    expect(fork.parent).toBe(home.id);
    await structured("block_create", { content: "Finding: the cache in src/cache.ts is never cleared." });
    const { drift } = await structured<{ drift: { id: string; number: number } }>("drift_push", {
      target: ".parent",
      content: "cache leak in src/cache.ts:12",
    });
    expect((await structured<{ staged: readonly { id: string }[] }>("drift_queue")).staged.map(({ id }) => id)).toEqual([drift.id]);
    expect(await structured("drift_flush")).toEqual({ delivered: [drift.id], failed: [] });
    await structured("drift_merge");
    await structured("context_switch", { context: home.id });
    const { blocks } = await structured<{ blocks: readonly Block[] }>("block_list", { kind: "drift" });
    expect(blocks).toMatchObject([
      { drift_kind: "push", source_context: fork.id, content: "cache leak in src/cache.ts:12" },
      {
        drift_kind: "merge",
        source_context: fork.id,
        source_model: "local/extractive",
        content: expect.stringMatching(/src\/cache\.ts/),
      },
    ]);
    expect((await structured<{ contexts: readonly unknown[] }>("drift_ls")).contexts.length).toBeGreaterThanOrEqual(3);
  });

  it("cancels a staged drift", async () => {
    await structured("context_create", { label: "other" });
    const { drift } = await structured<{ drift: { number: number } }>("drift_push", { target: "other", content: "x" });
    await structured("drift_cancel", { id: String(drift.number) });
    expect(await structured("drift_queue")).toEqual({ staged: [] });
  });

  it("answers a failed call as an error with its code and what to do", async () => {
    const unknown = await call("context_switch", { context: "nowhere" });
    expect(unknown).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^notFound: .*nowhere/) }] });
    const wrong = await call("block_create", { content: 5 });
    expect(wrong.isError).toBe(true);
    const missing = await call("block_read", { block: "99999" });
    expect(missing).toMatchObject({ isError: true });
  });

  it("says which folder of --allow-write is not there", () => {
    const outcome = kaish(box, ["serve", "--stdio", "--allow-write", "no/such"]);
    expect(outcome).toMatchObject({ status: 1, stderr: `kaish: ${join(box.folder, "no/such")}: No such file or directory\n` });
  });

  it("confines its own session, not the people who attach to the kernel it hosts", async () => {
    const own = await connect(["-k", "shared"]);
    try {
      expect(await structured<Shell>("shell", { script: "echo x > closed/a" }, own)).toMatchObject({ exit_code: 1 });
      const person = kaish(box, [
        "-k",
        "shared",
        "-c",
        "/bin/echo mine > open/b; cat open/b; fork side >/dev/null; drift push main hi --now; context ls",
      ]);
      expect(person).toMatchObject({ status: 0, stderr: "" });
      expect(person.stdout).toMatch(/^mine\n[\s\S]*mcp-/);
      await structured("context_switch", { context: "main" }, own);
      expect(await structured<Shell>("shell", { script: "echo x > closed/a; /bin/true" }, own)).toMatchObject({ exit_code: 126 });
      const { blocks } = await structured<{ blocks: readonly Block[] }>("block_list", { kind: "drift" }, own);
      expect(blocks.map((block) => block.content)).toEqual(["hi"]);
    } finally {
      await own.close();
    }
    expect(kaish(box, ["-c", "cat closed/a"]).stdout).toBe("secret\n");
  });

  it("keeps a named kernel for the next session", async () => {
    const first = await connect(["-k", "kept"]);
    await structured("block_create", { content: "remember me" }, first);
    const label = (await structured<{ context: { label: string } }>("whoami", {}, first)).context.label;
    await first.close();
    const second = await connect(["-k", "kept", "--context", label]);
    const { blocks } = await structured<{ blocks: readonly Block[] }>("block_list", {}, second);
    await second.close();
    expect(blocks.map((block) => block.content)).toContain("remember me");
  });
});
