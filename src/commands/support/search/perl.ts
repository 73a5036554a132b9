import { RegexError } from "../../../kernel/command.ts";

/** What Perl's expressions have and JavaScript's do not: refused by name, never misread. */
const unsupported = /\\[KGRXQEN]|\(\?(?:[R0-9+|(&#>]|P[>=])|[*+?}]\+|\\g|\\k\{/;

/** A Perl expression as a JavaScript source; `i` if it began with `(?i)`. Throws RegexError for what JavaScript cannot say. */
export function perlSource(pattern: string): { readonly source: string; readonly ignoreCase: boolean } {
  const plain = pattern.replace(/\\\\/g, "  ").replace(/\[\^?\]?(?:\\.|[^\]\\])*\]/g, "[]");
  const found = unsupported.exec(plain);
  if (found !== null) throw new RegexError(`${found[0]} is not supported in a Perl expression`);
  const ignoreCase = pattern.startsWith("(?i)");
  let source = "";
  let inSet = false;
  const text = ignoreCase ? pattern.slice(4) : pattern;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (char === "\\") {
      source += perlEscape(text[++i] ?? "", inSet);
      continue;
    }
    if (inSet) {
      const named = /^\[:(\^?)([a-z]+):\]/.exec(text.slice(i, i + 12));
      if (named !== null) {
        source += posixInSet[named[2] ?? ""] ?? "";
        i += named[0].length - 1;
        continue;
      }
      if (char === "]") inSet = false;
      source += char === "[" ? "\\[" : char;
      continue;
    }
    if (char === "[") {
      inSet = true;
      source += char;
      if (text[i + 1] === "^") source += text[++i];
      if (text[i + 1] === "]") source += `\\${text[++i]}`;
      continue;
    }
    if (char === "(" && text.startsWith("(?P<", i)) {
      source += "(?<";
      i += 3;
      continue;
    }
    source += char === "." ? "[^\\n]" : char;
  }
  return { source, ignoreCase };
}

function perlEscape(char: string, inSet: boolean): string {
  if (char === "h") return inSet ? " \\t" : "[ \\t]";
  if (char === "A") return "^";
  if (char === "z" || char === "Z") return "$";
  if (char === "a") return "\\x07";
  if (char === "e") return "\\x1b";
  if (char === "s") return inSet ? " \\t\\v\\f\\r" : "[ \\t\\v\\f\\r]";
  if (/[A-Za-z0-9]/.test(char)) return `\\${char}`;
  return /[\^$\\.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}

const posixInSet: Readonly<Record<string, string>> = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "A-Za-z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: " \\t\\v\\f\\r",
  blank: " \\t",
  punct: "!-\\/:-@\\[-`{-~",
  print: " -~",
  graph: "!-~",
  cntrl: "\\x00-\\x1f\\x7f",
  xdigit: "0-9A-Fa-f",
  word: "\\w",
};
