import type { KernelPower } from "../../kernel/command.ts";
import { type Block, firstLine, type Lineages, provenance } from "./show.ts";

/** What a tool was given and what it gave is shown up to so many lines; of more, so many from the start. */
const longest = 12;
const shown = 6;

/**
 * A whole document for people: a rule with name and author above each block, drift with where it came from. Unless `full`, long
 * programs and outputs are folded.
 */
export function documentText(blocks: readonly Block[], lineages: Lineages, power: KernelPower, full: boolean): string {
  return blocks.map((block) => `${heading(block, lineages, power)}\n${body(block, full)}`).join("");
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

function body(block: Block, full: boolean): string {
  const lead = block.kind === "toolCall" && block.toolKind === "shell" ? "$ " : "";
  const folds = !full && (block.kind === "toolCall" || block.kind === "toolResult");
  return indented(block.content, lead, folds) + indented(block.stderr ?? "", "! ", folds);
}

function indented(text: string, lead: string, folds: boolean): string {
  if (text === "") return "";
  const lines = text.replace(/\n$/, "").split("\n");
  const cut = folds && lines.length > longest ? lines.length - shown : 0;
  const own = cut === 0 ? lines : [...lines.slice(0, shown), `… ${cut} more lines`];
  return own.map((line, at) => `${`   ${at === 0 ? lead : " ".repeat(lead.length)}${line}`.trimEnd()}\n`).join("");
}

/** One line for a list: what the block is about. */
export function blockLine(block: Block, lineages: Lineages, power: KernelPower): string {
  const from = provenance(block, lineages, power);
  const text = firstLine(block.content);
  if (from !== undefined) return `${from}: ${text}`;
  return block.kind === "toolCall" && block.toolKind === "shell" ? `$ ${text}` : text;
}
