/** POSIX basic and extended regular expressions on V8's engine. */
export { type Node, RegexError } from "./ast.ts";
export { type EmitOptions, emit, wordGuards } from "./emit.ts";
export { hasBackReference, mayBeShort, requiredLiteral, wholeLiteral } from "./facts.ts";
export { longestMatcher } from "./longest.ts";
export { type Parsed, parseRegex, type Syntax } from "./parse.ts";

let linear = false;

/**
 * Makes V8 turn to its linear engine when a regular expression backtracks too much. Call it before the first `RegExp` is made
 * from a pattern of a user; the flag holds for the process.
 */
export function allowLinearFallback(): void {
  if (linear) return;
  linear = true;
  process.getBuiltinModule("node:v8").setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
}
