import type { Span } from "./ast.ts";
import type { Diagnostic } from "./diagnostics.ts";

export interface FormatOptions {
  readonly color?: boolean;
}

export interface SourcePosition {
  /** From 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** Offsets of the line's text, without its newline. */
  readonly lineSpan: Span;
}

/** Where an offset stands in the source. */
export function positionOf(source: string, offset: number): SourcePosition {
  const at = Math.max(0, Math.min(offset, source.length));
  let line = 1;
  let start = 0;
  for (let next = source.indexOf("\n"); next >= 0 && next < at; next = source.indexOf("\n", next + 1)) {
    line++;
    start = next + 1;
  }
  const newline = source.indexOf("\n", start);
  const column = [...source.slice(start, at)].length + 1;
  return { line, column, lineSpan: { start, end: newline < 0 ? source.length : newline } };
}

const TAB = 4;
/** Widest source text that is shown, in columns; a longer line is cut around the span. */
const MAX_WIDTH = 100;

const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** Columns that a character takes on a terminal. */
function widthOf(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(char)) return 0;
  return WIDE.some(([low, high]) => code >= low && code <= high) ? 2 : 1;
}

/** A character as it is shown: tabs as spaces, controls as a sign that takes one column. */
function shown(char: string): string {
  if (char === "\t") return " ".repeat(TAB);
  const code = char.codePointAt(0) ?? 0;
  if (code < 32) return String.fromCodePoint(0x2400 + code);
  if (code === 127) return "\u2421";
  return (code >= 128 && code < 160) || (code >= 0xd800 && code < 0xe000) ? "\ufffd" : char;
}

interface Excerpt {
  readonly text: string;
  /** Columns before the underline. */
  readonly indent: number;
  /** Columns of the underline. */
  readonly length: number;
}

function columns(chars: readonly string[]): number {
  return chars.reduce((sum, char) => sum + (char === "\t" ? TAB : widthOf(char)), 0);
}

/** The part of the line that is shown, with the place of the span in it. */
function excerpt(before: readonly string[], marked: readonly string[], after: readonly string[]): Excerpt {
  let head = before;
  let tail = after;
  let middle = marked;
  const show = (chars: readonly string[]) => chars.map(shown).join("");
  if (columns(middle) > MAX_WIDTH) {
    middle = middle.slice(0, MAX_WIDTH / 2);
    tail = ["…"];
  }
  const room = MAX_WIDTH - columns(middle);
  if (columns(head) > room / 2 && columns(head) + columns(tail) > room) head = ["…", ...head.slice(-Math.floor(room / 2))];
  const left = Math.max(0, room - columns(head));
  if (columns(tail) > left) tail = [...tail.slice(0, left), "…"];
  return { text: show(head) + show(middle) + show(tail), indent: columns(head), length: Math.max(1, columns(middle)) };
}

/** Characters of `source` in `[start, end)`, at most `limit` counted from its start (or its end). */
function chars(source: string, start: number, end: number, limit: number, fromEnd = false): string[] {
  const low = fromEnd ? Math.max(start, end - limit) : start;
  return [...source.slice(low, fromEnd ? end : Math.min(end, start + limit))];
}

const COLORS = { error: "31", warning: "33", hint: "36" } as const;

/** A diagnostic with its line, a caret under the span, and the hint. Several lines, no newline at the end. */
export function formatDiagnostic(diagnostic: Diagnostic, source: string, name: string, options: FormatOptions = {}): string {
  const { code, severity, message, span, hint } = diagnostic;
  const paint = (style: string, text: string) => (options.color === true ? `\u001b[${style}m${text}\u001b[0m` : text);
  const { line, column, lineSpan } = positionOf(source, span.start);
  const limit = MAX_WIDTH * 2;
  const start = Math.min(span.start, lineSpan.end);
  const end = Math.max(start, Math.min(span.end, lineSpan.end));
  const found = excerpt(
    chars(source, lineSpan.start, start, limit, true),
    chars(source, start, end, limit),
    chars(source, end, lineSpan.end, limit),
  );
  const gutter = String(line);
  const blank = " ".repeat(gutter.length);
  const bar = paint("34", "|");
  const lines = [
    `${paint(`1;${COLORS[severity]}`, `${severity}[${code}]`)}${paint("1", `: ${message}`)}`,
    `${blank}${paint("34", "-->")} ${name}:${line}:${column}`,
    `${blank} ${bar}`,
    `${paint("34", gutter)} ${bar} ${found.text}`,
    `${blank} ${bar} ${" ".repeat(found.indent)}${paint(`1;${COLORS[severity]}`, "^".repeat(found.length))}`,
  ];
  if (hint !== undefined) lines.push(`${blank} ${paint("34", "=")} ${paint("1", "hint")}: ${hint}`);
  return lines.join("\n");
}
