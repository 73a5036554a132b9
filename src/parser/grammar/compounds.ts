import type { IToken, ParserMethod } from "chevrotain";
import type {
  ArithCommand,
  ArithExpr,
  BraceGroup,
  CaseCommand,
  CaseItem,
  Command,
  ForArithCommand,
  ForCommand,
  FunctionDefinition,
  FunctionParam,
  IfCommand,
  SelectCommand,
  Statement,
  Subshell,
  WhileCommand,
  Word,
} from "../ast.ts";
import * as lex from "../lexer/command-tokens.ts";
import * as expansion from "../lexer/expansion-tokens.ts";
import { PlainWord } from "../lexer/word-tokens.ts";
import { ConditionGrammar } from "./conditions.ts";
import { alt, separated } from "./rules.ts";

type Clause = IfCommand["clauses"][number];

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Compound commands and function definitions. Redirections behind them are added by the caller. */
export abstract class CompoundGrammar extends ConditionGrammar {
  abstract readonly newlines: ParserMethod<[], void>;
  abstract readonly command: ParserMethod<[], Command>;

  /** Statements that must not be empty. */
  protected filled(opener: IToken, body: Statement[]): Statement[] {
    if (body.length === 0) {
      const next = this.LA(1);
      if (next.image === "") return body;
      this.fail(
        "K001",
        `a command is missing after \`${opener.image}\``,
        this.tokenSpan(next),
        "write `:` for a command that does nothing",
      );
    }
    return body;
  }

  readonly group = this.RULE("group", (): BraceGroup => {
    const open = this.CONSUME(lex.GroupOpen);
    this.opened(open, "}");
    const body = this.SUBRULE(this.statements);
    this.ACTION(() => this.filled(open, body));
    this.CONSUME(lex.GroupClose);
    this.closed();
    return { kind: "group", body, redirects: [], span: this.spanFrom(open.startOffset) };
  });

  readonly subshell = this.RULE("subshell", (): Subshell => {
    const open = this.CONSUME(lex.LParen);
    this.opened(open, ")");
    const body = this.SUBRULE(this.statements);
    this.ACTION(() => this.filled(open, body));
    this.CONSUME(lex.RParen);
    this.closed();
    return { kind: "subshell", body, redirects: [], span: this.spanFrom(open.startOffset) };
  });

  readonly ifCommand = this.RULE("ifCommand", (): IfCommand => {
    const open = this.CONSUME(lex.If);
    this.opened(open, "fi");
    const clauses: Clause[] = [];
    const condition = this.SUBRULE1(this.statements);
    const then = this.CONSUME1(lex.Then);
    const body = this.SUBRULE2(this.statements);
    this.ACTION(() => clauses.push(this.clause(open, condition, then, body)));
    this.MANY(() => {
      const elif = this.CONSUME(lex.Elif);
      const next = this.SUBRULE3(this.statements);
      const nextThen = this.CONSUME2(lex.Then);
      const nextBody = this.SUBRULE4(this.statements);
      this.ACTION(() => clauses.push(this.clause(elif, next, nextThen, nextBody)));
    });
    const otherwise = this.OPTION(() => {
      const word = this.CONSUME(lex.Else);
      const last = this.SUBRULE5(this.statements);
      return this.ACTION(() => this.filled(word, last));
    });
    this.CONSUME(lex.Fi);
    this.closed();
    const span = this.spanFrom(open.startOffset);
    return { kind: "if", clauses, ...(otherwise === undefined ? {} : { otherwise }), redirects: [], span };
  });

  private clause(opener: IToken, condition: Statement[], then: IToken, body: Statement[]): Clause {
    return { condition: this.filled(opener, condition), body: this.filled(then, body) };
  }

  readonly whileCommand = this.RULE("whileCommand", (): WhileCommand => {
    const open = this.OR([alt(() => this.CONSUME(lex.While)), alt(() => this.CONSUME(lex.Until))]);
    this.opened(open, "done");
    const condition = this.SUBRULE(this.statements);
    this.ACTION(() => this.filled(open, condition));
    const body = this.SUBRULE(this.doBody);
    this.closed();
    return { kind: "while", until: open.image === "until", condition, body, redirects: [], span: this.spanFrom(open.startOffset) };
  });

  readonly doBody = this.RULE("doBody", (): Statement[] => {
    const word = this.CONSUME(lex.Do);
    const body = this.SUBRULE(this.statements);
    this.ACTION(() => this.filled(word, body));
    this.CONSUME(lex.Done);
    return body;
  });

  /** The body of `for` and `select`: `{ … }` is taken too, as bash does. */
  readonly forBody = this.RULE("forBody", (): readonly Statement[] =>
    this.OR([
      alt<readonly Statement[]>(() => this.SUBRULE(this.doBody)),
      alt<readonly Statement[]>(() => this.SUBRULE(this.group).body),
    ]),
  );

  readonly forCommand = this.RULE("forCommand", (): ForCommand | ForArithCommand => {
    const open = this.CONSUME(lex.For);
    this.opened(open, "done");
    const found = this.OR([alt(() => this.SUBRULE(this.forArith)), alt(() => this.SUBRULE(this.forWords))]);
    this.closed();
    return { ...found, span: this.spanFrom(open.startOffset) };
  });

  readonly forArith = this.RULE("forArith", (): ForArithCommand => {
    const open = this.CONSUME(lex.ArithOpen);
    this.opened(open, "))");
    const parts: (ArithExpr | undefined)[] = [];
    let start = this.endOffset();
    const add = (items: Parameters<typeof this.arithOf>[0], end: IToken) => {
      if (!this.RECORDING_PHASE) parts.push(items.length === 0 ? undefined : this.arithOf(items, start, end.startOffset));
      start = end.startOffset + 1;
    };
    add(this.SUBRULE1(this.arith), this.CONSUME1(expansion.ArithSemicolon));
    add(this.SUBRULE2(this.arith), this.CONSUME2(expansion.ArithSemicolon));
    add(this.SUBRULE3(this.arith), this.CONSUME(expansion.ArithClose));
    this.closed();
    this.OPTION(() => this.semicolon(this.CONSUME(lex.Terminator)));
    this.SUBRULE(this.newlines);
    const body = this.SUBRULE(this.forBody);
    const [init, condition, update] = parts;
    return {
      kind: "for-arith",
      ...(init === undefined ? {} : { init }),
      ...(condition === undefined ? {} : { condition }),
      ...(update === undefined ? {} : { update }),
      body,
      redirects: [],
      span: this.spanFrom(open.startOffset),
    };
  });

  private semicolon(token: IToken): void {
    if (token.image === "&") this.fail("K001", "unexpected `&`", this.tokenSpan(token), "write `; do`");
  }

  /** `name`, `in` and the words, the body: of `for` and of `select`. */
  readonly forWords = this.RULE("forWords", (): ForCommand => {
    const name = this.CONSUME(PlainWord);
    this.ACTION(() => {
      if (!NAME.test(name.image)) this.fail("K001", `\`${name.image}\` is not a variable's name`, this.tokenSpan(name));
    });
    this.SUBRULE1(this.newlines);
    const words = this.OPTION1(() => {
      const found: Word[] = [];
      this.CONSUME(lex.In);
      this.MANY(() => found.push(this.SUBRULE(this.argument)));
      return found;
    });
    this.OPTION2(() => this.semicolon(this.CONSUME(lex.Terminator)));
    this.SUBRULE2(this.newlines);
    const body = this.SUBRULE(this.forBody);
    return {
      kind: "for",
      name: name.image,
      ...(words === undefined ? {} : { words }),
      body,
      redirects: [],
      span: this.spanFrom(name.startOffset),
    };
  });

  readonly selectCommand = this.RULE("selectCommand", (): SelectCommand => {
    const open = this.CONSUME(lex.Select);
    this.opened(open, "done");
    const found = this.SUBRULE(this.forWords);
    this.closed();
    return { ...found, kind: "select", span: this.spanFrom(open.startOffset) };
  });

  readonly caseCommand = this.RULE("caseCommand", (): CaseCommand => {
    const items: CaseItem[] = [];
    const open = this.CONSUME(lex.Case);
    this.opened(open, "esac");
    const subject = this.SUBRULE(this.argument);
    this.SUBRULE1(this.newlines);
    this.CONSUME(lex.In);
    this.SUBRULE2(this.newlines);
    this.MANY(() => {
      items.push(this.SUBRULE(this.caseItem));
      this.SUBRULE3(this.newlines);
    });
    this.CONSUME(lex.Esac);
    this.closed();
    return { kind: "case", subject, items, redirects: [], span: this.spanFrom(open.startOffset) };
  });

  readonly caseItem = this.RULE("caseItem", (): CaseItem => {
    const start = this.startOffset();
    const patterns: Word[] = [];
    this.OPTION1(() => this.CONSUME(lex.LParen));
    this.AT_LEAST_ONE_SEP(separated(lex.PatternBar, () => patterns.push(this.SUBRULE(this.argument))));
    this.CONSUME(lex.RParen);
    const body = this.SUBRULE(this.statements);
    const end = this.OPTION2(() => this.CONSUME(lex.CaseEnd));
    return { patterns, body, end: (end?.image ?? ";;") as CaseItem["end"], span: this.spanFrom(start) };
  });

  readonly arithCommand = this.RULE("arithCommand", (): ArithCommand => {
    const open = this.CONSUME(lex.ArithOpen);
    this.opened(open, "))");
    const items = this.SUBRULE(this.arith);
    const close = this.CONSUME(expansion.ArithClose);
    this.closed();
    const expr = this.ACTION(() => this.arithOf(items, open.startOffset + 2, close.startOffset));
    return { kind: "arith", expr, redirects: [], span: this.spanFrom(open.startOffset) };
  });

  // ── Functions ───────────────────────────────────────────────────────────────────────────────

  readonly functionDefinition = this.RULE("functionDefinition", (): FunctionDefinition => {
    const start = this.startOffset();
    let params: FunctionParam[] | undefined;
    const name = this.OR1([
      alt(() => {
        const token = this.CONSUME(lex.FunctionName);
        this.CONSUME1(lex.FunctionParens);
        return token;
      }),
      alt(() => {
        this.CONSUME(lex.FunctionWord);
        const token = this.CONSUME(PlainWord);
        this.OPTION(() => {
          this.OR2([
            alt(() => this.CONSUME2(lex.FunctionParens)),
            alt(() => {
              params = this.SUBRULE(this.params);
            }),
          ]);
        });
        return token;
      }),
    ]);
    this.SUBRULE(this.newlines);
    const body = this.SUBRULE(this.command);
    return this.ACTION(() => this.functionNode(name, params, body, start));
  });

  private functionNode(name: IToken, params: FunctionParam[] | undefined, body: Command, start: number): FunctionDefinition {
    if (body.kind === "simple" || body.kind === "function") {
      this.fail("K009", `the body of \`${name.image}\` is not a compound command`, body.span, `write \`${name.image}() { … }\``);
    }
    const doc = this.docBefore(start);
    return {
      kind: "function",
      name: name.image,
      ...(params === undefined ? {} : { params }),
      ...(doc.length === 0 ? {} : { doc }),
      body,
      redirects: [],
      span: this.spanFrom(start),
    };
  }

  /** The `##` comments on the lines right above `offset`. */
  private docBefore(offset: number): string[] {
    const lines: string[] = [];
    let low = 0;
    let high = this.comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.comments[middle]?.startOffset ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    let next = offset;
    for (let index = low - 1; index >= 0; index--) {
      const comment = this.comments[index];
      if (comment === undefined || !comment.image.startsWith("##")) break;
      const between = this.text.slice(comment.startOffset + comment.image.length, next);
      if (!/^\n[ \t]*$/.test(between)) break;
      lines.unshift(comment.image.replace(/^##+ ?/, ""));
      next = comment.startOffset;
    }
    return lines;
  }
}
