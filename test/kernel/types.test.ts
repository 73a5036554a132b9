import { describe, expect, it } from "vitest";
import { type ContextId, newId, type PrincipalId } from "../../src/kernel/ids.ts";
import { type BlockSnapshot, headerOf, isShell } from "../../src/kernel/types.ts";

const block: BlockSnapshot = {
  id: { contextId: newId<ContextId>(), principalId: newId<PrincipalId>(), seq: 1 },
  role: "user",
  kind: "toolCall",
  toolKind: "shell",
  status: "done",
  createdAt: 1,
  updatedAt: 2,
  content: "ls",
  collapsed: false,
  excluded: false,
  ephemeral: false,
};

describe("blocks", () => {
  it.each([
    ["toolCall", "shell", true],
    ["toolResult", "shell", true],
    ["toolCall", "mcp", false],
    ["toolResult", "builtin", false],
    ["text", undefined, false],
  ] as const)("%s of %s is a shell block: %s", (kind, toolKind, expected) => {
    expect(isShell({ kind, ...(toolKind === undefined ? {} : { toolKind }) })).toBe(expected);
  });

  it("have a header without content", () => {
    expect(headerOf(block)).toEqual({
      id: block.id,
      role: "user",
      kind: "toolCall",
      toolKind: "shell",
      status: "done",
      createdAt: 1,
      updatedAt: 2,
    });
  });
});
