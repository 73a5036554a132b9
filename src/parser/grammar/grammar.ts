import { EOF, type IToken } from "chevrotain";
import type {
  Command,
  FunctionDefinition,
  Pipeline,
  Program,
  Redirect,
  RedirectOp,
  SimpleCommand,
  Stage,
  Statement,
  Word,
  WordPart,
} from "../ast.ts";
import * as lex from "../lexer/command-tokens.ts";
import * as expansion from "../lexer/expansion-tokens.ts";
import { PlainWord } from "../lexer/word-tokens.ts";
import type { Building, PendingBody } from "./base.ts";
import { CompoundGrammar } from "./compounds.ts";
import { alt } from "./rules.ts";

interface SimpleParts {
  readonly assignments: SimpleCommand["assignments"][number][];
  readonly words: Word[];
  readonly redirects: Redirect[];
}

/** The parts read so far of the heredoc's body that is being read. */
interface HeredocParts {
  parts: WordPart[];
}

/** Programs: statements, pipelines, simple commands, redirections, heredocs. */
export class Grammar extends CompoundGrammar {
  /** True when the statement read last was ended by `;` or `&`. */
  private ended = false;

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
    const list: Statement[] = [];
    let separated = true;
    this.MANY(() =>
      this.OR([
        alt(() => {
          this.SUBRULE(this.newline);
          separated = true;
        }),
        alt(() => {
          const next = this.LA(1);
          if (!separated) this.ACTION(() => this.unexpected(next));
          list.push(this.SUBRULE(this.statement));
          separated = this.ended;
        }),
      ]),
    );
    return list;
  });

  private unexpected(token: IToken): void {
    this.fail("K001", `unexpected \`${token.image}\``, this.tokenSpan(token), "end the command before it with `;` or a newline");
  }

  /** A line's end, with the bodies of the heredocs of that line. */
  readonly newline = this.RULE("newline", (): void => {
    this.OR([
      alt(() => this.CONSUME(lex.Newline)),
      alt(() => {
        this.CONSUME(lex.HeredocNewline);
        const body: HeredocParts = { parts: [] };
        this.MANY(() => this.SUBRULE(this.heredocBody, { ARGS: [body] }));
        const last = this.CONSUME(expansion.HeredocLast);
        this.ACTION(() => this.finishBody(body, last.startOffset));
      }),
    ]);
  });

  readonly newlines = this.RULE("newlines", (): void => {
    this.MANY(() => this.SUBRULE(this.newline));
  });

  readonly statement = this.RULE("statement", (): Statement => {
    const start = this.startOffset();
    const rest: Building<Statement["rest"][number]>[] = [];
    const first = this.SUBRULE1(this.pipeline);
    this.MANY(() => {
      const op = this.OR1([alt(() => this.CONSUME(lex.AndIf)), alt(() => this.CONSUME(lex.OrIf))]);
      this.SUBRULE(this.newlines);
      const pipeline = this.SUBRULE2(this.pipeline);
      rest.push({ op: op.image === "&&" ? "&&" : "||", pipeline });
    });
    const span = this.spanFrom(start);
    const end = this.OPTION(() => this.OR2([alt(() => this.CONSUME(lex.Semicolon)), alt(() => this.CONSUME(lex.Ampersand))]));
    this.ended = end !== undefined;
    return { kind: "statement", first, rest, background: end?.image === "&", span };
  });

  readonly pipeline = this.RULE("pipeline", (): Pipeline => {
    const start = this.startOffset();
    const stages: Building<Stage>[] = [];
    let negated = false;
    let timed: "time" | "p" | undefined;
    this.MANY1(() =>
      this.OR1([
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
    stages.push({ command: this.SUBRULE1(this.command), pipesStderr: false });
    this.MANY2(() => {
      const bar = this.OR2([alt(() => this.CONSUME(lex.Pipe)), alt(() => this.CONSUME(lex.PipeBoth))]);
      const before = stages[stages.length - 1];
      if (before !== undefined) before.pipesStderr = bar.image === "|&";
      this.SUBRULE(this.newlines);
      stages.push({ command: this.SUBRULE2(this.command), pipesStderr: false });
    });
    return { kind: "pipeline", negated, ...(timed === undefined ? {} : { timed }), stages, span: this.spanFrom(start) };
  });

  readonly command = this.RULE("command", (): Command => {
    const found = this.OR<Command>([
      alt(() => this.SUBRULE(this.simple)),
      alt(() => this.SUBRULE(this.group)),
      alt(() => this.SUBRULE(this.subshell)),
      alt(() => this.SUBRULE(this.ifCommand)),
      alt(() => this.SUBRULE(this.whileCommand)),
      alt(() => this.SUBRULE(this.forCommand)),
      alt(() => this.SUBRULE(this.selectCommand)),
      alt(() => this.SUBRULE(this.caseCommand)),
      alt(() => this.SUBRULE(this.cond)),
      alt(() => this.SUBRULE(this.arithCommand)),
      alt(() => this.SUBRULE(this.functionDefinition)),
    ]);
    const redirects: Redirect[] = [];
    this.MANY(() => redirects.push(this.SUBRULE(this.redirect)));
    if (redirects.length === 0) return found;
    return this.ACTION(() => this.redirected(found, redirects));
  });

  /** Redirections behind a function's body belong to the body. */
  private redirected(found: Command, redirects: readonly Redirect[]): Command {
    const span = { start: found.span.start, end: this.spanFrom(0).end };
    if (found.kind !== "function") return { ...found, redirects: [...found.redirects, ...redirects], span };
    const definition: FunctionDefinition = { ...found, redirects: [...found.redirects, ...redirects], span };
    return definition;
  }

  readonly simple = this.RULE("simple", (): SimpleCommand => {
    const start = this.startOffset();
    const parts: SimpleParts = { assignments: [], words: [], redirects: [] };
    this.AT_LEAST_ONE(() =>
      this.OR([
        alt(() => parts.words.push(this.plainWord(this.CONSUME(PlainWord)))),
        alt(() => parts.words.push(this.SUBRULE(this.word))),
        alt(() => this.assigned(parts, this.SUBRULE(this.assignment))),
        alt(() => parts.redirects.push(this.SUBRULE(this.redirect))),
      ]),
    );
    return { kind: "simple", ...parts, span: this.spanFrom(start) };
  });

  private assigned(parts: SimpleParts, assignment: SimpleParts["assignments"][number]): void {
    if (parts.words.length === 0) parts.assignments.push(assignment);
    else parts.words.push({ kind: "word", parts: [], spread: false, assignment, span: assignment.span });
  }

  readonly redirect = this.RULE(
    "redirect",
    (): Redirect =>
      this.OR([
        alt(() => {
          const token = this.CONSUME(lex.RedirectOperator);
          const target = this.SUBRULE(this.argument);
          return this.ACTION(() => this.redirectNode(token, target));
        }),
        alt(() => {
          const token = this.CONSUME(lex.HeredocOperator);
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
    const { delimiter, quoted, stripTabs, fd } = token.payload as lex.HeredocToken;
    const span = this.tokenSpan(token);
    const body: Word = { kind: "word", parts: [], spread: false, span: { start: span.end, end: span.end } };
    const node: PendingBody = { kind: "heredoc", ...this.descriptor(fd), body, delimiter, quoted, stripTabs, span };
    this.heredocs.push(node);
    return node;
  }

  /** A part of a heredoc's body, or the line that ends the body when another follows. */
  readonly heredocBody = this.RULE("heredocBody", (body: HeredocParts = { parts: [] }): void => {
    this.OR([
      alt(() => this.SUBRULE(this.part, { ARGS: [body.parts] })),
      alt(() => {
        const raw = this.CONSUME(expansion.HeredocRaw);
        body.parts.push({ kind: "literal", text: typeof raw.payload === "string" ? raw.payload : "", span: this.tokenSpan(raw) });
      }),
      alt(() => {
        const end = this.CONSUME(expansion.HeredocEnd);
        this.ACTION(() => this.finishBody(body, end.startOffset));
      }),
    ]);
  });

  private finishBody(body: HeredocParts, offset: number): void {
    const node = this.heredocs.shift();
    const parts = body.parts;
    body.parts = [];
    if (node === undefined) return;
    const end = this.span(offset, offset).end;
    const span = { start: parts[0]?.span.start ?? end, end };
    if (node.quoted) node.body = this.wordOf(parts, span);
    else node.body = this.wordOf(parts.length === 0 ? [] : [{ kind: "double", parts, span }], span);
  }
}
