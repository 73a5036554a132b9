import type { Program, SimpleCommand, Word } from "./ast.ts";
import type { Diagnostic, Severity } from "./diagnostics.ts";
import { constantText, eachCommand, type Surroundings } from "./walk.ts";

/** What the checker knows of a builtin: plain data, made from its signature by whoever has one. */
export interface CheckedSignature {
  /** Every spelling of every flag without dashes, one letter for a short one, and whether a value follows it. */
  readonly flags: ReadonlyMap<string, "switch" | "value" | "optional">;
  /** `gnu`: flags may stand behind operands; `posix`: they may not; `raw`: there are none. */
  readonly parse: "gnu" | "posix" | "raw";
  /** `-5` is taken: as a flag's value or as an operand. */
  readonly numbers: boolean;
}

/** The session a program is checked for. */
export interface CheckEnvironment {
  /** The signature of the builtin that `name` is; undefined when it is none, or a function or alias of the session hides it. */
  signatureOf(name: string): CheckedSignature | undefined;
}

interface Named {
  readonly name: string;
  readonly word: Word;
  readonly args: readonly Word[];
}

/** The command's constant name behind `command` and `builtin`. */
function named(command: SimpleCommand): Named | undefined {
  for (const [index, word] of command.words.entries()) {
    const name = constantText(word);
    if (name === undefined || name.startsWith("-")) return undefined;
    if (name !== "command" && name !== "builtin") return { name, word, args: command.words.slice(index + 1) };
  }
  return undefined;
}

/** Looks a whole program over before it runs. Errors mean that it must not run. In the order of the text. */
export function check(program: Program, environment: CheckEnvironment): Diagnostic[] {
  return new Checker(program, environment).run();
}

class Checker {
  private readonly program: Program;
  private readonly environment: CheckEnvironment;
  private readonly functions = new Set<string>();
  private readonly found: Diagnostic[] = [];
  /** Offset of the first `source`, `.` or `alias`: behind it a name may have come to mean something else. */
  private unsureFrom = Number.POSITIVE_INFINITY;

  constructor(program: Program, environment: CheckEnvironment) {
    this.program = program;
    this.environment = environment;
  }

  run(): Diagnostic[] {
    eachCommand(this.program, (command) => {
      if (command.kind === "function") this.functions.add(command.name);
    });
    eachCommand(this.program, (command, around) => {
      if (command.kind === "simple") this.simple(command, around);
    });
    return this.found.sort((left, right) => left.span.start - right.span.start);
  }

  private add(code: string, severity: Severity, message: string, word: Word, hint: string): void {
    this.found.push({ code, severity, message, span: word.span, hint });
  }

  private simple(command: SimpleCommand, around: Surroundings): void {
    const call = named(command);
    if (call === undefined || this.functions.has(call.name)) return;
    const { name, word, args } = call;
    switch (name) {
      case "eval":
        this.add("K103", "error", "`eval` is not part of the language", word, "call a function, or write a script and `source` it");
        return;
      case "break":
      case "continue":
        if (around.loops === 0 && !around.inFunction) {
          this.add(
            "K102",
            "warning",
            `\`${name}\` stands in no loop`,
            word,
            name === "break" ? "`return` or `exit` ends more than a loop" : "remove it",
          );
        }
        break;
      case "source":
      case ".":
      case "alias":
        this.unsureFrom = Math.min(this.unsureFrom, word.span.start);
        break;
      case "export":
        if (this.refusesFlag(args, "f", "`export -f` is not part of the language", "put the function into a file and `source` it"))
          return;
        break;
      case "declare":
      case "local":
      case "typeset":
        if (this.refusesFlag(args, "n", "namerefs are not part of the language", "pass the name and read it with `${!name}`"))
          return;
        break;
    }
    const signature = this.environment.signatureOf(name);
    if (signature !== undefined) this.flags(name, signature, args);
  }

  private refusesFlag(args: readonly Word[], letter: string, message: string, hint: string): boolean {
    for (const word of args) {
      const text = constantText(word);
      if (text === undefined || !/^-[A-Za-z]/.test(text)) return false;
      if (!text.includes(letter)) continue;
      this.add("K104", "error", message, word, hint);
      return true;
    }
    return false;
  }

  private flags(name: string, signature: CheckedSignature, args: readonly Word[]): void {
    if (signature.parse === "raw") return;
    for (let index = 0; index < args.length; index++) {
      const word = args[index];
      if (word === undefined) return;
      const text = constantText(word);
      if (text === undefined) {
        // An unquoted expansion may be any number of flags; a quoted one is taken for an operand.
        if (mayBeFlags(word)) return;
        if (signature.parse === "posix") return;
        continue;
      }
      if (text === "--") return;
      if (text.length < 2 || !text.startsWith("-") || (signature.numbers && /^-[0-9.]/.test(text))) {
        if (signature.parse === "posix") return;
        continue;
      }
      const answer = text.startsWith("--") ? longFlag(signature, text.slice(2)) : shortFlags(signature, text.slice(1));
      if (typeof answer === "string") {
        this.unknownFlag(name, word, text, answer);
        return;
      }
      index += answer;
    }
  }

  private unknownFlag(name: string, word: Word, text: string, hint: string): void {
    const severity = word.span.start < this.unsureFrom ? "error" : "warning";
    this.add(
      "K101",
      severity,
      `\`${name}\` has no flag \`${text}\``,
      word,
      hint === "" ? `\`help ${name}\` lists its flags` : `did you mean \`${hint}\`?`,
    );
  }
}

function mayBeFlags(word: Word): boolean {
  const first = word.parts[0];
  return (
    word.spread ||
    (first !== undefined &&
      first.kind !== "literal" &&
      first.kind !== "quoted" &&
      !(first.kind === "double" && !isList(first.parts)))
  );
}

function isList(parts: readonly Word["parts"][number][]): boolean {
  const only = parts.length === 1 ? parts[0] : undefined;
  return only?.kind === "param" && (only.name === "@" || only.subscripts.some((subscript) => subscript.kind === "all"));
}

/** How many of the next words the flag takes, or the nearest spelling of one that does not exist (empty when none is near). */
function longFlag(signature: CheckedSignature, text: string): number | string {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const long = [...signature.flags].filter(([spelling]) => spelling.length > 1);
  const found = long.find(([spelling]) => spelling === name) ?? long.find(([spelling]) => spelling.startsWith(name));
  if (found !== undefined) return found[1] === "value" && equals < 0 ? 1 : 0;
  const near = nearest(
    name,
    long.map(([spelling]) => spelling),
  );
  return near === undefined ? "" : `--${near}`;
}

function shortFlags(signature: CheckedSignature, text: string): number | string {
  const letters = [...text];
  for (const [index, letter] of letters.entries()) {
    const takes = signature.flags.get(letter);
    if (takes === undefined) {
      const near =
        text.length > 2
          ? nearest(
              text,
              [...signature.flags.keys()].filter((spelling) => spelling.length > 1),
            )
          : undefined;
      return near === undefined ? "" : `--${near}`;
    }
    if (takes === "value") return index === letters.length - 1 ? 1 : 0;
    if (takes === "optional") return 0;
  }
  return 0;
}

/** The candidate that a slip of the hand may have made `name` of. */
function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, char] of [...left].entries()) {
    const next = [index + 1];
    for (let at = 0; at < right.length; at++) {
      const change = (row[at] ?? 0) + (right[at] === char ? 0 : 1);
      next.push(Math.min(change, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
