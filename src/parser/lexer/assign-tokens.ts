import { nameEnd } from "./chars.ts";
import { closeOf, heredocDelimiter, skipBlanks } from "./scan.ts";
import { type Frame, hit, type PendingHeredoc, state } from "./state.ts";
import { token } from "./token.ts";

// Assignments and redirections.

// ── Assignments ───────────────────────────────────────────────────────────────────────────────

function mayAssign(frame: Frame): boolean {
  if (frame.redirecting) return false;
  return frame.position === "start" || frame.position === "prefix" || (frame.position === "args" && frame.declaring);
}

/** An assignment in front of a command leaves the command's name still to come. */
function beginAssignment(frame: Frame, start: number, end: number): void {
  const position = frame.position;
  state.part(start, end);
  frame.position = position === "start" ? "prefix" : position;
  frame.inValue = true;
}

function operatorEnd(text: string, offset: number): number {
  if (text.charCodeAt(offset) === 61) return offset + 1;
  return text.charCodeAt(offset) === 43 && text.charCodeAt(offset + 1) === 61 ? offset + 2 : offset;
}

/** `name=` or `name+=`. */
export const AssignName = token(
  "AssignName",
  (text, offset) => {
    const frame = state.frame;
    if (offset === state.wordEnd || !mayAssign(frame)) return null;
    const nameStop = nameEnd(text, offset);
    const end = nameStop === offset ? offset : operatorEnd(text, nameStop);
    if (end <= nameStop) return null;
    beginAssignment(frame, offset, end);
    frame.valueAt = end;
    return hit(text, offset, end);
  },
  { first: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_" },
);

/** The name in `name[k]=`. */
export const AssignTarget = token(
  "AssignTarget",
  (text, offset) => {
    const frame = state.frame;
    if (offset === state.wordEnd || !mayAssign(frame)) return null;
    const end = nameEnd(text, offset);
    if (end === offset || text.charCodeAt(end) !== 91) return null;
    let close = closeOf(state, text, end, 91, 93, true);
    while (close >= 0 && text.charCodeAt(close + 1) === 91) close = closeOf(state, text, close + 1, 91, 93, true);
    if (close < 0 || operatorEnd(text, close + 1) === close + 1) return null;
    beginAssignment(frame, offset, end);
    frame.subscriptAt = end;
    return hit(text, offset, end);
  },
  { first: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_" },
);

/** `=` or `+=` behind a subscript. */
export const AssignOperator = token(
  "AssignOperator",
  (text, offset) => {
    const frame = state.frame;
    const end = operatorEnd(text, offset);
    if (offset !== frame.subscriptAt || end === offset) return null;
    frame.valueAt = end;
    state.wordEnd = end;
    return hit(text, offset, end);
  },
  { first: "=+" },
);

// ── Redirections ──────────────────────────────────────────────────────────────────────────────

const REDIRECT = /(?:\d{1,9}|\{[A-Za-z_]\w*\})?(?:<<<|<&|<>|>>|>\||>&|<|>)|&>>|&>/y;

/** A redirection operator with its descriptor, not a heredoc's. */
export const RedirectOperator = token(
  "RedirectOperator",
  (text, offset) => {
    const first = text.charCodeAt(offset);
    if (offset === state.wordEnd && first !== 60 && first !== 62 && first !== 38) return null;
    REDIRECT.lastIndex = offset;
    if (!REDIRECT.test(text)) return null;
    state.frame.redirecting = true;
    state.wordEnd = -1;
    return hit(text, offset, REDIRECT.lastIndex);
  },
  { first: "0123456789{<>&" },
);

/** `<<` without a delimiter. */
export const BareHeredoc = token(
  "BareHeredoc",
  (text, offset) =>
    text.charCodeAt(offset + 1) === 60 && text.charCodeAt(offset + 2) !== 60 ? hit(text, offset, offset + 2) : null,
  { first: "<" },
);

export interface HeredocToken extends PendingHeredoc {
  readonly fd: string;
}

const HEREDOC = /(\d{1,9}|\{[A-Za-z_]\w*\})?<<(-?)/y;

/** `<<WORD` or `<<-WORD` with its descriptor. */
export const HeredocOperator = token(
  "HeredocOperator",
  (text, offset) => {
    if (offset === state.wordEnd && text.charCodeAt(offset) !== 60) return null;
    HEREDOC.lastIndex = offset;
    const found = HEREDOC.exec(text);
    if (found === null || text.startsWith("<<<", offset + (found[1]?.length ?? 0))) return null;
    const word = heredocDelimiter(text, skipBlanks(text, HEREDOC.lastIndex));
    if (word === undefined) return null;
    const heredoc: HeredocToken = {
      delimiter: word.delimiter,
      quoted: word.quoted,
      stripTabs: found[2] === "-",
      fd: found[1] ?? "",
    };
    state.scope.heredocs.push(heredoc);
    if (state.frame.position === "start") state.frame.position = "prefix";
    return hit(text, offset, word.end, heredoc);
  },
  { first: "0123456789{<" },
);
