import type { IToken, ParserMethod } from "chevrotain";
import type { ParamExpansion, ParamOp, Statement, Subscript, Word, WordPart } from "../ast.ts";
import * as command from "../lexer/command-tokens.ts";
import * as expansion from "../lexer/expansion-tokens.ts";
import * as quote from "../lexer/part-tokens.ts";
import * as value from "../lexer/value-tokens.ts";
import * as lex from "../lexer/word-tokens.ts";
import { ArithFault, type ArithItem, arithmetic, sliceColon, subscriptOf } from "./arithmetic.ts";
import { type Building, GrammarBase } from "./base.ts";
import { decodeAnsi } from "./escapes.ts";
import { alt, gated } from "./rules.ts";

/** Words: quotes, expansions, braces, subscripts, arithmetic. */
export abstract class WordGrammar extends GrammarBase {
  abstract readonly statements: ParserMethod<[], Statement[]>;

  /** One part of a word, added to `parts`. */
  readonly part = this.RULE("part", (parts: WordPart[] = []): void => {
    this.OR([
      alt(() => this.literal(parts, this.CONSUME(lex.Text))),
      alt(() => this.literal(parts, this.CONSUME(lex.DoubleText))),
      alt(() => this.literal(parts, this.CONSUME(lex.HeredocText))),
      alt(() => this.literal(parts, this.CONSUME(value.RegexGroup))),
      alt(() => this.escape(parts, this.CONSUME(quote.Escape))),
      alt(() => this.single(parts, this.CONSUME(quote.SingleQuoted))),
      alt(() => this.ansi(parts, this.CONSUME(quote.AnsiQuoted))),
      alt(() => this.simpleParam(parts, this.CONSUME(quote.Param))),
      alt(() => this.backquoted(parts, this.CONSUME(quote.Backquoted))),
      alt(() => this.tilde(parts, this.CONSUME(lex.Tilde))),
      alt(() => this.range(parts, this.CONSUME(lex.BraceRange))),
      alt(() => this.SUBRULE(this.double, { ARGS: [parts] })),
      alt(() => this.SUBRULE(this.param, { ARGS: [parts] })),
      alt(() => this.SUBRULE(this.substitution, { ARGS: [parts] })),
      alt(() => this.SUBRULE(this.arithExpansion, { ARGS: [parts] })),
      alt(() => this.SUBRULE(this.brace, { ARGS: [parts] })),
      alt(() => this.SUBRULE(this.extglob, { ARGS: [parts] })),
    ]);
  });

  /** A word of several parts, or of one that is no plain literal. */
  readonly word = this.RULE("word", (): Word => {
    const start = this.startOffset();
    const parts: WordPart[] = [];
    let spread = false;
    this.OPTION(() => {
      this.CONSUME(lex.Spread);
      spread = true;
    });
    this.AT_LEAST_ONE(
      gated(
        () => (parts.length === 0 && !spread) || this.adjoins(),
        () => this.SUBRULE(this.part, { ARGS: [parts] }),
      ),
    );
    return this.wordOf(parts, this.spanFrom(start), spread);
  });

  /** Any word. */
  readonly argument = this.RULE(
    "argument",
    (): Word => this.OR([alt(() => this.plainWord(this.CONSUME(lex.PlainWord))), alt(() => this.SUBRULE(this.word))]),
  );

  readonly double = this.RULE("double", (parts: WordPart[] = []): void => {
    const inner: WordPart[] = [];
    const open = this.CONSUME(quote.DoubleOpen);
    this.opened(open, '"');
    this.MANY(() => this.SUBRULE(this.part, { ARGS: [inner] }));
    this.CONSUME(quote.DoubleClose);
    this.closed();
    parts.push({ kind: "double", parts: inner, span: this.spanFrom(open.startOffset) });
  });

  readonly substitution = this.RULE("substitution", (parts: WordPart[] = []): void => {
    const open = this.OR([alt(() => this.CONSUME(quote.CommandOpen)), alt(() => this.CONSUME(quote.ProcessOpen))]);
    const outer = this.heredocs;
    this.heredocs = [];
    this.opened(open, ")");
    const body = this.SUBRULE(this.statements);
    this.CONSUME(command.SubstClose);
    this.closed();
    this.heredocs = outer;
    const span = this.spanFrom(open.startOffset);
    if (open.image === "$(") parts.push({ kind: "command", style: "$(", body, span });
    else parts.push({ kind: "process", op: open.image === "<(" ? "<" : ">", body, span });
  });

  readonly arithExpansion = this.RULE("arithExpansion", (parts: WordPart[] = []): void => {
    const open = this.OR1([alt(() => this.CONSUME(quote.ArithExpansionOpen)), alt(() => this.CONSUME(quote.LegacyArithOpen))]);
    this.opened(open, open.image === "$[" ? "]" : "))");
    const start = this.endOffset();
    const items = this.SUBRULE(this.arith);
    const close = this.OR2([alt(() => this.CONSUME(expansion.ArithClose)), alt(() => this.CONSUME(expansion.LegacyArithClose))]);
    this.closed();
    const span = this.spanFrom(open.startOffset);
    const expr = this.ACTION(() => this.arithOf(items, start, close.startOffset));
    if (open.image === "$[")
      this.refuse(
        "K003",
        "`$[ ]` is not part of the language",
        span,
        `write \`$((${this.text.slice(start, close.startOffset)}))\``,
      );
    parts.push({ kind: "arith-expansion", expr, span });
  });

  readonly brace = this.RULE("brace", (parts: WordPart[] = []): void => {
    const open = this.CONSUME(lex.BraceOpen);
    this.opened(open, "}");
    const items = [this.SUBRULE1(this.parts)];
    this.AT_LEAST_ONE(() => {
      this.CONSUME(lex.BraceComma);
      items.push(this.SUBRULE2(this.parts));
    });
    this.CONSUME(lex.BraceClose);
    this.closed();
    parts.push({ kind: "brace", items, span: this.spanFrom(open.startOffset) });
  });

  /** The parentheses and bars of an extended glob are literal text among the parts. */
  readonly extglob = this.RULE("extglob", (parts: WordPart[] = []): void => {
    const open = this.CONSUME(lex.ExtglobOpen);
    this.opened(open, ")");
    this.literal(parts, open);
    this.MANY(() => this.SUBRULE(this.part, { ARGS: [parts] }));
    this.literal(parts, this.CONSUME(lex.ExtglobClose));
    this.closed();
  });

  /** Parts up to what ends them, as a word. */
  readonly parts = this.RULE("parts", (): Word => {
    const start = this.endOffset();
    const parts: WordPart[] = [];
    this.MANY(() => this.SUBRULE(this.part, { ARGS: [parts] }));
    return this.wordOf(parts, this.spanFrom(start));
  });

  // ── `${…}` ──────────────────────────────────────────────────────────────────────────────────

  readonly param = this.RULE("param", (parts: WordPart[] = []): void => {
    const subscripts: Subscript[] = [];
    const open = this.CONSUME(quote.ParamOpen);
    this.opened(open, "}");
    this.MANY(() => subscripts.push(this.SUBRULE(this.subscript)));
    const op = this.OR([
      alt(() => this.SUBRULE(this.paramSlice)),
      alt(() => this.SUBRULE(this.paramOperator)),
      alt(() => this.closeParam()),
    ]);
    this.closed();
    const span = this.spanFrom(open.startOffset);
    this.ACTION(() => parts.push(this.expansionNode(open.payload as quote.ParamHead, subscripts, op, span)));
  });

  private closeParam(): ParamOp | undefined {
    this.CONSUME(expansion.ParamClose);
    return undefined;
  }

  private expansionNode(
    head: quote.ParamHead,
    subscripts: Subscript[],
    op: ParamOp | undefined,
    span: { start: number; end: number },
  ): ParamExpansion {
    if (head.length && op !== undefined) {
      this.fail("K006", "`${#name}` takes no operator", span, "assign the result first, then take its length");
    }
    const { name, length, indirect } = head;
    return { kind: "param", name, braced: true, subscripts, length, indirect, ...(op === undefined ? {} : { op }), span };
  }

  readonly paramSlice = this.RULE("paramSlice", (): ParamOp => {
    const colon = this.CONSUME(expansion.ParamSlice);
    const items = this.SUBRULE(this.arith);
    const close = this.CONSUME(expansion.SliceClose);
    return this.ACTION(() => this.sliceOf(items, colon.startOffset + 1, close.startOffset));
  });

  private sliceOf(items: ArithItem[], start: number, end: number): ParamOp {
    const colon = sliceColon(items);
    const mark = items[colon];
    if (mark === undefined) return { kind: "slice", offset: this.arithOf(items, start, end) };
    const offset = this.arithOf(items, start, mark.start, 0, colon);
    return { kind: "slice", offset, length: this.arithOf(items, mark.end, end, colon + 1) };
  }

  readonly paramOperator = this.RULE("paramOperator", (): ParamOp => {
    const op = this.OR([
      alt(() => this.defaultOp(this.CONSUME(expansion.ParamDefault), this.SUBRULE1(this.parts))),
      alt(() => this.trimOp(this.CONSUME(expansion.ParamTrim), this.SUBRULE2(this.parts))),
      alt(() => this.SUBRULE(this.paramReplace)),
      alt(() => this.caseOp(this.CONSUME(expansion.ParamCase), this.SUBRULE3(this.parts))),
      alt(() => this.transformOp(this.CONSUME(expansion.ParamTransform))),
      alt(() => this.namesOp(this.CONSUME(expansion.ParamNames))),
    ]);
    this.CONSUME(expansion.ParamClose);
    return op;
  });

  readonly paramReplace = this.RULE("paramReplace", (): ParamOp => {
    const open = this.CONSUME(expansion.ParamReplace);
    const pattern = this.SUBRULE1(this.parts);
    const replacement = this.OPTION(() => {
      this.CONSUME(expansion.ReplaceWith);
      return this.SUBRULE2(this.parts);
    });
    const op = open.image as Extract<ParamOp, { kind: "replace" }>["op"];
    const none = this.wordOf([], this.spanFrom(this.endOffset()));
    return { kind: "replace", op, pattern, replacement: replacement ?? none };
  });

  private defaultOp(token: IToken, word: Word): ParamOp {
    return { kind: "default", op: token.image as Extract<ParamOp, { kind: "default" }>["op"], word };
  }

  private trimOp(token: IToken, pattern: Word): ParamOp {
    return { kind: "trim", op: token.image as Extract<ParamOp, { kind: "trim" }>["op"], pattern };
  }

  private caseOp(token: IToken, pattern: Word): ParamOp {
    const op = token.image as Extract<ParamOp, { kind: "case" }>["op"];
    return this.ACTION(() => (pattern.parts.length === 0 ? { kind: "case", op } : { kind: "case", op, pattern }));
  }

  private transformOp(token: IToken): ParamOp {
    const op = token.image.slice(1);
    this.ACTION(() => {
      if (!/^[UuLQEPAKak]$/.test(op))
        this.fail("K006", `no operator \`@${op}\` in \`\${…}\``, this.tokenSpan(token), "one of Q U u L E P A K a k follows `@`");
    });
    return { kind: "transform", op };
  }

  private namesOp(token: IToken): ParamOp {
    return { kind: "names", op: token.image === "@" ? "@" : "*" };
  }

  // ── Subscripts and arithmetic ───────────────────────────────────────────────────────────────

  readonly subscript = this.RULE(
    "subscript",
    (): Subscript =>
      this.OR([
        alt(() => {
          const all = this.CONSUME(expansion.SubscriptAll);
          return { kind: "all" as const, op: all.image === "[@]" ? ("@" as const) : ("*" as const), span: this.tokenSpan(all) };
        }),
        alt(() => {
          const open = this.CONSUME(expansion.SubscriptOpen);
          this.opened(open, "]");
          const items = this.SUBRULE(this.arith);
          const close = this.CONSUME(expansion.SubscriptClose);
          this.closed();
          return this.ACTION(() => this.subscriptFrom(items, open.startOffset + 1, close));
        }),
      ]),
  );

  protected subscriptFrom(items: ArithItem[], start: number, close: IToken): Subscript {
    if (this.text.slice(start, close.startOffset).trim() === "")
      this.fail("K006", "the subscript is empty", this.span(start - 1, close.startOffset + 1));
    return subscriptOf({ text: this.text, span: (from, to) => this.span(from, to) }, items, start, close.startOffset);
  }

  /** The tokens of arithmetic; what they mean is found by precedence afterwards. */
  readonly arith = this.RULE("arith", (): ArithItem[] => {
    const items: ArithItem[] = [];
    this.MANY1(() =>
      this.OR([
        alt(() => this.arithItem(items, "number", this.CONSUME(expansion.ArithNumber))),
        alt(() => this.arithItem(items, "op", this.CONSUME(expansion.ArithOperator))),
        alt(() => this.arithItem(items, "other", this.CONSUME(expansion.ArithOther))),
        alt(() => {
          const name = this.CONSUME(expansion.ArithName);
          const subscripts: Subscript[] = [];
          this.MANY2(() => subscripts.push(this.SUBRULE(this.subscript)));
          items.push({ kind: "name", text: name.image, start: name.startOffset, end: this.endOffset(), subscripts });
        }),
        alt(() => {
          const start = this.startOffset();
          const parts: WordPart[] = [];
          this.SUBRULE(this.part, { ARGS: [parts] });
          const part = parts[0];
          if (part !== undefined) items.push({ kind: "part", text: "", start, end: this.endOffset(), part });
        }),
      ]),
    );
    return items;
  });

  private arithItem(items: ArithItem[], kind: ArithItem["kind"], token: IToken): void {
    items.push({ kind, text: token.image, start: token.startOffset, end: token.startOffset + token.image.length });
  }

  protected arithOf(items: readonly ArithItem[], start: number, end: number, from?: number, to?: number) {
    try {
      return arithmetic({ text: this.text, span: (low, high) => this.span(low, high) }, items, start, end, from, to);
    } catch (error) {
      if (!(error instanceof ArithFault)) throw error;
      return this.fail("K005", error.message, this.span(error.start, error.end));
    }
  }

  // ── Parts of one token ──────────────────────────────────────────────────────────────────────

  private literal(parts: WordPart[], token: IToken): void {
    this.addLiteral(parts, token.image, token.startOffset, token.startOffset + token.image.length);
  }

  /** Inside double quotes and heredocs an escaped character is literal text; elsewhere it is quoted. */
  private escape(parts: WordPart[], token: IToken): void {
    const end = token.startOffset + token.image.length;
    if (token.payload === true) this.addLiteral(parts, token.image.slice(1), token.startOffset, end);
    else parts.push({ kind: "quoted", style: "escape", text: token.image.slice(1), span: this.tokenSpan(token) });
  }

  private single(parts: WordPart[], token: IToken): void {
    parts.push({ kind: "quoted", style: "single", text: token.image.slice(1, -1), span: this.tokenSpan(token) });
  }

  private ansi(parts: WordPart[], token: IToken): void {
    parts.push({ kind: "quoted", style: "ansi", text: decodeAnsi(token.image.slice(2, -1)), span: this.tokenSpan(token) });
  }

  private simpleParam(parts: WordPart[], token: IToken): void {
    const span = this.tokenSpan(token);
    parts.push({ kind: "param", name: token.image.slice(1), braced: false, subscripts: [], length: false, indirect: false, span });
  }

  private backquoted(parts: WordPart[], token: IToken): void {
    const node: Building<Extract<WordPart, { kind: "command" }>> = {
      kind: "command",
      style: "`",
      body: [],
      span: this.tokenSpan(token),
    };
    parts.push(node);
    this.programs.push({ node, token, quoted: token.payload === true });
  }

  private tilde(parts: WordPart[], token: IToken): void {
    parts.push({ kind: "tilde", user: token.image.slice(1), span: this.tokenSpan(token) });
  }

  private range(parts: WordPart[], token: IToken): void {
    const [from = "", to = "", step] = token.image.slice(1, -1).split("..");
    parts.push({ kind: "range", from, to, ...(step === undefined ? {} : { step }), span: this.tokenSpan(token) });
  }
}
