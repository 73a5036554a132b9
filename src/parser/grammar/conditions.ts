import type { IToken } from "chevrotain";
import type { CondBinaryOp, CondCommand, CondExpr, CondUnaryOp, ValueNode, Word } from "../ast.ts";
import * as command from "../lexer/command-tokens.ts";
import { MAX_NESTING } from "../lexer/state.ts";
import * as lex from "../lexer/value-tokens.ts";
import { alt } from "./rules.ts";
import { ValueGrammar } from "./values.ts";

const UNARY = new Set("-e -f -d -r -w -x -s -L -h -p -S -b -c -g -u -k -O -G -N -z -n -v -t -o -list -record".split(" "));
const BINARY = new Set("== = != =~ < > -eq -ne -lt -le -gt -ge -nt -ot -ef in".split(" "));

/** What stands between `&&`, `||`, `!` and parentheses: values and the operators `<`, `>`, `=~`. */
interface Term {
  readonly value: ValueNode | undefined;
  /** The text of an operator or of a word that is one plain literal. */
  readonly text: string | undefined;
}

function isUnary(text: string | undefined): text is CondUnaryOp {
  return text !== undefined && UNARY.has(text);
}

function textOf(value: ValueNode): string | undefined {
  if (value.kind !== "word" || value.parts.length !== 1) return undefined;
  const part = value.parts[0];
  return part?.kind === "literal" ? part.text : undefined;
}

/** `[[ … ]]`. */
export abstract class ConditionGrammar extends ValueGrammar {
  readonly cond = this.RULE("cond", (): CondCommand => {
    const open = this.CONSUME(command.CondOpen);
    this.opened(open, "]]");
    const expr = this.SUBRULE(this.condOr);
    this.CONSUME(lex.CondClose);
    this.closed();
    return { kind: "cond", expr, redirects: [], span: this.spanFrom(open.startOffset) };
  });

  readonly condOr = this.RULE("condOr", (): CondExpr => {
    let expr = this.SUBRULE1(this.condAnd);
    let links = 0;
    this.MANY(() => {
      const token = this.CONSUME(lex.CondOr);
      const right = this.SUBRULE2(this.condAnd);
      expr = this.linked("or", expr, right, token, ++links);
    });
    return expr;
  });

  readonly condAnd = this.RULE("condAnd", (): CondExpr => {
    let expr = this.SUBRULE1(this.condTerm);
    let links = 0;
    this.MANY(() => {
      const token = this.CONSUME(lex.CondAnd);
      const right = this.SUBRULE2(this.condTerm);
      expr = this.linked("and", expr, right, token, ++links);
    });
    return expr;
  });

  private linked(kind: "and" | "or", left: CondExpr, right: CondExpr, token: IToken, links: number): CondExpr {
    return this.ACTION(() => {
      if (links > MAX_NESTING)
        this.fail("K004", `more than ${MAX_NESTING} tests are joined`, this.tokenSpan(token), "split the condition");
      return { kind, left, right, span: { start: left.span.start, end: right.span.end } };
    });
  }

  readonly condTerm = this.RULE("condTerm", (): CondExpr => {
    const start = this.startOffset();
    let negated = false;
    this.MANY(() => {
      this.CONSUME(lex.CondNot);
      negated = !negated;
    });
    const expr = this.OR([alt(() => this.SUBRULE(this.condGroup)), alt(() => this.SUBRULE(this.test))]);
    return negated ? { kind: "not", expr, span: this.spanFrom(start) } : expr;
  });

  readonly condGroup = this.RULE("condGroup", (): CondExpr => {
    const open = this.CONSUME(lex.CondLParen);
    this.opened(open, ")");
    const expr = this.SUBRULE(this.condOr);
    this.CONSUME(lex.CondRParen);
    this.closed();
    return { kind: "group", expr, span: this.spanFrom(open.startOffset) };
  });

  readonly test = this.RULE("test", (): CondExpr => {
    const start = this.startOffset();
    const terms: Term[] = [];
    this.AT_LEAST_ONE(() =>
      this.OR([
        alt(() => {
          const value = this.SUBRULE(this.value);
          this.ACTION(() => terms.push({ value, text: textOf(value) }));
        }),
        alt(() => terms.push({ value: undefined, text: this.CONSUME(lex.CondLess).image })),
        alt(() => {
          this.CONSUME(lex.CondMatch);
          terms.push({ value: undefined, text: "=~" }, { value: this.SUBRULE(this.word), text: undefined });
          this.OPTION(() => this.CONSUME(lex.RegexEnd));
        }),
      ]),
    );
    return this.ACTION(() => this.testOf(terms, start));
  });

  private testOf(terms: readonly Term[], start: number): CondExpr {
    const last = terms[terms.length - 1]?.value;
    const span = { start: this.span(start, start).start, end: last?.span.end ?? this.spanFrom(start).end };
    const [first, second, third, fourth] = terms;
    const word = (term: Term | undefined): Word => {
      if (term?.value?.kind === "word") return term.value;
      return this.fail("K010", "a word is missing in `[[ ]]`", term?.value?.span ?? span, "write `[[ left OPERATOR right ]]`");
    };
    if (terms.length === 1) return { kind: "word", word: word(first), span };
    if (terms.length === 2 && isUnary(first?.text)) return { kind: "test", op: first.text, word: word(second), span };
    if (terms.length === 3 && second?.text !== undefined && BINARY.has(second.text) && third?.value !== undefined) {
      const op = (second.text === "=" ? "==" : second.text) as CondBinaryOp;
      return { kind: "compare", op, left: word(first), right: op === "in" ? third.value : word(third), span };
    }
    if (terms.length === 4 && second?.text === "not" && third?.text === "in" && fourth?.value !== undefined) {
      return { kind: "compare", op: "not in", left: word(first), right: fourth.value, span };
    }
    return this.fail("K010", `not a test: \`${this.text.slice(start, this.endOffset()).trim()}\``, span, this.testHint(terms));
  }

  private testHint(terms: readonly Term[]): string {
    const op = terms[1]?.text;
    if (op === "-a" || op === "-o") return `inside \`[[ ]]\` write \`${op === "-a" ? "&&" : "||"}\``;
    if (op === ">=" || op === "<=") return `compare numbers with \`${op === ">=" ? "-ge" : "-le"}\``;
    return "write `[[ -f FILE ]]`, `[[ $a == $b ]]`, `[[ $n -lt 3 ]]` or `[[ $x in $xs ]]`";
  }
}
