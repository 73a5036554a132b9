import { Lexer, type TokenType } from "chevrotain";
import { charTable, inTable, nameEnd } from "./chars.ts";
import { hit, state } from "./state.ts";
import { token } from "./token.ts";

// Inside `${…}`, arithmetic, subscripts and heredocs.

function closing(text: string, offset: number, length: number) {
  state.pop();
  state.wordEnd = offset + length;
  return hit(text, offset, offset + length);
}

// ── `${…}` ────────────────────────────────────────────────────────────────────────────────────

export const ParamClose = token("ParamClose", (text, offset) => closing(text, offset, 1), { first: "}", pop: true });

/** `@` or `*` right before the `}` of `${!name@}`. */
export const ParamNames = token(
  "ParamNames",
  (text, offset) => (text.charCodeAt(offset + 1) === 125 ? hit(text, offset, offset + 1) : null),
  { first: "@*" },
);

export const ParamTransform = token(
  "ParamTransform",
  (text, offset) => {
    let end = offset + 1;
    while (/[A-Za-z]/.test(text.charAt(end))) end++;
    return end === offset + 1 ? null : hit(text, offset, end);
  },
  { first: "@" },
);

function paramOperator(name: string, pattern: RegExp, first: string, settings: { pattern: boolean; slash?: boolean }): TokenType {
  return token(
    name,
    (text, offset) => {
      pattern.lastIndex = offset;
      if (!pattern.test(text)) return null;
      const end = pattern.lastIndex;
      const quoted = state.frame.quoted;
      const start = state.frame.start;
      state.pop();
      const frame = state.push("param-word", start);
      frame.quoted = quoted;
      frame.pattern = settings.pattern;
      frame.slash = settings.slash === true;
      frame.valueAt = settings.pattern || quoted ? -1 : end;
      return hit(text, offset, end);
    },
    { first, pop: true, push: "paramWord" },
  );
}

export const ParamDefault = paramOperator("ParamDefault", /:?[-=?+]/y, ":-=?+", { pattern: false });
export const ParamTrim = paramOperator("ParamTrim", /##?|%%?/y, "#%", { pattern: true });
export const ParamReplace = paramOperator("ParamReplace", /\/[/#%]?/y, "/", { pattern: true, slash: true });
export const ParamCase = paramOperator("ParamCase", /\^\^?|,,?/y, "^,", { pattern: true });

/** The `/` between pattern and replacement. */
export const ReplaceWith = token(
  "ReplaceWith",
  (text, offset) => {
    const frame = state.frame;
    if (!frame.slash) return null;
    frame.slash = false;
    state.wordEnd = -1;
    return hit(text, offset, offset + 1);
  },
  { first: "/" },
);

/** `:` before the offset of a slice; what follows is arithmetic. */
export const ParamSlice = token(
  "ParamSlice",
  (text, offset) => {
    const start = state.frame.start;
    state.pop();
    state.push("slice", start);
    return hit(text, offset, offset + 1);
  },
  { first: ":", pop: true, push: "arith" },
);

/** What is no operator in `${…}`. */
export const ParamOther = token("ParamOther", (text, offset) => hit(text, offset, offset + 1));

// ── Subscripts ────────────────────────────────────────────────────────────────────────────────

/** `[@]` or `[*]`. */
export const SubscriptAll = token(
  "SubscriptAll",
  (text, offset) => {
    const kind = text.charCodeAt(offset + 1);
    if ((kind !== 64 && kind !== 42) || text.charCodeAt(offset + 2) !== 93) return null;
    if (state.frame.isCommand && offset !== state.frame.subscriptAt) return null;
    if (state.frame.isCommand) state.frame.subscriptAt = offset + 3;
    return hit(text, offset, offset + 3);
  },
  { first: "[" },
);

/** `[` of a subscript: in `${…}`, behind a name in arithmetic, and in an assignment's target. */
export const SubscriptOpen = token(
  "SubscriptOpen",
  (text, offset) => {
    const frame = state.frame;
    if (frame.isCommand && offset !== frame.subscriptAt) return null;
    if (frame.kind !== "param" && !frame.isCommand && offset !== state.wordEnd) return null;
    state.push("subscript", offset);
    return hit(text, offset, offset + 1);
  },
  { first: "[", push: "arith" },
);

export const SubscriptClose = token(
  "SubscriptClose",
  (text, offset) => {
    if (state.frame.kind !== "subscript") return null;
    const found = closing(text, offset, 1);
    state.frame.subscriptAt = offset + 1;
    return found;
  },
  { first: "]", pop: true },
);

// ── Arithmetic ────────────────────────────────────────────────────────────────────────────────

/** White space in arithmetic and subscripts, newlines too. */
export const ArithBlank = token(
  "ArithBlank",
  (text, offset) => {
    let end = offset + 1;
    while (inTable(SPACES, text.charCodeAt(end))) end++;
    return hit(text, offset, end);
  },
  { first: " \t\n", group: Lexer.SKIPPED },
);

const SPACES = charTable(" \t\n");
const NUMBER = /0[xX][0-9a-fA-F]+|\d+#[0-9A-Za-z@_]*|\d+\.\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+/y;

export const ArithNumber = token(
  "ArithNumber",
  (text, offset) => {
    NUMBER.lastIndex = offset;
    if (!NUMBER.test(text)) return null;
    state.wordEnd = NUMBER.lastIndex;
    return hit(text, offset, NUMBER.lastIndex);
  },
  { first: "0123456789." },
);

export const ArithName = token(
  "ArithName",
  (text, offset) => {
    const end = nameEnd(text, offset);
    if (end === offset) return null;
    state.wordEnd = end;
    return hit(text, offset, end);
  },
  { first: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_" },
);

/** `))` of `((…))` and `$((…))`. */
export const ArithClose = token(
  "ArithClose",
  (text, offset) => {
    const frame = state.frame;
    if ((frame.kind !== "arith" && frame.kind !== "arith-for") || frame.depth > 0 || text.charCodeAt(offset + 1) !== 41)
      return null;
    return closing(text, offset, 2);
  },
  { first: ")", pop: true },
);

/** `]` of `$[…]`. */
export const LegacyArithClose = token(
  "LegacyArithClose",
  (text, offset) => (state.frame.kind === "legacy" ? closing(text, offset, 1) : null),
  { first: "]", pop: true },
);

export const SliceClose = token("SliceClose", (text, offset) => (state.frame.kind === "slice" ? closing(text, offset, 1) : null), {
  first: "}",
  pop: true,
});

export const ArithSemicolon = token(
  "ArithSemicolon",
  (text, offset) => (state.frame.kind === "arith-for" ? hit(text, offset, offset + 1) : null),
  { first: ";" },
);

const ARITH_OPERATOR = /\*\*=?|<<=?|>>=?|\+\+|--|&&|\|\||[-+*/%&|^<>=!]=?|[~?:,()]/y;

/** Any operator, and the parentheses. */
export const ArithOperator = token(
  "ArithOperator",
  (text, offset) => {
    ARITH_OPERATOR.lastIndex = offset;
    if (!ARITH_OPERATOR.test(text)) return null;
    const frame = state.frame;
    const code = text.charCodeAt(offset);
    if (code === 40) {
      frame.depth++;
      state.openCompound(offset);
    } else if (code === 41 && frame.depth > 0) {
      frame.depth--;
      state.closeCompound();
    }
    return hit(text, offset, ARITH_OPERATOR.lastIndex);
  },
  { first: "*<>+-&|/%^=!~?:,()" },
);

/** Anything else: text of a key in a subscript, an error in arithmetic. */
export const ArithOther = token("ArithOther", (text, offset) => {
  const code = text.charCodeAt(offset);
  const pair = code >= 0xd800 && code < 0xdc00 && offset + 1 < text.length;
  const end = offset + (pair ? 2 : 1);
  state.wordEnd = end;
  return hit(text, offset, end);
});

// ── Heredocs ──────────────────────────────────────────────────────────────────────────────────

function stripTabs(body: string): string {
  return body.replace(/^\t+/gm, "");
}

/** The whole body of a heredoc with a quoted delimiter. The payload is its text. */
export const HeredocRaw = token("HeredocRaw", (text, offset) => {
  const extent = state.bodies[0];
  if (extent === undefined || !extent.quoted || offset !== extent.start || extent.end === offset) return null;
  const body = text.slice(offset, extent.end);
  return hit(text, offset, extent.end, extent.stripTabs ? stripTabs(body) : body);
});

/** The line of a delimiter, when another body follows. */
export const HeredocEnd = token("HeredocEnd", (text, offset) => {
  const extent = state.bodies[0];
  if (extent === undefined || state.bodies.length < 2 || offset < extent.end || !extent.closed) return null;
  state.bodies.shift();
  return hit(text, offset, Math.max(extent.after, offset + 1));
});

/** The line of the last delimiter. */
export const HeredocLast = token(
  "HeredocLast",
  (text, offset) => {
    const extent = state.bodies[0];
    if (extent === undefined || state.bodies.length !== 1 || offset < extent.end || !extent.closed) return null;
    state.bodies = [];
    state.pop();
    return hit(text, offset, Math.max(extent.after, offset + 1));
  },
  { pop: true },
);
