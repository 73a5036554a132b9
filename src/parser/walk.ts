import type { Command, Program, Word, WordPart } from "./ast.ts";

/** Where a command stands in its program. */
export interface Surroundings {
  /** Loops around it, counted within its function. */
  readonly loops: number;
  readonly inFunction: boolean;
}

export type CommandVisitor = (command: Command, around: Surroundings) => void;

type Tree = readonly Tree[] | { readonly [key: string]: Tree } | string | number | boolean | undefined;

const LOOPS: ReadonlySet<string> = new Set(["while", "for", "for-arith", "select"]);
const COMMANDS: ReadonlySet<string> = new Set([...LOOPS, "simple", "group", "subshell", "if", "case", "function", "cond", "arith"]);

/** Calls `visit` for every command of a program in the order of the text, those inside words and functions too. */
export function eachCommand(program: Program, visit: CommandVisitor): void {
  step(program as unknown as Tree, { loops: 0, inFunction: false }, visit);
}

function step(tree: Tree, around: Surroundings, visit: CommandVisitor): void {
  if (typeof tree !== "object") return;
  if (Array.isArray(tree)) {
    for (const item of tree) step(item, around, visit);
    return;
  }
  const node = tree as { readonly [key: string]: Tree };
  const kind = node.kind;
  let inner = around;
  // An arithmetic number or a subscript has a kind too; only commands have redirections.
  if (typeof kind === "string" && COMMANDS.has(kind) && "redirects" in node) {
    visit(node as unknown as Command, around);
    if (LOOPS.has(kind)) inner = { ...around, loops: around.loops + 1 };
    else if (kind === "function") inner = { loops: 0, inFunction: true };
  }
  for (const key in node) if (key !== "span") step(node[key], inner, visit);
}

function partText(part: WordPart): string | undefined {
  switch (part.kind) {
    case "literal":
      return /[*?[]/.test(part.text) ? undefined : part.text;
    case "quoted":
      return part.text;
    case "double": {
      let text = "";
      for (const inner of part.parts) {
        if (inner.kind !== "literal") return undefined;
        text += inner.text;
      }
      return text;
    }
    default:
      return undefined;
  }
}

/** The text of a word that is the same at every run; undefined when it holds an expansion, a glob or an assignment. */
export function constantText(word: Word): string | undefined {
  if (word.spread || word.assignment !== undefined) return undefined;
  let text = "";
  for (const part of word.parts) {
    const found = partText(part);
    if (found === undefined) return undefined;
    text += found;
  }
  return text;
}
