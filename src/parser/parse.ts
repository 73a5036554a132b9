import type { IToken } from "chevrotain";
import type { Program } from "./ast.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { explain, unclosedHeredoc } from "./grammar/errors.ts";
import { unescapeBackquoted } from "./grammar/escapes.ts";
import { SyntaxFailure } from "./grammar/failure.ts";
import { Grammar } from "./grammar/grammar.ts";
import { tokenize } from "./lexer/lexer.ts";
import { MAX_NESTING } from "./lexer/state.ts";
import { Recovery } from "./recovery.ts";

export interface ParseResult {
  /** The tree; absent when there was an error. A text that is whole but for a last backslash has one, and is incomplete. */
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
    message: `constructs are nested too deeply; ${MAX_NESTING} levels are the limit`,
    span: { start: offset, end: offset + 1 },
    hint: "move the inner part into a function or a variable",
  });
}

interface Parsed<T> {
  readonly found: T | undefined;
  readonly failure: SyntaxFailure | undefined;
  /** Offset in the text of the token at which the failure showed. */
  readonly failedAt: number;
}

/** Runs one rule from where the parser stands. */
function run<T>(parser: Grammar, textLength: number, rule: () => T): Parsed<T> {
  try {
    const found = rule();
    const problem = parser.errors[0];
    if (problem === undefined) {
      const heredoc = parser.unreadHeredocs[0];
      return heredoc === undefined
        ? { found, failure: undefined, failedAt: -1 }
        : { found, failure: unclosedHeredoc(heredoc), failedAt: textLength };
    }
    const offset = problem.token.startOffset;
    return {
      found: undefined,
      failure: explain(parser, problem, textLength),
      failedAt: Number.isNaN(offset) ? textLength : offset,
    };
  } catch (error) {
    const failedAt = parser.position;
    if (error instanceof SyntaxFailure) return { found: undefined, failure: error, failedAt };
    if (error instanceof RangeError) return { found: undefined, failure: tooDeep(parser.span(failedAt, failedAt).start), failedAt };
    throw error;
  }
}

/** After an error the parse goes on at the next line; more errors than this are not searched for. */
const MAX_ERRORS = 20;

/** The program, or undefined after an error. Every error that does not follow from another is noted. */
function wholeProgram(parser: Grammar, task: Task, tokens: readonly IToken[], findings: Findings): Program | undefined {
  const length = task.text.length;
  const first = run(parser, length, () => parser.program());
  if (first.failure === undefined) return first.found;
  const recovery = new Recovery(tokens);
  let parsed: Parsed<Program> = first;
  for (let errors = 0; parsed.failure !== undefined && errors < MAX_ERRORS; ) {
    if (!recovery.follows(parsed.failedAt, parser.openConstructs.length)) {
      note(findings, parsed.failure, task);
      errors++;
      recovery.skipLine(parsed.failedAt, parser.openConstructs);
    }
    if (recovery.atEnd) break;
    parser.startAt(recovery.next);
    parsed = run(parser, length, () => parser.program());
  }
  return undefined;
}

/** One program to parse: the source itself, or the inside of backquotes with its place in the source. */
interface Task {
  readonly text: string;
  readonly offsets: readonly number[] | undefined;
  accept(program: Program): void;
}

interface Findings {
  readonly diagnostics: Diagnostic[];
  /** The end of the text is missing; told once. */
  incomplete: boolean;
  /** The text ends with a backslash, or with one before its last newline: the line goes on. */
  continued: boolean;
  /** Something else is wrong. */
  wrong: boolean;
}

/** Parses a task; adds what stands in backquotes to `tasks`. */
function perform(parser: Grammar, task: Task, tasks: Task[], findings: Findings): void {
  const lexed = tokenize(task.text);
  parser.begin(task.text, lexed.tokens, lexed.comments, task.offsets);
  if (lexed.tooDeepAt !== undefined) {
    findings.diagnostics.push(tooDeep(parser.span(lexed.tooDeepAt, lexed.tooDeepAt).start).diagnostic);
    return;
  }
  if (task.offsets === undefined) findings.continued = continues(task.text, lexed.comments);
  const found = wholeProgram(parser, task, lexed.tokens, findings);
  // The list grows while it is walked: a body may hold others.
  for (const { node, open, openIndex } of parser.bodies) {
    parser.startAt(openIndex + 1);
    parser.opened(open, ")");
    const body = run(parser, task.text.length, () => parser.substituted());
    if (body.found !== undefined) node.body = body.found;
    if (body.failure !== undefined) note(findings, body.failure, task);
  }
  findings.diagnostics.push(...parser.diagnostics);
  for (const { node, token, quoted } of parser.programs) {
    const inner = unescapeBackquoted(token.image, token.startOffset, quoted, task.offsets);
    tasks.push({
      ...inner,
      accept: (program) => {
        node.body = program.body;
      },
    });
  }
  if (found !== undefined) task.accept(found);
}

function continues(text: string, comments: readonly IToken[]): boolean {
  const end = text.endsWith("\n") ? text.length - 1 : text.length;
  let slashes = 0;
  while (text.charCodeAt(end - 1 - slashes) === 92) slashes++;
  const comment = comments[comments.length - 1];
  return slashes % 2 === 1 && (comment === undefined || comment.startOffset + comment.image.length < end);
}

function note(findings: Findings, failure: SyntaxFailure, task: Task): void {
  if (failure.incomplete && task.offsets === undefined) {
    if (findings.incomplete) return;
    findings.incomplete = true;
  } else findings.wrong = true;
  findings.diagnostics.push(failure.diagnostic);
}

/** Reads a program. Never throws for any text. */
export function parse(source: string): ParseResult {
  prepareParser();
  const parser = (grammar ??= new Grammar());
  let result: Program | undefined;
  const findings: Findings = { diagnostics: [], incomplete: false, continued: false, wrong: false };
  const tasks: Task[] = [
    {
      text: source,
      offsets: undefined,
      accept: (program) => {
        result = program;
      },
    },
  ];
  // The list grows while it is walked.
  for (const task of tasks) perform(parser, task, tasks, findings);
  parser.end();
  const diagnostics = findings.diagnostics.sort((left, right) => left.span.start - right.span.start);
  const failed = diagnostics.some((found) => found.severity === "error");
  return {
    ...(result === undefined || failed ? {} : { program: result }),
    diagnostics,
    incomplete: (findings.incomplete || findings.continued) && !findings.wrong,
  };
}
