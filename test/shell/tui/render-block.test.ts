import { describe, expect, test } from "vitest";
import type { BlockSnapshot, ContextId } from "../../../src/kernel/index.ts";
import { formatDuration, renderBlock } from "../../../src/shell/tui/render-block.ts";
import { plainText } from "../../../src/shell/tui/sanitize.ts";
import { textWidth } from "../../../src/shell/tui/text-units.ts";
import { colourTheme, plainTheme, type Theme } from "../../../src/shell/tui/theme.ts";

const around = { lineage: () => "main › debug", label: () => "debug", when: () => "14:32" };

function block(fields: Partial<BlockSnapshot>): BlockSnapshot {
  return {
    id: { contextId: "c", principalId: "p", seq: 7 },
    role: "user",
    kind: "text",
    status: "done",
    createdAt: 1000,
    updatedAt: 1000,
    content: "",
    collapsed: false,
    excluded: false,
    ephemeral: false,
    ...fields,
  } as BlockSnapshot;
}

function render(fields: Partial<BlockSnapshot>, width = 80, theme: Theme = plainTheme): string {
  return renderBlock(block(fields), { width, theme, around });
}

const command = { kind: "toolCall", toolKind: "shell" } as const;
const output = { kind: "toolResult", toolKind: "shell", role: "tool" } as const;
const drift = { kind: "drift", role: "system", driftKind: "push", sourceContext: "d" as ContextId } as const;

const screens: Readonly<Record<string, readonly [fields: Partial<BlockSnapshot>, at80: string, at40?: string]>> = {
  command: [{ ...command, content: "grep -n x *.ts" }, "❯ grep -n x *.ts\n"],
  "command of lines": [{ ...command, content: "for x in 1 2\ndo echo $x; done" }, "❯ for x in 1 2\n· do echo $x; done\n"],
  "command in its input": [{ ...command, toolInput: { code: "ls" } }, "❯ ls\n"],
  output: [{ ...output, content: "one\ntwo", exitCode: 0 }, "one\ntwo\n"],
  "no output": [{ ...output, exitCode: 0 }, ""],
  "output that failed": [
    { ...output, content: "one\n", status: "error", exitCode: 2, stderr: "no such file\n" },
    "one\nno such file\n✗ 2\n",
  ],
  "output that took long": [{ ...output, content: "one\n", exitCode: 0, updatedAt: 5200 }, "one\n4.2 s\n"],
  "failed and took long, cut": [
    { ...output, status: "error", exitCode: 1, updatedAt: 66_000, truncated: true },
    "✗ 1 · 1 min 5 s · the middle is left out, block #7 keeps the whole\n",
  ],
  "output keeps its lines whole": [{ ...output, content: `${"x".repeat(100)}\n`, exitCode: 0 }, `${"x".repeat(100)}\n`],
  user: [{ role: "user", content: "what is wrong\nhere?" }, "› what is wrong\n  here?\n"],
  model: [{ role: "model", content: "It is the **lock**.\n" }, "● model\nIt is the **lock**.\n"],
  "model that broke off": [{ role: "model", content: "It is", status: "error" }, "● model\nIt is\n✗ ended with an error\n"],
  system: [{ role: "system", content: "joined" }, "· joined\n"],
  thinking: [
    { role: "model", kind: "thinking", content: "The lock is taken twice, first in open and then in close\nso", updatedAt: 13_000 },
    "▸ thought 12 s · #7 · The lock is taken twice, first in open and then in close\n",
    "▸ thought 12 s · #7 · The lock is taken…\n",
  ],
  "tool call": [
    {
      role: "model",
      kind: "toolCall",
      toolKind: "mcp",
      toolName: "files:read",
      toolInput: { path: "/src/lock.ts", lines: [1, 20] },
    },
    "⚙ files:read path: /src/lock.ts, lines: [1,20]\n",
    "⚙ files:read path: /src/lock.ts, lines:…\n",
  ],
  "tool result": [{ role: "tool", kind: "toolResult", toolKind: "mcp", content: "one\ntwo\n" }, "⎿ one\n  two\n"],
  "tool result that failed": [
    { role: "tool", kind: "toolResult", toolKind: "mcp", content: "no such file", isError: true },
    "✗ no such file\n",
  ],
  "tool result, empty": [{ role: "tool", kind: "toolResult", toolKind: "builtin" }, "⎿ nothing\n"],
  "tool result, folded": [
    {
      role: "tool",
      kind: "toolResult",
      toolKind: "mcp",
      content: Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n"),
    },
    `⎿ line 0\n${[1, 2, 3, 4, 5, 6, 7].map((index) => `  line ${index}\n`).join("")}  ▸ 22 more lines · #7\n`,
  ],
  drift: [
    { ...drift, content: "The lock is taken twice.\n\nSee open().", sourceModel: "anthropic/claude" },
    "╭ push from main › debug · via anthropic/claude · 14:32\n│ The lock is taken twice.\n│\n│ See open().\n╰ answer: drift push debug TEXT\n",
    "╭ push from main › debug\n│ via anthropic/claude · 14:32\n│ The lock is taken twice.\n│\n│ See open().\n╰ answer: drift push debug TEXT\n",
  ],
  "drift without a model": [
    { ...drift, driftKind: "merge", content: "done" },
    "╭ merge from main › debug · 14:32\n│ done\n╰ answer: drift push debug TEXT\n",
  ],
  "drift is wrapped at blanks, wide characters whole": [
    {
      ...drift,
      content:
        "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj 日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語",
    },
    "╭ push from main › debug · 14:32\n│ aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj\n│ 日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語\n╰ answer: drift push debug TEXT\n",
    "╭ push from main › debug · 14:32\n│ aaaa bbbb cccc dddd eeee ffff gggg\n│ hhhh iiii jjjj\n│ 日本語日本語日本語日本語日本語日本語日\n│ 本語日本語日本語日本語日本語日本語\n╰ answer: drift push debug TEXT\n",
  ],
};

describe("blocks as text", () => {
  test.each(Object.entries(screens))("%s", (_name, [fields, at80, at40 = at80]) => {
    expect(render(fields)).toBe(at80);
    expect(render(fields, 40)).toBe(at40);
  });

  test.each(Object.entries(screens))("colours add nothing but colours: %s", (_name, [fields, at80, at40 = at80]) => {
    const coloured = render(fields, 80, colourTheme);
    expect(plainText(coloured)).toBe(at80);
    expect(plainText(render(fields, 40, colourTheme))).toBe(at40);
  });

  test.each(Object.entries(screens).filter(([name]) => /^(thinking|tool call|drift)/.test(name)))("fits: %s", (_name, [fields]) => {
    for (const width of [20, 33, 40, 80, 120])
      for (const line of render(fields, width).split("\n")) expect(textWidth(line), `${width}: ${line}`).toBeLessThanOrEqual(width);
  });

  test("with colours", () => {
    expect(render(screens.drift![0], 80, colourTheme)).toBe(
      "\u001b[35m╭ push from main › debug\u001b[39m\u001b[2m · via anthropic/claude · 14:32\u001b[22m\n" +
        "\u001b[35m│\u001b[39m The lock is taken twice.\n\u001b[35m│\u001b[39m\n\u001b[35m│\u001b[39m See open().\n" +
        "\u001b[2m╰ answer: drift push debug TEXT\u001b[22m\n",
    );
    expect(render(screens["output that failed"]![0], 80, colourTheme)).toBe("one\nno such file\n\u001b[31m✗ 2\u001b[39m\n");
  });

  test.each(["text", "thinking", "toolCall", "toolResult", "drift"] as const)("no block drives the terminal: %s", (kind) => {
    const evil = "a\u001b[2Jb\u001b]52;c;ZXZpbA==\u0007c\u001b]0;title\u0007d\u001bPx\u001b\\e\u001b[31mf\u001b[3J\u009b1;1Hg";
    for (const theme of [plainTheme, colourTheme])
      for (const role of ["user", "model", "system", "tool"] as const)
        for (const toolKind of ["shell", "mcp"] as const) {
          const text = render(
            { kind, role, toolKind, content: evil, toolName: evil, toolInput: { code: evil }, sourceModel: evil, stderr: evil },
            200,
            theme,
          );
          expect(text.replace(/\u001b\[[\d;]*m/g, "")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        }
  });
});

test.each([
  [400, "0.4 s"],
  [9999, "10.0 s"],
  [12_000, "12 s"],
  [185_000, "3 min 5 s"],
  [7_440_000, "2 h 4 min"],
])("%i ms", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
