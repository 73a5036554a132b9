import { CommandError } from "../../../kernel/command.ts";
import { quoted } from "../io/output.ts";
import { compareVersions } from "../io/versions.ts";

/** How a key is compared. */
export interface Ordering {
  readonly type: "text" | "number" | "general" | "human" | "month" | "version" | "random";
  readonly reverse: boolean;
  readonly fold: boolean;
  readonly dictionary: boolean;
  readonly printable: boolean;
  readonly blanksStart: boolean;
  readonly blanksEnd: boolean;
}

/** A key's place in the line, counted from 0, and its ordering; what it does not say itself comes from the command. */
export interface Key {
  readonly field: number;
  readonly char: number;
  /** Undefined: to the end of the line. */
  readonly endField: number | undefined;
  /** 0: to the end of that field. */
  readonly endChar: number;
  readonly ordering: Ordering;
}

const letters = "bdfghiMnRrV";

/** Applies option letters of a key (or of the command) to an ordering. */
function withLetters(text: string, base: Ordering, place: "start" | "end"): Ordering {
  let ordering = base;
  for (const letter of text) {
    if (letter === "b") ordering = place === "start" ? { ...ordering, blanksStart: true } : { ...ordering, blanksEnd: true };
    else if (letter === "d") ordering = { ...ordering, dictionary: true };
    else if (letter === "f") ordering = { ...ordering, fold: true };
    else if (letter === "i") ordering = { ...ordering, printable: true };
    else if (letter === "r") ordering = { ...ordering, reverse: true };
    else ordering = { ...ordering, type: types[letter] ?? "text" };
  }
  return ordering;
}

const types: Readonly<Record<string, Ordering["type"]>> = {
  g: "general",
  h: "human",
  M: "month",
  n: "number",
  R: "random",
  V: "version",
};

export const plain: Ordering = {
  type: "text",
  reverse: false,
  fold: false,
  dictionary: false,
  printable: false,
  blanksStart: false,
  blanksEnd: false,
};

/** `F[.C][OPTS][,F[.C][OPTS]]`. Throws CommandError, status 2. */
export function parseKey(text: string, global: Ordering): Key {
  const match = new RegExp(`^([0-9]+)(?:\\.([0-9]+))?([${letters}]*)(?:,([0-9]+)(?:\\.([0-9]+))?([${letters}]*))?$`).exec(text);
  if (match === null) throw new CommandError(`invalid field specification ${quoted(text)}`, 2);
  const [, field = "1", char, options = "", endField, endChar, endOptions = ""] = match;
  if (Number(field) === 0 || (endField !== undefined && Number(endField) === 0)) {
    throw new CommandError(`field number is zero: invalid field specification ${quoted(text)}`, 2);
  }
  if (char !== undefined && Number(char) === 0) {
    throw new CommandError(`character offset is zero: invalid field specification ${quoted(text)}`, 2);
  }
  const own = options + endOptions;
  const ordering =
    own === ""
      ? { ...global, blanksEnd: global.blanksStart }
      : withLetters(endOptions, withLetters(options, plain, "start"), "end");
  return {
    field: Number(field) - 1,
    char: char === undefined ? 0 : Number(char) - 1,
    endField: endField === undefined ? undefined : Number(endField) - 1,
    endChar: endChar === undefined ? 0 : Number(endChar),
    ordering,
  };
}

const isBlank = (code: number) => code === 32 || code === 9 || code === 10;

/** Skips `count` fields: with a separator to behind the last one; else blanks and what follows them. */
function skipFields(line: string, count: number, tab: number, stayAtTab: boolean): number {
  let at = 0;
  for (let left = count; left > 0 && at < line.length; left--) {
    if (tab >= 0) {
      while (at < line.length && line.charCodeAt(at) !== tab) at++;
      if (at < line.length && (left > 1 || !stayAtTab)) at++;
    } else {
      while (at < line.length && isBlank(line.charCodeAt(at))) at++;
      while (at < line.length && !isBlank(line.charCodeAt(at))) at++;
    }
  }
  return at;
}

function skipBlanks(line: string, at: number): number {
  let to = at;
  while (to < line.length && isBlank(line.charCodeAt(to))) to++;
  return to;
}

/** The part of the line that a key names. `tab` is the separator's byte, or -1 for blanks. */
export function keyText(line: string, key: Key, tab: number): string {
  let start = skipFields(line, key.field, tab, false);
  if (key.ordering.blanksStart) start = skipBlanks(line, start);
  start = Math.min(line.length, start + key.char);
  if (key.endField === undefined) return line.slice(start);
  let end = skipFields(line, key.endField + (key.endChar === 0 ? 1 : 0), tab, key.endChar === 0);
  if (key.endChar !== 0) {
    if (key.ordering.blanksEnd) end = skipBlanks(line, end);
    end = Math.min(line.length, end + key.endChar);
  }
  return end <= start ? "" : line.slice(start, end);
}

/** What two lines are compared by: made once for each line. */
export type SortValue = string | number;

/** Lines are strings of bytes (latin1). */
export function sortValue(text: string, ordering: Ordering): SortValue {
  switch (ordering.type) {
    case "number":
      return numberOf(text);
    case "general": {
      const match = /^[ \t\n\v\f\r]*([-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|inf(?:inity)?|nan))/i.exec(text);
      const word = match?.[1]?.toLowerCase() ?? "";
      // No number is before NaN, NaN before all numbers.
      if (word === "") return Number.NEGATIVE_INFINITY;
      if (word.includes("nan")) return -Number.MAX_VALUE;
      return word.includes("inf") ? (word.startsWith("-") ? -1e308 : Number.POSITIVE_INFINITY) : Number(word);
    }
    case "human": {
      const match = /^[ \t]*(-?)([0-9]*\.?[0-9]*)([KkMGTPEZY]?)/.exec(text);
      const value = Number(match?.[2] === "." ? 0 : match?.[2]);
      const rank = value === 0 ? 0 : " KMGTPEZY".indexOf((match?.[3] || " ").toUpperCase());
      // The unit counts before the number, as GNU has it.
      const size = rank * 1e15 + value;
      return match?.[1] === "-" ? -size : size;
    }
    case "month":
      return months.indexOf(text.trimStart().slice(0, 3).toUpperCase());
    default: {
      let out = text;
      if (ordering.dictionary) out = out.replace(/[^A-Za-z0-9 \t\n]/g, "");
      else if (ordering.printable) out = out.replace(/[^ -~]/g, "");
      return ordering.fold ? out.replace(/[a-z]+/g, (run) => run.toUpperCase()) : out;
    }
  }
}

const months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");

/** The number that a text begins with, after blanks; 0 if there is none. */
function numberOf(text: string): number {
  let at = 0;
  while (isBlank(text.charCodeAt(at))) at++;
  const negative = text.charCodeAt(at) === 45;
  if (negative) at++;
  let value = 0;
  let digits = 0;
  const start = at;
  for (; digits < 15; at++, digits++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
  }
  if (text.charCodeAt(at) === 46 || digits === 15)
    value = Number(/^[0-9]*\.?[0-9]*/.exec(text.slice(start))?.[0].replace(/^\.?$/, "0"));
  return negative ? -value : value;
}

export function compareValues(a: SortValue, b: SortValue, ordering: Ordering): number {
  const result = ordering.type === "version" ? compareVersions(a as string, b as string) : a < b ? -1 : a > b ? 1 : 0;
  return ordering.reverse ? -result : result;
}

export function globalOrdering(flags: string): Ordering {
  return withLetters(flags, plain, "start");
}
