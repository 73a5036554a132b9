import { Lexer, type TokenType } from "chevrotain";
import { isBlank, isDelimiter, nameEnd } from "./chars.ts";
import { closeOf, isBraceList } from "./scan.ts";
import { type Frame, type FrameKind, hit, state } from "./state.ts";
import { token } from "./token.ts";
import { Leaf } from "./word-tokens.ts";

// List and record literals, the parameters of typed functions, and `[[ ]]`.

/** White space between items, newlines too. */
export const Space = token(
  "Space",
  (text, offset) => {
    let end = offset + 1;
    for (let code = text.charCodeAt(end); code === 32 || code === 9 || code === 10; code = text.charCodeAt(end)) end++;
    return hit(text, offset, end);
  },
  { first: " \t\n", group: Lexer.SKIPPED },
);

// ── Literals ──────────────────────────────────────────────────────────────────────────────────

/** A literal is a value of the frame around it, as a word would be. */
function openLiteral(text: string, offset: number, kind: FrameKind) {
  const frame = state.frame;
  state.part(offset, offset + 1);
  frame.valueNext = false;
  const inner = state.push(kind, offset);
  if (kind === "array") inner.named = true;
  return hit(text, offset, offset + 1);
}

export const ListOpen = token(
  "ListOpen",
  (text, offset) => (state.isValueStart(offset) ? openLiteral(text, offset, "list") : null),
  { first: "[", push: "list" },
);

export const ArrayOpen = token(
  "ArrayOpen",
  (text, offset) => (state.isValueStart(offset) ? openLiteral(text, offset, "array") : null),
  { first: "(", push: "array" },
);

export const RecordOpen = token(
  "RecordOpen",
  (text, offset) => {
    if (!state.isValueStart(offset)) return null;
    if (state.frame.kind === "array" && isBraceList(state, text, offset)) return null;
    return openLiteral(text, offset, "record");
  },
  { first: "{", push: "record" },
);

function close(text: string, offset: number) {
  state.pop();
  state.wordEnd = offset + 1;
  return hit(text, offset, offset + 1);
}

export const ListClose = token("ListClose", close, { first: "]", pop: true });
export const ArrayClose = token("ArrayClose", close, { first: ")", pop: true });
export const RecordClose = token("RecordClose", close, { first: "}", pop: true });

export const Comma = token(
  "Comma",
  (text, offset) => {
    state.frame.valueNext = false;
    state.wordEnd = -1;
    return hit(text, offset, offset + 1);
  },
  { first: "," },
);

/** `:` behind a key, or behind a parameter's name. */
export const Colon = token(
  "Colon",
  (text, offset) => {
    const frame = state.frame;
    if (frame.kind === "record" && frame.inValue && offset === state.wordEnd) return null;
    frame.valueNext = frame.kind === "record";
    state.wordEnd = -1;
    return hit(text, offset, offset + 1);
  },
  { first: ":" },
);

/** The `[` of `[k]=v` inside `( … )`. */
export const KeyOpen = token(
  "KeyOpen",
  (text, offset) => {
    if (offset === state.wordEnd) return null;
    const end = closeOf(state, text, offset, 91, 93, true);
    if (end < 0 || text.charCodeAt(end + 1) !== 61) return null;
    state.push("subscript", offset);
    return hit(text, offset, offset + 1);
  },
  { first: "[", push: "arith" },
);

/** The `=` of `[k]=v`. */
export const KeyEquals = token(
  "KeyEquals",
  (text, offset) => {
    if (offset !== state.frame.subscriptAt) return null;
    state.frame.valueAt = offset + 1;
    state.wordEnd = offset + 1;
    return hit(text, offset, offset + 1);
  },
  { first: "=" },
);

/** What may not stand bare in a literal. */
export const LiteralOther = token("LiteralOther", (text, offset) => hit(text, offset, offset + 1), { first: ";&|<>()" });

// ── Parameters of typed functions ─────────────────────────────────────────────────────────────

export const ParamsClose = token(
  "ParamsClose",
  (text, offset) => {
    state.pop();
    state.frame.startCommand();
    return hit(text, offset, offset + 1);
  },
  { first: ")", pop: true },
);

/** The name or type of a parameter. */
export const ParamName = token(
  "ParamName",
  (text, offset) => {
    const frame = state.frame;
    if (frame.valueNext || frame.inValue) return null;
    const end = nameEnd(text, offset);
    if (end === offset) return null;
    frame.valueAt = -1;
    return hit(text, offset, end);
  },
  { first: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_" },
);

export const ParamEquals = token(
  "ParamEquals",
  (text, offset) => {
    state.frame.valueNext = true;
    return hit(text, offset, offset + 1);
  },
  { first: "=" },
);

/** Between parameters: what follows is a name again. */
export const ParamComma = token(
  "ParamComma",
  (text, offset) => {
    state.frame.valueNext = false;
    state.frame.inValue = false;
    state.wordEnd = -1;
    return hit(text, offset, offset + 1);
  },
  { first: "," },
);

// ── `[[ ]]` ───────────────────────────────────────────────────────────────────────────────────

function startsTest(frame: Frame): void {
  frame.words = 0;
  frame.valueNext = false;
}

export const CondClose = token(
  "CondClose",
  (text, offset) => {
    if (offset === state.wordEnd || !text.startsWith("]]", offset) || !isDelimiter(text, offset + 2)) return null;
    state.pop();
    state.frame.startCommand();
    return hit(text, offset, offset + 2);
  },
  { first: "]", pop: true },
);

function condOperator(name: string, text: string, applies: (source: string, offset: number) => boolean = () => true): TokenType {
  return token(
    name,
    (source, offset) => {
      if (!source.startsWith(text, offset) || !applies(source, offset)) return null;
      startsTest(state.frame);
      return hit(source, offset, offset + text.length);
    },
    { first: text.charAt(0) },
  );
}

export const CondAnd = condOperator("CondAnd", "&&");
export const CondOr = condOperator("CondOr", "||");
export const CondNot = condOperator(
  "CondNot",
  "!",
  (source, offset) => offset !== state.wordEnd && isDelimiter(source, offset + 1),
);
export const CondLParen = condOperator("CondLParen", "(", (_, offset) => {
  state.openCompound(offset);
  return true;
});
export const CondRParen = condOperator("CondRParen", ")", () => {
  state.closeCompound();
  return true;
});

/** `<` or `>` between words. */
export const CondLess = token(
  "CondLess",
  (text, offset) => {
    state.wordEnd = -1;
    return hit(text, offset, offset + 1);
  },
  { first: "<>" },
);

/** What no test may hold. */
export const CondOther = token("CondOther", (text, offset) => hit(text, offset, offset + 1), { first: "&|;" });

/** `=~`: the next word is a regular expression, in which brackets and bars are text. */
export const CondMatch = token(
  "CondMatch",
  (text, offset) => {
    if (offset === state.wordEnd || text.charCodeAt(offset + 1) !== 126 || !/\s/.test(text.charAt(offset + 2))) return null;
    let end = offset + 2;
    while (isBlank(text.charCodeAt(end))) end++;
    state.push("regex", offset);
    return hit(text, offset, end);
  },
  { first: "=", push: "regex" },
);

/** White space ends a regular expression, unless it stands in parentheses or brackets. */
export const RegexEnd = token(
  "RegexEnd",
  (text, offset) => {
    if (state.frame.depth > 0 && text.charCodeAt(offset) !== 10) return null;
    let end = offset + 1;
    while (/\s/.test(text.charAt(end))) end++;
    state.pop();
    state.wordEnd = -1;
    return hit(text, offset, end);
  },
  { first: " \t\n", pop: true },
);

function classEnd(text: string, offset: number): number {
  let at = offset + 1;
  if (text.charCodeAt(at) === 94) at++;
  if (text.charCodeAt(at) === 93) at++;
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "[" && ":.=".includes(text.charAt(at + 1))) {
      const end = text.indexOf(`${text.charAt(at + 1)}]`, at + 2);
      if (end < 0) return offset + 1;
      at = end + 1;
    } else if (char === "]") return at + 1;
    else if (" \t\n'\"$`\\".includes(char)) return offset + 1;
  }
  return offset + 1;
}

/** A parenthesis, a bracket expression, or a blank inside parentheses: text of the regular expression. */
export const RegexGroup = token(
  "RegexGroup",
  (text, offset) => {
    const frame = state.frame;
    const code = text.charCodeAt(offset);
    if (code === 40) frame.depth++;
    else if (code === 41) frame.depth = Math.max(0, frame.depth - 1);
    const end = code === 91 ? classEnd(text, offset) : offset + 1;
    state.part(offset, end);
    return hit(text, offset, end);
  },
  { kindOf: Leaf, first: "()[ \t" },
);
