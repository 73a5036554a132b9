import { type Assertion, type Node, RegexError } from "./ast.ts";
import { type Alphabet, alphabetOf } from "./classes.ts";
import { emit, visit } from "./emit.ts";
import { hasBackReference, mayBeShort, wholeLiteral } from "./facts.ts";
import { allowLinearFallback } from "./linear.ts";
import { type Machine, makeMachine } from "./machine.ts";
import { parseRegex, type Syntax } from "./parse.ts";

/** The match and what each group held, "" for one that held nothing; undefined if there is no match. */
export type TextMatcher = (text: string) => readonly string[] | undefined;

/**
 * Searches whole texts, in which a newline is a character like any other, as regexec does: leftmost, longest. Takes time linear
 * in the text but for expressions with back-references. Throws RegexError.
 */
export function textMatcher(pattern: string, syntax: Syntax, ignoreCase: boolean): TextMatcher {
  const { node } = parseRegex(pattern, syntax);
  const literal = wholeLiteral(node, ignoreCase);
  if (literal !== undefined) return (text) => (text.includes(literal) ? [literal] : undefined);
  allowLinearFallback();
  const groups = countGroups(node);
  const referring = hasBackReference(node);
  const cheap = referring || steps(node) <= stepLimit;
  const short = !referring && mayBeShort(node);
  const forgets = !referring && forgetsGroups(node);
  const regexes = new Map<Alphabet, RegExp>();
  let machine: Machine | undefined | null = null;
  const run = (text: string, start: number, anywhere: boolean): readonly string[] | undefined => {
    machine ??= makeMachine(node, { ignoreCase, lines: false, captures: true }) ?? tooBig();
    return texts(text, groups, machine(text, start, text.length, anywhere));
  };
  return (text) => {
    const alphabet = alphabetOf(text);
    if (!cheap && !linear(node, alphabet)) return run(text, 0, true);
    let regex = regexes.get(alphabet);
    if (regex === undefined) {
      regex = new RegExp(emit(node, { alphabet, ignoreCase, captures: true, anchors: "whole" }));
      regexes.set(alphabet, regex);
    }
    const match = execute(regex, text);
    if (match === null) return undefined;
    if (match === "big") return run(text, 0, true);
    const end = match.index + match[0].length;
    if (forgets || (short && end < text.length)) return run(text, match.index, false);
    return match.map((group) => group ?? "");
  };
}

function tooBig(): never {
  throw new RegexError("Regular expression too big");
}

/** V8 compiles an expression when it first runs. "big": it is too big for that. */
function execute(regex: RegExp, text: string): RegExpExecArray | null | "big" {
  try {
    return regex.exec(text);
  } catch (error) {
    if (error instanceof SyntaxError) return "big";
    throw error;
  }
}

function texts(text: string, groups: number, slots: readonly number[] | undefined): readonly string[] | undefined {
  if (slots === undefined) return undefined;
  return Array.from({ length: groups + 1 }, (_, i) => {
    const start = slots[2 * i] ?? -1;
    return start < 0 ? "" : text.slice(start, slots[2 * i + 1]);
  });
}

function countGroups(node: Node): number {
  let groups = 0;
  visit(node, (part) => {
    if (part.kind === "group") groups++;
  });
  return groups;
}

const stepLimit = 10_000;

/** In how many ways a backtracking engine can go through the expression from one place, at the most. */
function steps(node: Node): number {
  switch (node.kind) {
    case "group":
      return steps(node.body);
    case "sequence":
      return node.parts.reduce((product, part) => product * steps(part), 1);
    case "choice":
      return node.options.reduce((sum, option) => sum + steps(option), 0);
    case "repeat": {
      const ways = node.most - node.least + 1;
      return node.most === 0 ? 1 : ways * steps(node.body) ** Math.min(node.most, 1e6);
    }
    default:
      return 1;
  }
}

/** V8's linear engine takes the expression: it knows no look-around, and copies a counted part 16 times at the most. */
function linear(node: Node, alphabet: Alphabet): boolean {
  let takes = true;
  visit(node, (part) => {
    if (part.kind === "assert" && looksAround(part.what, alphabet)) takes = false;
  });
  return takes && copies(node) <= 16;
}

function looksAround(what: Assertion, alphabet: Alphabet): boolean {
  if (what === "boundary" || what === "inside") return alphabet !== "ascii";
  return what === "wordStart" || what === "wordEnd";
}

function copies(node: Node): number {
  switch (node.kind) {
    case "group":
      return copies(node.body);
    case "sequence":
      return node.parts.reduce((most, part) => Math.max(most, copies(part)), 1);
    case "choice":
      return node.options.reduce((most, option) => Math.max(most, copies(option)), 1);
    case "repeat":
      return (node.most === Number.POSITIVE_INFINITY ? node.least + 1 : Math.max(1, node.most)) * copies(node.body);
    default:
      return 1;
  }
}

/**
 * True if JavaScript may give a group another text than glibc, which keeps what a group held in an earlier round of a repetition,
 * and takes empty rounds of a counted one.
 */
function forgetsGroups(node: Node): boolean {
  let forgets = false;
  visit(node, (part) => {
    if (part.kind !== "repeat" || part.most < 2) return;
    const body = part.body.kind === "group" ? part.body.body : part.body;
    if (countGroups(body) > 0) forgets = true;
    if (body !== part.body && part.most < Number.POSITIVE_INFINITY && mayBeEmpty(body)) forgets = true;
  });
  return forgets;
}

function mayBeEmpty(node: Node): boolean {
  switch (node.kind) {
    case "empty":
    case "assert":
    case "back":
      return true;
    case "group":
      return mayBeEmpty(node.body);
    case "sequence":
      return node.parts.every(mayBeEmpty);
    case "choice":
      return node.options.some(mayBeEmpty);
    case "repeat":
      return node.least === 0 || mayBeEmpty(node.body);
    default:
      return false;
  }
}
