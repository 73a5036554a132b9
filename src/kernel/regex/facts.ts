import type { Node } from "./ast.ts";
import { otherCases } from "./classes.ts";
import { visit } from "./emit.ts";

/** The text that every match holds, if there is one that is worth searching for; the longest. Never under `ignoreCase`. */
export function requiredLiteral(node: Node): string | undefined {
  const best = runs(node).reduce((longest, run) => (run.length > longest.length ? run : longest), "");
  return best === "" ? undefined : best;
}

/** The text itself, if the expression is nothing but text. */
export function wholeLiteral(node: Node, ignoreCase: boolean): string | undefined {
  const parts = node.kind === "sequence" ? node.parts : [node];
  let text = "";
  for (const part of parts) {
    if (part.kind !== "char" || part.code === 10 || (ignoreCase && otherCases(part.code).length > 0)) return undefined;
    text += String.fromCodePoint(part.code);
  }
  return text;
}

function runs(node: Node): readonly string[] {
  switch (node.kind) {
    case "char":
      return [String.fromCodePoint(node.code)];
    case "group":
      return runs(node.body);
    case "repeat":
      return node.least > 0 ? runs(node.body) : [];
    case "sequence": {
      const found: string[] = [];
      let run = "";
      for (const part of node.parts) {
        if (part.kind === "char") {
          run += String.fromCodePoint(part.code);
          continue;
        }
        if (run !== "") found.push(run);
        run = "";
        found.push(...runs(part));
      }
      return run === "" ? found : [...found, run];
    }
    default:
      return [];
  }
}

/** True if JavaScript's first match may be shorter than POSIX's longest. */
export function mayBeShort(node: Node): boolean {
  let choices = 0;
  let variable = 0;
  visit(node, (part) => {
    if (part.kind === "choice") choices++;
    if (part.kind === "repeat" && part.least !== part.most) variable++;
  });
  return choices > 0 || variable > 1;
}

export function hasBackReference(node: Node): boolean {
  let found = false;
  visit(node, (part) => {
    if (part.kind === "back") found = true;
  });
  return found;
}
