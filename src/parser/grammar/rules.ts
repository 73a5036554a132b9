import type { TokenType } from "chevrotain";

/** One of the ways on of an `OR`. */
export function alt<T>(run: () => T): { ALT: () => T } {
  return { ALT: run };
}

/** What an `OPTION` or a repetition does, when `gate` allows it. */
export function gated<T>(gate: () => boolean, run: () => T): { GATE: () => boolean; DEF: () => T } {
  return { GATE: gate, DEF: run };
}

/** What a repetition with a separator does each time. */
export function separated<T>(separator: TokenType, run: () => T): { SEP: TokenType; DEF: () => T } {
  return { SEP: separator, DEF: run };
}
