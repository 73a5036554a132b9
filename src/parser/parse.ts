import type { Program } from "./ast.ts";
import type { Diagnostic } from "./diagnostics.ts";

export interface ParseResult {
  /** The tree; absent when there was an error. */
  readonly program?: Program;
  /** Every independent error and warning, in source order. */
  readonly diagnostics: readonly Diagnostic[];
  /** True when the text is a proper start of a program and only its end is missing: a REPL asks for more lines. */
  readonly incomplete: boolean;
}
