import type { Word } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import { compilePattern, type Pattern, type PatternSegment } from "../../command.ts";
import type { Runtime } from "../runtime.ts";
import { defaultShopts } from "../shopts.ts";
import { constantPart } from "./constant.ts";
import type { Unit } from "./unit.ts";

const exact = { extglob: true };
const folding = { extglob: true, nocase: true };
const cache = new Map<string, Pattern>();
const cacheSize = 1_000;

/** `shopt -s nocasematch` is on. */
export function nocasematch(rt: Runtime): boolean {
  return rt.shopts !== defaultShopts && rt.shopts.get("nocasematch") === true;
}

function cached(segments: readonly PatternSegment[], nocase: boolean): Pattern {
  const options = nocase ? folding : exact;
  const [only] = segments;
  if (only === undefined || segments.length > 1) return compilePattern(segments, options);
  const key = (nocase ? "i" : "c") + (only.active ? "*" : "=") + only.text;
  let pattern = cache.get(key);
  if (pattern === undefined) {
    pattern = compilePattern(segments, options);
    if (cache.size >= cacheSize) cache.clear();
    cache.set(key, pattern);
  }
  return pattern;
}

/** The word as a pattern, compiled once where it is constant. `folds`: `nocasematch` holds for it, as for all but `${x#p}`. */
export function compileWordPattern(word: Word, unit: Unit, folds: boolean): (rt: Runtime) => MaybePromise<Pattern> {
  const segments = unit.compilers.segments(word, unit);
  const constant = word.parts.every((part) => constantPart(part) !== undefined);
  if (!constant) return (rt) => after(segments(rt), (done) => cached(done, folds && nocasematch(rt)));
  let pattern: Pattern | undefined;
  return (rt) => {
    if (folds && nocasematch(rt)) return after(segments(rt), (done) => cached(done, true));
    if (pattern !== undefined) return pattern;
    return after(segments(rt), (done) => {
      pattern = compilePattern(done, exact);
      return pattern;
    });
  };
}
