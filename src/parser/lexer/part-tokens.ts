import { Lexer } from "chevrotain";
import { isDigit, nameEnd } from "./chars.ts";
import { closedQuoteEnd, isArithmetic } from "./scan.ts";
import { type Frame, hit, state } from "./state.ts";
import { token } from "./token.ts";
import { Leaf, Spread, Tilde } from "./word-tokens.ts";

// Quotes and expansions: the parts of words that are the same in every mode.

// ── Quotes ────────────────────────────────────────────────────────────────────────────────────

function singleQuotes(frame: Frame): boolean {
  if (frame.kind === "double" || frame.kind === "heredoc") return false;
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
  { kindOf: Leaf, first: "'" },
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
  { kindOf: Leaf, first: "$" },
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
  { kindOf: Leaf, first: "\\" },
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
  { kindOf: Leaf, first: "$" },
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
    const names = plainName || next === "}" || (prefix === "!" && "#@*".includes(text.charAt(offset + 1)));
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

/** `$(`. The payload is its frame. */
export const CommandOpen = token(
  "CommandOpen",
  (text, offset) => {
    if (text.charCodeAt(offset + 1) !== 40) return null;
    state.part(offset, offset + 2);
    return hit(text, offset, offset + 2, state.push("subst", offset));
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
  { kindOf: Leaf, first: "`" },
);

/** `<(` or `>(`. The payload is its frame. */
export const ProcessOpen = token(
  "ProcessOpen",
  (text, offset) => {
    if (text.charCodeAt(offset + 1) !== 40) return null;
    state.part(offset, offset + 2);
    return hit(text, offset, offset + 2, state.push("subst", offset));
  },
  { first: "<>", push: "command" },
);

const EXPANSIONS = [ParamOpen, BadParam, ArithExpansionOpen, CommandOpen, LegacyArithOpen, Param, Backquoted] as const;

const QUOTES = [SingleQuoted, AnsiQuoted, UnclosedQuote, DoubleOpen, Escape] as const;

/** The parts that may stand inside double quotes. */
export const QUOTED_PARTS = [Continuation, ...EXPANSIONS, UnclosedQuote, Escape] as const;

/** The parts of a word that are neither literal nor at its start only. */
export const INNER_PARTS = [Continuation, ...EXPANSIONS, ...QUOTES] as const;

/** The parts that may stand in an unquoted word, before its literals. */
export const WORD_PARTS = [...INNER_PARTS, Tilde, Spread] as const;
