/**
 * POSIX regular expressions, with GNU's extensions, as JavaScript ones. Two differences are V8's: of several alternatives
 * the first that fits wins, not the longest, and a group inside a repetition forgets what it held in an earlier round.
 */
export interface RegexOptions {
  readonly ignoreCase?: boolean;
  /**
   * False: the texts are bytes as latin1 strings; classes and case are ASCII's. Default true: the texts are Unicode and a
   * character is a code point.
   */
  readonly unicode?: boolean;
  /** The text has many lines (REG_NEWLINE): `^` and `$` hold at each, `.` and `[^…]` do not match a newline. */
  readonly newline?: boolean;
  /**
   * What an operator with nothing before it, a malformed interval and a lone `)` are in an ERE: `posix` (regcomp, bash's
   * `=~`; default) errors but for the `)`; `grep` nothing, literal, literal; `sed` three errors.
   */
  readonly dialect?: "posix" | "grep" | "sed";
}

export interface TranslatedRegex {
  readonly source: string;
  readonly flags: string;
  readonly groups: number;
  readonly backReferences: boolean;
  /** The text it matches when no character is special (and case counts): for searches without a regex. */
  readonly literal: string | undefined;
}

/** A pattern that is no regular expression. The message is GNU's. */
export class RegexError extends Error {
  override readonly name = "RegexError";
}

/** An extended expression. Throws RegexError. */
export function translateEre(pattern: string, options: RegexOptions = {}): TranslatedRegex {
  return new Translator(pattern, true, options).translate();
}

/** A basic expression. Throws RegexError. */
export function translateBre(pattern: string, options: RegexOptions = {}): TranslatedRegex {
  return new Translator(pattern, false, options).translate();
}

/** Makes the RegExp, with more flags (`g`, `y`, `d`) where wanted. Throws RegexError when V8 finds it too big. */
export function compileRegex(translated: TranslatedRegex, flags = ""): RegExp {
  try {
    return new RegExp(translated.source, translated.flags + flags);
  } catch (error) {
    throw new RegexError("Regular expression too big", { cause: error });
  }
}

const unicodeClasses: Readonly<Record<string, string>> = {
  alpha: "\\p{Alphabetic}",
  digit: "0-9",
  alnum: "\\p{Alphabetic}\\p{Nd}",
  upper: "\\p{Lu}",
  lower: "\\p{Ll}",
  space: "\\t-\\r \\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000",
  blank: "\\t \\u1680\\u2000-\\u2006\\u2008-\\u200a\\u205f\\u3000",
  punct: "!-\\/:-@\\[-`\\{-~\\p{P}\\p{S}",
  cntrl: "\\p{Cc}\\u2028\\u2029",
  xdigit: "0-9A-Fa-f",
  print: "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Zs}\\p{Cf}\\p{Co}",
  graph: "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}",
};
const asciiClasses: Readonly<Record<string, string>> = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "0-9A-Za-z",
  upper: "A-Z",
  lower: "a-z",
  space: "\\t-\\r ",
  blank: "\\t ",
  punct: "!-\\/:-@\\[-`\\{-~",
  cntrl: "\\x00-\\x1f\\x7f",
  xdigit: "0-9A-Fa-f",
  print: " -~",
  graph: "!-~",
};

const unicodeWord = "\\p{Alphabetic}\\p{Nd}_";
const asciiWord = "0-9A-Za-z_";
/** RE_DUP_MAX */
const maxRepeat = 32_767;

const unmatchedBracket = "Unmatched [, [^, [:, [., or [=";
const badRepeat = "Invalid preceding regular expression";
const badInterval = "Invalid content of \\{\\}";

/** An open group: where it started in the output and which alternative it is in. */
interface Group {
  /** The index in `#out` of its `(`. */
  readonly start: number;
  readonly number: number;
}

/** One translation. Invariants: `#at` is the next character of the pattern; `#atom` is the index in `#out` of the piece that a repetition would repeat, -1 where there is none. */
class Translator {
  readonly #pattern: string;
  readonly #extended: boolean;
  readonly #ignoreCase: boolean;
  readonly #unicode: boolean;
  readonly #newline: boolean;
  readonly #dialect: "posix" | "grep" | "sed";
  #at = 0;
  #out: string[] = [];
  #atom = -1;
  readonly #open: Group[] = [];
  readonly #closed = new Set<number>();
  #groups = 0;
  #backReferences = false;
  #literal: string | undefined = "";

  constructor(pattern: string, extended: boolean, options: RegexOptions) {
    this.#pattern = pattern;
    this.#extended = extended;
    this.#ignoreCase = options.ignoreCase === true;
    this.#unicode = options.unicode !== false;
    this.#newline = options.newline === true;
    this.#dialect = options.dialect ?? "posix";
  }

  translate(): TranslatedRegex {
    while (this.#at < this.#pattern.length) this.#next();
    if (this.#open.length > 0) throw new RegexError("Unmatched ( or \\(");
    return {
      source: this.#out.join("") || "(?:)",
      flags: this.#unicode ? (this.#ignoreCase ? "iu" : "u") : "",
      groups: this.#groups,
      backReferences: this.#backReferences,
      literal: this.#ignoreCase ? undefined : this.#literal,
    };
  }

  #next(): void {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    if (char === "\\") this.#escape();
    else if (char === "[") this.#bracket();
    else if (char === ".") this.#put(this.#newline ? "[^\\n]" : "[^]");
    else if (char === "*") this.#repeat("*", char);
    else if (char === "^") this.#caret();
    else if (char === "$") this.#dollar();
    else if (this.#extended) this.#operator(char, char);
    else this.#char(char);
  }

  /** What is an operator bare in an extended expression and behind a backslash in a basic one. */
  #operator(char: string, written: string): void {
    switch (char) {
      case "+":
      case "?":
        this.#repeat(char, written);
        return;
      case "{":
        this.#interval();
        return;
      case "(":
        this.#openGroup();
        return;
      case "|":
        this.#alternative();
        return;
      case ")":
        if (this.#open.length > 0) this.#closeGroup();
        else if (!this.#extended || this.#dialect === "sed") throw new RegexError("Unmatched ) or \\)");
        else this.#char(char);
        return;
      default:
        this.#char(char);
    }
  }

  #escape(): void {
    if (this.#at >= this.#pattern.length) throw new RegexError("Trailing backslash");
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    if (!this.#extended && "+?{(|)".includes(char)) {
      this.#operator(char, `\\${char}`);
      return;
    }
    if (char >= "1" && char <= "9") {
      this.#backReference(Number(char));
      return;
    }
    const word = this.#unicode ? unicodeWord : asciiWord;
    const before = `(?<=[${word}])`;
    const notBefore = `(?<![${word}])`;
    const after = `(?=[${word}])`;
    const notAfter = `(?![${word}])`;
    const special: Readonly<Record<string, string>> = {
      "<": notBefore + after,
      ">": before + notAfter,
      b: `(?:${notBefore}${after}|${before}${notAfter})`,
      B: `(?:${notBefore}${notAfter}|${before}${after})`,
      "`": "(?<![^])",
      "'": "(?![^])",
    };
    const classes = this.#unicode ? unicodeClasses : asciiClasses;
    if (Object.hasOwn(special, char)) this.#assert(special[char] as string);
    else if (char === "w") this.#put(`[${word}]`);
    else if (char === "W") this.#put(`[^${word}]`);
    else if (char === "s") this.#put(`[${classes.space}]`);
    else if (char === "S") this.#put(`[^${classes.space}]`);
    else this.#char(char);
  }

  #backReference(number: number): void {
    if (!this.#closed.has(number)) throw new RegexError("Invalid back reference");
    this.#backReferences = true;
    this.#put(`(?:\\${number})`);
  }

  /** An ordinary character. */
  #char(char: string): void {
    const literal = this.#literal;
    this.#put(quoted(char, this.#ignoreCase && !this.#unicode));
    if (literal !== undefined) this.#literal = literal + char;
  }

  #put(piece: string): void {
    this.#literal = undefined;
    this.#atom = this.#out.push(piece) - 1;
  }

  /** Something of no width, which cannot be repeated. */
  #assert(piece: string): void {
    this.#put(piece);
    this.#atom = -1;
  }

  #openGroup(): void {
    this.#groups++;
    this.#literal = undefined;
    this.#open.push({ start: this.#out.push("(") - 1, number: this.#groups });
    this.#atom = -1;
  }

  #closeGroup(): void {
    const group = this.#open.pop() as Group;
    this.#closed.add(group.number);
    // One piece, so that a repetition takes all of it.
    const text = this.#out.splice(group.start).join("");
    this.#atom = this.#out.push(`${text})`) - 1;
  }

  #alternative(): void {
    this.#literal = undefined;
    this.#out.push("|");
    this.#atom = -1;
  }

  /** True where a basic expression, or a part of it, starts. */
  #starts(): boolean {
    const last = this.#out.at(-1);
    return last === undefined || last === "(" || last === "|";
  }

  #caret(): void {
    if (!this.#extended && !this.#starts()) {
      this.#char("^");
      return;
    }
    this.#assert(this.#newline ? "(?<![^\\n])" : "^");
  }

  #dollar(): void {
    const rest = this.#pattern.slice(this.#at, this.#at + 2);
    if (!this.#extended && rest !== "" && rest !== "\\)" && rest !== "\\|") {
      this.#char("$");
      return;
    }
    this.#assert(this.#newline ? "(?![^\\n])" : "$");
  }

  #repeat(operator: string, written: string): void {
    if (this.#atom < 0) {
      this.#nothingToRepeat(written);
      return;
    }
    const atom = this.#out[this.#atom] as string;
    this.#literal = undefined;
    // `a**` is `a*`; nesting the two would only cost time.
    if (operator === "*" && atom.endsWith("*)") && atom.startsWith("(?:(?:")) return;
    this.#out[this.#atom] = `(?:(?:${atom})${operator})`;
  }

  #nothingToRepeat(written: string): void {
    if (!this.#extended) {
      this.#char(written.at(-1) ?? "");
      return;
    }
    if (this.#dialect !== "grep") throw new RegexError(badRepeat);
    const last = this.#out.at(-1);
    if (last !== undefined && !this.#starts()) this.#out[this.#out.length - 1] = `(?:${last})${written}`;
  }

  #interval(): void {
    const rest = this.#pattern.slice(this.#at, this.#at + 20);
    const match = (this.#extended ? /^([0-9]*)(,?)([0-9]*)\}/ : /^([0-9]*)(,?)([0-9]*)\\\}/).exec(rest);
    if (match === null || match[0] === "}" || match[0] === "\\}") {
      this.#badInterval(rest);
      return;
    }
    const [all, low = "", comma = "", high = ""] = match;
    if (this.#atom < 0 && this.#extended && this.#dialect === "grep") {
      this.#char("{");
      return;
    }
    this.#at += all.length;
    const least = low === "" ? 0 : Number(low);
    const most = comma === "" ? least : high === "" ? undefined : Number(high);
    if (most !== undefined && least > most) throw new RegexError(badInterval);
    if (Math.max(least, most ?? 0) > maxRepeat) throw new RegexError("Regular expression too big");
    if (this.#atom < 0) throw new RegexError(badRepeat);
    this.#repeat(`{${least}${comma === "" ? "" : `,${most ?? ""}`}}`, "{");
  }

  #badInterval(rest: string): void {
    if (this.#extended && this.#dialect === "grep" && !/^[0-9]*,[0-9]*,/.test(rest)) {
      this.#char("{");
      return;
    }
    const closed = this.#pattern.includes("}", this.#at);
    throw new RegexError(closed ? badInterval : "Unmatched { or \\{".replace(this.#extended ? " or \\{" : "{ or ", ""));
  }

  // ── Bracket expressions ─────────────────────────────────────────────────────────────────────

  #bracket(): void {
    const negated = this.#pattern[this.#at] === "^";
    if (negated) this.#at++;
    let set = "";
    for (let first = true; ; first = false) {
      if (this.#at >= this.#pattern.length) throw new RegexError(unmatchedBracket);
      if (this.#pattern[this.#at] === "]" && !first) break;
      const from = this.#member();
      if (from.set !== undefined) {
        set += from.set;
        if (this.#pattern[this.#at] === "-" && !this.#pattern.startsWith("-]", this.#at)) throw new RegexError("Invalid range end");
        continue;
      }
      const isRange = this.#pattern[this.#at] === "-" && this.#at + 1 < this.#pattern.length && this.#pattern[this.#at + 1] !== "]";
      if (!isRange) {
        set += this.#span(from.code, from.code);
        continue;
      }
      this.#at++;
      const to = this.#member();
      if (to.set !== undefined || to.code < from.code) throw new RegexError("Invalid range end");
      set += this.#span(from.code, to.code);
    }
    this.#at++;
    if (negated && this.#newline) set += "\\n";
    this.#put(`[${negated ? "^" : ""}${set}]`);
  }

  #member(): { readonly code: number; readonly set?: undefined } | { readonly set: string } {
    const kind = this.#pattern[this.#at + 1] ?? "";
    if (this.#pattern[this.#at] === "[" && kind !== "" && ":=.".includes(kind)) {
      const end = this.#pattern.indexOf(`${kind}]`, this.#at + 2);
      if (end < 0) throw new RegexError(unmatchedBracket);
      const name = this.#pattern.slice(this.#at + 2, end);
      this.#at = end + 2;
      if (kind === ":") return { set: this.#class(name) };
      const code = name.codePointAt(0);
      if (code === undefined || String.fromCodePoint(code) !== name) throw new RegexError("Invalid collation character");
      return kind === "=" ? { set: this.#span(code, code) } : { code };
    }
    const code = this.#pattern.codePointAt(this.#at) ?? 0;
    this.#at += code > 0xffff ? 2 : 1;
    return { code };
  }

  #class(name: string): string {
    const classes = this.#unicode ? unicodeClasses : asciiClasses;
    if (!Object.hasOwn(classes, name)) throw new RegexError("Invalid character class name");
    if (this.#ignoreCase && (name === "upper" || name === "lower")) return `${classes.upper}${classes.lower}`;
    return classes[name] as string;
  }

  /** A range as part of a JavaScript set; without Unicode, case is added here, since V8 would fold all of latin1. */
  #span(from: number, to: number): string {
    const range = (low: number, high: number): string => (low === high ? inSet(low) : `${inSet(low)}-${inSet(high)}`);
    let out = range(from, to);
    if (!this.#ignoreCase || this.#unicode) return out;
    for (const [low, high, shift] of [
      [65, 90, 32],
      [97, 122, -32],
    ] as const) {
      const start = Math.max(low, from);
      const end = Math.min(high, to);
      if (start <= end) out += range(start + shift, end + shift);
    }
    return out;
  }
}

function inSet(code: number): string {
  const char = String.fromCodePoint(code);
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char;
}

/** A character outside sets. */
function quoted(char: string, bothCases: boolean): string {
  if (/[\\^$.*+?()[\]{}|/]/.test(char)) return `\\${char}`;
  if (bothCases && /[A-Za-z]/.test(char)) return `[${char.toLowerCase()}${char.toUpperCase()}]`;
  return char;
}
