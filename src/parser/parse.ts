import type { Program } from "./ast.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { explain } from "./grammar/errors.ts";
import { unescapeBackquoted } from "./grammar/escapes.ts";
import { SyntaxFailure } from "./grammar/failure.ts";
import { Grammar } from "./grammar/grammar.ts";
import { tokenize } from "./lexer/lexer.ts";
import { MAX_NESTING } from "./lexer/state.ts";

export interface ParseResult {
  /** The tree; absent when there was an error. */
  readonly program?: Program;
  /** Every independent error and warning, in source order. */
  readonly diagnostics: readonly Diagnostic[];
  /** True when the text is a proper start of a program and only its end is missing: a REPL asks for more lines. */
  readonly incomplete: boolean;
}

let grammar: Grammar | undefined;

/** Makes the parser ready, so that the first `parse` does not. Calling it again costs nothing. */
export function prepareParser(): void {
  grammar ??= new Grammar();
}

function tooDeep(offset: number): SyntaxFailure {
  return new SyntaxFailure({
    code: "K004",
    severity: "error",
    message: `constructs are nested more than ${MAX_NESTING} deep`,
    span: { start: offset, end: offset + 1 },
    hint: "move the inner part into a function or a variable",
  });
}

interface Parsed {
  readonly program: Program | undefined;
  readonly failure: SyntaxFailure | undefined;
}

/** Parses one text with a parser that is ready for it. */
function run(parser: Grammar, text: string): Parsed {
  try {
    const program = parser.program();
    const problem = parser.errors[0];
    if (problem === undefined) return { program, failure: undefined };
    return { program: undefined, failure: explain(parser, problem, text.length) };
  } catch (error) {
    if (error instanceof SyntaxFailure) return { program: undefined, failure: error };
    if (error instanceof RangeError)
      return { program: undefined, failure: tooDeep(parser.span(parser.position, parser.position).start) };
    throw error;
  }
}

/** One program to parse: the source itself, or the inside of backquotes with its place in the source. */
interface Task {
  readonly text: string;
  readonly offsets: readonly number[] | undefined;
  accept(program: Program): void;
}

interface Findings {
  readonly diagnostics: Diagnostic[];
  incomplete: boolean;
}

/** Parses a task; adds what stands in backquotes to `tasks`. */
function perform(parser: Grammar, task: Task, tasks: Task[], findings: Findings): void {
  const lexed = tokenize(task.text);
  parser.begin(task.text, lexed.tokens, lexed.comments, task.offsets);
  if (lexed.tooDeepAt !== undefined) {
    findings.diagnostics.push(tooDeep(parser.span(lexed.tooDeepAt, lexed.tooDeepAt).start).diagnostic);
    return;
  }
  const { program, failure } = run(parser, task.text);
  findings.diagnostics.push(...parser.diagnostics);
  if (failure !== undefined) {
    findings.diagnostics.push(failure.diagnostic);
    if (failure.incomplete && task.offsets === undefined) findings.incomplete = true;
  }
  for (const { node, token, quoted } of parser.programs) {
    const inner = unescapeBackquoted(token.image, token.startOffset, quoted, task.offsets);
    tasks.push({
      ...inner,
      accept: (found) => {
        node.body = found.body;
      },
    });
  }
  if (program !== undefined) task.accept(program);
}

/** Reads a program. Never throws for any text. */
export function parse(source: string): ParseResult {
  prepareParser();
  const parser = (grammar ??= new Grammar());
  let result: Program | undefined;
  const findings: Findings = { diagnostics: [], incomplete: false };
  const tasks: Task[] = [
    {
      text: source,
      offsets: undefined,
      accept: (program) => {
        result = program;
      },
    },
  ];
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) perform(parser, task, tasks, findings);
  parser.end();
  const diagnostics = findings.diagnostics.sort((left, right) => left.span.start - right.span.start);
  const failed = diagnostics.some((found) => found.severity === "error");
  return { ...(result === undefined || failed ? {} : { program: result }), diagnostics, incomplete: findings.incomplete };
}
