import type { ParamOp } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Pattern, PatternSegment, Value } from "../../command.ts";
import { quote } from "../../quote.ts";
import { Fault } from "../control.ts";
import type { Runtime } from "../runtime.ts";
import { compileWordPattern } from "./patterns.ts";
import type { Unit } from "./unit.ts";

/** Changes one text. `unset`: there was no value. */
export type Change = (rt: Runtime, text: string, unset: boolean) => MaybePromise<string | undefined>;

type ChangeOp = Extract<ParamOp, { kind: "trim" | "replace" | "case" | "transform" }>;
type SliceOp = Extract<ParamOp, { kind: "slice" }>;

export function compileChange(op: ChangeOp, unit: Unit): Change {
  switch (op.kind) {
    case "trim": {
      const pattern = compileWordPattern(op.pattern, unit, false);
      const trim = trimmers[op.op];
      return (rt, text) => {
        const compiled = pattern(rt);
        return compiled instanceof Promise ? compiled.then((done) => trim(done, text)) : trim(compiled, text);
      };
    }
    case "replace":
      return compileReplace(op, unit);
    case "case": {
      const pattern = op.pattern === undefined ? undefined : compileWordPattern(op.pattern, unit, true);
      const letter = op.op;
      return (rt, text) => after(pattern?.(rt), (compiled) => changeCase(text, letter, compiled));
    }
    case "transform":
      return compileTransform(op.op);
    default:
      return op satisfies never;
  }
}

const trimmers: Readonly<Record<"#" | "##" | "%" | "%%", (pattern: Pattern, text: string) => string>> = {
  "#": (pattern, text) => {
    const end = pattern.shortestPrefix(text);
    return end <= 0 ? text : text.slice(end);
  },
  "##": (pattern, text) => {
    const end = pattern.longestPrefix(text);
    return end <= 0 ? text : text.slice(end);
  },
  "%": (pattern, text) => {
    const start = pattern.shortestSuffix(text);
    return start < 0 ? text : text.slice(0, start);
  },
  "%%": (pattern, text) => {
    const start = pattern.longestSuffix(text);
    return start < 0 ? text : text.slice(0, start);
  },
};

type Instead = (match: string) => string;

function compileReplace(op: Extract<ParamOp, { kind: "replace" }>, unit: Unit): Change {
  const pattern = compileWordPattern(op.pattern, unit, true);
  const segments = unit.compilers.segments(op.replacement, unit);
  const replace = replacers[op.op];
  return (rt, text) => {
    const compiled = pattern(rt);
    const parts = segments(rt);
    if (!(compiled instanceof Promise) && !(parts instanceof Promise)) return replace(compiled, text, replacementOf(parts));
    return after(compiled, (done) => after(parts, (ready) => replace(done, text, replacementOf(ready))));
  };
}

/** An unquoted `&` stands for the match, `\\&` for itself. */
function replacementOf(segments: readonly PatternSegment[]): Instead {
  if (!segments.some((segment) => segment.active && segment.text.includes("&"))) {
    const text = segments.map((segment) => segment.text).join("");
    return () => text;
  }
  return (match) =>
    segments
      .map((segment) => (segment.active ? segment.text.replace(/\\&|&/g, (found) => (found === "&" ? match : "&")) : segment.text))
      .join("");
}

const replacers: Readonly<Record<"/" | "//" | "/#" | "/%", (pattern: Pattern, text: string, instead: Instead) => string>> = {
  "/": (pattern, text, instead) => pattern.replace(text, false, instead),
  "//": (pattern, text, instead) => pattern.replace(text, true, instead),
  "/#": (pattern, text, instead) => {
    const end = pattern.longestPrefix(text);
    return end < 0 ? text : instead(text.slice(0, end)) + text.slice(end);
  },
  "/%": (pattern, text, instead) => {
    const start = pattern.longestSuffix(text);
    return start < 0 ? text : text.slice(0, start) + instead(text.slice(start));
  },
};

function changeCase(text: string, op: "^" | "^^" | "," | ",,", pattern: Pattern | undefined): string {
  const change = op.startsWith("^") ? (char: string) => char.toUpperCase() : (char: string) => char.toLowerCase();
  const all = op.length === 2;
  if (all && pattern === undefined) return change(text);
  let out = "";
  let first = true;
  for (const char of text) {
    out += (all || first) && (pattern === undefined || pattern.matches(char)) ? change(char) : char;
    first = false;
  }
  return out;
}

function compileTransform(op: string): Change {
  switch (op) {
    case "Q":
      return (_, text, unset) => (unset ? undefined : quote(text));
    case "U":
      return (_, text) => text.toUpperCase();
    case "u":
      return (_, text) => changeCase(text, "^", undefined);
    case "L":
      return (_, text) => text.toLowerCase();
    default:
      throw new Fault(`\${…@${op}}: not available`);
  }
}

// ── Slices ────────────────────────────────────────────────────────────────────────────────────

/** `${v:offset:length}` in characters. */
export function compileTextSlice(op: SliceOp, unit: Unit): (rt: Runtime, text: string) => MaybePromise<string> {
  const offset = unit.compilers.integer(op.offset, unit);
  const length = op.length === undefined ? undefined : unit.compilers.integer(op.length, unit);
  return (rt, text) => after(offset(rt), (from) => after(length?.(rt), (count) => sliceText(text, from, count)));
}

function sliceText(text: string, from: number, count: number | undefined): string {
  const wide = /[\ud800-\udfff]/.test(text);
  const units: readonly string[] | string = wide ? [...text] : text;
  const start = from < 0 ? units.length + from : from;
  if (start < 0 || start > units.length) return "";
  const end = count === undefined ? units.length : count < 0 ? units.length + count : start + count;
  if (end < start) throw new Fault(`${count}: substring expression < 0`);
  return typeof units === "string" ? units.slice(start, end) : units.slice(start, end).join("");
}

/** `${xs[@]:offset:length}`. */
export function compileListSlice(
  op: SliceOp,
  unit: Unit,
): (rt: Runtime, values: readonly Value[]) => MaybePromise<readonly Value[]> {
  const offset = unit.compilers.integer(op.offset, unit);
  const length = op.length === undefined ? undefined : unit.compilers.integer(op.length, unit);
  return (rt, values) =>
    after(offset(rt), (from) =>
      after(length?.(rt), (count) => {
        if (count !== undefined && count < 0) throw new Fault(`${count}: substring expression < 0`);
        const start = from < 0 ? values.length + from : from;
        if (start < 0 || start > values.length) return [];
        return values.slice(start, count === undefined ? undefined : start + count);
      }),
    );
}
