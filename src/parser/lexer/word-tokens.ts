import { createToken, Lexer } from "chevrotain";
import { type CharTable, charTable, isBlank, isDelimiter } from "./chars.ts";
import { isBraceList } from "./scan.ts";
import { type Frame, hit, runEnd, state } from "./state.ts";
import { token } from "./token.ts";

// The parts of words. They are the same in every mode; what ends a literal depends on the frame.

const QUOTING = "\"'`$\\";
const COMMAND_STOPS = charTable(` \t\n;&|()<>{${QUOTING}`);
const COND_STOPS = charTable(` \t\n&|()<>${QUOTING}`);
const LIST_STOPS = charTable(` \t\n;&|()<>,]${QUOTING}`);
const RECORD_KEY_STOPS = charTable(` \t\n;&|()<>,}:${QUOTING}`);
const RECORD_VALUE_STOPS = charTable(` \t\n;&|()<>,}${QUOTING}`);
const PARAMS_STOPS = charTable(` \t\n;&|()<>,${QUOTING}`);
const BRACE_STOPS = charTable(` \t\n;&|()<>,{}${QUOTING}`);
const DOUBLE_STOPS = charTable('"$`\\');
const HEREDOC_STOPS = charTable("$`\\\n");
const EXTGLOB_STOPS = charTable(`()${QUOTING}`);
const REGEX_STOPS = charTable(` \t\n()[${QUOTING}`);
const PARAM_WORD_STOPS = charTable(`}/${QUOTING}`);

function stopsOf(frame: Frame, offset: number): CharTable {
  switch (frame.kind) {
    case "list":
      return LIST_STOPS;
    case "record":
      return (offset === state.wordEnd ? frame.inValue : frame.valueNext) ? RECORD_VALUE_STOPS : RECORD_KEY_STOPS;
    case "params":
      return PARAMS_STOPS;
    case "brace":
      return BRACE_STOPS;
    case "cond":
      return COND_STOPS;
    case "double":
      return DOUBLE_STOPS;
    case "extglob":
      return EXTGLOB_STOPS;
    case "regex":
      return REGEX_STOPS;
    case "param-word":
      return PARAM_WORD_STOPS;
    default:
      return COMMAND_STOPS;
  }
}

/** True when `code` before a `(` makes it an extended glob. */
function isGlobOperator(code: number): boolean {
  return code === 64 || code === 63 || code === 42 || code === 43 || code === 33;
}

function mayHoldExtglob(frame: Frame): boolean {
  return frame.isCommand || frame.kind === "cond" || frame.kind === "array";
}

/** End of the literal that starts at `offset`; at least one character, for what reaches this is nothing else. */
function literalEnd(text: string, offset: number, frame: Frame): number {
  let end = Math.max(runEnd(text, offset, stopsOf(frame, offset)), offset + 1);
  // Braces that are known to be text are taken in one go.
  while (text.charCodeAt(end) === 123 && state.pairs.get(end) === -1) end = runEnd(text, end + 1, stopsOf(frame, offset));
  if (end > offset + 1 && text.charCodeAt(end) === 40 && mayHoldExtglob(frame) && isGlobOperator(text.charCodeAt(end - 1))) end--;
  const tilde = tildeAfterColon(text, offset, end, frame);
  if (tilde >= 0) end = tilde;
  return Math.max(end, offset + 1);
}

/** Offset of the first `~` behind a `:` in the value of an assignment, in `[start, end)`; -1 when there is none. */
function tildeAfterColon(text: string, start: number, end: number, frame: Frame): number {
  if (!frame.isCommand || !frame.inValue) return -1;
  const found = text.slice(start, end).indexOf(":~");
  return found < 0 ? -1 : start + found + 1;
}

/** A part of a word that is one token. */
export const Leaf = createToken({ name: "Leaf", pattern: Lexer.NA });

/** A word that is one literal and nothing else: the usual case, one token. */
export const PlainWord = token("PlainWord", (text, offset) => {
  const frame = state.frame;
  if (offset === state.wordEnd && offset !== frame.valueAt) return null;
  const end = runEnd(text, offset, stopsOf(frame, offset));
  if (end === offset || !isDelimiter(text, end)) return null;
  if (text.charCodeAt(end) === 40 && isGlobOperator(text.charCodeAt(end - 1))) return null;
  const first = text.charCodeAt(offset);
  if (first === 126 || (first === 46 && text.startsWith("...", offset))) return null;
  if (tildeAfterColon(text, offset, end, frame) >= 0) return null;
  state.part(offset, end);
  const found = hit(text, offset, end);
  if (frame.kind === "cond" && frame.words > 1 && found[0] === "in") frame.valueNext = true;
  else if (frame.isCommand) noteCommandName(frame, found[0]);
  return found;
});

const DECLARING = new Set(["declare", "typeset", "local", "export", "readonly"]);
const TRANSPARENT = new Set(["command", "builtin"]);

function noteCommandName(frame: Frame, word: string): void {
  if (frame.position !== "args" || frame.named) return;
  frame.declaring = DECLARING.has(word);
  frame.transparent = TRANSPARENT.has(word);
}

/** Unquoted text that other parts stand beside. */
export const Text = token(
  "Text",
  (text, offset) => {
    const frame = state.frame;
    const end = literalEnd(text, offset, frame);
    state.part(offset, end);
    return hit(text, offset, end);
  },
  { kindOf: Leaf },
);

export const Tilde = token(
  "Tilde",
  (text, offset) => {
    const frame = state.frame;
    const starts =
      offset !== state.wordEnd ||
      offset === frame.valueAt ||
      (frame.inValue && frame.isCommand && text.charCodeAt(offset - 1) === 58);
    if (!starts) return null;
    let end = offset + 1;
    while (/[A-Za-z0-9_.+-]/.test(text.charAt(end))) end++;
    const next = text.charAt(end);
    if (end < text.length && next !== "/" && next !== ":" && !isDelimiter(text, end) && !",]}".includes(next)) return null;
    state.part(offset, end);
    return hit(text, offset, end);
  },
  { kindOf: Leaf, first: "~" },
);

/** `...` before a value: its elements. */
export const Spread = token(
  "Spread",
  (text, offset) => {
    const frame = state.frame;
    if (!text.startsWith("...", offset) || (offset === state.wordEnd && offset !== frame.valueAt)) return null;
    const next = text.charAt(offset + 3);
    const isValue = '$"`'.includes(next) || (!frame.isCommand && frame.kind !== "cond" && "[{(".includes(next));
    if (next === "" || (!isValue && frame.kind !== "params")) return null;
    state.part(offset, offset + 3);
    frame.valueAt = offset + 3;
    return hit(text, offset, offset + 3);
  },
  { first: "." },
);

// ── Braces and extended globs ─────────────────────────────────────────────────────────────────

/** Brace expansion happens in arguments and `for` heads, not in values, patterns or subjects. */
function expandsBraces(offset: number): boolean {
  const frame = state.frame;
  if (frame.kind === "brace" || frame.kind === "array") return true;
  if (!frame.isCommand || offset === frame.valueAt || frame.redirecting) return false;
  if (offset === state.wordEnd && frame.inValue) return false;
  return frame.position === "args" || frame.position === "start" || frame.position === "prefix" || frame.position === "for-in";
}

const RANGE = /\{(?:[+-]?\d+\.\.[+-]?\d+|[A-Za-z]\.\.[A-Za-z])(?:\.\.[+-]?\d+)?\}/y;

export const BraceRange = token(
  "BraceRange",
  (text, offset) => {
    RANGE.lastIndex = offset;
    if (!RANGE.test(text) || !expandsBraces(offset)) return null;
    const end = RANGE.lastIndex;
    state.part(offset, end);
    return hit(text, offset, end);
  },
  { kindOf: Leaf, first: "{" },
);

export const BraceOpen = token(
  "BraceOpen",
  (text, offset) => {
    if (!expandsBraces(offset) || !isBraceList(state, text, offset)) return null;
    state.part(offset, offset + 1);
    state.push("brace", offset);
    return hit(text, offset, offset + 1);
  },
  { first: "{", push: "brace" },
);

export const BraceComma = token(
  "BraceComma",
  (text, offset) => {
    state.wordEnd = -1;
    return hit(text, offset, offset + 1);
  },
  { first: "," },
);

export const BraceClose = token(
  "BraceClose",
  (text, offset) => {
    state.pop();
    state.wordEnd = offset + 1;
    return hit(text, offset, offset + 1);
  },
  { first: "}", pop: true },
);

/** `@(`, `?(`, `*(`, `+(`, `!(`, and inside of one any `(`. Literal text to the parser. */
export const ExtglobOpen = token(
  "ExtglobOpen",
  (text, offset) => {
    const frame = state.frame;
    const nested = frame.kind === "extglob" && text.charCodeAt(offset) === 40;
    if (!nested && (text.charCodeAt(offset + 1) !== 40 || !mayHoldExtglob(frame))) return null;
    const end = nested ? offset + 1 : offset + 2;
    state.part(offset, end);
    state.push("extglob", offset);
    return hit(text, offset, end);
  },
  { first: "@?*+!(", push: "extglob" },
);

export const ExtglobClose = token(
  "ExtglobClose",
  (text, offset) => {
    state.pop();
    state.wordEnd = offset + 1;
    return hit(text, offset, offset + 1);
  },
  { first: ")", pop: true },
);

export const Blank = token(
  "Blank",
  (text, offset) => {
    let end = offset + 1;
    while (isBlank(text.charCodeAt(end))) end++;
    return hit(text, offset, end);
  },
  { first: " \t", group: Lexer.SKIPPED },
);

// ── Inside double quotes and heredocs ─────────────────────────────────────────────────────────

export const DoubleText = token("DoubleText", (text, offset) => hit(text, offset, literalEnd(text, offset, state.frame)), {
  kindOf: Leaf,
});

/** Literal text of a heredoc, at most to the end of its line. */
export const HeredocText = token(
  "HeredocText",
  (text, offset) => {
    const end = runEnd(text, offset, HEREDOC_STOPS);
    return hit(text, offset, text.charCodeAt(end) === 10 || end === offset ? end + 1 : end);
  },
  { kindOf: Leaf },
);

/** Tabs at the start of a line of a `<<-` heredoc. */
export const HeredocTabs = token(
  "HeredocTabs",
  (text, offset) => {
    const extent = state.bodies[0];
    if (extent?.stripTabs !== true || (offset !== extent.start && text.charCodeAt(offset - 1) !== 10)) return null;
    let end = offset + 1;
    while (text.charCodeAt(end) === 9) end++;
    return hit(text, offset, end);
  },
  { first: "\t", group: Lexer.SKIPPED },
);
