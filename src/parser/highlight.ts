import { EOF, type IToken, type TokenType } from "chevrotain";
import type { Span } from "./ast.ts";
import * as assign from "./lexer/assign-tokens.ts";
import * as command from "./lexer/command-tokens.ts";
import * as expansion from "./lexer/expansion-tokens.ts";
import { tokenize, vocabulary } from "./lexer/lexer.ts";
import * as part from "./lexer/part-tokens.ts";
import * as value from "./lexer/value-tokens.ts";
import * as word from "./lexer/word-tokens.ts";

export type HighlightKind =
  | "keyword"
  | "command"
  | "argument"
  | "flag"
  | "string"
  | "variable"
  | "operator"
  | "number"
  | "comment"
  | "error";

export interface Highlight {
  readonly span: Span;
  readonly kind: HighlightKind;
}

const KINDS: ReadonlyMap<TokenType, HighlightKind> = kinds();

function kinds(): Map<TokenType, HighlightKind> {
  const map = new Map<TokenType, HighlightKind>();
  const set = (kind: HighlightKind, types: readonly TokenType[]) => {
    for (const type of types) map.set(type, kind);
  };
  set(
    "keyword",
    vocabulary.filter((type) => type.name.startsWith("Keyword ")),
  );
  set("keyword", [command.TimeFormat, value.CondClose]);
  set("command", [command.FunctionName]);
  set("variable", [
    part.Param,
    part.ParamOpen,
    expansion.ParamClose,
    assign.AssignName,
    assign.AssignTarget,
    expansion.ArithName,
    value.ParamName,
  ]);
  set("variable", [
    expansion.ParamNames,
    expansion.ParamTransform,
    expansion.ParamDefault,
    expansion.ParamTrim,
    expansion.ParamReplace,
  ]);
  set("variable", [expansion.ParamCase, expansion.ParamSlice, expansion.ReplaceWith, expansion.SliceClose]);
  set("string", [
    part.SingleQuoted,
    part.AnsiQuoted,
    part.DoubleOpen,
    part.DoubleClose,
    part.Escape,
    part.Backquoted,
    part.UnclosedQuote,
  ]);
  set("string", [word.DoubleText, word.HeredocText, expansion.HeredocRaw, expansion.HeredocEnd, expansion.HeredocLast]);
  set("number", [expansion.ArithNumber, word.BraceRange]);
  set("error", [part.BadParam, expansion.ParamOther, value.LiteralOther, value.CondOther, command.Coproc]);
  set("argument", [
    word.PlainWord,
    word.Text,
    word.Tilde,
    value.RegexGroup,
    word.ExtglobOpen,
    word.ExtglobClose,
    expansion.ArithOther,
  ]);
  return map;
}

/** The tokens of an input with what they are, in order, for colouring. Blanks and newlines are left out. Never throws. */
export function highlight(source: string): Highlight[] {
  const { tokens, comments } = tokenize(source);
  const found: Highlight[] = [];
  const commands = commandWords(tokens);
  for (const token of tokens) {
    if (token.tokenType === command.Newline || token.tokenType === command.HeredocNewline || token.tokenType === EOF) continue;
    found.push({ span: spanOf(token), kind: kindOf(token, commands) });
  }
  for (const comment of comments) found.push({ span: spanOf(comment), kind: "comment" });
  return comments.length === 0 ? found : found.sort((left, right) => left.span.start - right.span.start);
}

function spanOf(token: IToken): Span {
  return { start: token.startOffset, end: token.startOffset + token.image.length };
}

function kindOf(token: IToken, commands: ReadonlySet<IToken>): HighlightKind {
  if (commands.has(token)) return "command";
  const kind = KINDS.get(token.tokenType) ?? "operator";
  if (kind !== "argument") return kind;
  if (token.image.startsWith("-") && token.image.length > 1) return /^-[0-9.]+$/.test(token.image) ? "number" : "flag";
  return /^[0-9]+(?:\.[0-9]+)?$/.test(token.image) ? "number" : "argument";
}

const STARTERS: ReadonlySet<TokenType> = new Set([
  command.Newline,
  command.HeredocNewline,
  expansion.HeredocLast,
  command.Joiner,
  command.Terminator,
  command.LParen,
  command.If,
  command.Then,
  command.Elif,
  command.Else,
  command.While,
  command.Until,
  command.Do,
  command.GroupOpen,
  command.Bang,
  command.Time,
  command.TimeFormat,
  part.CommandOpen,
  part.ProcessOpen,
  command.RParen,
  command.FunctionParens,
]);

const OPEN: ReadonlySet<TokenType> = new Set([value.ListOpen, value.ArrayOpen, value.RecordOpen, expansion.SubscriptOpen]);
const CLOSE: ReadonlySet<TokenType> = new Set([value.ListClose, value.ArrayClose, value.RecordClose, expansion.SubscriptClose]);

/** The tokens that are a command's name: the first word behind what starts a command, its assignments and redirections. */
function commandWords(tokens: readonly IToken[]): Set<IToken> {
  const found = new Set<IToken>();
  let due = true;
  /** Where the word ends that is no command: tokens that touch it belong to it. */
  let skipped = -1;
  let depth = 0;
  for (const token of tokens) {
    const type = token.tokenType;
    const end = token.startOffset + token.image.length;
    if (OPEN.has(type)) depth++;
    if (STARTERS.has(type)) {
      due = true;
      skipped = -1;
      depth = 0;
    } else if (CLOSE.has(type)) {
      depth--;
      skipped = end;
    } else if (!due || depth > 0) continue;
    else if (type === assign.RedirectOperator) skipped = skipBlanksFrom(token, tokens);
    else if (type === assign.AssignName || type === assign.AssignTarget || type === assign.AssignOperator) skipped = end;
    else if (token.startOffset === skipped) skipped = end;
    else if (type !== assign.HeredocOperator) {
      if (type === word.PlainWord || type === word.Text) found.add(token);
      due = false;
    }
  }
  return found;
}

/** Where the target of a redirection starts. */
function skipBlanksFrom(operator: IToken, tokens: readonly IToken[]): number {
  const end = operator.startOffset + operator.image.length;
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.startOffset ?? Number.POSITIVE_INFINITY) < end) low = middle + 1;
    else high = middle;
  }
  return tokens[low]?.startOffset ?? end;
}
