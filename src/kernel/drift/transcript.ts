import type { BlockSnapshot } from "../types.ts";

/** Bytes of one block that a transcript holds. */
const blockLimit = 2048;

/** One block of a conversation, as a distiller reads it. */
export interface TranscriptEntry {
  /** Who says what: `user`, `model thinking`, `shell command`, `drift`, … */
  readonly label: string;
  readonly text: string;
}

/** The blocks that say something, labelled; one over 2 KB is cut and says so. Excluded and ephemeral blocks are left out. */
export function transcriptOf(blocks: readonly BlockSnapshot[]): readonly TranscriptEntry[] {
  const entries: TranscriptEntry[] = [];
  for (const block of blocks) {
    if (block.excluded || block.ephemeral) continue;
    const text = cut(saidBy(block).trim());
    if (text !== "") entries.push({ label: labelOf(block), text });
  }
  return entries;
}

function saidBy(block: BlockSnapshot): string {
  if (block.kind === "toolCall" && block.content === "" && block.toolInput !== undefined) return JSON.stringify(block.toolInput);
  if (block.kind === "toolResult" && block.stderr !== undefined && block.stderr !== "") return `${block.content}\n${block.stderr}`;
  return block.content;
}

function labelOf({ kind, role, toolKind, toolName, status }: BlockSnapshot): string {
  const failed = status === "error" ? " (failed)" : "";
  switch (kind) {
    case "text":
      return `${role}${failed}`;
    case "thinking":
      return `${role} thinking`;
    case "toolCall":
      return `${toolName ?? toolKind ?? "tool"} command`;
    case "toolResult":
      return `${toolName ?? toolKind ?? "tool"} output${failed}`;
    case "drift":
      return "drift";
  }
}

function cut(text: string): string {
  if (text.length * 3 <= blockLimit) return text;
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= blockLimit) return text;
  const kept = new TextDecoder().decode(bytes.subarray(0, blockLimit)).replace(/\uFFFD+$/, "");
  return `${kept}\n[cut: the first 2 of ${Math.ceil(bytes.length / 1024)} KB]`;
}
