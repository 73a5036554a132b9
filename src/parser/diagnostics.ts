import type { Span } from "./ast.ts";

export type Severity = "error" | "warning" | "hint";

/** One finding about a program. `code` is `K0xx` syntax, `K1xx` semantics, `K2xx` lint, `K3xx` bash compatibility. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  /** What to write instead, one sentence. */
  readonly hint?: string;
}
