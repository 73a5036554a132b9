import { EOF, type IRecognitionException, type IToken } from "chevrotain";
import type { Diagnostic } from "../diagnostics.ts";
import * as assign from "../lexer/assign-tokens.ts";
import * as command from "../lexer/command-tokens.ts";
import * as expansion from "../lexer/expansion-tokens.ts";
import * as quote from "../lexer/part-tokens.ts";
import * as value from "../lexer/value-tokens.ts";
import type { PendingHeredoc } from "./base.ts";
import { SyntaxFailure } from "./failure.ts";
import type { Grammar } from "./grammar.ts";

function error(code: string, message: string, span: Diagnostic["span"], hint?: string): Diagnostic {
  return { code, severity: "error", message, span, ...(hint === undefined ? {} : { hint }) };
}

const CLOSER_HINTS: Readonly<Record<string, string>> = {
  '"': 'end the text with `"`',
  "}": "end it with `}`",
  ")": "end it with `)`",
  "]": "end it with `]`",
};

export function unclosedHeredoc(heredoc: PendingHeredoc): SyntaxFailure {
  const hint = `end it with a line that holds only \`${heredoc.delimiter}\``;
  return new SyntaxFailure(error("K008", `the heredoc \`${heredoc.delimiter}\` is not closed`, heredoc.span, hint), true);
}

/** The error of a text that ends inside a construct. */
function missingEnd(grammar: Grammar, end: number, after: IToken | undefined): SyntaxFailure {
  const heredoc = grammar.unreadHeredocs[0];
  if (heredoc !== undefined) return unclosedHeredoc(heredoc);
  const open = grammar.openConstructs[grammar.openConstructs.length - 1];
  if (open !== undefined) {
    const span = grammar.span(open.start, open.start + open.opener.length);
    const hint = CLOSER_HINTS[open.closer] ?? `end it with \`${open.closer}\``;
    return new SyntaxFailure(error("K002", `\`${open.opener}\` is not closed`, span, hint), true);
  }
  const message = after === undefined ? "a command is missing" : `a command is missing after \`${after.image}\``;
  const span =
    after === undefined ? grammar.span(end, end) : grammar.span(after.startOffset, after.startOffset + after.image.length);
  return new SyntaxFailure(error("K001", message, span), true);
}

function unclosedQuote(image: string): { quote: string; hint: string } {
  const quote = image.startsWith("$'") ? "$'" : image.charAt(0);
  return { quote, hint: `end the text with \`${quote.charAt(quote.length - 1)}\`` };
}

/** Explains the token at which the grammar's rules found no way on. */
export function explain(grammar: Grammar, problem: IRecognitionException, textLength: number): SyntaxFailure {
  const token = problem.token;
  if (token.tokenType === EOF) {
    return missingEnd(grammar, textLength, grammar.lastToken());
  }
  const span = grammar.span(token.startOffset, token.startOffset + token.image.length);
  const open = grammar.openConstructs[grammar.openConstructs.length - 1];
  switch (token.tokenType) {
    case quote.UnclosedQuote: {
      const { quote, hint } = unclosedQuote(token.image);
      const start = grammar.span(token.startOffset, token.startOffset + quote.length);
      return new SyntaxFailure(error("K002", `\`${quote}\` is not closed`, start, hint), true);
    }
    case quote.BadParam: {
      const head = grammar.span(token.startOffset, token.startOffset + 2);
      return new SyntaxFailure(
        error("K006", "no parameter's name after `${`", head, "write `${name}`; a `$` as text needs quotes: `'$'`"),
      );
    }
    case expansion.ParamOther:
      return new SyntaxFailure(
        error("K006", `unexpected \`${token.image}\` in \`\${…}\``, span, "write `${name}` or `${name OPERATOR word}`"),
      );
    case command.Coproc:
      return new SyntaxFailure(
        error("K003", "`coproc` is not part of the language", span, "write `cmd &` with a fifo, or a pipeline"),
      );
    case assign.BareHeredoc:
      return new SyntaxFailure(error("K008", "`<<` needs a delimiter", span, "write `<<EOF` and end the text with a line `EOF`"));
    case value.LiteralOther:
      return new SyntaxFailure(
        error("K007", `\`${token.image}\` cannot stand bare in a literal`, span, `quote it: \`'${token.image}'\``),
      );
    default:
      return new SyntaxFailure(error("K001", unexpectedMessage(token, open), span, unexpectedHint(token, open)));
  }
}

function unexpectedMessage(token: IToken, open: { opener: string; closer: string } | undefined): string {
  const image = token.image.startsWith("\n")
    ? "the end of the line"
    : `\`${token.image.length > 40 ? `${token.image.slice(0, 40)}…` : token.image}\``;
  return open === undefined ? `unexpected ${image}` : `unexpected ${image} in \`${open.opener}\``;
}

const OWNERS: ReadonlyMap<string, string> = new Map([
  ["then", "if"],
  ["elif", "if"],
  ["else", "if"],
  ["fi", "if"],
  ["do", "for, while or until"],
  ["done", "do"],
  ["esac", "case"],
  ["}", "{"],
  [")", "("],
  ["in", "for or case"],
]);

function unexpectedHint(token: IToken, open: { opener: string; closer: string } | undefined): string | undefined {
  const image = token.image;
  if (token.tokenType === command.LParen) return "quote the `(` if it is text; a function is `name() { … }`";
  if (image === ";;") return "`;;` ends a branch of `case`";
  if (image === "&&" || image === "||" || image === "|" || image === ";" || image === "&")
    return `a command is missing before \`${image}\``;
  const owner = OWNERS.get(image);
  if (owner !== undefined && open === undefined) return `no \`${owner}\` is open here`;
  if (open?.closer === image) return `something is missing before \`${image}\``;
  if (open !== undefined) return `\`${open.opener}\` wants \`${open.closer}\` first`;
  return undefined;
}
