import type { Diagnostic } from "../diagnostics.ts";

/** Thrown out of the grammar at a syntax error that it found itself; its parser catches it. */
export class SyntaxFailure extends Error {
  readonly diagnostic: Diagnostic;
  /** Only the end of the text is missing. */
  readonly incomplete: boolean;

  constructor(diagnostic: Diagnostic, incomplete = false) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
    this.incomplete = incomplete;
  }
}
