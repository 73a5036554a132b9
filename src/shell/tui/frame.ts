import type { HighlightKind } from "../../parser/index.ts";
import { plainText } from "./sanitize.ts";
import { fitWidth, previousGrapheme, splitGraphemes, textWidth } from "./text-units.ts";
import type { StyleName, Theme } from "./theme.ts";
import type { Frame, PromptParts, View } from "./view.ts";

const MAX_ROWS = 14;
const MAX_MENU = 6;
const MAX_STREAM_ROWS = 4;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** A tab is shown as four blanks, any other control (a completed file name may hold one) as a replacement mark. */
function visible(text: string): string {
  return text.replaceAll("\t", "    ").replace(CONTROL, "\ufffd");
}

/** Text of others in one row. */
function inOneRow(text: string): string {
  return visible(plainText(text).replaceAll("\n", " "));
}

/** How many rows the live region may take: never as many as the screen has, or the terminal would scroll it away. */
export function maxLiveRows(rows: number): number {
  return Math.max(1, Math.min(rows - 2, MAX_ROWS));
}

/** The live region for a view. Pure. */
export function renderFrame(view: View, theme: Theme): Frame {
  const limit = maxLiveRows(view.rows);
  const width = view.columns - 1;
  const below = renderBelow(view, theme, width).slice(0, Math.max(0, limit - 1));
  const main = renderMain(view, theme, width, limit - below.length);
  const room = Math.min(limit - below.length - main.lines.length, MAX_STREAM_ROWS);
  const above = room <= 0 ? [] : view.streams.flatMap((text) => tailRows(text, width, MAX_STREAM_ROWS)).slice(-room);
  const lines = [...above.map((line) => theme.style("dim", line)), ...main.lines, ...below];
  const cursor = main.cursor;
  return cursor === undefined ? { lines } : { lines, cursor: { x: cursor.x, y: cursor.y + above.length } };
}

/** What runs, or the line being edited. */
function renderMain(view: View, theme: Theme, width: number, limit: number): Frame {
  const running = view.running;
  if (running === undefined)
    return renderSearch(view, theme, width) ?? renderEditor(view, promptText(view.prompt, view.columns), theme, width, limit);
  if (running.reading)
    return renderEditor(view, { plain: lastRow(running.tail, width), styled: lastRow(running.tail, width) }, theme, width, limit);
  const status = running.status === "" ? [] : [theme.style("dim", fitWidth(running.status, width))];
  const tail = running.tail === "" ? [] : [lastRow(running.tail, width)];
  if (view.editor.text === "") {
    const at = tail[0] ?? "";
    const cursor = { x: Math.min(textWidth(plainText(at)), width), y: 0 };
    return { lines: [...(tail.length === 0 ? [""] : tail), ...status].slice(0, limit), cursor };
  }
  const ahead = renderEditor(view, { plain: "  ", styled: "  " }, theme, width, Math.max(1, limit - tail.length - status.length));
  const above = limit > tail.length + status.length ? [...tail, ...status] : [];
  return {
    lines: [...above, ...ahead.lines],
    ...(ahead.cursor === undefined ? {} : { cursor: { x: ahead.cursor.x, y: ahead.cursor.y + above.length } }),
  };
}

function renderBelow(view: View, theme: Theme, width: number): readonly string[] {
  const menu = view.editor.menu;
  if (menu === undefined || (view.running !== undefined && !view.running.reading)) return [];
  const count = menu.items.length;
  const first = Math.max(0, Math.min(menu.selected - MAX_MENU + 2, count - MAX_MENU));
  const shown = menu.items.slice(first, first + MAX_MENU);
  const column = Math.min(Math.max(...shown.map((item) => textWidth(inOneRow(item.text)))), Math.max(8, Math.floor(width / 2)));
  const lines = shown.map((item, index) => {
    const isChosen = first + index === menu.selected;
    const name = fitWidth(inOneRow(item.text), column);
    const padded = name + " ".repeat(Math.max(0, column - textWidth(name)));
    const help = fitWidth(inOneRow((item.help ?? item.kind).split("\n")[0] ?? ""), Math.max(0, width - column - 5));
    return `${isChosen ? "❯ " : "  "}${isChosen ? theme.style("chosen", padded) : padded}  ${theme.style("dim", help)}`;
  });
  const left = count - first - shown.length;
  return left > 0 ? [...lines, theme.style("dim", `  ${left} more`)] : lines;
}

interface Lead {
  readonly plain: string;
  readonly styled: string;
}

/** `main ~/src ❯ `, with the last status when it was not 0. Long ones lose the start of the path. */
export function promptText(prompt: PromptParts, columns: number): string {
  const failed = prompt.status === 0 ? "" : ` [${prompt.status}]`;
  const context = fitWidth(inOneRow(prompt.context), 24);
  const room = Math.max(4, Math.floor(columns / 2) - textWidth(context) - failed.length - 4);
  const cwd = inOneRow(prompt.cwd);
  const shown =
    textWidth(cwd) <= room
      ? cwd
      : `…${splitGraphemes(cwd)
          .slice(-(room - 1))
          .join("")}`;
  return `${context} ${shown}${failed} ❯ `;
}

/** The same prompt with its colours. */
export function styledPrompt(prompt: PromptParts, columns: number, theme: Theme): string {
  const plain = promptText(prompt, columns);
  const context = fitWidth(inOneRow(prompt.context), 24);
  const rest = plain.slice(context.length + 1, -2);
  const failed = prompt.status === 0 ? "" : ` [${prompt.status}]`;
  const cwd = failed === "" ? rest.trimEnd() : rest.trimEnd().slice(0, -failed.length);
  const mark = theme.style(prompt.status === 0 ? "good" : "bad", "❯");
  return `${theme.style("accent", context)} ${theme.style("place", cwd)}${theme.style("bad", failed)} ${mark} `;
}

function renderSearch(view: View, theme: Theme, width: number): Frame | null {
  const search = view.editor.search;
  if (search === undefined) return null;
  const label = search.index < 0 && search.query !== "" ? "no match" : "search";
  const start = fitWidth(`(${label}) ${visible(search.query)}`, width - 1);
  const found = view.editor.text.replace(/\s*\n\s*/g, " ⏎ ");
  const line = fitWidth(`${start} ❯ ${visible(found)}`, width);
  const x = Math.min(textWidth(start), width);
  return { lines: [theme.style("dim", line.slice(0, start.length)) + line.slice(start.length)], cursor: { x, y: 0 } };
}

/** The text in rows after its lead, scrolled so that the cursor's row is among the `limit` shown. */
function renderEditor(view: View, lead: string | Lead, theme: Theme, width: number, limit: number): Frame {
  const plain = typeof lead === "string" ? lead : lead.plain;
  const styled = typeof lead === "string" ? styledPrompt(view.prompt, view.columns, theme) : lead.styled;
  const indent = textWidth(plainText(plain));
  const { text, cursor } = view.editor;
  const from = windowStart(text, cursor);
  const layout = layOut(text.slice(from, cursor + WINDOW), cursor - from, from === 0 ? indent : CONTINUATION, width);
  const first = Math.max(0, Math.min(layout.cursor.y - limit + 1, layout.rows.length - limit));
  const lines = layout.rows.slice(first, first + Math.max(1, limit)).map((row, index) => {
    const isFirst = first + index === 0 && from === 0;
    const start = isFirst ? styled : row.startsLine || first + index === 0 ? theme.style("dim", "· ") : "";
    return start + styleRange(view, from + row.start, from + row.end, theme);
  });
  return { lines, cursor: { x: layout.cursor.x, y: layout.cursor.y - first } };
}

/** Only what is near the cursor is laid out, this many characters to both sides. */
const WINDOW = 4000;

/** Where the text to lay out starts: 0, or the start of a line some way before the cursor, or in the middle of a very long one. */
function windowStart(text: string, cursor: number): number {
  if (cursor <= WINDOW) return 0;
  const near = cursor - WINDOW;
  const line = text.indexOf("\n", near) + 1;
  return line > 0 && line <= cursor ? line : previousGrapheme(text, near);
}

interface Row {
  /** The range of the text it shows. */
  readonly start: number;
  readonly end: number;
  /** The first row of a further line, with the continuation mark before it. */
  readonly startsLine: boolean;
}

const CONTINUATION = 2;

/** Cuts the text to rows by width and finds the cursor. The first row starts after `indent` columns. */
export function layOut(
  text: string,
  cursor: number,
  indent: number,
  width: number,
): { readonly rows: readonly Row[]; readonly cursor: { readonly x: number; readonly y: number } } {
  const rows: Row[] = [];
  let at = { x: 0, y: 0 };
  let offset = 0;
  for (const [number, line] of text.split("\n").entries()) {
    let start = offset;
    let column = number === 0 ? indent : CONTINUATION;
    let startsLine = number > 0;
    let here = offset;
    for (const part of splitGraphemes(line)) {
      const partWidth = cellWidth(part);
      if (column + partWidth > width && here > start) {
        rows.push({ start, end: here, startsLine });
        start = here;
        startsLine = false;
        column = 0;
      }
      if (here === cursor) at = { x: column, y: rows.length };
      column += partWidth;
      here += part.length;
    }
    if (here === cursor) at = { x: Math.min(column, width), y: rows.length };
    rows.push({ start, end: here, startsLine });
    offset = here + 1;
  }
  return { rows, cursor: at };
}

function cellWidth(part: string): number {
  if (part.length === 1 && part >= " " && part <= "~") return 1;
  return textWidth(visible(part));
}

function styleRange(view: View, start: number, end: number, theme: Theme): string {
  const show = (from: number, to: number): string => visible(view.editor.text.slice(from, to));
  let shown = "";
  let at = start;
  for (const { span, kind } of view.highlights) {
    const from = Math.max(at, span.start);
    const to = Math.min(end, span.end);
    const style = STYLES[kind];
    if (from >= to || style === undefined) continue;
    shown += show(at, from) + theme.style(style, show(from, to));
    at = to;
  }
  return shown + show(at, end);
}

const STYLES: Readonly<Partial<Record<HighlightKind, StyleName>>> = {
  keyword: "keyword",
  command: "command",
  flag: "flag",
  string: "string",
  variable: "variable",
  comment: "comment",
  error: "bad",
};

/** The last rows of a text that grows, cut to the width. */
function tailRows(text: string, width: number, count: number): readonly string[] {
  return plainText(text.slice(-count * width * 4))
    .split("\n")
    .filter((line) => line !== "")
    .slice(-count)
    .map((line) => fitWidth(visible(line), width));
}

/** What is seen of a long unended line: its last row. Colours are dropped only where it must be cut. */
function lastRow(tail: string, width: number): string {
  const expanded = tail.replaceAll("\t", "    ");
  const plain = plainText(expanded);
  const total = textWidth(plain);
  if (total < width) return expanded;
  const parts = splitGraphemes(plain.slice(-width * 2));
  let used = 0;
  let first = parts.length;
  while (first > 0 && used + textWidth(parts[first - 1] ?? "") < width / 2) {
    first -= 1;
    used += textWidth(parts[first] ?? "");
  }
  return parts.slice(first).join("");
}
