/** The parser's door: source text in, tree and diagnostics out. Knows no command and touches no file. */
export type * from "./ast.ts";
export type { Diagnostic, Severity } from "./diagnostics.ts";
export { type FormatOptions, formatDiagnostic, positionOf, type SourcePosition } from "./frame.ts";
export { type ParseResult, parse, prepareParser } from "./parse.ts";
