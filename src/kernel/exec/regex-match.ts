import { type PatternSegment, RegexError, type TextMatcher, textMatcher } from "../command.ts";
import { assign } from "./assign.ts";
import { nocasematch } from "./compile/patterns.ts";
import { Fault } from "./control.ts";
import type { Runtime } from "./runtime.ts";

const cache = new Map<string, TextMatcher>();
const cacheSize = 500;

/** `[[ text =~ regex ]]`: quoted parts are literal. Sets BASH_REMATCH. An expression that is none is status 2. */
export function matchRegex(rt: Runtime, text: string, segments: readonly PatternSegment[]): boolean {
  const pattern = segments.map((segment) => (segment.active ? segment.text : literally(segment.text))).join("");
  const match = search(pattern, nocasematch(rt), text);
  assign(rt, "BASH_REMATCH", match ?? []);
  return match !== undefined;
}

function literally(text: string): string {
  return text.replace(/[\\^$.[\]|()?*+{}]/g, "\\$&");
}

function search(pattern: string, ignoreCase: boolean, text: string): readonly string[] | undefined {
  const key = (ignoreCase ? "i" : "c") + pattern;
  try {
    let found = cache.get(key);
    if (found === undefined) {
      found = textMatcher(pattern, "posix", ignoreCase);
      if (cache.size >= cacheSize) cache.clear();
      cache.set(key, found);
    }
    // An expression may turn out too big only here.
    return found(text);
  } catch (error) {
    if (error instanceof RegexError) throw new Fault(`${pattern}: ${error.message}`, { status: 2, cause: error });
    throw error;
  }
}
