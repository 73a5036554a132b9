import type { IToken, ParserMethod } from "chevrotain";
import type { ParamExpansion, ParamOp, Statement, Subscript, Word, WordPart } from "../ast.ts";
import * as command from "../lexer/command-tokens.ts";
import * as expansion from "../lexer/expansion-tokens.ts";
import * as quote from "../lexer/part-tokens.ts";
import type { Frame } from "../lexer/state.ts";
import * as lex from "../lexer/word-tokens.ts";
import { ArithFault, type ArithItem, arithmetic, sliceColon, subscriptOf } from "./arithmetic.ts";
import { type Building, GrammarBase, type PendingBody } from "./base.ts";
import { decodeAnsi } from "./escapes.ts";
import { alt, gated } from "./rules.ts";

/** Words: quotes, expansions, braces, subscripts, arithmetic. */
export abstract class WordGrammar extends GrammarBase {
  abstract readonly statements: ParserMethod<[], Statement[]>;

  /** One part of a word, added to `into`. */
  readonly part = this.RULE("part", (): void => {
    this.OR(this.partWays);
  });

  private readonly partWays = [
    alt(() => this.leaf(this.CONSUME(lex.Leaf))),
    alt(() => this.SUBRULE(this.double)),
    alt(() => this.SUBRULE(this.param)),
    alt(() => this.SUBRULE(this.substitution)),
    alt(() => this.SUBRULE(this.arithExpansion)),
    alt(() => this.SUBRULE(this.brace)),
    alt(() => this.SUBRULE(this.extglob)),
  ];

  private readonly addPart = (): void => this.SUBRULE(this.part);

  /** The parts up to what ends them. Call it once in a rule. */
  private someParts(): WordPart[] {
    const outer = this.into;
    const parts: WordPart[] = [];
    this.into = parts;
    this.MANY(this.addPart);
    this.into = outer;
    return parts;
  }

  /** A word of several parts, or of one that is no plain literal. */
  readonly word = this.RULE("word", (): Word => {
    const start = this.startOffset();
    const outer = this.into;
    const parts: WordPart[] = [];
    this.into = parts;
    const spread = this.OPTION(this.spreadDots) === true;
    this.wordStarted = false;
    this.AT_LEAST_ONE(this.adjacentPart);
    this.into = outer;
    return this.wordOf(parts, this.spanFrom(start), spread);
  });

  /** A part of the word was read: the next must touch it. No word holds another, so one flag is enough. */
  private wordStarted = false;

  private readonly adjacentPart = gated(
    () => !this.wordStarted || this.adjoins(),
    () => {
      this.SUBRULE(this.part);
      this.wordStarted = true;
    },
  );

  private readonly spreadDots = (): true => {
    this.CONSUME(lex.Spread);
    return true;
  };

  /** Any word. */
  readonly argument = this.RULE("argument", (): Word => this.OR(this.argumentWays));

  private readonly argumentWays = [alt(() => this.plainWord(this.CONSUME(lex.PlainWord))), alt(() => this.SUBRULE(this.word))];

  readonly double = this.RULE("double", (): void => {
    const open = this.CONSUME(quote.DoubleOpen);
    this.opened(open, '"');
    const parts = this.someParts();
    this.CONSUME(quote.DoubleClose);
    this.closed();
    this.into.push({ kind: "double", parts, span: this.spanFrom(open.startOffset) });
  });

  /** `$(` and `)`; what stands between is parsed later, by `substituted`. */
  readonly substitution = this.RULE("substitution", (): void => {
    const open = this.OR(this.substitutionWays);
    const node: Building<Extract<WordPart, { kind: "command" | "process" }>> =
      open.image === "$("
        ? { kind: "command", style: "$(", body: [], span: this.spanFrom(open.startOffset) }
        : { kind: "process", op: open.image === "<(" ? "<" : ">", body: [], span: this.spanFrom(open.startOffset) };
    this.ACTION(() => this.skipBody(node, open));
    this.CONSUME(command.SubstClose);
    node.span = this.spanFrom(open.startOffset);
    this.into.push(node);
  });

  private readonly substitutionWays = [alt(() => this.CONSUME(quote.CommandOpen)), alt(() => this.CONSUME(quote.ProcessOpen))];

  private skipBody(node: PendingBody["node"], open: IToken): void {
    const { closeIndex } = open.payload as Frame;
    this.bodies.push({ node, open, openIndex: this.exportLexerState() });
    if (closeIndex >= 0) this.importLexerState(closeIndex - 1);
    else this.unclosed(open, ")");
  }

  /** The inside of a `$(…)`. The parser stands behind its `$(`. */
  readonly substituted = this.RULE("substituted", (): Statement[] => {
    const body = this.SUBRULE(this.statements);
    this.CONSUME(command.SubstClose);
    return body;
  });

  private readonly arithOpenWays = [
    alt(() => this.CONSUME(quote.ArithExpansionOpen)),
    alt(() => this.CONSUME(quote.LegacyArithOpen)),
  ];

  private readonly arithCloseWays = [
    alt(() => this.CONSUME(expansion.ArithClose)),
    alt(() => this.CONSUME(expansion.LegacyArithClose)),
  ];

  readonly arithExpansion = this.RULE("arithExpansion", (): void => {
    const open = this.OR1(this.arithOpenWays);
    this.opened(open, open.image === "$[" ? "]" : "))");
    const start = this.endOffset();
    const items = this.SUBRULE(this.arith);
    const close = this.OR2(this.arithCloseWays);
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
    this.into.push({ kind: "arith-expansion", expr, span });
  });

  readonly brace = this.RULE("brace", (): void => {
    const open = this.CONSUME(lex.BraceOpen);
    this.opened(open, "}");
    const items = [this.SUBRULE1(this.parts)];
    this.AT_LEAST_ONE(() => {
      this.CONSUME(lex.BraceComma);
      items.push(this.SUBRULE2(this.parts));
    });
    this.CONSUME(lex.BraceClose);
    this.closed();
    this.into.push({ kind: "brace", items, span: this.spanFrom(open.startOffset) });
  });

  /** The parentheses and bars of an extended glob are literal text among the parts. */
  readonly extglob = this.RULE("extglob", (): void => {
    const open = this.CONSUME(lex.ExtglobOpen);
    this.opened(open, ")");
    this.literal(open);
    this.MANY(this.addPart);
    this.literal(this.CONSUME(lex.ExtglobClose));
    this.closed();
  });

  /** Parts up to what ends them, as a word. */
  readonly parts = this.RULE("parts", (): Word => {
    const start = this.endOffset();
    const parts = this.someParts();
    return this.wordOf(parts, this.spanFrom(start));
  });

  // ── `${…}` ──────────────────────────────────────────────────────────────────────────────────

  readonly param = this.RULE("param", (): void => {
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
    this.ACTION(() => this.into.push(this.expansionNode(open.payload as quote.ParamHead, subscripts, op, span)));
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
    const outer = this.items;
    const items: ArithItem[] = [];
    this.items = items;
    this.MANY1(this.addItem);
    this.items = outer;
    return items;
  });

  /** The arithmetic that is being read. */
  private items: ArithItem[] = [];

  private readonly addItem = (): void => {
    this.OR(this.itemWays);
  };

  private readonly itemWays = [
    alt(() => this.arithItem("number", this.CONSUME(expansion.ArithNumber))),
    alt(() => this.arithItem("op", this.CONSUME(expansion.ArithOperator))),
    alt(() => this.arithItem("other", this.CONSUME(expansion.ArithOther))),
    alt(() => {
      const name = this.CONSUME(expansion.ArithName);
      const subscripts: Subscript[] = [];
      this.MANY2(() => subscripts.push(this.SUBRULE(this.subscript)));
      this.items.push({ kind: "name", text: name.image, start: name.startOffset, end: this.endOffset(), subscripts });
    }),
    alt(() => {
      const start = this.startOffset();
      const outer = this.into;
      const parts: WordPart[] = [];
      this.into = parts;
      this.SUBRULE(this.part);
      this.into = outer;
      const part = parts[0];
      if (part !== undefined) this.items.push({ kind: "part", text: "", start, end: this.endOffset(), part });
    }),
  ];

  private arithItem(kind: ArithItem["kind"], token: IToken): void {
    this.items.push({ kind, text: token.image, start: token.startOffset, end: token.startOffset + token.image.length });
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

  private leaf(token: IToken): void {
    switch (token.tokenType) {
      case quote.Escape:
        this.escape(token);
        return;
      case quote.SingleQuoted:
        this.into.push({ kind: "quoted", style: "single", text: token.image.slice(1, -1), span: this.tokenSpan(token) });
        return;
      case quote.AnsiQuoted:
        this.into.push({ kind: "quoted", style: "ansi", text: decodeAnsi(token.image.slice(2, -1)), span: this.tokenSpan(token) });
        return;
      case quote.Param:
        this.simpleParam(token);
        return;
      case quote.Backquoted:
        this.backquoted(token);
        return;
      case lex.Tilde:
        this.into.push({ kind: "tilde", user: token.image.slice(1), span: this.tokenSpan(token) });
        return;
      case lex.BraceRange:
        this.range(token);
        return;
      default:
        this.literal(token);
    }
  }

  private literal(token: IToken): void {
    this.addLiteral(this.into, token.image, token.startOffset, token.startOffset + token.image.length);
  }

  /** Inside double quotes and heredocs an escaped character is literal text; elsewhere it is quoted. */
  private escape(token: IToken): void {
    const end = token.startOffset + token.image.length;
    if (token.payload === true) this.addLiteral(this.into, token.image.slice(1), token.startOffset, end);
    else this.into.push({ kind: "quoted", style: "escape", text: token.image.slice(1) || "\\", span: this.tokenSpan(token) });
  }

  private simpleParam(token: IToken): void {
    const span = this.tokenSpan(token);
    this.into.push({
      kind: "param",
      name: token.image.slice(1),
      braced: false,
      subscripts: [],
      length: false,
      indirect: false,
      span,
    });
  }

  private backquoted(token: IToken): void {
    const node: Building<Extract<WordPart, { kind: "command" }>> = {
      kind: "command",
      style: "`",
      body: [],
      span: this.tokenSpan(token),
    };
    this.into.push(node);
    this.programs.push({ node, token, quoted: token.payload === true });
  }

  private range(token: IToken): void {
    const [from = "", to = "", step] = token.image.slice(1, -1).split("..");
    this.into.push({ kind: "range", from, to, ...(step === undefined ? {} : { step }), span: this.tokenSpan(token) });
  }
}
