type Token =
  | { readonly kind: "star" }
  | { readonly kind: "any" }
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "set"; readonly negated: boolean; readonly test: (code: number) => boolean };

/**
 * fnmatch(3) without flags: `*` and `?` also match `/` and a leading dot. Time is at most the product of both lengths, whatever
 * the pattern.
 */
export function globMatcher(pattern: string, options: { readonly ignoreCase?: boolean } = {}): (text: string) => boolean {
  const fold = (text: string) => (options.ignoreCase ? text.toLowerCase() : text);
  const tokens = parse([...fold(pattern)]);
  return (text) => matches(tokens, [...fold(text)]);
}

function parse(chars: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string;
    if (char === "*") {
      if (tokens.at(-1)?.kind !== "star") tokens.push({ kind: "star" });
    } else if (char === "?") tokens.push({ kind: "any" });
    else if (char === "\\" && i + 1 < chars.length) tokens.push({ kind: "char", char: chars[++i] as string });
    else {
      const set = char === "[" ? parseSet(chars, i) : undefined;
      if (set === undefined) tokens.push({ kind: "char", char });
      else {
        tokens.push(set.token);
        i = set.end;
      }
    }
  }
  return tokens;
}

const classes: Readonly<Record<string, RegExp>> = {
  alpha: /\p{L}/u,
  digit: /[0-9]/,
  alnum: /[\p{L}0-9]/u,
  upper: /\p{Lu}/u,
  lower: /\p{Ll}/u,
  space: /\s/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[^\p{Cc}]/u,
  graph: /[^\p{Cc}\s]/u,
  cntrl: /\p{Cc}/u,
  xdigit: /[0-9A-Fa-f]/,
};

/** A bracket that does not end is an ordinary `[`: undefined. */
function parseSet(chars: readonly string[], start: number): { readonly token: Token; readonly end: number } | undefined {
  let i = start + 1;
  const negated = chars[i] === "!" || chars[i] === "^";
  if (negated) i++;
  const tests: ((code: number) => boolean)[] = [];
  for (let first = true; ; first = false) {
    let char = chars[i];
    if (char === undefined) return undefined;
    if (char === "]" && !first) break;
    const named = char === "[" ? /^\[:([a-z]+):\]/.exec(chars.slice(i, i + 12).join("")) : null;
    const known = classes[named?.[1] ?? ""];
    if (named !== null && known !== undefined) {
      tests.push((code) => known.test(String.fromCodePoint(code)));
      i += named[0].length;
      continue;
    }
    if (char === "\\" && i + 1 < chars.length) char = chars[++i] as string;
    const low = char.codePointAt(0) ?? 0;
    let high = low;
    if (chars[i + 1] === "-" && chars[i + 2] !== "]" && chars[i + 2] !== undefined) {
      i += 2;
      high = (chars[i] as string).codePointAt(0) ?? 0;
    }
    tests.push((code) => code >= low && code <= high);
    i++;
  }
  return { token: { kind: "set", negated, test: (code) => tests.some((test) => test(code)) }, end: i };
}

function matches(tokens: readonly Token[], chars: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < chars.length) {
    const now = tokens[token];
    if (now?.kind === "star") {
      star = token++;
      starAt = at;
    } else if (now !== undefined && fits(now, chars[at] as string)) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token]?.kind === "star") token++;
  return token === tokens.length;
}

function fits(token: Token, char: string): boolean {
  if (token.kind === "any") return true;
  if (token.kind === "char") return token.char === char;
  return token.kind === "set" && token.test(char.codePointAt(0) ?? 0) !== token.negated;
}
