import { describe, expect, it } from "vitest";
import { extractiveDistiller } from "../../../src/kernel/drift/index.ts";
import { transcriptOf } from "../../../src/kernel/drift/transcript.ts";
import { type ContextId, newId, type PrincipalId } from "../../../src/kernel/ids.ts";
import type { BlockSnapshot } from "../../../src/kernel/types.ts";

const contextId = newId<ContextId>();
const principalId = newId<PrincipalId>();

function conversation(...blocks: (Partial<BlockSnapshot> | string)[]): BlockSnapshot[] {
  return blocks.map((block, at) => ({
    id: { contextId, principalId, seq: at + 1 },
    role: "user",
    kind: "text",
    status: "done",
    createdAt: at,
    updatedAt: at,
    content: "",
    collapsed: false,
    excluded: false,
    ephemeral: false,
    ...(typeof block === "string" ? { content: block } : block),
  }));
}

async function distil(blocks: BlockSnapshot[], question?: string): Promise<string> {
  const { text, model } = await extractiveDistiller().distill({ blocks, ...(question === undefined ? {} : { question }) });
  expect(model).toBe("local/extractive");
  return text;
}

/** The bullets under each heading. */
function sections(text: string): Record<string, string[]> {
  return Object.fromEntries(text.split("\n\n").map((part) => [part.split("\n")[0]!.replace("## ", ""), part.split("\n").slice(1)]));
}

const auth = conversation(
  "Login fails about once in a hundred requests. Can you look at it?",
  { role: "model", kind: "thinking", content: "Let me look at the session code first." },
  { role: "model", kind: "toolCall", toolKind: "shell", content: "grep -rn refresh src/" },
  {
    role: "tool",
    kind: "toolResult",
    toolKind: "shell",
    content: `src/session.rs:42:    fn refresh_token(&mut self) {\n${"src/other.rs:7: refresh\n".repeat(300)}`,
  },
  {
    role: "model",
    content:
      "I found the root cause: two requests refresh the token at the same time in src/session.rs:42, and the second one loses. It is a race condition in `refresh_token`.",
  },
  { role: "model", content: "The weather is nice today. I will keep looking." },
  "We decided to guard the refresh with a mutex instead of a queue. Caching stays as it is.",
  {
    role: "model",
    content: "The lock goes into SessionStore::refresh(). It is unclear whether the mobile client retries on its own.",
  },
  "Good.",
);

describe("the extractive distiller", () => {
  it("keeps findings, decisions, code references and open questions", async () => {
    const found = sections(await distil(auth));
    expect(Object.keys(found)).toEqual(["Findings", "Decisions", "Code references", "Open questions"]);
    expect(found.Findings?.join()).toContain("root cause: two requests refresh the token at the same time");
    expect(found.Decisions?.join()).toContain("guard the refresh with a mutex");
    expect(found["Code references"]).toEqual(expect.arrayContaining(["- src/session.rs:42", "- refresh_token"]));
    expect(found["Code references"]?.join()).toContain("SessionStore::refresh");
    expect(found["Open questions"]?.join()).toContain("unclear whether the mobile client retries");
  });

  it.each([
    ["src/a/b.ts:10:3 is slow", "src/a/b.ts:10:3"],
    ["look at README.md", "README.md"],
    ["it is in ./bin/tool", "./bin/tool"],
    ["`parse_line` loops", "parse_line"],
    ["it calls flush() twice", "flush()"],
    ["Store::open takes a path", "Store::open"],
    ["5 tok/s and 3 us/row, yes/no, 1/2", undefined],
    ["see https://example.com/a/b.html for more", undefined],
  ])("in %j refers to %s", async (text, expected) => {
    expect(sections(await distil(conversation(text)))["Code references"]).toEqual(
      expected === undefined ? undefined : [`- ${expected}`],
    );
  });

  it("answers the question first of all", async () => {
    const parts = "lexer grammar scope closure stream buffer socket driver layout screen cursor prompt".split(" ");
    const chain = parts.map(
      (part, n) => `The ${part} feeds the ${parts[(n + 1) % 12]} and waits for the ${parts[(n + 5) % 12]} of stage ${n}.`,
    );
    const talk = conversation(...chain, "Cached entries live ten minutes.");
    expect(await distil(talk)).not.toContain("ten minutes");
    expect(await distil(talk, "how long do entries of the cache live?")).toContain("ten minutes");
  });

  it("is the same each time, at most 500 words, and says nothing twice", async () => {
    const long = conversation(
      ...Array.from({ length: 2_000 }, (_, n) => ({
        role: n % 2 === 0 ? ("user" as const) : ("model" as const),
        content: `We decided on step ${n} that module m${n % 50} in src/m${n % 50}.ts:${n} must change its handling of ${["locks", "queues", "caches"][n % 3]} and so on. Is that so for step ${n}? ${"word ".repeat(n % 30)}.`,
      })),
    );
    const text = await distil(long);
    expect(text.split(/\s+/).length).toBeLessThanOrEqual(500);
    expect(await distil(long)).toBe(text);
    const bullets = text.split("\n").filter((line) => line.startsWith("- "));
    expect(new Set(bullets).size).toBe(bullets.length);
  });

  it("prefers what was said to the rows that tools print", async () => {
    const rows = Array.from({ length: 12 }, (_, at) => `${400 + at} src/kernel/part${at}.ts`).join("\n");
    const text = await distil(
      conversation(
        { role: "tool", kind: "toolResult", toolKind: "shell", content: `PATH  TYPE  SOURCE\n/mnt/x  local  /work\n${rows}` },
        ...Array.from({ length: 8 }, (_, at) => `Module ${at} keeps its own cache, which nothing ever clears when a user leaves.`),
        { role: "model", content: "The parser is the slowest part because it copies each token twice." },
      ),
    );
    const findings = sections(text).Findings ?? [];
    expect(findings.join("\n")).toContain("copies each token twice");
    expect(findings.findIndex((line) => line.includes("/mnt/x"))).toBe(-1);
  });

  it("works in a language without spaces, and for very little", async () => {
    const text = await distil(conversation("キャッシュが壊れています。原因は src/cache.ts:9 の競合状態です。明日また調べます。"));
    expect(text).toContain("原因は src/cache.ts:9 の競合状態です。");
    expect(await distil(conversation("ok"))).toBe("## Findings\n- ok");
  });

  it("rejects an empty conversation, and an aborted one", async () => {
    for (const blocks of [
      [],
      conversation("", " \n", { content: "x", excluded: true }, { content: "y", ephemeral: true }, "---"),
    ]) {
      await expect(distil(blocks)).rejects.toMatchObject({ code: "invalid" });
    }
    await expect(extractiveDistiller().distill({ blocks: auth, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "cancelled",
    });
  });
});

describe("a transcript", () => {
  it("labels what each block is, with the command of a tool call and what went to stderr", () => {
    const entries = transcriptOf(
      conversation(
        "hi",
        { role: "model", kind: "thinking", content: "hm" },
        { kind: "toolCall", toolKind: "mcp", toolName: "search", toolInput: { q: 1 } },
        { role: "tool", kind: "toolResult", toolKind: "shell", content: "out", stderr: "err", status: "error" },
        { role: "system", kind: "drift", content: "d" },
        { content: "no", excluded: true },
      ),
    );
    expect(entries).toEqual([
      { label: "user", text: "hi" },
      { label: "model thinking", text: "hm" },
      { label: "search command", text: '{"q":1}' },
      { label: "shell output (failed)", text: "out\nerr" },
      { label: "drift", text: "d" },
    ]);
  });

  it("cuts a block over 2 KB between characters, and says so", () => {
    const [short, long] = transcriptOf(conversation("é".repeat(1024), "語".repeat(2000)));
    expect(short?.text).toBe("é".repeat(1024));
    expect(long?.text).toBe(`${"語".repeat(682)}\n[cut: the first 2 of 6 KB]`);
  });
});
