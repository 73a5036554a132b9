import { Lexer } from "chevrotain";
import { type CharTable, charTable, isBlank, isDelimiter, isDigit, nameEnd } from "./chars.ts";
import { closedQuoteEnd, isArithmetic, isBraceList } from "./scan.ts";
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
  let end = runEnd(text, offset, stopsOf(frame, offset));
  if (end > offset && text.charCodeAt(end) === 40 && mayHoldExtglob(frame) && isGlobOperator(text.charCodeAt(end - 1))) end--;
  return Math.max(end, offset + 1);
}

/** A word that is one literal and nothing else: the usual case, one token. */
export const PlainWord = token("PlainWord", (text, offset) => {
  const frame = state.frame;
  if (offset === state.wordEnd && offset !== frame.valueAt) return null;
  const end = runEnd(text, offset, stopsOf(frame, offset));
  if (end === offset || !isDelimiter(text, end)) return null;
  if (text.charCodeAt(end) === 40 && isGlobOperator(text.charCodeAt(end - 1))) return null;
  const first = text.charCodeAt(offset);
  if (first === 126 || (first === 46 && text.startsWith("...", offset))) return null;
  if (offset === frame.valueAt && text.indexOf(":~", offset) >= 0) return null;
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
export const Text = token("Text", (text, offset) => {
  const frame = state.frame;
  const end = literalEnd(text, offset, frame);
  state.part(offset, end);
  return hit(text, offset, end);
});

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
  { first: "~" },
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

// ── Quotes ────────────────────────────────────────────────────────────────────────────────────

function singleQuotes(frame: Frame): boolean {
  return frame.kind !== "param-word" || !frame.quoted || frame.pattern;
}

export const SingleQuoted = token(
  "SingleQuoted",
  (text, offset) => {
    if (!singleQuotes(state.frame)) return null;
    const end = text.indexOf("'", offset + 1);
    if (end < 0) return null;
    state.part(offset, end + 1);
    return hit(text, offset, end + 1);
  },
  { first: "'" },
);

function ansiEnd(text: string, offset: number): number {
  for (let at = offset + 2; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 39) return at + 1;
  }
  return -1;
}

export const AnsiQuoted = token(
  "AnsiQuoted",
  (text, offset) => {
    if (text.charCodeAt(offset + 1) !== 39 || !singleQuotes(state.frame)) return null;
    const end = ansiEnd(text, offset);
    if (end < 0) return null;
    state.part(offset, end);
    return hit(text, offset, end);
  },
  { first: "$" },
);

/** A quote without its end: takes the rest of the text. */
export const UnclosedQuote = token(
  "UnclosedQuote",
  (text, offset) => {
    const at = text.charCodeAt(offset) === 36 ? offset + 1 : offset;
    const code = text.charCodeAt(at);
    if (code === 39 ? !singleQuotes(state.frame) || (at !== offset && state.frame.quoted) : code !== 96 || at !== offset)
      return null;
    state.part(offset, text.length);
    return hit(text, offset, text.length);
  },
  { first: "'$`" },
);

export const DoubleOpen = token(
  "DoubleOpen",
  (text, offset) => {
    const end = text.charCodeAt(offset) === 36 ? offset + 2 : offset + 1;
    if (text.charCodeAt(end - 1) !== 34) return null;
    state.part(offset, end);
    state.push("double", offset).quoted = true;
    return hit(text, offset, end);
  },
  { first: '"$', push: "double" },
);

export const DoubleClose = token(
  "DoubleClose",
  (text, offset) => {
    state.pop();
    state.wordEnd = offset + 1;
    return hit(text, offset, offset + 1);
  },
  { first: '"', pop: true },
);

/** A backslash and the character it quotes. The payload is true where that is plain text: in double quotes and heredocs. */
export const Escape = token(
  "Escape",
  (text, offset) => {
    const frame = state.frame;
    const end = Math.min(offset + 2, text.length);
    if (frame.quoted && !frame.pattern) {
      const next = text.charAt(offset + 1);
      const special = next === "$" || next === "`" || next === "\\" || next === "\n";
      const here =
        (next === '"' && frame.kind !== "heredoc") ||
        (next === "}" && frame.kind === "param-word") ||
        (next === "/" && frame.slash);
      if (!special && !here) return null;
      state.part(offset, end);
      return hit(text, offset, end, frame.kind !== "param-word");
    }
    state.part(offset, end);
    return hit(text, offset, end);
  },
  { first: "\\" },
);

/** A backslash before a newline: both vanish, and a word goes on behind them. */
export const Continuation = token(
  "Continuation",
  (text, offset) => {
    if (text.charCodeAt(offset + 1) !== 10) return null;
    const frame = state.frame;
    if (offset === state.wordEnd) state.wordEnd = offset + 2;
    if (offset === frame.valueAt) frame.valueAt = offset + 2;
    return hit(text, offset, offset + 2);
  },
  { first: "\\", group: Lexer.SKIPPED },
);

// ── Expansions ────────────────────────────────────────────────────────────────────────────────

export const Param = token(
  "Param",
  (text, offset) => {
    let end = nameEnd(text, offset + 1);
    if (end === offset + 1) {
      const next = text.charAt(end);
      if (next === "" || !"0123456789?#@*$!-".includes(next)) return null;
      end++;
    }
    state.part(offset, end);
    return hit(text, offset, end);
  },
  { first: "$" },
);

/** What stands between `${` and the first operator or subscript. */
export interface ParamHead {
  readonly name: string;
  readonly length: boolean;
  readonly indirect: boolean;
}

function paramNameEnd(text: string, offset: number): number {
  const end = nameEnd(text, offset);
  if (end > offset) return end;
  let at = offset;
  while (isDigit(text.charCodeAt(at))) at++;
  if (at > offset) return at;
  const char = text.charAt(offset);
  return char !== "" && "?#@*$!-".includes(char) ? offset + 1 : offset;
}

function paramHead(text: string, offset: number): { head: ParamHead; end: number } | undefined {
  const prefix = text.charAt(offset);
  if (prefix === "#" || prefix === "!") {
    const end = paramNameEnd(text, offset + 1);
    const next = text.charAt(end);
    const plainName = end > offset + 1 && !"?#@*$!-".includes(text.charAt(offset + 1));
    const names =
      prefix === "#"
        ? next === "}" || (plainName && next === "[")
        : plainName || next === "}" || "#@*".includes(text.charAt(offset + 1));
    if (end > offset + 1 && names) {
      return { head: { name: text.slice(offset + 1, end), length: prefix === "#", indirect: prefix === "!" }, end };
    }
  }
  const end = paramNameEnd(text, offset);
  return end === offset ? undefined : { head: { name: text.slice(offset, end), length: false, indirect: false }, end };
}

export const ParamOpen = token(
  "ParamOpen",
  (text, offset) => {
    if (text.charCodeAt(offset + 1) !== 123) return null;
    const found = paramHead(text, offset + 2);
    if (found === undefined) return null;
    state.part(offset, found.end);
    const quoted = state.frame.quoted;
    const frame = state.push("param", offset);
    frame.quoted = quoted;
    return hit(text, offset, found.end, found.head);
  },
  { first: "$", push: "param" },
);

/** `${` before something that is no parameter. */
export const BadParam = token(
  "BadParam",
  (text, offset) => {
    if (text.charCodeAt(offset + 1) !== 123) return null;
    state.part(offset, offset + 2);
    return hit(text, offset, offset + 2);
  },
  { first: "$" },
);

export const CommandOpen = token(
  "CommandOpen",
  (text, offset) => {
    if (text.charCodeAt(offset + 1) !== 40) return null;
    state.part(offset, offset + 2);
    state.push("subst", offset);
    return hit(text, offset, offset + 2);
  },
  { first: "$", push: "command" },
);

export const ArithExpansionOpen = token(
  "ArithExpansionOpen",
  (text, offset) => {
    if (!text.startsWith("((", offset + 1) || !isArithmetic(state, text, offset + 1)) return null;
    state.part(offset, offset + 3);
    state.push("arith", offset);
    return hit(text, offset, offset + 3);
  },
  { first: "$", push: "arith" },
);

/** `$[`, bash's old arithmetic: read so that it can be refused whole. */
export const LegacyArithOpen = token(
  "LegacyArithOpen",
  (text, offset) => {
    if (text.charCodeAt(offset + 1) !== 91) return null;
    state.part(offset, offset + 2);
    state.push("legacy", offset);
    return hit(text, offset, offset + 2);
  },
  { first: "$", push: "arith" },
);

/** `` `…` ``, whole: what is inside is unescaped and parsed on its own. The payload tells whether it stands in double quotes. */
export const Backquoted = token(
  "Backquoted",
  (text, offset) => {
    const end = closedQuoteEnd(text, offset);
    if (end < 0) return null;
    state.part(offset, end);
    return hit(text, offset, end, state.frame.quoted);
  },
  { first: "`" },
);

export const ProcessOpen = token(
  "ProcessOpen",
  (text, offset) => {
    if (text.charCodeAt(offset + 1) !== 40) return null;
    state.part(offset, offset + 2);
    state.push("subst", offset);
    return hit(text, offset, offset + 2);
  },
  { first: "<>", push: "command" },
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
  { first: "{" },
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

export const DoubleText = token("DoubleText", (text, offset) => hit(text, offset, literalEnd(text, offset, state.frame)));

/** Literal text of a heredoc, at most to the end of its line. */
export const HeredocText = token("HeredocText", (text, offset) => {
  const end = runEnd(text, offset, HEREDOC_STOPS);
  return hit(text, offset, text.charCodeAt(end) === 10 || end === offset ? end + 1 : end);
});

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

const EXPANSIONS = [ParamOpen, BadParam, ArithExpansionOpen, CommandOpen, LegacyArithOpen, Param, Backquoted] as const;

const QUOTES = [SingleQuoted, AnsiQuoted, UnclosedQuote, DoubleOpen, Escape] as const;

/** The parts that may stand inside double quotes. */
export const QUOTED_PARTS = [Continuation, ...EXPANSIONS, UnclosedQuote, Escape] as const;

/** The parts of a word that are neither literal nor at its start only. */
export const INNER_PARTS = [Continuation, ...EXPANSIONS, ...QUOTES] as const;

/** The parts that may stand in an unquoted word, before its literals. */
export const WORD_PARTS = [...INNER_PARTS, Tilde, Spread] as const;
