import { allowLinearFallback } from "../command.ts";
import { compileRegex, RegexError, translateEre } from "../regex.ts";
import { assign } from "./assign.ts";
import { nocasematch } from "./compile/patterns.ts";
import { Fault } from "./control.ts";
import type { PatternSegment } from "./pattern.ts";
import type { Runtime } from "./runtime.ts";

const cache = new Map<string, RegExp>();
const cacheSize = 500;

/** `[[ text =~ regex ]]`: quoted parts are literal. Sets BASH_REMATCH. An expression that is none is status 2. */
export function matchRegex(rt: Runtime, text: string, segments: readonly PatternSegment[]): boolean {
  const pattern = segments.map((segment) => (segment.active ? segment.text : literally(segment.text))).join("");
  const match = compiled(pattern, nonAscii.test(pattern) || nonAscii.test(text), nocasematch(rt)).exec(text);
  assign(rt, "BASH_REMATCH", match === null ? [] : match.map((group) => group ?? ""));
  return match !== null;
}

function literally(text: string): string {
  return text.replace(/[\\^$.[\]|()?*+{}]/g, "\\$&");
}

const nonAscii = /[^\x00-\x7f]/;

/** ASCII alone gets an expression without flags: only such a one V8's linear engine can take over when it backtracks too much. */
function compiled(pattern: string, unicode: boolean, ignoreCase: boolean): RegExp {
  const key = (unicode ? "u" : "a") + (ignoreCase ? "i" : "c") + pattern;
  let regex = cache.get(key);
  if (regex === undefined) {
    try {
      allowLinearFallback();
      regex = compileRegex(translateEre(pattern, { unicode, ignoreCase }));
    } catch (error) {
      if (error instanceof RegexError) throw new Fault(`${pattern}: ${error.message}`, { status: 2, cause: error });
      throw error;
    }
    if (cache.size >= cacheSize) cache.clear();
    cache.set(key, regex);
  }
  return regex;
}
