import { dirname, join, type Vfs } from "../../vfs/index.ts";
import type { Completion, Completions } from "../api.ts";
import type { Arg, Command, Signature } from "../command.ts";
import type { Shell } from "../exec/shell.ts";
import type { Context } from "../types.ts";

/** Where completions come from. */
export interface CompletionSources {
  readonly commands: ReadonlyMap<string, Command>;
  readonly tree: Vfs;
  readonly shell: Shell;
  readonly contexts: readonly Context[];
}

/** The word that the cursor is in or after, as far as it is typed. */
interface Place {
  /** UTF-16 offset of the word in the line. */
  readonly start: number;
  readonly word: string;
  /** The words before it in the same command, unquoted; empty where a command name stands. */
  readonly before: readonly string[];
}

const mostItems = 500;
const openers = new Set(["if", "then", "else", "elif", "while", "until", "do", "!", "{", "time"]);

/** What could stand at the cursor (a UTF-16 offset). Never throws for what is typed. */
export async function complete(line: string, cursor: number, from: CompletionSources): Promise<Completions> {
  const end = Math.max(0, Math.min(cursor, line.length));
  const place = findPlace(line.slice(0, end));
  const variable = /\$\{?(\w*)$/.exec(place.word);
  if (variable !== null) {
    const name = variable[1] ?? "";
    return { start: end - name.length, end, items: items("variable", from.shell.variables().keys(), name) };
  }
  const found = await candidates(place, from);
  return { start: place.start, end, items: found.slice(0, mostItems) };
}

async function candidates(place: Place, from: CompletionSources): Promise<readonly Completion[]> {
  const { word, before } = place;
  const name = before[0];
  if (name === undefined) {
    if (word.includes("/")) return paths(word, from);
    return commandNames(word, from);
  }
  const signature = from.commands.get(name)?.signature;
  if (word.startsWith("-") && !before.includes("--")) return signature === undefined ? [] : flags(signature, word);
  const arg = signature === undefined ? undefined : argAt(signature, before);
  if (arg?.values !== undefined) return items("value", arg.values, word);
  switch (signature === undefined ? "path" : meaning(signature, arg)) {
    case "text":
      return [];
    case "command":
      return commandNames(word, from);
    case "variable":
      return items("variable", from.shell.variables().keys(), word);
    case "context":
      return contextNames(word, from.contexts);
    default:
      return paths(word, from);
  }
}

/** The operand that stands where the cursor is; undefined where none is taken. */
function argAt(signature: Signature, before: readonly string[]): Arg | undefined {
  let operands = 0;
  for (let at = 1; at < before.length; at++) {
    const word = before[at] ?? "";
    if (!word.startsWith("-") || word === "-") operands++;
    else if (takesValue(signature, word)) at++;
  }
  const arg = signature.args[Math.min(operands, signature.args.length - 1)];
  return operands < signature.args.length || arg?.rest === true ? arg : undefined;
}

/** True for a flag whose value is the next word. */
function takesValue(signature: Signature, word: string): boolean {
  const flag = word.startsWith("--")
    ? signature.flags[word.slice(2)]
    : Object.values(signature.flags).find((one) => one.short === word.slice(-1));
  return flag?.value !== undefined && flag.optional === undefined;
}

/** What an operand means where nothing says: a path, but to a command about the kernel's own things. */
function meaning(signature: Signature, arg: Arg | undefined): string {
  if (arg === undefined) return "text";
  return arg.means ?? (signature.needs.includes("kernel") ? "text" : "path");
}

function commandNames(word: string, from: CompletionSources): readonly Completion[] {
  const known = [...from.commands].map(([name, one]) => ({ text: name, kind: "command" as const, help: one.signature.summary }));
  const own = from.shell.functionNames().map((name) => ({ text: name, kind: "command" as const, help: "function" }));
  return pick([...own, ...known], word);
}

function flags(signature: Signature, word: string): readonly Completion[] {
  const all = Object.entries(signature.flags).flatMap(([name, flag]) => [
    { text: name.length === 1 ? `-${name}` : `--${name}`, kind: "flag" as const, help: flag.help },
    ...(flag.short === undefined ? [] : [{ text: `-${flag.short}`, kind: "flag" as const, help: flag.help }]),
  ]);
  const common = [
    { text: "--help", kind: "flag" as const, help: "show how to use it" },
    ...(signature.json === true ? [{ text: "--json", kind: "flag" as const, help: "print JSON" }] : []),
  ];
  return pick([...all, ...common], word);
}

function contextNames(word: string, contexts: readonly Context[]): readonly Completion[] {
  const named = contexts.map(({ label, shortId }) => ({ text: label, kind: "context" as const, help: shortId }));
  const fixed = [
    { text: ".", kind: "context" as const, help: "this context" },
    { text: ".parent", kind: "context" as const, help: "the one it was forked from" },
  ];
  return pick([...named, ...(word.startsWith(".") ? fixed : [])], word);
}

async function paths(word: string, from: CompletionSources): Promise<readonly Completion[]> {
  const slash = word.lastIndexOf("/") + 1;
  const typed = word.slice(0, slash);
  const prefix = word.slice(slash);
  const home = from.shell.get("HOME");
  const folder = typed.startsWith("~/") && typeof home === "string" ? join(home, typed.slice(2)) : join(from.shell.cwd, typed);
  try {
    const entries = await from.tree.readdir(folder === "" ? dirname(word) : folder);
    const shown = entries.filter((entry) => prefix.startsWith(".") || !entry.name.startsWith("."));
    const found = await Promise.all(
      shown
        .filter((entry) => entry.name.startsWith(prefix))
        .slice(0, mostItems)
        .map(async (entry) => ({
          text: typed + escapeWord(entry.name) + ((await isFolder(entry, folder, from.tree)) ? "/" : ""),
          kind: "path" as const,
        })),
    );
    return found.sort((a, b) => (a.text < b.text ? -1 : 1));
  } catch {
    // A folder that is not there or may not be read has nothing to offer.
    return [];
  }
}

async function isFolder(entry: { readonly name: string; readonly kind: string }, folder: string, tree: Vfs): Promise<boolean> {
  if (entry.kind !== "symlink") return entry.kind === "directory";
  try {
    return (await tree.stat(join(folder, entry.name))).kind === "directory";
  } catch {
    return false;
  }
}

function escapeWord(name: string): string {
  return name.replaceAll(/[\s"'\\$`&|;<>()*?[\]#~!{}]/g, "\\$&");
}

function items(kind: Completion["kind"], names: Iterable<string>, word: string): readonly Completion[] {
  return pick(
    [...names].map((text) => ({ text, kind })),
    word,
  );
}

/** Those that begin with the word, by name; each once. */
function pick(all: readonly Completion[], word: string): readonly Completion[] {
  const found = new Map<string, Completion>();
  for (const one of all) {
    if (one.text.startsWith(word) && !found.has(one.text)) found.set(one.text, one);
  }
  return [...found.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
}

/** Reads the line up to the cursor as words, far enough to know which command the cursor belongs to. */
function findPlace(text: string): Place {
  let before: string[] = [];
  let word = "";
  let start = -1;
  let quote = "";
  const endWord = (): void => {
    if (start < 0) return;
    if (before.length === 0 && openers.has(word)) before = [];
    else if (before.length > 0 || !/^\w+(\[[^\]]*\])?\+?=/.test(word)) before.push(word);
    word = "";
    start = -1;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (char === "\\" && quote === '"' && at + 1 < text.length) word += text.charAt(++at);
      else word += char;
      continue;
    }
    if (char === " " || char === "\t") endWord();
    else if (";|&()\n`".includes(char) || (char === "{" && start < 0)) {
      // `${` is a part of its word.
      endWord();
      before = [];
    } else if (char === "<" || char === ">") endWord();
    else {
      if (start < 0) start = at;
      if (char === "'" || char === '"') quote = char;
      else if (char === "\\" && at + 1 < text.length) word += text.charAt(++at);
      else word += char;
    }
  }
  return { start: start < 0 ? text.length : start, word, before };
}
