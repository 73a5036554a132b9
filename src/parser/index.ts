/** The parser's door: source text in, tree and diagnostics out. Knows no command and touches no file. */
export type * from "./ast.ts";
export { type CheckEnvironment, type CheckedSignature, check } from "./check.ts";
export type { Diagnostic, Severity } from "./diagnostics.ts";
export { type FormatOptions, formatDiagnostic, type SourcePosition } from "./frame.ts";
export { type Highlight, type HighlightKind, highlight } from "./highlight.ts";
export { type ParseResult, parse, prepareParser } from "./parse.ts";
export type { Surroundings } from "./walk.ts";
