import { createTokenInstance, EmbeddedActionsParser, EOF, type IToken, type TokenType } from "chevrotain";
import type { CommandSubstitution, Redirect, Span, Statement, Word, WordPart } from "../ast.ts";
import type { Diagnostic } from "../diagnostics.ts";
import { vocabulary } from "../lexer/lexer.ts";
import { SyntaxFailure } from "./failure.ts";

/** The readonly nodes of the tree, while they are built. */
export type Building<T> = { -readonly [K in keyof T]: T[K] };

/** A program in backquotes, to be parsed when the text around it has been. */
export interface PendingProgram {
  readonly node: Building<CommandSubstitution>;
  readonly token: IToken;
  readonly quoted: boolean;
}

/** The inside of a `$(…)` or `<(…)`, to be parsed when the tokens around it have been: nesting costs no stack. */
export interface PendingBody {
  readonly node: { body: readonly Statement[] };
  /** `$(`; its index among the tokens, and that of its `)` or -1. */
  readonly open: IToken;
  readonly openIndex: number;
}

/** A construct that was opened and awaits its end. */
export interface OpenConstruct {
  /** As written: `if`, `"`, `$(`. */
  readonly opener: string;
  readonly closer: string;
  readonly start: number;
}

export type PendingHeredoc = Building<Extract<Redirect, { kind: "heredoc" }>>;

const END = createTokenInstance(EOF, "", Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN);

/**
 * What all rules share: the text, the offsets, the constructs that are open. One text is parsed at a time; `begin` makes the parser ready
 * for the next.
 */
export abstract class GrammarBase extends EmbeddedActionsParser {
  /** Of chevrotain, missing in its types: the parser stands behind this token. */
  declare protected importLexerState: (index: number) => void;
  /** The same: the index of the token read last. */
  declare protected exportLexerState: () => number;
  protected text = "";
  /** For a text cut out of another: where each of its offsets stands in the source. */
  private offsets: readonly number[] | undefined = undefined;
  protected open: OpenConstruct[] = [];
  protected heredocs: PendingHeredoc[] = [];
  /** `##` comments, in order. */
  protected comments: readonly IToken[] = [];
  /** Parts are added to these. */
  protected into: WordPart[] = [];
  programs: PendingProgram[] = [];
  bodies: PendingBody[] = [];
  private tokenCount = 0;
  diagnostics: Diagnostic[] = [];

  constructor(skipValidations: boolean) {
    super([...vocabulary], { maxLookahead: 1, recoveryEnabled: false, nodeLocationTracking: "none", skipValidations });
  }

  /** Makes the parser ready for a text. `tokens` becomes the parser's own. */
  begin(text: string, tokens: IToken[], comments: readonly IToken[], offsets: readonly number[] | undefined): void {
    this.text = text;
    this.offsets = offsets;
    this.comments = comments;
    this.programs = [];
    this.bodies = [];
    this.diagnostics = [];
    this.tokenCount = tokens.length;
    tokens.push(END, END, END);
    this.input = tokens;
    this.startAt(0);
  }

  /** The next rule starts at a token. */
  startAt(index: number): void {
    this.importLexerState(index - 1);
    this.errors = [];
    this.open = [];
    this.heredocs = [];
    this.into = [];
  }

  /** The sentinels behind the tokens are set by `begin`; that all was read is checked by the rules. */
  protected onBeforeParse(): void {}

  protected onAfterParse(): void {}

  /** Lets go of the text. */
  end(): void {
    this.begin("", [], [], undefined);
  }

  /** Constructs still open where the parser stopped, outermost first. */
  get openConstructs(): readonly OpenConstruct[] {
    return this.open;
  }

  get unreadHeredocs(): readonly PendingHeredoc[] {
    return this.heredocs;
  }

  /** Offset in the text where the parser stands. */
  get position(): number {
    const offset = this.LA(1).startOffset;
    return Number.isNaN(offset) ? this.text.length : offset;
  }

  /** The last token of the text. */
  lastToken(): IToken | undefined {
    return this.input[this.tokenCount - 1];
  }

  /** A range of the text as a range of the source. */
  span(start: number, end: number): Span {
    const offsets = this.offsets;
    if (offsets === undefined) return { start, end };
    const first = offsets[start] ?? start;
    // The end is that of the last character: what is escaped behind it does not belong to the range.
    return { start: first, end: end > start ? (offsets[end - 1] ?? end - 1) + 1 : first };
  }

  protected startOffset(): number {
    return this.LA(1).startOffset;
  }

  /** Where the token read last ends. */
  protected endOffset(): number {
    const token = this.LA(0);
    return token.startOffset + token.image.length;
  }

  protected spanFrom(start: number): Span {
    return this.span(start, this.endOffset());
  }

  protected tokenSpan(token: IToken): Span {
    return this.span(token.startOffset, token.startOffset + token.image.length);
  }

  /** True when the next token touches the one before it; escaped newlines between do not count. */
  protected adjoins(): boolean {
    const next = this.LA(1).startOffset;
    let end = this.endOffset();
    while (end < next && this.text.charCodeAt(end) === 92 && this.text.charCodeAt(end + 1) === 10) end += 2;
    return end === next;
  }

  protected nextIs(type: TokenType): boolean {
    return this.LA(1).tokenType === type;
  }

  opened(token: IToken, closer: string): void {
    this.open.push({ opener: token.image, closer, start: token.startOffset });
  }

  protected closed(): void {
    this.open.pop();
  }

  /** Ends the parse with an error. */
  protected fail(code: string, message: string, span: Span, hint?: string): never {
    throw new SyntaxFailure({ code, severity: "error", message, span, ...(hint === undefined ? {} : { hint }) });
  }

  /** Ends the parse: the text ends inside a construct. */
  protected unclosed(open: IToken, closer: string): never {
    const hint = `end it with \`${closer}\``;
    const span = this.tokenSpan(open);
    throw new SyntaxFailure({ code: "K002", severity: "error", message: `\`${open.image}\` is not closed`, span, hint }, true);
  }

  /** Notes an error that does not stop the parse. */
  protected refuse(code: string, message: string, span: Span, hint: string): void {
    this.diagnostics.push({ code, severity: "error", message, span, hint });
  }

  /** Adds literal text to `parts`, joined to a literal right before it. */
  protected addLiteral(parts: WordPart[], text: string, start: number, end: number): void {
    const last = parts[parts.length - 1];
    const span = this.span(start, end);
    if (last?.kind === "literal")
      parts[parts.length - 1] = { kind: "literal", text: last.text + text, span: { start: last.span.start, end: span.end } };
    else parts.push({ kind: "literal", text, span });
  }

  protected plainWord(token: IToken): Word {
    const span = this.tokenSpan(token);
    return { kind: "word", parts: [{ kind: "literal", text: token.image, span }], spread: false, span };
  }

  protected wordOf(parts: readonly WordPart[], span: Span, spread = false): Word {
    return { kind: "word", parts, spread, span };
  }
}
