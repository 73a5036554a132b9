import type { BlockSnapshot, ContextId, Json } from "../../kernel/index.ts";
import { plainText, sanitizeText } from "./sanitize.ts";
import { fitWidth, wrapGraphemes } from "./text-units.ts";
import type { Theme } from "./theme.ts";

/** What a renderer must know beside the block. */
export interface BlockSurroundings {
  /** The context and its ancestors, eldest first, labels joined: `main › debug`. */
  lineage(context: ContextId): string;
  /** The label alone, to address it. */
  label(context: ContextId): string;
  /** A moment as a person reads it. */
  when(time: number): string;
}

export interface BlockStyle {
  readonly width: number;
  readonly theme: Theme;
  readonly around: BlockSurroundings;
}

const FOLDED_RESULT_LINES = 8;
/** A command that took longer says how long. */
const SLOW = 2000;

/**
 * A finished block as terminal text: whole lines, each ended. Prose and output keep their own lines, unwrapped, so that the
 * terminal reflows them and a copy is clean; only folds and quoted drift are fitted to the width.
 */
export function renderBlock(block: BlockSnapshot, style: BlockStyle): string {
  return renderHead(block, style) + renderBody(block, style) + renderFoot(block, style);
}

/** The part that stands before a block's own text: what may be printed when it starts to stream. */
export function renderHead(block: BlockSnapshot, style: BlockStyle): string {
  const { theme } = style;
  switch (block.kind) {
    case "text":
      return block.role === "model" ? `${theme.style("accent", "●")} ${theme.style("dim", "model")}\n` : "";
    case "thinking":
      return "";
    case "toolCall":
      return block.toolKind === "shell" ? "" : toolCallLine(block, style);
    case "toolResult":
      return "";
    case "drift":
      return driftHead(block, style);
    default:
      return block.kind satisfies never;
  }
}

/** True for a block whose text goes out line by line while it is written. */
export function isStreamed(block: BlockSnapshot): boolean {
  return (block.kind === "text" && block.role === "model") || (block.kind === "toolResult" && block.toolKind === "shell");
}

/** What stands after a block's text, once it is finished. */
export function renderFoot(block: BlockSnapshot, style: BlockStyle): string {
  if (block.kind === "toolResult" && block.toolKind === "shell") return outputFoot(block, style);
  if (block.kind === "text" && block.status === "error") return `${style.theme.style("bad", "✗ ended with an error")}\n`;
  if (block.kind === "drift" && block.sourceContext !== undefined) {
    const answer = `╰ answer: drift push ${quoted(style.around.label(block.sourceContext))} TEXT`;
    return `${style.theme.style("dim", fitWidth(answer, style.width))}\n`;
  }
  return "";
}

function renderBody(block: BlockSnapshot, style: BlockStyle): string {
  switch (block.kind) {
    case "text":
      return textBody(block, style);
    case "thinking":
      return thinkingLine(block, style);
    case "toolCall":
      return block.toolKind === "shell" ? commandBody(block, style) : "";
    case "toolResult":
      return block.toolKind === "shell" ? bodyText(block.content, style) : foldedResult(block, style);
    case "drift":
      return quotedBody(block.content, style);
    default:
      return block.kind satisfies never;
  }
}

/** Text of others made safe, ended by a line end; empty stays empty. */
export function bodyText(text: string, style: BlockStyle): string {
  if (text === "") return "";
  const safe = style.theme.name === "none" ? plainText(text) : sanitizeText(text);
  return safe.endsWith("\n") ? safe : `${safe}\n`;
}

function textBody(block: BlockSnapshot, style: BlockStyle): string {
  if (block.role === "model") return bodyText(block.content, style);
  const mark = block.role === "user" ? style.theme.style("accent", "›") : style.theme.style("dim", "·");
  return prefixed(block.content, `${mark} `, "  ", (line) => (block.role === "user" ? line : style.theme.style("dim", line)));
}

function commandBody(block: BlockSnapshot, style: BlockStyle): string {
  const mark = style.theme.style(block.status === "error" ? "bad" : "accent", "❯");
  return prefixed(commandCode(block), `${mark} `, `${style.theme.style("dim", "·")} `, (line) => line);
}

/** The program of a shell call: its content, or what its input holds. */
function commandCode(block: BlockSnapshot): string {
  if (block.content !== "") return block.content;
  const input = block.toolInput;
  if (typeof input === "string") return input;
  const code = isRecord(input) ? (input.code ?? input.command) : undefined;
  return typeof code === "string" ? code : (block.toolName ?? "");
}

function outputFoot(block: BlockSnapshot, style: BlockStyle): string {
  const { theme } = style;
  const parts: string[] = [];
  const failed = block.status === "error" || (block.exitCode ?? 0) !== 0;
  if (failed) parts.push(theme.style("bad", `✗ ${block.exitCode ?? "failed"}`));
  const took = block.updatedAt - block.createdAt;
  if (took >= SLOW) parts.push(theme.style("dim", formatDuration(took)));
  if (block.truncated === true) parts.push(theme.style("dim", `the middle is left out, block #${block.id.seq} keeps the whole`));
  const errors = bodyText(block.stderr ?? "", style);
  return parts.length === 0 ? errors : `${errors}${parts.join(theme.style("dim", " · "))}\n`;
}

function thinkingLine(block: BlockSnapshot, style: BlockStyle): string {
  const took = block.updatedAt - block.createdAt;
  const first = plainText(block.content).trim().split("\n")[0] ?? "";
  const how = took >= 1000 ? ` ${formatDuration(took)}` : "";
  const line = `▸ thought${how} · #${block.id.seq}${first === "" ? "" : ` · ${first}`}`;
  return `${style.theme.style("dim", fitWidth(line, style.width))}\n`;
}

function toolCallLine(block: BlockSnapshot, style: BlockStyle): string {
  const name = plainText(block.toolName ?? "tool");
  const input = plainText(argumentText(block.toolInput)).replace(/\s+/g, " ");
  const mark = block.status === "error" ? style.theme.style("bad", "⚙") : style.theme.style("accent", "⚙");
  const room = style.width - 3 - name.length;
  return `${mark} ${style.theme.style("bold", name)}${input === "" || room < 2 ? "" : ` ${style.theme.style("dim", fitWidth(input, room))}`}\n`;
}

function argumentText(input: Json | undefined): string {
  if (input === undefined || input === null) return "";
  if (!isRecord(input)) return typeof input === "string" ? input : JSON.stringify(input);
  return Object.entries(input)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

function foldedResult(block: BlockSnapshot, style: BlockStyle): string {
  const { theme } = style;
  const failed = block.isError === true || block.status === "error";
  const lines = bodyText(block.content, style).split("\n").slice(0, -1);
  const shown = lines.length > FOLDED_RESULT_LINES + 1 ? lines.slice(0, FOLDED_RESULT_LINES) : lines;
  const mark = failed ? theme.style("bad", "✗") : theme.style("dim", "⎿");
  const first = `${mark} ${shown[0] ?? theme.style("dim", failed ? "failed" : "nothing")}\n`;
  const rest = shown.slice(1).map((line) => `  ${line}\n`);
  const left = lines.length - shown.length;
  return first + rest.join("") + (left > 0 ? `  ${theme.style("dim", `▸ ${left} more lines · #${block.id.seq}`)}\n` : "");
}

function driftHead(block: BlockSnapshot, style: BlockStyle): string {
  const { theme, around, width } = style;
  const from = block.sourceContext === undefined ? "" : ` from ${plainText(around.lineage(block.sourceContext))}`;
  const model = block.sourceModel === undefined ? "" : ` · via ${plainText(block.sourceModel)}`;
  const title = `╭ ${block.driftKind ?? "drift"}${from}`;
  const rest = `${model} · ${around.when(block.createdAt)}`;
  if (title.length + rest.length <= width) return `${theme.style("drift", title)}${theme.style("dim", rest)}\n`;
  const second = `│${rest.replace(/^ ·/, "")}`;
  return `${theme.style("drift", fitWidth(title, width))}\n${theme.style("drift", "│")}${theme.style("dim", fitWidth(second.slice(1), width - 1))}\n`;
}

function quotedBody(content: string, style: BlockStyle): string {
  const bar = style.theme.style("drift", "│");
  const room = Math.max(8, style.width - 2);
  const rows = plainText(content)
    .replace(/\n+$/, "")
    .replace(/\t/g, "    ")
    .split("\n")
    .flatMap((line) => wrapWords(line, room));
  return rows.map((row) => (row === "" ? `${bar}\n` : `${bar} ${row}\n`)).join("");
}

/** Rows of at most `columns`, broken at blanks where there are some. */
function wrapWords(line: string, columns: number): readonly string[] {
  const rows: string[] = [];
  let rest = line;
  for (;;) {
    const window = rest.slice(0, columns * 4 + 64);
    const [first = ""] = wrapGraphemes(window, columns);
    if (first.length === rest.length) return [...rows, first];
    const blank = first.lastIndexOf(" ");
    const cut = rest.charAt(first.length) === " " || blank <= 0 ? first.length : blank;
    rows.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
}

function prefixed(content: string, first: string, other: string, look: (line: string) => string): string {
  const lines = plainText(content).replace(/\n+$/, "").split("\n");
  return lines.map((line, index) => `${index === 0 ? first : other}${look(line)}\n`).join("");
}

function quoted(label: string): string {
  return /^[\w./:@-]+$/.test(label) ? label : `'${plainText(label).replaceAll("'", "'\\''")}'`;
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`. */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
