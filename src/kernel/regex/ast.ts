/** A POSIX regular expression after parsing. Characters are code points. */
export type Node =
  | { readonly kind: "empty" }
  | { readonly kind: "char"; readonly code: number }
  /** Any character; where lines are searched any but newline. */
  | { readonly kind: "any" }
  | { readonly kind: "set"; readonly negated: boolean; readonly ranges: readonly Range[]; readonly classes: readonly ClassName[] }
  | { readonly kind: "assert"; readonly what: Assertion }
  | { readonly kind: "group"; readonly index: number; readonly body: Node }
  | { readonly kind: "back"; readonly index: number }
  | { readonly kind: "repeat"; readonly body: Node; readonly least: number; readonly most: number }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "choice"; readonly options: readonly Node[] };

export type Range = readonly [first: number, last: number];
export type Assertion = "start" | "end" | "boundary" | "inside" | "wordStart" | "wordEnd";

export const classNames = [
  "alpha",
  "digit",
  "alnum",
  "upper",
  "lower",
  "space",
  "blank",
  "punct",
  "print",
  "graph",
  "cntrl",
  "xdigit",
  "word",
] as const;
export type ClassName = (typeof classNames)[number];

/** Not a regular expression; the message is glibc's. */
export class RegexError extends Error {
  override readonly name = "RegexError";
}
