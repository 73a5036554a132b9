import type { TokenType } from "chevrotain";
import * as assign from "./assign-tokens.ts";
import { isBlank, isDelimiter } from "./chars.ts";
import { heredocExtents, isArithmetic } from "./scan.ts";
import { type Frame, hit, type Match, type Position, state } from "./state.ts";
import { token } from "./token.ts";

// What stands where commands stand: reserved words, operators, redirections, assignments, newlines, comments.

// ── Reserved words ────────────────────────────────────────────────────────────────────────────

interface KeywordSettings {
  readonly at?: readonly Position[];
  readonly enter?: (frame: Frame, offset: number) => void;
  readonly push?: string;
}

const AT_START: readonly Position[] = ["start", "function-after"];

function keyword(word: string, settings: KeywordSettings = {}): TokenType {
  const at = settings.at ?? AT_START;
  const enter = settings.enter ?? ((frame: Frame) => frame.startCommand());
  return token(
    `Keyword ${word}`,
    (text, offset) => {
      const frame = state.frame;
      if (offset === state.wordEnd || frame.redirecting || !at.includes(frame.position)) return null;
      if (!text.startsWith(word, offset) || !isDelimiter(text, offset + word.length)) return null;
      enter(frame, offset);
      return hit(text, offset, offset + word.length);
    },
    { first: word.charAt(0), ...(settings.push === undefined ? {} : { push: settings.push }) },
  );
}

function opens(frame: Frame, offset: number): void {
  frame.startCommand();
  state.openCompound(offset);
}

function closes(frame: Frame): void {
  frame.startCommand();
  state.closeCompound();
}

export const If = keyword("if", { enter: opens });
export const Then = keyword("then");
export const Elif = keyword("elif");
export const Else = keyword("else");
export const Fi = keyword("fi", { enter: closes });
export const While = keyword("while", { enter: opens });
export const Until = keyword("until", { enter: opens });
export const Do = keyword("do", { at: ["start", "function-after", "for-in"] });
export const Done = keyword("done", { enter: closes });
export const For = keyword("for", {
  enter: (frame, offset) => {
    opens(frame, offset);
    frame.position = "for-name";
  },
});
export const Select = keyword("select", {
  enter: (frame, offset) => {
    opens(frame, offset);
    frame.position = "for-name";
  },
});
export const In = keyword("in", {
  at: ["for-in", "case-in"],
  enter: (frame) => {
    frame.position = frame.position === "case-in" ? "pattern-start" : "args";
    frame.named = true;
  },
});
export const Case = keyword("case", {
  enter: (frame, offset) => {
    frame.startCommand();
    state.push("case", offset).position = "case-subject";
  },
});
export const Esac = keyword("esac", {
  at: ["start", "pattern-start"],
  enter: () => {
    if (state.frame.kind === "case") state.pop();
    state.frame.startCommand();
  },
});
export const FunctionWord = keyword("function", {
  enter: (frame) => {
    frame.position = "function-name";
  },
});
export const GroupOpen = keyword("{", { enter: opens });
export const GroupClose = keyword("}", { enter: closes });
export const Bang = keyword("!");
export const Time = keyword("time", {
  enter: (frame) => {
    frame.startCommand();
    frame.timed = true;
  },
});
export const Coproc = keyword("coproc");
export const CondOpen = keyword("[[", {
  enter: (frame, offset) => {
    frame.startCommand();
    state.push("cond", offset);
  },
  push: "cond",
});

export const TimeFormat = token(
  "TimeFormat",
  (text, offset) => {
    const frame = state.frame;
    if (!frame.timed || frame.position !== "start" || offset === state.wordEnd) return null;
    if (!text.startsWith("-p", offset) || !isDelimiter(text, offset + 2)) return null;
    frame.timed = false;
    return hit(text, offset, offset + 2);
  },
  { first: "-" },
);

// ── Functions ─────────────────────────────────────────────────────────────────────────────────

const FUNCTION_NAME = /[^\s|&;()<>"'$`\\={}*?[\]!#~]+(?=[ \t]*\([ \t]*\))/y;

/** The name in `name()`. */
export const FunctionName = token("FunctionName", (text, offset) => {
  const frame = state.frame;
  if (frame.position !== "start" || frame.redirecting || offset === state.wordEnd) return null;
  FUNCTION_NAME.lastIndex = offset;
  if (!FUNCTION_NAME.test(text)) return null;
  const end = FUNCTION_NAME.lastIndex;
  if ("@+".includes(text.charAt(end - 1)) && text.charCodeAt(end) === 40) return null;
  frame.position = "function-after";
  return hit(text, offset, end);
});

export const FunctionParens = token(
  "FunctionParens",
  (text, offset) => {
    if (state.frame.position !== "function-after") return null;
    let end = offset + 1;
    while (isBlank(text.charCodeAt(end))) end++;
    if (text.charCodeAt(end) !== 41) return null;
    state.frame.startCommand();
    return hit(text, offset, end + 1);
  },
  { first: "(" },
);

export const ParamsOpen = token(
  "ParamsOpen",
  (text, offset) => {
    if (state.frame.position !== "function-after") return null;
    state.push("params", offset);
    return hit(text, offset, offset + 1);
  },
  { first: "(", push: "params" },
);

// ── Operators ─────────────────────────────────────────────────────────────────────────────────

/** `&&`, `||`, `|` or `|&` between commands. */
export const Joiner = token(
  "Joiner",
  (text, offset) => {
    const code = text.charCodeAt(offset);
    const next = text.charCodeAt(offset + 1);
    const double = next === code || (code === 124 && next === 38);
    if (!double && (code === 38 || state.frame.position === "pattern")) return null;
    state.frame.startCommand();
    return hit(text, offset, offset + (double ? 2 : 1));
  },
  { first: "&|" },
);

/** `|` between the patterns of a `case`. */
export const PatternBar = token(
  "PatternBar",
  (text, offset) => {
    state.frame.position = "pattern-start";
    return hit(text, offset, offset + 1);
  },
  { first: "|" },
);

/** `;` or `&` behind a statement. */
export const Terminator = token(
  "Terminator",
  (text, offset) => {
    state.frame.startCommand();
    return hit(text, offset, offset + 1);
  },
  { first: ";&" },
);

export const CaseEnd = token(
  "CaseEnd",
  (text, offset) => {
    const next = text.charCodeAt(offset + 1);
    if (next !== 59 && next !== 38) return null;
    const end = next === 59 && text.charCodeAt(offset + 2) === 38 ? offset + 3 : offset + 2;
    state.frame.startCommand();
    if (state.frame.kind === "case") state.frame.position = "pattern-start";
    return hit(text, offset, end);
  },
  { first: ";" },
);

/** `((` where a command starts, when it is arithmetic. */
export const ArithOpen = token(
  "ArithOpen",
  (text, offset) => {
    const frame = state.frame;
    const position = frame.position;
    if (position !== "start" && position !== "for-name" && position !== "function-after") return null;
    if (text.charCodeAt(offset + 1) !== 40 || !isArithmetic(state, text, offset)) return null;
    frame.startCommand();
    state.push(position === "for-name" ? "arith-for" : "arith", offset);
    return hit(text, offset, offset + 2);
  },
  { first: "(", push: "arith" },
);

export const LParen = token(
  "LParen",
  (text, offset) => {
    if (state.frame.position !== "pattern-start") state.push("paren", offset);
    return hit(text, offset, offset + 1);
  },
  { first: "(" },
);

/** Leaves `case` frames that lack their `esac`, so that the brackets around them still match. */
function leaveCases(): void {
  while (state.frame.kind === "case" && state.frame.position !== "pattern" && state.frame.position !== "pattern-start") state.pop();
}

/** The `)` of `$(…)`, `<(…)`. */
export const SubstClose = token(
  "SubstClose",
  (text, offset, tokens) => {
    leaveCases();
    if (state.frame.kind !== "subst") return null;
    state.frame.closeIndex = tokens.length;
    state.pop();
    state.wordEnd = offset + 1;
    return hit(text, offset, offset + 1);
  },
  { first: ")", pop: true },
);

/** Any other `)`: of a subshell, or behind a pattern. */
export const RParen = token(
  "RParen",
  (text, offset) => {
    if (state.frame.kind === "paren") state.pop();
    state.frame.startCommand();
    return hit(text, offset, offset + 1);
  },
  { first: ")" },
);

// ── Lines ─────────────────────────────────────────────────────────────────────────────────────

function newline(text: string, offset: number): Match {
  const frame = state.frame;
  const position = frame.position;
  if (position !== "for-in" && position !== "case-in" && position !== "pattern-start") frame.startCommand();
  if (state.scope.heredocs.length > 0) {
    state.bodies = heredocExtents(state, text, offset + 1);
    state.scope.heredocs = [];
    return hit(text, offset, offset + 1);
  }
  let end = offset + 1;
  for (let code = text.charCodeAt(end); code === 10 || code === 32 || code === 9; code = text.charCodeAt(end)) end++;
  return hit(text, offset, end);
}

/** A newline behind which heredoc bodies stand. */
export const HeredocNewline = token(
  "HeredocNewline",
  (text, offset) => {
    if (state.scope.heredocs.length === 0 || offset + 1 >= text.length) return null;
    const found = newline(text, offset);
    state.push("heredoc", offset + 1).quoted = true;
    return found;
  },
  { first: "\n", push: "heredoc" },
);

/** One or more newlines. */
export const Newline = token("Newline", newline, { first: "\n" });

/** `#` at the start of a word, to the end of the line. */
export const Comment = token(
  "Comment",
  (text, offset) => {
    if (offset === state.wordEnd) return null;
    const end = text.indexOf("\n", offset);
    return hit(text, offset, end < 0 ? text.length : end);
  },
  { first: "#", group: "comments" },
);

/** In the order in which they are tried; the parts of words come behind them. */
export const COMMAND_TOKENS: readonly TokenType[] = [
  HeredocNewline,
  Newline,
  Comment,
  If,
  Then,
  Elif,
  Else,
  Fi,
  While,
  Until,
  Do,
  Done,
  For,
  Select,
  In,
  Case,
  Esac,
  FunctionWord,
  GroupOpen,
  GroupClose,
  Bang,
  Time,
  Coproc,
  CondOpen,
  TimeFormat,
  assign.AssignName,
  assign.AssignTarget,
  assign.AssignOperator,
  FunctionName,
  FunctionParens,
  ParamsOpen,
  assign.HeredocOperator,
  assign.BareHeredoc,
  assign.RedirectOperator,
  Joiner,
  PatternBar,
  CaseEnd,
  Terminator,
  ArithOpen,
];

/** Tried after the value literals, which may start with a bracket too. */
export const COMMAND_BRACKETS: readonly TokenType[] = [LParen, SubstClose, RParen];
