import type { KernelPower } from "../../kernel/command.ts";
import { type Block, firstLine, type Lineages, provenance } from "./show.ts";

/** A whole document for people: a rule with name and author above each block, drift with where it came from. */
export function documentText(blocks: readonly Block[], lineages: Lineages, power: KernelPower): string {
  return blocks.map((block) => `${heading(block, lineages, power)}\n${body(block)}`).join("");
}

function heading(block: Block, lineages: Lineages, power: KernelPower): string {
  const state = block.status === "done" ? "" : ` (${block.status}${block.exitCode === undefined ? "" : ` ${block.exitCode}`})`;
  const from = provenance(block, lineages, power);
  const what = from ?? `${power.principalName(block.id.principalId)} · ${describe(block)}`;
  return `── ${power.blockName(block.id)} ${what}${state}`;
}

function describe(block: Block): string {
  switch (block.kind) {
    case "text":
      return block.role === "user" ? "says" : `${block.role} says`;
    case "thinking":
      return "thinks";
    case "toolCall":
      return block.toolKind === "shell" ? "runs" : `calls ${block.toolName ?? "a tool"}`;
    case "toolResult":
      return "output";
    case "drift":
      return block.driftKind ?? "drift";
    default:
      return block.kind satisfies never;
  }
}

function body(block: Block): string {
  const lead = block.kind === "toolCall" && block.toolKind === "shell" ? "$ " : "";
  const text = block.content === "" ? "" : ended(indented(block.content, lead));
  return block.stderr === undefined || block.stderr === "" ? text : `${text}${ended(indented(block.stderr, "! "))}`;
}

function indented(text: string, lead: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.map((line, at) => `   ${at === 0 ? lead : " ".repeat(lead.length)}${line}`.trimEnd()).join("\n");
}

function ended(text: string): string {
  return `${text}\n`;
}

/** One line for a list: what the block is about. */
export function blockLine(block: Block, lineages: Lineages, power: KernelPower): string {
  const from = provenance(block, lineages, power);
  const text = firstLine(block.content);
  if (from !== undefined) return `${from}: ${text}`;
  return block.kind === "toolCall" && block.toolKind === "shell" ? `$ ${text}` : text;
}
