import type { Word } from "../../../parser/index.ts";
import type { MaybePromise } from "../../../vfs/index.ts";
import { after } from "../control.ts";
import { compilePattern, type Pattern, type PatternSegment } from "../pattern.ts";
import type { Runtime } from "../runtime.ts";
import { constantPart } from "./constant.ts";
import type { Unit } from "./unit.ts";

const options = { extglob: true };
const cache = new Map<string, Pattern>();
const cacheSize = 1_000;

function cached(segments: readonly PatternSegment[]): Pattern {
  const [only] = segments;
  if (only === undefined || segments.length > 1) return compilePattern(segments, options);
  const key = (only.active ? "*" : "=") + only.text;
  let pattern = cache.get(key);
  if (pattern === undefined) {
    pattern = compilePattern(segments, options);
    if (cache.size >= cacheSize) cache.clear();
    cache.set(key, pattern);
  }
  return pattern;
}

/** The word as a pattern, compiled once where it is constant. */
export function compileWordPattern(word: Word, unit: Unit, quoted = false): (rt: Runtime) => MaybePromise<Pattern> {
  const segments = unit.compilers.segments(word, unit, quoted);
  const constant = word.parts.every((part) => constantPart(part) !== undefined);
  if (!constant) return (rt) => after(segments(rt), cached);
  let pattern: Pattern | undefined;
  return (rt) => {
    if (pattern !== undefined) return pattern;
    return after(segments(rt), (done) => {
      pattern = compilePattern(done, options);
      return pattern;
    });
  };
}
