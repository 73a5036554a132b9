import type { Arg, Flag, Input, Signature } from "./declaration.ts";
import { toText, type Value, ValueError } from "./value.ts";

/** What the arguments mean. `message` has no command name in front; a usage error is status 2. */
export type ParsedArguments =
  | { readonly kind: "input"; readonly input: Input }
  | { readonly kind: "help" }
  | { readonly kind: "error"; readonly message: string };

/** A flag by every spelling. `key` is its place in `Input.flags`; `help` and `json` are the ones every command gets. */
export interface FlagEntry {
  readonly key: string;
  readonly kind: "own" | "help" | "json";
  readonly flag: Flag;
}

/** A signature made ready for parsing, once. */
export interface FlagTable {
  readonly short: ReadonlyMap<string, FlagEntry>;
  readonly long: ReadonlyMap<string, FlagEntry>;
  /** What `Input.flags` is when no flag is given. Shared: nobody may change it. */
  readonly defaults: Input["flags"];
  /** The fewest and the most operands. */
  readonly least: number;
  readonly most: number;
}

type FlagRecord = Record<string, string | number | boolean | undefined | readonly (string | number)[]>;

const tables = new WeakMap<Signature, FlagTable>();

const helpFlag: Flag = { help: "show this help" };
const jsonFlag: Flag = { help: "print the result as JSON" };

/** The flags of a signature by spelling, for parsing, checking and completion. */
export function flagTable(signature: Signature): FlagTable {
  let table = tables.get(signature);
  if (table === undefined) {
    table = makeTable(signature);
    tables.set(signature, table);
  }
  return table;
}

function makeTable(signature: Signature): FlagTable {
  const short = new Map<string, FlagEntry>();
  const long = new Map<string, FlagEntry>();
  const defaults: FlagRecord = {};
  if (signature.parse !== "raw") {
    long.set("help", { key: "help", kind: "help", flag: helpFlag });
    if (signature.json === true) long.set("json", { key: "json", kind: "json", flag: jsonFlag });
  }
  for (const [key, flag] of Object.entries(signature.flags)) {
    const entry: FlagEntry = { key, kind: "own", flag };
    for (const name of [key, ...(flag.short === undefined ? [] : [flag.short]), ...(flag.aliases ?? [])]) {
      (name.length === 1 ? short : long).set(name, entry);
    }
    if (flag.value === undefined) defaults[key] = flag.repeat === true ? 0 : false;
    else defaults[key] = flag.repeat === true ? Object.freeze([]) : undefined;
  }
  const last = signature.args.at(-1);
  return {
    short,
    long,
    defaults: Object.freeze(defaults) as Input["flags"],
    least: signature.args.filter((arg) => arg.optional !== true).length,
    most: last?.rest === true ? Number.POSITIVE_INFINITY : signature.args.length,
  };
}

class UsageError extends Error {}

/**
 * Reads arguments (without the command's name) by its signature, after GNU's rules: unambiguous prefixes, `--flag=value`,
 * bundles, `--`. Lists, records and bytes are never flags. The result is immutable and may be kept for the same arguments.
 */
export function parseArguments(signature: Signature, argv: readonly Value[]): ParsedArguments {
  const table = flagTable(signature);
  try {
    if (signature.parse === "raw") return { kind: "input", input: inputOf(table.defaults, argv, false) };
    const parse = new Parse(signature, table);
    if (!parse.run(argv)) return { kind: "help" };
    const operands = parse.operands;
    if (operands.length < table.least || operands.length > table.most) throw new UsageError(arityMessage(table, operands));
    return { kind: "input", input: inputOf((parse.flags as Input["flags"] | undefined) ?? table.defaults, operands, parse.json) };
  } catch (error) {
    if (error instanceof UsageError || error instanceof ValueError) return { kind: "error", message: error.message };
    throw error;
  }
}

function inputOf(flags: Input["flags"], values: readonly Value[], json: boolean): Input {
  if (values.every((value) => typeof value === "string")) return { flags, args: values as readonly string[], values, json };
  if (!values.some((value) => value instanceof Uint8Array)) return { flags, args: values.map(toText), values, json };
  // Bytes may be no text: only a command that wants text finds out.
  return {
    flags,
    get args() {
      return values.map(toText);
    },
    values,
    json,
  };
}

function arityMessage(table: FlagTable, operands: readonly Value[]): string {
  if (operands.length > table.most) return `extra operand '${toText(operands[table.most] ?? "")}'`;
  const last = operands.at(-1);
  return last === undefined ? "missing operand" : `missing operand after '${toText(last)}'`;
}

/** One reading of one argument list. */
class Parse {
  readonly #signature: Signature;
  readonly #table: FlagTable;
  /** Absent until the first flag. */
  flags: FlagRecord | undefined;
  readonly operands: Value[] = [];
  json = false;

  constructor(signature: Signature, table: FlagTable) {
    this.#signature = signature;
    this.#table = table;
  }

  /** False when help is asked for. */
  run(argv: readonly Value[]): boolean {
    for (let i = 0; i < argv.length; i++) {
      const value = argv[i] as Value;
      const text = typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
      if (text.length < 2 || text.charCodeAt(0) !== 45 || this.#isOperand(text)) {
        this.operands.push(value);
        if (this.#signature.parse !== "posix") continue;
        i++;
      } else if (text !== "--") {
        const used = text.charCodeAt(1) === 45 ? this.#long(text, argv, i) : this.#short(text, argv, i);
        if (used < 0) return false;
        i += used;
        continue;
      } else i++;
      for (; i < argv.length; i++) this.operands.push(argv[i] as Value);
    }
    return true;
  }

  #isOperand(text: string): boolean {
    return (
      this.#signature.negativeOperands === true &&
      /^-(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(text) &&
      !this.#table.short.has(text.charAt(1))
    );
  }

  /** Answers how many of the next arguments were taken, -1 for help. */
  #long(text: string, argv: readonly Value[], at: number): number {
    const equals = text.indexOf("=");
    const name = text.slice(2, equals < 0 ? undefined : equals);
    const { spelling, entry } = this.#findLong(name);
    if (entry.flag.value === undefined) {
      if (equals >= 0) throw new UsageError(`option '--${spelling}' doesn't allow an argument`);
      return this.#switch(entry);
    }
    if (equals >= 0) this.#value(entry, `--${spelling}`, text.slice(equals + 1));
    else if (entry.flag.optional !== undefined) this.#value(entry, `--${spelling}`, entry.flag.optional);
    else {
      if (at + 1 >= argv.length) throw new UsageError(`option '--${spelling}' requires an argument`);
      this.#value(entry, `--${spelling}`, toText(argv[at + 1] as Value));
      return 1;
    }
    return 0;
  }

  #findLong(name: string): { spelling: string; entry: FlagEntry } {
    const exact = this.#table.long.get(name);
    if (exact !== undefined) return { spelling: name, entry: exact };
    const matches = [...this.#table.long].filter(([spelling]) => spelling.startsWith(name));
    const first = matches[0];
    if (first !== undefined && matches.every(([, entry]) => entry.key === first[1].key && entry.kind === first[1].kind)) {
      return { spelling: first[0], entry: first[1] };
    }
    if (first !== undefined) {
      const list = matches.map(([spelling]) => `'--${spelling}'`).join(" ");
      throw new UsageError(`option '--${name}' is ambiguous; possibilities: ${list}`);
    }
    const near = nearest(name, [...this.#table.long.keys()])[0];
    throw new UsageError(`unrecognized option '--${name}'${near === undefined ? "" : ` (did you mean '--${near}'?)`}`);
  }

  #short(text: string, argv: readonly Value[], at: number): number {
    const numeric = this.#signature.numeric;
    if (numeric !== undefined && /^-[0-9]+$/.test(text) && !this.#table.short.has(text.charAt(1))) {
      const entry = this.#table.short.get(numeric) ?? this.#table.long.get(numeric);
      if (entry !== undefined) {
        this.#value(entry, text, text.slice(1));
        return 0;
      }
    }
    for (let i = 1; i < text.length; i++) {
      const letter = String.fromCodePoint(text.codePointAt(i) ?? 0);
      const entry = this.#table.short.get(letter);
      if (entry === undefined) throw new UsageError(this.#unknownShort(letter, text));
      if (entry.flag.value === undefined) {
        if (this.#switch(entry) < 0) return -1;
        continue;
      }
      const rest = text.slice(i + 1);
      if (rest !== "" || entry.flag.optional !== undefined) {
        this.#value(entry, `-${letter}`, rest === "" ? (entry.flag.optional ?? "") : rest);
        return 0;
      }
      if (at + 1 >= argv.length) throw new UsageError(`option requires an argument -- '${letter}'`);
      this.#value(entry, `-${letter}`, toText(argv[at + 1] as Value));
      return 1;
    }
    return 0;
  }

  #unknownShort(letter: string, text: string): string {
    const near = text.length > 3 ? nearest(text.slice(1), [...this.#table.long.keys()])[0] : undefined;
    return `invalid option -- '${letter}'${near === undefined ? "" : ` (did you mean '--${near}'?)`}`;
  }

  #switch(entry: FlagEntry): number {
    if (entry.kind === "help") return -1;
    if (entry.kind === "json") this.json = true;
    else {
      this.flags ??= { ...(this.#table.defaults as FlagRecord) };
      this.flags[entry.key] = entry.flag.repeat === true ? (this.flags[entry.key] as number) + 1 : true;
    }
    return 0;
  }

  #value(entry: FlagEntry, spelling: string, text: string): void {
    const value = flagValue(entry.flag, spelling, text);
    this.flags ??= { ...(this.#table.defaults as FlagRecord) };
    const before = this.flags[entry.key];
    this.flags[entry.key] = entry.flag.repeat === true ? [...(before as readonly (string | number)[]), value] : value;
  }
}

function flagValue(flag: Flag, spelling: string, text: string): string | number {
  switch (flag.value) {
    case "int": {
      if (!/^[-+]?[0-9]+$/.test(text)) throw new UsageError(`invalid ${spelling} argument '${text}'`);
      const number = Number(text);
      if (!Number.isSafeInteger(number)) throw new UsageError(`${spelling} argument '${text}' too large`);
      return number;
    }
    case "number": {
      const number = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
      if (!Number.isFinite(number)) throw new UsageError(`invalid ${spelling} argument '${text}'`);
      return number;
    }
    case "size":
      return sizeValue(spelling, text);
    default:
      return text;
  }
}

function sizeValue(spelling: string, text: string): number {
  const size = parseSize(text);
  if (size === "invalid") throw new UsageError(`invalid ${spelling} argument '${text}'`);
  if (size === "suffix") throw new UsageError(`invalid suffix in ${spelling} argument '${text}'`);
  if (size === "large") throw new UsageError(`${spelling} argument '${text}' too large`);
  return size;
}

/**
 * GNU's sizes in bytes: `10`, `2b` (512), `1K`/`1k`/`1KiB` (1024), `1kB`/`1KB` (1000), `M G T P E Z Y` alike; a sign may
 * stand in front. Answers what is wrong otherwise.
 */
export function parseSize(text: string): number | "invalid" | "suffix" | "large" {
  const match = /^([-+]?)([0-9]*)(.*)$/su.exec(text);
  const [, sign = "", digits = "", suffix = ""] = match ?? [];
  if (digits === "" && suffix === "") return "invalid";
  const unit = /^(?:b|([kKmMgGtTPEZYRQ])(iB|B)?)?$/.exec(suffix);
  if (unit === null) return digits === "" ? "invalid" : "suffix";
  let factor = suffix === "b" ? 512 : 1;
  const letter = unit[1];
  if (letter !== undefined) factor = (unit[2] === "B" ? 1000 : 1024) ** ("KMGTPEZYRQ".indexOf(letter.toUpperCase()) + 1);
  const size = (digits === "" ? 1 : Number(digits)) * factor;
  if (!Number.isSafeInteger(size)) return "large";
  return sign === "-" ? -size : size;
}

// ── Help ──────────────────────────────────────────────────────────────────────────────────────

/** The help text of a command: usage, what it does, operands, flags, examples. Ends with a newline. */
export function usage(signature: Signature): string {
  const summary = signature.summary.charAt(0).toUpperCase() + signature.summary.slice(1);
  let out = `Usage: ${usageLine(signature)}\n${summary}.\n`;
  if (signature.description !== undefined) out += `\n${signature.description.trimEnd()}\n`;
  if (signature.args.length > 0) out += `\nOperands:\n${columns(signature.args.map((arg) => [arg.name, arg.help]))}`;
  const flags = Object.entries(signature.flags).map(([key, flag]): [string, string] => [flagSpelling(key, flag), flag.help]);
  if (signature.parse !== "raw") {
    if (signature.json === true && !("json" in signature.flags)) flags.push(["    --json", jsonFlag.help]);
    if (!("help" in signature.flags)) flags.push(["    --help", helpFlag.help]);
  }
  if (flags.length > 0) out += `\nFlags:\n${columns(flags)}`;
  if (signature.examples.length > 0) out += `\nExamples:\n${signature.examples.map(exampleText).join("")}`;
  return out;
}

/** `head [FLAG]... [FILE]...` */
export function usageLine(signature: Signature): string {
  const flags = Object.keys(signature.flags).length > 0 ? " [FLAG]..." : "";
  return `${signature.name}${flags}${signature.args.map(operandText).join("")}`;
}

function operandText(arg: Arg): string {
  const name = arg.name.toUpperCase();
  const text = arg.optional === true ? `[${name}]` : name;
  return ` ${text}${arg.rest === true ? "..." : ""}`;
}

function flagSpelling(key: string, flag: Flag): string {
  const names = [key, ...(flag.short === undefined ? [] : [flag.short]), ...(flag.aliases ?? [])];
  const short = names.filter((name) => name.length === 1).map((name) => `-${name}`);
  const long = names.filter((name) => name.length > 1).map((name) => `--${name}`);
  const lead = short.length === 0 ? ["    "] : [];
  const spelling = `${lead.join("")}${[...short, ...long].join(", ")}`;
  if (flag.value === undefined) return spelling;
  const value = flag.placeholder ?? flag.value.toUpperCase();
  if (flag.optional !== undefined) return `${spelling}[${long.length > 0 ? "=" : ""}${value}]`;
  return `${spelling}${long.length > 0 ? "=" : " "}${value}`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(30, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}

function exampleText(example: { readonly run: string; readonly help?: string }): string {
  const help = example.help === undefined ? "" : `  # ${example.help}\n`;
  return `${help}  ${example.run.replaceAll("\n", "\n  ")}\n`;
}

// ── Near names ────────────────────────────────────────────────────────────────────────────────

/**
 * Up to three of `candidates` that `name` may be a slip of, nearest first: insertions, deletions, changes and swaps of
 * neighbours, one for each three characters.
 */
export function nearest(name: string, candidates: Iterable<string>): readonly string[] {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const found: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const distance = editDistance(name, candidate);
    if (distance <= limit && distance < Math.max(name.length, candidate.length)) found.push({ candidate, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return [...new Set(found.map(({ candidate }) => candidate))].slice(0, 3);
}

/** Optimal string alignment, over UTF-16 units. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
