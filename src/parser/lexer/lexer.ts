import { type IToken, Lexer, type TokenType } from "chevrotain";
import * as command from "./command-tokens.ts";
import * as expansion from "./expansion-tokens.ts";
import * as part from "./part-tokens.ts";
import { NestingTooDeep, state } from "./state.ts";
import * as value from "./value-tokens.ts";
import * as word from "./word-tokens.ts";

const SUBSCRIPTS: readonly TokenType[] = [expansion.SubscriptAll, expansion.SubscriptOpen];
const VALUES: readonly TokenType[] = [value.ListOpen, value.ArrayOpen, value.RecordOpen];
const BRACES: readonly TokenType[] = [word.BraceRange, word.BraceOpen];
const LITERALS: readonly TokenType[] = [word.PlainWord, word.Text];

const MODES: Readonly<Record<string, readonly TokenType[]>> = {
  command: [
    word.Blank,
    part.ProcessOpen,
    ...command.COMMAND_TOKENS,
    ...SUBSCRIPTS,
    ...VALUES,
    ...command.COMMAND_BRACKETS,
    ...part.WORD_PARTS,
    ...BRACES,
    word.ExtglobOpen,
    ...LITERALS,
  ],
  double: [part.DoubleClose, ...part.QUOTED_PARTS, word.DoubleText],
  heredoc: [
    expansion.HeredocRaw,
    expansion.HeredocEnd,
    expansion.HeredocLast,
    word.HeredocTabs,
    ...part.QUOTED_PARTS,
    word.HeredocText,
  ],
  param: [
    expansion.ParamClose,
    expansion.ParamNames,
    expansion.ParamTransform,
    ...SUBSCRIPTS,
    expansion.ParamDefault,
    expansion.ParamTrim,
    expansion.ParamReplace,
    expansion.ParamCase,
    expansion.ParamSlice,
    expansion.ParamOther,
  ],
  paramWord: [expansion.ParamClose, expansion.ReplaceWith, ...part.INNER_PARTS, word.Tilde, word.Text],
  arith: [
    expansion.ArithBlank,
    expansion.ArithClose,
    expansion.LegacyArithClose,
    expansion.SliceClose,
    expansion.SubscriptClose,
    expansion.ArithSemicolon,
    ...SUBSCRIPTS,
    expansion.ArithNumber,
    expansion.ArithName,
    ...part.INNER_PARTS,
    expansion.ArithOperator,
    expansion.ArithOther,
  ],
  cond: [
    value.Space,
    value.CondClose,
    value.CondAnd,
    value.CondOr,
    value.CondNot,
    value.CondMatch,
    ...VALUES,
    part.ProcessOpen,
    value.CondLParen,
    value.CondRParen,
    value.CondLess,
    value.CondOther,
    ...part.WORD_PARTS,
    word.ExtglobOpen,
    ...LITERALS,
  ],
  regex: [value.RegexEnd, value.RegexGroup, ...part.WORD_PARTS, word.Text],
  list: [
    value.Space,
    command.Comment,
    value.ListClose,
    value.Comma,
    ...VALUES,
    ...part.WORD_PARTS,
    value.LiteralOther,
    ...LITERALS,
  ],
  array: [
    value.Space,
    command.Comment,
    value.ArrayClose,
    value.KeyOpen,
    value.KeyEquals,
    ...BRACES,
    ...VALUES,
    part.ProcessOpen,
    ...part.WORD_PARTS,
    word.ExtglobOpen,
    value.LiteralOther,
    ...LITERALS,
  ],
  record: [
    value.Space,
    command.Comment,
    value.RecordClose,
    value.Comma,
    value.Colon,
    ...VALUES,
    ...part.WORD_PARTS,
    value.LiteralOther,
    ...LITERALS,
  ],
  params: [
    value.Space,
    command.Comment,
    value.ParamsClose,
    value.ParamComma,
    value.Colon,
    value.ParamEquals,
    value.ParamName,
    ...VALUES,
    ...part.WORD_PARTS,
    value.LiteralOther,
    ...LITERALS,
  ],
  brace: [word.BraceComma, word.BraceClose, ...part.WORD_PARTS, ...BRACES, word.ExtglobOpen, word.Text],
  extglob: [word.ExtglobOpen, word.ExtglobClose, ...part.INNER_PARTS, word.Text],
};

const VOCABULARY: readonly TokenType[] = [...new Set([word.Leaf, ...Object.values(MODES).flat()])];

function makeLexer(): Lexer {
  const modes = Object.fromEntries(Object.entries(MODES).map(([name, types]) => [name, [...types]]));
  return new Lexer(
    { modes, defaultMode: "command" },
    { positionTracking: "onlyOffset", ensureOptimizations: true, skipValidations: true },
  );
}

export interface Tokens {
  readonly tokens: IToken[];
  /** Comments, in order. */
  readonly comments: readonly IToken[];
  /** Where constructs nest too deeply; the tokens are then missing. */
  readonly tooDeepAt?: number;
}

/** Every token type, for the parser's vocabulary and for colouring. */
export const vocabulary = VOCABULARY;

const lexer = makeLexer();

/** Cuts a program into tokens. Never throws for any text. */
export function tokenize(text: string): Tokens {
  state.reset();
  try {
    const result = lexer.tokenize(text);
    return { tokens: result.tokens, comments: result.groups.comments ?? [] };
  } catch (error) {
    if (!(error instanceof NestingTooDeep)) throw error;
    return { tokens: [], comments: [], tooDeepAt: error.offset };
  } finally {
    state.reset();
  }
}
