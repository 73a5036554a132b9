import type { Word, WordPart } from "../../../parser/index.ts";

/** The text of a word that is the same at every run and holds no active glob, brace or tilde; else undefined. */
export function constantText(word: Word): string | undefined {
  if (word.spread) return undefined;
  let text = "";
  for (const part of word.parts) {
    const piece = constantPart(part);
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}

export function constantPart(part: WordPart): string | undefined {
  if (part.kind === "literal" || part.kind === "quoted") return part.text;
  if (part.kind !== "double") return undefined;
  let text = "";
  for (const inner of part.parts) {
    const piece = constantPart(inner);
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}

/** The text of a word made of unquoted literals only; undefined if any part is quoted or expands. */
export function bareText(word: Word): string | undefined {
  if (word.spread) return undefined;
  let text = "";
  for (const part of word.parts) {
    if (part.kind !== "literal") return undefined;
    text += part.text;
  }
  return text;
}

/** True where an unquoted literal could match file names. */
export function hasGlob(text: string): boolean {
  return /[*?]|\[.*\]|[@+!]\(/s.test(text);
}
