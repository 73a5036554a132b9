import { type Assertion, type ClassName, classNames, type Node, type Range, RegexError } from "./ast.ts";

/**
 * `basic` and `extended` take as literal, or as nothing, what `grep` does: an operator that has nothing before it, a malformed
 * interval. `posix` is extended as regcomp has it, which finds fault with these.
 */
export type Syntax = "basic" | "extended" | "posix" | "fixed";

export interface Parsed {
  readonly node: Node;
  /** How many groups it has. */
  readonly groups: number;
}

/**
 * Parses a POSIX basic or extended regular expression with GNU's additions (`\|`, `\+`, `\?` in basic, `\w \W \s \S \b \B \< \>`,
 * back-references in both). Groups count from `firstGroup`. Throws RegexError.
 */
export function parseRegex(pattern: string, syntax: Syntax, firstGroup = 1): Parsed {
  if (syntax === "fixed") return { node: sequence([...pattern].map(literal)), groups: 0 };
  const parser = new Parser(pattern, syntax, firstGroup);
  return { node: parser.all(), groups: parser.groups };
}

const endless = Number.POSITIVE_INFINITY;
const repeatLimit = 32_767;
const depthLimit = 1_000;
const badRepeat = "Invalid preceding regular expression";

function literal(char: string): Node {
  return { kind: "char", code: char.codePointAt(0) ?? 0 };
}

function sequence(parts: readonly Node[]): Node {
  const only = parts[0];
  if (only === undefined) return { kind: "empty" };
  return parts.length === 1 ? only : { kind: "sequence", parts };
}

class Parser {
  readonly #chars: readonly string[];
  readonly #extended: boolean;
  /** What stands without sense is an error. */
  readonly #strict: boolean;
  readonly #firstGroup: number;
  #at = 0;
  #depth = 0;
  groups = 0;
  /** What a back-reference may name here. */
  #closed = new Set<number>();

  constructor(pattern: string, syntax: Syntax, firstGroup: number) {
    this.#chars = [...pattern];
    this.#extended = syntax !== "basic";
    this.#strict = syntax === "posix";
    this.#firstGroup = firstGroup;
  }

  all(): Node {
    const node = this.#choice();
    if (this.#at < this.#chars.length) throw new RegexError("Unmatched ) or \\)");
    return node;
  }

  #peek(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#chars[this.#at + i] !== text[i]) return false;
    return true;
  }

  /** The operator as this syntax spells it. */
  #operator(char: string): string {
    return this.#extended ? char : `\\${char}`;
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += text.length;
    return true;
  }

  #choice(): Node {
    const before = this.#closed;
    this.#closed = new Set(before);
    const options = [this.#sequence()];
    const after = new Set(this.#closed);
    while (this.#take(this.#operator("|"))) {
      this.#closed = new Set(before);
      options.push(this.#sequence());
      for (const index of this.#closed) after.add(index);
    }
    this.#closed = after;
    const only = options[0] as Node;
    return options.length === 1 ? only : { kind: "choice", options };
  }

  #atEnd(): boolean {
    if (this.#at >= this.#chars.length || this.#peek(this.#operator("|"))) return true;
    if (!this.#peek(this.#operator(")"))) return false;
    // An extended `)` that closes nothing is an ordinary character.
    return this.#depth > 0 || (!this.#extended && this.#unmatched());
  }

  #unmatched(): never {
    throw new RegexError("Unmatched ) or \\)");
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (!this.#atEnd()) {
      const first = parts.length === 0;
      const atom = this.#atom(first);
      parts.push(this.#repeats(atom, first && !this.#extended && atom.kind === "assert" && atom.what === "start"));
    }
    return sequence(parts);
  }

  #repeats(atom: Node, literalStar: boolean): Node {
    let node = atom;
    for (;;) {
      let bounds: Range | undefined;
      if (!literalStar && this.#take("*")) bounds = [0, endless];
      else if (this.#take(this.#operator("+"))) bounds = [1, endless];
      else if (this.#take(this.#operator("?"))) bounds = [0, 1];
      else if (this.#peek(this.#operator("{"))) bounds = this.#interval();
      if (bounds === undefined) return node;
      if (this.#strict && node.kind === "assert") throw new RegexError(badRepeat);
      node = { kind: "repeat", body: node, least: bounds[0], most: bounds[1] };
    }
  }

  /** `{m}`, `{m,}`, `{,n}`, `{m,n}`; undefined where an extended `{` is an ordinary character. */
  #interval(): Range | undefined {
    const open = this.#operator("{");
    const close = this.#operator("}");
    const rest = this.#chars.slice(this.#at + open.length, this.#at + open.length + 14).join("");
    const match = /^([0-9]*)(,?)([0-9]*)/.exec(rest);
    const [whole = "", low = "", comma = "", high = ""] = match ?? [];
    const closed = rest.startsWith(close, whole.length) && (low !== "" || comma !== "");
    if (!closed) {
      if (this.#extended && !this.#strict && !/^[0-9]*,[0-9]*,/.test(rest)) return undefined;
      if (this.#extended) throw new RegexError(rest.includes(close) ? "Invalid content of \\{\\}" : "Unmatched {");
      throw new RegexError(rest.includes(close) ? "Invalid content of \\{\\}" : "Unmatched \\{");
    }
    const least = low === "" ? 0 : Number(low);
    const most = comma === "" ? least : high === "" ? endless : Number(high);
    if (least > most) throw new RegexError("Invalid content of \\{\\}");
    if (Math.max(least, most === endless ? 0 : most) > repeatLimit) throw new RegexError("Regular expression too big");
    this.#at += open.length + whole.length + close.length;
    return [least, most];
  }

  #atom(first: boolean): Node {
    const char = this.#chars[this.#at] as string;
    if (this.#take(this.#operator("("))) return this.#group();
    if (char === "[") return this.#bracket();
    this.#at++;
    if (char === ".") return { kind: "any" };
    if (char === "^" && (this.#extended || first)) return { kind: "assert", what: "start" };
    if (char === "$" && (this.#extended || this.#atEnd())) return { kind: "assert", what: "end" };
    if (char === "\\") return this.#escape();
    if (this.#strict && /[*+?{]/.test(char)) throw new RegexError(badRepeat);
    if (this.#extended && first && /[*+?]/.test(char)) return { kind: "empty" };
    return literal(char);
  }

  #group(): Node {
    const index = this.#firstGroup + this.groups++;
    if (++this.#depth > depthLimit) throw new RegexError("Regular expression too big");
    const body = this.#choice();
    if (!this.#take(this.#operator(")"))) throw new RegexError("Unmatched ( or \\(");
    this.#depth--;
    this.#closed.add(index);
    return { kind: "group", index, body };
  }

  #escape(): Node {
    const char = this.#chars[this.#at++];
    if (char === undefined) throw new RegexError("Trailing backslash");
    const what = assertions[char];
    if (what !== undefined) return { kind: "assert", what };
    const named = shorthand[char.toLowerCase()];
    if (named !== undefined && /[wWsS]/.test(char)) {
      return { kind: "set", negated: char !== char.toLowerCase(), ranges: [], classes: [named] };
    }
    if (/[1-9]/.test(char)) {
      const index = this.#firstGroup + Number(char) - 1;
      if (!this.#closed.has(index)) throw new RegexError("Invalid back reference");
      return { kind: "back", index };
    }
    return literal(char);
  }

  #bracket(): Node {
    const start = this.#at++;
    const negated = this.#take("^");
    const ranges: Range[] = [];
    const classes: ClassName[] = [];
    for (let first = true; ; first = false) {
      if (this.#at >= this.#chars.length) throw new RegexError("Unmatched [, [^, [:, [., or [=");
      if (!first && this.#take("]")) break;
      if (this.#peek("[:")) {
        classes.push(this.#className());
        if (this.#peek("-") && !this.#peek("-]")) throw new RegexError("Invalid range end");
        continue;
      }
      const low = this.#member();
      if (this.#peek("-") && this.#chars[this.#at + 1] !== "]" && this.#at + 1 < this.#chars.length) {
        this.#at++;
        if (this.#peek("[:")) throw new RegexError("Invalid range end");
        const high = this.#member();
        if (high < low) throw new RegexError("Invalid range end");
        ranges.push([low, high]);
      } else ranges.push([low, low]);
    }
    const text = this.#chars.slice(start, this.#at).join("");
    if (!this.#strict && /^\[:[a-z]+:\]$/.test(text)) throw new RegexError("character class syntax is [[:space:]], not [:space:]");
    return { kind: "set", negated, ranges, classes };
  }

  #className(): ClassName {
    const end = this.#find(":]");
    const name = this.#chars.slice(this.#at + 2, end).join("");
    this.#at = end + 2;
    const found = classNames.find((known) => known === name && known !== "word");
    if (found === undefined) throw new RegexError("Invalid character class name");
    return found;
  }

  /** A character of a bracket: plain, `[.x.]` or `[=x=]`. */
  #member(): number {
    for (const mark of [".", "="]) {
      if (!this.#peek(`[${mark}`)) continue;
      const end = this.#find(`${mark}]`);
      const inner = this.#chars.slice(this.#at + 2, end);
      if (inner.length !== 1) throw new RegexError("Invalid collation character");
      this.#at = end + 2;
      return (inner[0] as string).codePointAt(0) ?? 0;
    }
    return this.#chars[this.#at++]?.codePointAt(0) ?? 0;
  }

  #find(close: string): number {
    for (let i = this.#at + 2; i < this.#chars.length; i++) {
      if (this.#chars[i] === close[0] && this.#chars[i + 1] === close[1]) return i;
    }
    throw new RegexError("Unmatched [, [^, [:, [., or [=");
  }
}

const assertions: Readonly<Record<string, Assertion>> = {
  b: "boundary",
  B: "inside",
  "<": "wordStart",
  ">": "wordEnd",
  "`": "start",
  "'": "end",
};

const shorthand: Readonly<Record<string, ClassName>> = { w: "word", s: "space" };
