/** POSIX basic and extended regular expressions on V8's engine. */
export { type Node, RegexError } from "./ast.ts";
export { type Alphabet, alphabetOf } from "./classes.ts";
export { type EmitOptions, emit, wordGuards } from "./emit.ts";
export { mayBeShort, requiredLiteral, wholeLiteral } from "./facts.ts";
export { allowLinearFallback } from "./linear.ts";
export { type Machine, makeMachine } from "./machine.ts";
export { type Parsed, parseRegex, type Syntax } from "./parse.ts";
export { type TextMatcher, textMatcher } from "./text-matcher.ts";
