import type { IToken } from "chevrotain";
import type {
  Assignment,
  FunctionParam,
  ListItem,
  ListLiteral,
  RecordEntry,
  RecordLiteral,
  Subscript,
  ValueNode,
  Word,
} from "../ast.ts";
import * as assign from "../lexer/assign-tokens.ts";
import * as command from "../lexer/command-tokens.ts";
import * as expansion from "../lexer/expansion-tokens.ts";
import * as quote from "../lexer/part-tokens.ts";
import * as value from "../lexer/value-tokens.ts";
import * as lex from "../lexer/word-tokens.ts";
import { alt, gated, separated } from "./rules.ts";
import { WordGrammar } from "./words.ts";

const PARAM_TYPES: ReadonlySet<string> = new Set(["string", "int", "number", "bool", "list", "record", "any"]);

function isParamType(text: string): text is FunctionParam["type"] {
  return PARAM_TYPES.has(text);
}

/** Assignments, list and record literals, the parameters of typed functions. */
export abstract class ValueGrammar extends WordGrammar {
  readonly value = this.RULE(
    "value",
    (): ValueNode =>
      this.OR([
        alt(() => this.plainWord(this.CONSUME(lex.PlainWord))),
        alt(() => this.SUBRULE(this.list)),
        alt(() => this.SUBRULE(this.array)),
        alt(() => this.SUBRULE(this.record)),
        alt(() => this.SUBRULE(this.word)),
      ]),
  );

  readonly list = this.RULE("list", (): ListLiteral => {
    const items: ListItem[] = [];
    const open = this.CONSUME(value.ListOpen);
    this.opened(open, "]");
    this.MANY(() => this.OR([alt(() => this.CONSUME(value.Comma)), alt(() => items.push(this.SUBRULE(this.item)))]));
    this.CONSUME(value.ListClose);
    this.closed();
    return { kind: "list", style: "[", items, span: this.literalSpan(open) };
  });

  readonly array = this.RULE("array", (): ListLiteral => {
    const items: ListItem[] = [];
    const open = this.CONSUME(value.ArrayOpen);
    this.opened(open, ")");
    this.MANY(() => this.OR([alt(() => items.push(this.SUBRULE(this.keyedItem))), alt(() => items.push(this.SUBRULE(this.item)))]));
    this.CONSUME(value.ArrayClose);
    this.closed();
    return { kind: "list", style: "(", items, span: this.literalSpan(open) };
  });

  /** A value; a word with dots before it is spread. */
  readonly item = this.RULE("item", (): ListItem => {
    const dots = this.OPTION(() => this.CONSUME(lex.Spread));
    const found = this.SUBRULE(this.value);
    return { spread: dots !== undefined, value: found };
  });

  readonly keyedItem = this.RULE("keyedItem", (): ListItem => {
    const open = this.CONSUME(value.KeyOpen);
    this.opened(open, "]");
    const items = this.SUBRULE(this.arith);
    const close = this.CONSUME(expansion.SubscriptClose);
    this.closed();
    const key = this.ACTION(() => this.keyOf(this.subscriptFrom(items, open.startOffset + 1, close)));
    this.CONSUME(value.KeyEquals);
    const end = this.endOffset();
    const found = this.OPTION(
      gated(
        () => this.adjoins(),
        () => this.SUBRULE(this.value),
      ),
    );
    return { spread: false, key, value: found ?? this.wordOf([], this.span(end, end)) };
  });

  private keyOf(subscript: Subscript): Word {
    if (subscript.kind === "index") return subscript.word;
    const { start, end } = subscript.span;
    const span = { start: start + 1, end: end - 1 };
    return this.wordOf([{ kind: "literal", text: this.text.slice(span.start, span.end), span }], span);
  }

  readonly record = this.RULE("record", (): RecordLiteral => {
    const entries: RecordEntry[] = [];
    const open = this.CONSUME(value.RecordOpen);
    this.opened(open, "}");
    this.MANY(() => this.OR([alt(() => this.CONSUME(value.Comma)), alt(() => entries.push(this.SUBRULE(this.entry)))]));
    this.CONSUME(value.RecordClose);
    this.closed();
    return { kind: "record", entries, span: this.literalSpan(open) };
  });

  readonly entry = this.RULE("entry", (): RecordEntry => {
    const key = this.SUBRULE1(this.argument);
    const found = this.OPTION(() => {
      this.CONSUME(value.Colon);
      return this.SUBRULE2(this.value);
    });
    if (found !== undefined) return { spread: false, key, value: found };
    this.ACTION(() => {
      if (key.spread) return;
      const name = this.text.slice(key.span.start, key.span.end);
      this.fail(
        "K007",
        `\`${name}\` in a record has no value`,
        key.span,
        "write `{name: value}`; a text in braces needs quotes: `'{a,b}'`",
      );
    });
    return { spread: true, value: { ...key, spread: false } };
  });

  /** The span of a literal that ends here; text right behind it is an error. */
  private literalSpan(open: IToken) {
    const span = this.spanFrom(open.startOffset);
    this.ACTION(() => {
      const next = this.LA(1);
      const isText =
        next.tokenType === lex.Text ||
        next.tokenType === quote.Param ||
        next.tokenType === quote.DoubleOpen ||
        next.tokenType === lex.PlainWord;
      if (isText && this.adjoins()) {
        const text = this.text.slice(open.startOffset, next.startOffset + next.image.length);
        this.fail("K007", "text stands right behind a literal", this.tokenSpan(next), `quote it if it is text: \`'${text}'\``);
      }
    });
    return span;
  }

  // ── Assignments ─────────────────────────────────────────────────────────────────────────────

  readonly assignment = this.RULE("assignment", (): Assignment => {
    const start = this.startOffset();
    const subscripts: Subscript[] = [];
    const operator = this.OR([
      alt(() => this.CONSUME(assign.AssignName).image),
      alt(() => {
        const target = this.CONSUME(assign.AssignTarget).image;
        this.AT_LEAST_ONE(() => subscripts.push(this.SUBRULE(this.subscript)));
        return target + this.CONSUME(assign.AssignOperator).image;
      }),
    ]);
    const found = this.OPTION(
      gated(
        () => this.adjoins(),
        () => this.SUBRULE(this.value),
      ),
    );
    const span = this.spanFrom(start);
    return this.ACTION(() => {
      const append = operator.endsWith("+=");
      const name = operator.slice(0, append ? -2 : -1);
      return {
        kind: "assignment",
        name,
        subscripts,
        op: append ? "+=" : "=",
        ...(found === undefined ? {} : { value: found }),
        span,
      };
    });
  });

  // ── Typed functions ─────────────────────────────────────────────────────────────────────────

  readonly params = this.RULE("params", (): FunctionParam[] => {
    const params: FunctionParam[] = [];
    const open = this.CONSUME(command.ParamsOpen);
    this.opened(open, ")");
    this.MANY_SEP(separated(value.ParamComma, () => params.push(this.SUBRULE(this.functionParam))));
    this.CONSUME(value.ParamsClose);
    this.closed();
    return params;
  });

  readonly functionParam = this.RULE("functionParam", (): FunctionParam => {
    const start = this.startOffset();
    const dots = this.OPTION1(() => this.CONSUME(lex.Spread));
    const name = this.CONSUME1(value.ParamName).image;
    const type = this.OPTION2(() => {
      this.CONSUME(value.Colon);
      return this.CONSUME2(value.ParamName);
    });
    const defaultValue = this.OPTION3(() => {
      this.CONSUME(value.ParamEquals);
      return this.SUBRULE(this.value);
    });
    const typeName = type?.image ?? "any";
    return this.ACTION(() => {
      if (!isParamType(typeName)) {
        const span = type === undefined ? this.spanFrom(start) : this.tokenSpan(type);
        this.fail("K009", `\`${typeName}\` is no type of a parameter`, span, `one of ${[...PARAM_TYPES].join(", ")}`);
      }
      const rest = dots !== undefined;
      return { name, type: typeName, ...(defaultValue === undefined ? {} : { defaultValue }), rest, span: this.spanFrom(start) };
    });
  });
}
