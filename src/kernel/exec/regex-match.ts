import { compileRegex, RegexError, translateEre } from "../regex.ts";
import { assign } from "./assign.ts";
import { Fault } from "./control.ts";
import type { PatternSegment } from "./pattern.ts";
import type { Runtime } from "./runtime.ts";

const cache = new Map<string, RegExp>();
const cacheSize = 500;

/** `[[ text =~ regex ]]`: quoted parts are literal. Sets BASH_REMATCH. An expression that is none is status 2. */
export function matchRegex(rt: Runtime, text: string, segments: readonly PatternSegment[]): boolean {
  const pattern = segments.map((segment) => (segment.active ? segment.text : literally(segment.text))).join("");
  const match = compiled(pattern).exec(text);
  assign(rt, "BASH_REMATCH", match === null ? [] : match.map((group) => group ?? ""));
  return match !== null;
}

function literally(text: string): string {
  return text.replace(/[\\^$.[\]|()?*+{}]/g, "\\$&");
}

function compiled(pattern: string): RegExp {
  let regex = cache.get(pattern);
  if (regex === undefined) {
    try {
      regex = compileRegex(translateEre(pattern));
    } catch (error) {
      if (error instanceof RegexError) throw new Fault(`${pattern}: ${error.message}`, { status: 2, cause: error });
      throw error;
    }
    if (cache.size >= cacheSize) cache.clear();
    cache.set(pattern, regex);
  }
  return regex;
}
