import { isBlank } from "./chars.ts";
import type { HeredocExtent, LexState, PendingHeredoc } from "./state.ts";

/** Offset behind the quoted text that starts at `offset` with `'`, `"` or `` ` ``; -1 when it is not closed. */
export function closedQuoteEnd(text: string, offset: number): number {
  const quote = text.charCodeAt(offset);
  if (quote === 39) return text.indexOf("'", offset + 1) + 1 || -1;
  for (let at = offset + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === quote) return at + 1;
  }
  return -1;
}

function quoteEnd(text: string, offset: number): number {
  const end = closedQuoteEnd(text, offset);
  return end < 0 ? text.length : end;
}

function remember(state: LexState, open: number[], value: number): void {
  for (const offset of open) state.pairs.set(offset, value);
}

/**
 * Offset of the bracket that closes the one at `offset`, or -1. Quotes are skipped. A search remembers every pair it meets, so that all
 * searches together stay linear. With `oneLine` a newline ends the search.
 */
export function closeOf(state: LexState, text: string, offset: number, open: number, close: number, oneLine: boolean): number {
  const known = state.pairs.get(offset);
  if (known !== undefined) return known;
  if (state.unclosedPair) return -1;
  const stack: number[] = [offset];
  let at = offset + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 39 || code === 34 || code === 96) at = quoteEnd(text, at) - 1;
    else if (code === open) stack.push(at);
    else if (code === close) {
      const opened = stack.pop() ?? offset;
      state.pairs.set(opened, at);
      if (stack.length === 0) return at;
    } else if (code === 10 && oneLine) break;
  }
  remember(state, stack, -1);
  if (!oneLine) state.unclosedPair = true;
  return -1;
}

/** True when the `((` at `offset` starts arithmetic, as bash decides: the inner pair's end is followed at once by the outer's. */
export function isArithmetic(state: LexState, text: string, offset: number): boolean {
  const outer = closeOf(state, text, offset, 40, 41, false);
  return outer < 0 || state.pairs.get(offset + 1) === outer - 1;
}

interface OpenBrace {
  readonly at: number;
  /** `{`, `$` for `${`, `(` for `$(` and extended globs. */
  readonly kind: "{" | "$" | "(";
  comma: boolean;
}

const WORD_END = new Set([..." \t\n;&|<>"].map((char) => char.charCodeAt(0)));

/** True when the `{` at `offset` is closed in this word and has a comma: a list of alternatives. */
export function isBraceList(state: LexState, text: string, offset: number): boolean {
  const known = state.pairs.get(offset);
  if (known !== undefined) return known >= 0;
  const stack: OpenBrace[] = [{ at: offset, kind: "{", comma: false }];
  let parens = 0;
  for (let at = offset + 1; at < text.length && stack.length > 0; at++) {
    const code = text.charCodeAt(at);
    const top = stack[stack.length - 1];
    if (top === undefined) break;
    if (code === 92) at++;
    else if (code === 39 || code === 34 || code === 96) at = quoteEnd(text, at) - 1;
    else if (code === 36 && text.charCodeAt(at + 1) === 123) stack.push({ at: ++at, kind: "$", comma: false });
    else if (code === 40) {
      stack.push({ at, kind: "(", comma: false });
      parens++;
    } else if (code === 41) {
      if (top.kind !== "(") break;
      stack.pop();
      parens--;
    } else if (parens > 0) continue;
    else if (code === 123) stack.push({ at, kind: "{", comma: false });
    else if (code === 44) top.comma = true;
    else if (code === 125) {
      stack.pop();
      if (top.kind === "{") state.pairs.set(top.at, top.comma ? at : -1);
    } else if (top.kind !== "$" && WORD_END.has(code)) break;
  }
  for (const open of stack) if (open.kind === "{") state.pairs.set(open.at, -1);
  return (state.pairs.get(offset) ?? -1) >= 0;
}

/** Reads a heredoc's delimiter word at `offset`: its text without quotes and where it ends. Undefined when no word stands there. */
export function heredocDelimiter(text: string, offset: number): { delimiter: string; quoted: boolean; end: number } | undefined {
  let at = offset;
  let delimiter = "";
  let quoted = false;
  while (at < text.length) {
    const char = text.charAt(at);
    if (" \t\n;&|()<>".includes(char)) break;
    if (char === "'" || char === '"') {
      const end = quoteEnd(text, at);
      delimiter += text.slice(at + 1, end - 1);
      quoted = true;
      at = end;
    } else if (char === "\\") {
      delimiter += text.charAt(at + 1);
      quoted = true;
      at += 2;
    } else if (char === "$" && (text[at + 1] === "'" || text[at + 1] === '"')) at++;
    else {
      delimiter += char;
      at++;
    }
  }
  return at === offset ? undefined : { delimiter, quoted, end: Math.min(at, text.length) };
}

/** Finds the bodies of the heredocs that are due at `offset`, the start of a line. */
export function heredocExtents(state: LexState, text: string, offset: number): HeredocExtent[] {
  const extents: HeredocExtent[] = [];
  let start = offset;
  for (const heredoc of state.scope.heredocs) {
    const extent = heredocExtent(text, state.unclosedHeredoc ? text.length : start, heredoc);
    if (!extent.closed) state.unclosedHeredoc = true;
    extents.push(extent);
    start = extent.after;
  }
  return extents;
}

function heredocExtent(text: string, start: number, heredoc: PendingHeredoc): HeredocExtent {
  let line = start;
  while (line < text.length) {
    const newline = text.indexOf("\n", line);
    const lineEnd = newline < 0 ? text.length : newline;
    let from = line;
    if (heredoc.stripTabs) while (text.charCodeAt(from) === 9) from++;
    if (lineEnd - from === heredoc.delimiter.length && text.startsWith(heredoc.delimiter, from)) {
      return { ...heredoc, start, end: line, after: newline < 0 ? lineEnd : newline + 1, closed: true };
    }
    line = newline < 0 ? text.length : newline + 1;
  }
  return { ...heredoc, start, end: text.length, after: text.length, closed: false };
}

/** Skips blanks and escaped newlines. */
export function skipBlanks(text: string, offset: number): number {
  let at = offset;
  for (;;) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) at++;
    else if (code === 92 && text.charCodeAt(at + 1) === 10) at += 2;
    else return at;
  }
}
