import { createToken, type IToken, type TokenType } from "chevrotain";
import { ANY_CHAR } from "./chars.ts";
import type { Match } from "./state.ts";

/** Answers what starts at `offset`, or null. `tokens` are the tokens before it. */
export type Pattern = (text: string, offset: number, tokens: readonly IToken[]) => Match | null;

export interface TokenSettings {
  /** The first characters the pattern may match; absent for any. */
  readonly first?: string;
  readonly push?: string;
  readonly pop?: boolean;
  readonly group?: string;
  /** Types of which this one is a kind. */
  readonly kindOf?: TokenType;
}

/** A token type whose pattern is a function of the text, the offset and the lexer's state. */
export function token(name: string, pattern: Pattern, settings: TokenSettings = {}): TokenType {
  return createToken({
    name,
    pattern: { exec: pattern as (text: string, offset: number, tokens: readonly IToken[]) => RegExpExecArray | null },
    start_chars_hint: settings.first === undefined ? [...ANY_CHAR] : [...settings.first],
    line_breaks: true,
    ...(settings.push === undefined ? {} : { push_mode: settings.push }),
    ...(settings.pop === true ? { pop_mode: true } : {}),
    ...(settings.kindOf === undefined ? {} : { categories: [settings.kindOf] }),
    ...(settings.group === undefined ? {} : { group: settings.group }),
  });
}
