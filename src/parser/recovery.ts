import { EOF, type IToken, type TokenType } from "chevrotain";
import type { OpenConstruct } from "./grammar/base.ts";
import * as command from "./lexer/command-tokens.ts";
import { HeredocLast } from "./lexer/expansion-tokens.ts";
import * as part from "./lexer/part-tokens.ts";
import type { Frame } from "./lexer/state.ts";

/** Constructs that may go on over many lines after an error in them. */
const LASTING: ReadonlySet<string> = new Set(["if", "while", "until", "for", "select", "case", "{", "("]);

const OPENERS: ReadonlySet<TokenType> = new Set([
  command.If,
  command.While,
  command.Until,
  command.For,
  command.Select,
  command.Case,
  command.GroupOpen,
  command.LParen,
]);
const CLOSERS: ReadonlySet<TokenType> = new Set([command.Fi, command.Done, command.Esac, command.GroupClose, command.RParen]);
/** What stands between the ends of a construct. */
const MIDDLES: ReadonlySet<TokenType> = new Set([
  command.Then,
  command.Elif,
  command.Else,
  command.Do,
  command.CaseEnd,
  command.In,
]);

/**
 * Where to go on after a syntax error. What an erroneous construct leaves behind (`fi`, `done`, `)`) must not be taken for an error of
 * its own, so the constructs that were open at an error are counted.
 */
export class Recovery {
  private readonly tokens: readonly IToken[];
  /** Constructs that were open at an error and whose ends were not seen. */
  private open = 0;
  /** Index of the token to go on with. */
  next = 0;

  /** `tokens` end with an EOF token at least. */
  constructor(tokens: readonly IToken[]) {
    this.tokens = tokens;
  }

  get atEnd(): boolean {
    const token = this.tokens[this.next];
    return token === undefined || token.tokenType === EOF;
  }

  /** True when a failure at `offset` outside every construct follows from an earlier one; the parse goes on behind its token. */
  follows(offset: number, openConstructs: number): boolean {
    const index = this.indexAt(offset);
    const type = this.tokens[index]?.tokenType;
    if (this.open === 0 || openConstructs > 0 || type === undefined) return false;
    if (!CLOSERS.has(type) && !MIDDLES.has(type)) return false;
    if (CLOSERS.has(type) && type !== command.RParen) this.open--;
    this.next = index + 1;
    return true;
  }

  /** Goes on with the line behind the one of a failure. */
  skipLine(offset: number, openConstructs: readonly OpenConstruct[]): void {
    for (const { opener } of openConstructs) if (LASTING.has(opener)) this.open++;
    let index = this.indexAt(offset);
    for (; index < this.tokens.length; index++) {
      const token = this.tokens[index];
      if (token === undefined) break;
      const type = token.tokenType;
      if (type === command.Newline || type === HeredocLast) break;
      if (OPENERS.has(type)) this.open++;
      else if (CLOSERS.has(type) && this.open > 0) this.open--;
      else if (type === part.CommandOpen || type === part.ProcessOpen) index = Math.max(index, (token.payload as Frame).closeIndex);
    }
    this.next = index + 1;
  }

  /** Index of the first token at or behind `offset`; EOF tokens have no offset and come last. */
  private indexAt(offset: number): number {
    let low = this.next;
    let high = this.tokens.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.tokens[middle]?.startOffset ?? Number.NaN) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
