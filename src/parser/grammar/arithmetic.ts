import type { ArithAssignOp, ArithBinaryOp, ArithExpr, ArithTarget, Span, Subscript, Word, WordPart } from "../ast.ts";
import { MAX_NESTING } from "../lexer/state.ts";

/** One token of arithmetic, with what belongs to it. */
export interface ArithItem {
  readonly kind: "number" | "name" | "op" | "part" | "other";
  readonly text: string;
  /** Offsets in the text that is parsed; `span` maps them to the source. */
  readonly start: number;
  readonly end: number;
  readonly subscripts?: readonly Subscript[];
  readonly part?: WordPart;
}

/** Says why and where items are not arithmetic. */
export class ArithFault extends Error {
  readonly start: number;
  readonly end: number;

  constructor(message: string, start: number, end: number) {
    super(message);
    this.start = start;
    this.end = end;
  }
}

export interface ArithSource {
  readonly text: string;
  span(start: number, end: number): Span;
}

const BINARY: ReadonlyMap<string, number> = new Map([
  [",", 1],
  ["||", 4],
  ["&&", 5],
  ["|", 6],
  ["^", 7],
  ["&", 8],
  ["==", 9],
  ["!=", 9],
  ["<", 10],
  ["<=", 10],
  [">", 10],
  [">=", 10],
  ["<<", 11],
  [">>", 11],
  ["+", 12],
  ["-", 12],
  ["*", 13],
  ["/", 13],
  ["%", 13],
  ["**", 14],
]);
const ASSIGN = new Set(["=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|=", "**="]);
const ASSIGN_LEVEL = 2;
const TERNARY_LEVEL = 3;
const UNARY = new Set(["+", "-", "!", "~"]);

function isUnary(text: string): text is "+" | "-" | "!" | "~" {
  return UNARY.has(text);
}

function isAssign(text: string): text is ArithAssignOp {
  return ASSIGN.has(text);
}

/** Climbs precedences over the items `[from, to)`. */
class Climber {
  private at: number;
  private depth = 0;

  constructor(
    private readonly source: ArithSource,
    private readonly items: readonly ArithItem[],
    from: number,
    private readonly to: number,
    private readonly end: number,
  ) {
    this.at = from;
  }

  whole(): ArithExpr {
    const expr = this.expression(0);
    const rest = this.peek();
    if (rest !== undefined) throw new ArithFault(`unexpected \`${rest.text}\` in arithmetic`, rest.start, rest.end);
    return expr;
  }

  private peek(): ArithItem | undefined {
    return this.at < this.to ? this.items[this.at] : undefined;
  }

  private operator(): string {
    const item = this.peek();
    return item?.kind === "op" ? item.text : "";
  }

  private expression(level: number): ArithExpr {
    if (++this.depth > MAX_NESTING) throw this.missing("arithmetic is nested too deeply");
    let left = this.operand();
    for (let links = 0; ; links++) {
      if (links > MAX_NESTING) throw this.missing(`arithmetic has more than ${MAX_NESTING} operators in a row`);
      const next = this.extend(left, level);
      if (next === undefined) break;
      left = next;
    }
    this.depth--;
    return left;
  }

  /** `left` with one more operator of at least `level`, or undefined. */
  private extend(left: ArithExpr, level: number): ArithExpr | undefined {
    const op = this.operator();
    if (op === "?" && level <= TERNARY_LEVEL) return this.ternary(left);
    if (isAssign(op) && level <= ASSIGN_LEVEL) {
      const target = this.target(left, op);
      this.at++;
      const value = this.expression(ASSIGN_LEVEL);
      return { kind: "assign", op, target, value, span: this.join(left, value) };
    }
    const strength = BINARY.get(op);
    if (strength === undefined || strength < level) return undefined;
    this.at++;
    const right = this.expression(op === "**" ? strength : strength + 1);
    return { kind: "binary", op: op as ArithBinaryOp, left, right, span: this.join(left, right) };
  }

  private ternary(test: ArithExpr): ArithExpr {
    this.at++;
    const then = this.expression(0);
    if (this.operator() !== ":") throw this.missing("`:` is missing after `?`");
    this.at++;
    const otherwise = this.expression(TERNARY_LEVEL);
    return { kind: "ternary", test, then, otherwise, span: this.join(test, otherwise) };
  }

  private join(left: ArithExpr, right: ArithExpr): Span {
    return { start: left.span.start, end: right.span.end };
  }

  private missing(message: string): ArithFault {
    const item = this.peek();
    return new ArithFault(message, item?.start ?? this.end, item?.end ?? this.end);
  }

  private target(expr: ArithExpr, op: string): ArithTarget {
    if (expr.kind === "variable") return { name: expr.name, subscripts: expr.subscripts, span: expr.span };
    const item = this.peek() ?? this.items[this.at - 1];
    throw new ArithFault(`\`${op}\` needs a variable`, item?.start ?? this.end, item?.end ?? this.end);
  }

  private operand(): ArithExpr {
    const item = this.peek();
    if (item === undefined) throw this.missing("a number or variable is missing");
    if (item.kind !== "op") return this.postfix(this.primary());
    this.at++;
    if (item.text === "(") return this.postfix(this.group(item));
    if (item.text === "++" || item.text === "--") return this.prefixUpdate(item, item.text);
    if (!isUnary(item.text)) throw new ArithFault(`a number or variable is missing before \`${item.text}\``, item.start, item.end);
    if (++this.depth > MAX_NESTING) throw this.missing("arithmetic is nested too deeply");
    const operand = this.operand();
    this.depth--;
    return {
      kind: "unary",
      op: item.text,
      operand,
      span: { start: this.source.span(item.start, item.end).start, end: operand.span.end },
    };
  }

  /** `--x` is a decrement; `--3`, as in bash, two signs. */
  private prefixUpdate(item: ArithItem, op: "++" | "--"): ArithExpr {
    const operand = this.operand();
    const span = { start: this.source.span(item.start, item.end).start, end: operand.span.end };
    if (operand.kind === "variable") return { kind: "update", op, prefix: true, target: this.target(operand, op), span };
    const sign = op === "++" ? "+" : "-";
    const second = this.source.span(item.start + 1, item.end).start;
    return { kind: "unary", op: sign, operand: { kind: "unary", op: sign, operand, span: { ...span, start: second } }, span };
  }

  /** The expression in parentheses; its span holds them. */
  private group(open: ArithItem): ArithExpr {
    const expr = this.expression(0);
    const close = this.peek();
    if (close?.kind !== "op" || close.text !== ")") throw this.missing("`)` is missing in arithmetic");
    this.at++;
    return { ...expr, span: this.source.span(open.start, close.end) };
  }

  private postfix(expr: ArithExpr): ArithExpr {
    const item = this.peek();
    if (item?.kind !== "op" || (item.text !== "++" && item.text !== "--") || expr.kind !== "variable") return expr;
    const after = this.at + 1 < this.to ? this.items[this.at + 1] : undefined;
    const startsOperand = after !== undefined && (after.kind !== "op" || after.text === "(");
    if (startsOperand) return expr;
    this.at++;
    const span = { start: expr.span.start, end: this.source.span(item.start, item.end).end };
    return { kind: "update", op: item.text, prefix: false, target: this.target(expr, item.text), span };
  }

  /** Adjacent numbers, names and expansions: one operand. */
  private primary(): ArithExpr {
    const from = this.at;
    let last = this.items[from];
    for (this.at++; last !== undefined; this.at++) {
      const next = this.peek();
      if (next === undefined || next.kind === "op" || next.start !== last.end) break;
      last = next;
    }
    const first = this.items[from];
    if (first === undefined || last === undefined) throw this.missing("a number or variable is missing");
    const span = this.source.span(first.start, last.end);
    if (this.at === from + 1) {
      if (first.kind === "number") return { kind: "number", text: first.text, span };
      if (first.kind === "name") return { kind: "variable", name: first.text, subscripts: first.subscripts ?? [], span };
    }
    const items = this.items.slice(from, this.at);
    if (!items.some((item) => item.kind === "part")) {
      throw new ArithFault(`\`${this.source.text.slice(first.start, last.end)}\` is not a number`, first.start, last.end);
    }
    return { kind: "expansion", word: itemsWord(this.source, items, first.start, last.end), span };
  }
}

/** The text `[start, end)` as a word: the expansions and quotes among the items, the rest as literals. */
export function itemsWord(source: ArithSource, items: readonly ArithItem[], start: number, end: number): Word {
  const parts: WordPart[] = [];
  let at = start;
  const literal = (to: number) => {
    if (to > at) parts.push({ kind: "literal", text: source.text.slice(at, to), span: source.span(at, to) });
  };
  for (const item of items) {
    if (item.part === undefined) continue;
    literal(item.start);
    parts.push(item.part);
    at = item.end;
  }
  literal(end);
  return { kind: "word", parts, spread: false, span: source.span(start, end) };
}

/**
 * Arithmetic from items `[from, to)` that cover the text `[start, end)`. What is no arithmetic as it stands but holds expansions is read
 * when they are known (`$a $op $b`). Throws ArithFault.
 */
export function arithmetic(
  source: ArithSource,
  items: readonly ArithItem[],
  start: number,
  end: number,
  from = 0,
  to = items.length,
): ArithExpr {
  if (from >= to) return { kind: "empty", span: source.span(start, end) };
  try {
    return new Climber(source, items, from, to, end).whole();
  } catch (error) {
    const own = items.slice(from, to);
    if (!(error instanceof ArithFault) || !own.some((item) => item.part !== undefined && isExpansion(item.part))) throw error;
    return { kind: "expansion", word: itemsWord(source, own, start, end), span: source.span(start, end) };
  }
}

function isExpansion(part: WordPart): boolean {
  return part.kind === "param" || part.kind === "command" || part.kind === "arith-expansion" || part.kind === "double";
}

/** Index of the first `:` that belongs to no `?`, outside parentheses; -1 when there is none. */
export function sliceColon(items: readonly ArithItem[]): number {
  let parens = 0;
  let questions = 0;
  for (const [index, item] of items.entries()) {
    if (item.kind !== "op") continue;
    if (item.text === "(") parens++;
    else if (item.text === ")") parens--;
    else if (parens > 0) continue;
    else if (item.text === "?") questions++;
    else if (item.text === ":" && questions-- === 0) return index;
  }
  return -1;
}

/** The subscript `[…]` whose content covers `[start, end)`. */
export function subscriptOf(source: ArithSource, items: readonly ArithItem[], start: number, end: number): Subscript {
  const span = source.span(start - 1, end + 1);
  const colon = sliceColon(items);
  const mark = items[colon];
  if (mark !== undefined) {
    try {
      const from = colon === 0 ? undefined : arithmetic(source, items, start, mark.start, 0, colon);
      const to = colon === items.length - 1 ? undefined : arithmetic(source, items, mark.end, end, colon + 1);
      return { kind: "slice", ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), span };
    } catch (error) {
      if (!(error instanceof ArithFault)) throw error;
    }
  }
  const word = itemsWord(source, items, start, end);
  try {
    return items.length === 0
      ? { kind: "index", word, span }
      : { kind: "index", word, arith: arithmetic(source, items, start, end), span };
  } catch (error) {
    if (!(error instanceof ArithFault)) throw error;
    return { kind: "index", word, span };
  }
}
