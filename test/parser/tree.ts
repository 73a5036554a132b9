import type { Program, Span } from "../../src/parser/index.ts";

export interface Spanned {
  readonly kind?: string;
  readonly span: Span;
}

/** Every node of a tree that has a span, parents first. */
export function nodes(program: Program): Spanned[] {
  const found: Spanned[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("span" in node) found.push(node as Spanned);
    for (const [key, child] of Object.entries(node)) if (key !== "span") visit(child);
  };
  visit(program);
  return found;
}
