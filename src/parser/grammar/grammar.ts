import { EOF, type IToken } from "chevrotain";
import type { Command, Pipeline, Program, Redirect, RedirectOp, SimpleCommand, Span, Statement, Word } from "../ast.ts";
import * as assign from "../lexer/assign-tokens.ts";
import * as lex from "../lexer/command-tokens.ts";
import * as expansion from "../lexer/expansion-tokens.ts";
import { PlainWord } from "../lexer/word-tokens.ts";
import type { PendingHeredoc } from "./base.ts";
import { CompoundGrammar } from "./compounds.ts";
import { alt } from "./rules.ts";
import { StatementBuilder } from "./statement-builder.ts";

interface SimpleParts {
  readonly assignments: SimpleCommand["assignments"][number][];
  readonly words: Word[];
  readonly redirects: Redirect[];
}

/** One statement list that is being read. */
interface Block {
  readonly list: Statement[];
  /** What comes next may be a statement: a newline, `;` or `&` was before it, or nothing. */
  separated: boolean;
}

/** Programs: statements, pipelines, simple commands, redirections, heredocs. */
export class Grammar extends CompoundGrammar {
  private block: Block = { list: [], separated: true };
  /** `!` and `time` in front of the command read last. */
  private negated = false;
  private timed: Pipeline["timed"] | undefined;
  /** The simple command that is being read. None holds another: what stands in `$(…)` is read later. */
  private current: SimpleParts = { assignments: [], words: [], redirects: [] };

  constructor(skipValidations = true) {
    super(skipValidations);
    this.performSelfAnalysis();
  }

  readonly program = this.RULE("program", (): Program => {
    const body = this.SUBRULE(this.statements);
    this.CONSUME(EOF);
    return { kind: "program", body, span: this.span(0, this.text.length) };
  });

  readonly statements = this.RULE("statements", (): Statement[] => {
    const outer = this.block;
    const block: Block = { list: [], separated: true };
    this.block = block;
    this.MANY(this.addLine);
    this.block = outer;
    return block.list;
  });

  private readonly addLine = (): void => {
    this.OR(this.lineWays);
  };

  private readonly lineWays = [
    alt(() => {
      this.SUBRULE(this.newline);
      this.block.separated = true;
    }),
    alt(() => {
      const { block } = this;
      if (!block.separated) this.ACTION(() => this.unexpected(this.LA(1)));
      block.list.push(this.SUBRULE(this.statement));
    }),
  ];

  private unexpected(token: IToken): void {
    this.fail("K001", `unexpected \`${token.image}\``, this.tokenSpan(token), "end the command before it with `;` or a newline");
  }

  /** A line's end, with the bodies of the heredocs of that line. */
  readonly newline = this.RULE("newline", (): void => {
    this.OR(this.newlineWays);
  });

  private readonly newlineWays = [
    alt(() => {
      this.CONSUME(lex.Newline);
    }),
    alt(() => {
      this.CONSUME(lex.HeredocNewline);
      const outer = this.into;
      this.into = [];
      this.MANY(() => this.SUBRULE(this.heredocBody));
      const last = this.CONSUME(expansion.HeredocLast);
      this.ACTION(() => this.finishBody(last.startOffset));
      this.into = outer;
    }),
  ];

  readonly newlines = this.RULE("newlines", (): void => {
    this.MANY(this.skipNewline);
  });

  private readonly skipNewline = (): void => this.SUBRULE(this.newline);

  /** Pipelines joined by `&&` and `||`, with the `;` or `&` behind them. */
  readonly statement = this.RULE("statement", (): Statement => {
    const builder = new StatementBuilder(this.startOffset());
    this.addStage(builder, "", this.SUBRULE1(this.command));
    this.MANY(() => {
      const joiner = this.CONSUME(lex.Joiner).image;
      this.SUBRULE(this.newlines);
      const start = this.startOffset();
      this.joined(builder, joiner, start);
      this.addStage(builder, joiner, this.SUBRULE2(this.command));
    });
    const span = this.spanFrom(builder.start);
    const { first, rest } = builder.finish(this.pipelineSpan(builder));
    const end = this.OPTION(this.terminator);
    this.block.separated = end !== undefined;
    return { kind: "statement", first, rest, background: end?.image === "&", span };
  });

  private readonly terminator = (): IToken => this.CONSUME(lex.Terminator);

  private pipelineSpan(builder: StatementBuilder): Span {
    return this.span(builder.pipelineStart, builder.pipelineEnd);
  }

  private joined(builder: StatementBuilder, joiner: string, start: number): void {
    if (joiner === "|&") builder.pipeStderr();
    if (joiner === "&&" || joiner === "||") builder.join(joiner, this.pipelineSpan(builder), start);
  }

  private addStage(builder: StatementBuilder, joiner: string, command: Command): void {
    if (this.negated || this.timed !== undefined) {
      const { negated, timed } = this;
      this.negated = false;
      this.timed = undefined;
      if (joiner.length === 1 || joiner === "|&")
        this.fail("K001", "`!` and `time` stand before a whole pipeline", command.span, "move it before the first command");
      builder.prefix(negated, timed);
    }
    builder.add(command, this.endOffset());
  }

  readonly command = this.RULE("command", (): Command => {
    const found = this.OR(this.commandWays);
    if (found.kind === "simple") return found;
    const redirects: Redirect[] = [];
    this.MANY(() => redirects.push(this.SUBRULE(this.redirect)));
    if (redirects.length === 0) return found;
    return this.ACTION(() => this.redirected(found, redirects));
  });

  private readonly commandWays = [
    alt<Command>(() => this.SUBRULE(this.simple)),
    alt<Command>(() => this.SUBRULE(this.group)),
    alt<Command>(() => this.SUBRULE(this.subshell)),
    alt<Command>(() => this.SUBRULE(this.ifCommand)),
    alt<Command>(() => this.SUBRULE(this.whileCommand)),
    alt<Command>(() => this.SUBRULE(this.forCommand)),
    alt<Command>(() => this.SUBRULE(this.selectCommand)),
    alt<Command>(() => this.SUBRULE(this.caseCommand)),
    alt<Command>(() => this.SUBRULE(this.cond)),
    alt<Command>(() => this.SUBRULE(this.arithCommand)),
    alt<Command>(() => this.SUBRULE(this.functionDefinition)),
    alt<Command>(() => this.SUBRULE(this.prefixed)),
  ];

  /** `!` or `time`, and the command behind it. */
  readonly prefixed = this.RULE("prefixed", (): Command => {
    let negated = false;
    let timed: Pipeline["timed"] | undefined;
    this.AT_LEAST_ONE(() =>
      this.OR([
        alt(() => {
          this.CONSUME(lex.Bang);
          negated = !negated;
        }),
        alt(() => {
          this.CONSUME(lex.Time);
          timed = "time";
          this.OPTION(() => {
            this.CONSUME(lex.TimeFormat);
            timed = "p";
          });
        }),
      ]),
    );
    const found = this.SUBRULE(this.command);
    // Not while the grammar is recorded: the first program parsed would inherit it.
    this.ACTION(() => {
      this.negated = negated;
      this.timed = timed;
    });
    return found;
  });

  /** Redirections behind a function's body belong to the function. */
  private redirected(found: Command, redirects: readonly Redirect[]): Command {
    const span = { start: found.span.start, end: this.spanFrom(0).end };
    return { ...found, redirects: [...found.redirects, ...redirects], span };
  }

  readonly simple = this.RULE("simple", (): SimpleCommand => {
    const start = this.startOffset();
    const parts: SimpleParts = { assignments: [], words: [], redirects: [] };
    this.current = parts;
    this.AT_LEAST_ONE(this.addSimple);
    const { assignments, words, redirects } = parts;
    return { kind: "simple", assignments, words, redirects, span: this.spanFrom(start) };
  });

  private readonly addSimple = (): void => {
    this.OR(this.simpleWays);
  };

  private readonly simpleWays = [
    alt(() => {
      this.current.words.push(this.plainWord(this.CONSUME(PlainWord)));
    }),
    alt(() => {
      this.current.words.push(this.SUBRULE(this.word));
    }),
    alt(() => this.assigned(this.current, this.SUBRULE(this.assignment))),
    alt(() => {
      this.current.redirects.push(this.SUBRULE(this.redirect));
    }),
  ];

  private assigned(parts: SimpleParts, assignment: SimpleParts["assignments"][number]): void {
    if (parts.words.length === 0) parts.assignments.push(assignment);
    else parts.words.push({ kind: "word", parts: [], spread: false, assignment, span: assignment.span });
  }

  readonly redirect = this.RULE(
    "redirect",
    (): Redirect =>
      this.OR([
        alt(() => {
          const token = this.CONSUME(assign.RedirectOperator);
          const target = this.SUBRULE(this.argument);
          return this.ACTION(() => this.redirectNode(token, target));
        }),
        alt(() => {
          const token = this.CONSUME(assign.HeredocOperator);
          return this.ACTION(() => this.heredocNode(token));
        }),
      ]),
  );

  private descriptor(text: string): { fd?: number; fdName?: string } {
    if (text === "") return {};
    return text.startsWith("{") ? { fdName: text.slice(1, -1) } : { fd: Number(text) };
  }

  private redirectNode(token: IToken, target: Word): Redirect {
    const op = token.image.replace(/^(?:\d+|\{\w+\})/, "");
    const descriptor = this.descriptor(token.image.slice(0, token.image.length - op.length));
    return { kind: "redirect", op: op as RedirectOp, ...descriptor, target, span: this.spanFrom(token.startOffset) };
  }

  private heredocNode(token: IToken): Redirect {
    const { delimiter, quoted, stripTabs, fd } = token.payload as assign.HeredocToken;
    const span = this.tokenSpan(token);
    const body: Word = { kind: "word", parts: [], spread: false, span: { start: span.end, end: span.end } };
    const node: PendingHeredoc = { kind: "heredoc", ...this.descriptor(fd), body, delimiter, quoted, stripTabs, span };
    this.heredocs.push(node);
    return node;
  }

  /** A part of a heredoc's body, or the line that ends the body when another follows. */
  readonly heredocBody = this.RULE("heredocBody", (): void => {
    this.OR([
      alt(() => this.SUBRULE(this.part)),
      alt(() => {
        const raw = this.CONSUME(expansion.HeredocRaw);
        this.into.push({ kind: "literal", text: typeof raw.payload === "string" ? raw.payload : "", span: this.tokenSpan(raw) });
      }),
      alt(() => {
        const end = this.CONSUME(expansion.HeredocEnd);
        this.ACTION(() => this.finishBody(end.startOffset));
      }),
    ]);
  });

  private finishBody(offset: number): void {
    const node = this.heredocs.shift();
    const parts = this.into;
    this.into = [];
    if (node === undefined) return;
    const end = this.span(offset, offset).end;
    const span = { start: parts[0]?.span.start ?? end, end };
    if (node.quoted) node.body = this.wordOf(parts, span);
    else node.body = this.wordOf(parts.length === 0 ? [] : [{ kind: "double", parts, span }], span);
  }
}
