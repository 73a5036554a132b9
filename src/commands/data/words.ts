import { CommandError, command, emit, isList, parseRegex, RegexError, type Value } from "../../kernel/command.ts";
import { asText, emitList, readText } from "./operand.ts";

const textOperand = [{ name: "text", help: "what to split; without it stdin", optional: true }] as const;

function separator(pattern: string): RegExp {
  try {
    const { node } = parseRegex(pattern, "extended");
    return new RegExp(emit(node, { alphabet: "full", ignoreCase: false, captures: false, anchors: "whole" }));
  } catch (error) {
    if (error instanceof RegexError) throw new CommandError(error.message, 2, { cause: error });
    throw error;
  }
}

/** At most `limit` parts; the last has what is left. */
function split(text: string, by: string | RegExp, limit: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (parts.length + 1 < limit) {
    const found = typeof by === "string" ? { index: rest.indexOf(by), length: by.length } : match(rest, by);
    if (found.index < 0) break;
    parts.push(rest.slice(0, found.index));
    rest = rest.slice(found.index + found.length);
  }
  return [...parts, rest];
}

/** The first match that takes something. */
function match(text: string, by: RegExp): { readonly index: number; readonly length: number } {
  const all = new RegExp(by.source, `${by.flags}g`);
  for (const found of text.matchAll(all)) if (found[0] !== "") return { index: found.index, length: found[0].length };
  return { index: -1, length: 0 };
}

function whiteSpace(text: string, limit: number): string[] {
  const trimmed = text.trim();
  return trimmed === "" ? [] : split(trimmed, /\s+/, limit);
}

export const words = command(
  {
    name: "words",
    summary: "split text into a list",
    description: "On white space, unless -d or -r says otherwise.",
    group: "data",
    needs: [],
    args: textOperand,
    flags: {
      delimiter: { short: "d", value: "string", placeholder: "SEP", help: "split at this text" },
      regex: { short: "r", value: "string", placeholder: "REGEX", help: "split where this matches" },
      limit: { value: "int", placeholder: "N", help: "at most so many; the last has the rest" },
    },
    json: true,
    examples: [
      { run: "for w in $(words ' one  two '); do echo \"<$w>\"; done", stdout: "<one>\n<two>\n" },
      { run: "words -d , 'a b,c,,d'", stdout: "a b\nc\n\nd\n" },
      { run: "words -r '[0-9]+' a1b22c --limit 2", stdout: "a\nb22c\n" },
    ],
  },
  (input, ctx) => {
    const { delimiter, regex, limit } = input.flags;
    if (limit !== undefined && limit < 1) throw new CommandError("--limit must be at least 1", 2);
    if (delimiter === "") throw new CommandError("the separator is empty", 2);
    const give = (text: string) => {
      const most = limit ?? Number.POSITIVE_INFINITY;
      if (delimiter === undefined && regex === undefined) return emitList(whiteSpace(text, most), ctx);
      return emitList(text === "" ? [] : split(text, regex === undefined ? (delimiter ?? "") : separator(regex), most), ctx);
    };
    const [first] = input.values;
    if (isList(first)) return emitList(first, ctx);
    return first === undefined ? readText(ctx).then((text) => give(text.replace(/\n$/, ""))) : give(asText(first, "operand"));
  },
);

export const lines = command(
  {
    name: "lines",
    summary: "split text into a list of its lines",
    group: "data",
    needs: [],
    args: textOperand,
    flags: {},
    json: true,
    examples: [{ run: "xs=$(printf 'a b\\nc\\n' | lines); echo ${#xs} ${xs[0]}", stdout: "2 a b\n" }],
  },
  (input, ctx) => {
    const give = (text: string) => {
      const all: Value[] = text.split("\n");
      if (text === "" || text.endsWith("\n")) all.pop();
      return emitList(all, ctx);
    };
    const [first] = input.values;
    if (isList(first)) return emitList(first, ctx);
    return first === undefined ? readText(ctx).then(give) : give(asText(first, "operand"));
  },
);
