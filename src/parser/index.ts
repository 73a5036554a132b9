/** The parser's door: source text in, tree and diagnostics out. Knows no command and touches no file. */
export type * from "./ast.ts";
export { type Diagnostic, type Severity, formatDiagnostic } from "./diagnostics.ts";
export { type ParseResult, parse } from "./parse.ts";
