import {
  type Alphabet,
  allowLinearFallback,
  alphabetOf,
  emit,
  type Machine,
  makeMachine,
  mayBeShort,
  parseRegex,
  RegexError,
  type RegexNode,
  type RegexSyntax,
  requiredLiteral,
  wholeLiteral,
  wordGuards,
} from "../../../kernel/command.ts";
import { perlSource } from "./perl.ts";
import type { Piece } from "./piece.ts";

export interface MatchOptions {
  readonly syntax: RegexSyntax | "perl";
  readonly ignoreCase: boolean;
  /** Matches are whole words. */
  readonly word: boolean;
  /** Matches are whole lines. */
  readonly line: boolean;
}

/** Finds lines that match any of some patterns. Throws RegexError when made from a bad one. */
export class LineMatcher {
  /** The search is for these bytes and nothing else. */
  readonly literal: Buffer | undefined;
  readonly #options: MatchOptions;
  readonly #node: RegexNode | undefined;
  readonly #perl: { readonly source: string; readonly ignoreCase: boolean } | undefined;
  readonly #required: Buffer | undefined;
  readonly #compiled = new Map<string, RegExp>();
  readonly #none: boolean;
  #longest: Machine | undefined | null = null;
  #last: { readonly piece: Piece; readonly regex: RegExp } | undefined;

  constructor(patterns: readonly string[], options: MatchOptions) {
    this.#options = options;
    this.#none = patterns.length === 0;
    if (this.#none) return;
    allowLinearFallback();
    const { syntax, ignoreCase, word, line } = options;
    if (syntax === "perl") {
      this.#perl = perlSource(patterns.join("\n"));
      this.#compile("lines", "ascii");
      return;
    }
    const node = combine(patterns, syntax);
    const text = wholeLiteral(node, ignoreCase);
    if (text !== undefined && text !== "" && !word && !line) this.literal = Buffer.from(text);
    const required = ignoreCase ? undefined : requiredLiteral(node);
    if (required !== undefined) this.#required = Buffer.from(required);
    const edge = (what: "start" | "end"): RegexNode => ({ kind: "assert", what });
    this.#node = line ? { kind: "sequence", parts: [edge("start"), node, edge("end")] } : node;
  }

  /** An offset in the first matching line at or after `from`, which is a line start; -1 if there is none. */
  find(piece: Piece, from: number): number {
    if (this.#none || from >= piece.length) return -1;
    if (this.literal !== undefined) return piece.bytes.indexOf(this.literal, from);
    let start = from;
    if (this.#required !== undefined && piece.bytewise) {
      const at = piece.bytes.indexOf(this.#required, from);
      if (at < 0) return -1;
      start = Math.max(from, piece.lineStart(at));
    }
    const regex = this.#regex(piece);
    regex.lastIndex = start;
    if (!regex.test(piece.text)) return -1;
    const end = regex.lastIndex;
    // Behind the last newline there is no line.
    return end === piece.length && end > 0 && piece.text.charCodeAt(end - 1) === 10 ? -1 : end;
  }

  /** The parts of the line [from, to) that match, none of them empty. POSIX's: leftmost, longest. */
  parts(piece: Piece, from: number, to: number): readonly (readonly [start: number, end: number])[] {
    const found: (readonly [number, number])[] = [];
    const literal = this.literal;
    if (literal !== undefined) {
      for (
        let at = piece.bytes.indexOf(literal, from);
        at >= 0 && at < to;
        at = piece.bytes.indexOf(literal, at + literal.length)
      ) {
        found.push([at, at + literal.length]);
      }
      return found;
    }
    if (this.#none) return found;
    const regex = this.#regex(piece);
    for (let at = from; at <= to; ) {
      regex.lastIndex = at;
      const match = regex.exec(piece.text);
      if (match === null || match.index > to || match.index + match[0].length > to) break;
      const end = Math.max(match.index + match[0].length, this.#longestEnd(piece.text, match.index, to));
      if (end > match.index) found.push([match.index, end]);
      at = end > match.index ? end : match.index + 1;
    }
    return found;
  }

  #longestEnd(text: string, start: number, limit: number): number {
    const { word, line, ignoreCase } = this.#options;
    if (this.#longest === null) {
      const needed = this.#node !== undefined && !word && !line && mayBeShort(this.#node);
      this.#longest =
        needed && this.#node !== undefined ? makeMachine(this.#node, { ignoreCase, lines: true, captures: false }) : undefined;
    }
    return this.#longest?.(text, start, limit, false)?.[1] ?? -1;
  }

  #regex(piece: Piece): RegExp {
    if (this.#last?.piece === piece) return this.#last.regex;
    const odd = piece.bytewise ? piece.bytes.includes(13) : /[\r\u2028\u2029]/.test(piece.text);
    const regex = this.#compile(odd ? "carriage" : "lines", piece.ascii ? "ascii" : alphabetOf(piece.text));
    this.#last = { piece, regex };
    return regex;
  }

  #compile(anchors: "lines" | "carriage", alphabet: Alphabet): RegExp {
    const key = `${anchors} ${alphabet}`;
    let regex = this.#compiled.get(key);
    if (regex === undefined) {
      regex = this.#perl === undefined ? this.#posix(anchors, alphabet) : this.#perlRegex(alphabet === "ascii");
      this.#compiled.set(key, regex);
    }
    return regex;
  }

  #posix(anchors: "lines" | "carriage", alphabet: Alphabet): RegExp {
    const node = this.#node as RegexNode;
    let source = emit(node, { alphabet, ignoreCase: this.#options.ignoreCase, captures: false, anchors });
    if (this.#options.word) {
      const [before, after] = wordGuards(alphabet);
      source = `${before}(?:${source})${after}`;
    }
    return build(source, "gm");
  }

  #perlRegex(ascii: boolean): RegExp {
    const perl = this.#perl as { readonly source: string; readonly ignoreCase: boolean };
    const { word, line, ignoreCase } = this.#options;
    let source = perl.source;
    if (word) source = `(?<!\\w)(?:${source})(?!\\w)`;
    if (line) source = `^(?:${source})$`;
    return build(source, `gm${ignoreCase || perl.ignoreCase ? "i" : ""}${ascii ? "" : "u"}`);
  }
}

function build(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new RegexError((error as Error).message.replace(/^Invalid regular expression: /, ""), { cause: error });
  }
}

function combine(patterns: readonly string[], syntax: RegexSyntax): RegexNode {
  let groups = 0;
  const options = patterns.map((pattern) => {
    const parsed = parseRegex(pattern, syntax, groups + 1);
    groups += parsed.groups;
    return parsed.node;
  });
  const only = options[0] as RegexNode;
  return options.length === 1 ? only : { kind: "choice", options };
}
