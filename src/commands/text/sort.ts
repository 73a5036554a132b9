import { CommandError, type Context, command, type Flag, type Input } from "../../kernel/command.ts";
import { done, fileError, next, openInput } from "../support/io/input.ts";
import { complain, Output, put, quoted } from "../support/io/output.ts";
import { replaceFile } from "../support/io/replace.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";
import { cutLines, type Lines, sortBytes } from "../support/sorting/byte-sort.ts";
import {
  compareValues,
  globalOrdering,
  type Key,
  keyText,
  type Ordering,
  parseKey,
  type SortValue,
  sortValue,
} from "../support/sorting/keys.ts";

const flags = {
  "numeric-sort": { short: "n", help: "by numbers" },
  "general-numeric-sort": { short: "g", help: "by numbers with exponents" },
  "human-numeric-sort": { short: "h", help: "by sizes such as 2K and 1G" },
  "month-sort": { short: "M", help: "by months: JAN to DEC" },
  "version-sort": { short: "V", help: "by versions: digits in names by value" },
  reverse: { short: "r", help: "in reverse" },
  "ignore-case": { short: "f", help: "small letters as capitals" },
  "ignore-leading-blanks": { short: "b", help: "without blanks at the start" },
  "dictionary-order": { short: "d", help: "letters, digits and blanks only" },
  "ignore-nonprinting": { short: "i", help: "printable characters only" },
  key: {
    short: "k",
    value: "string",
    placeholder: "KEYDEF",
    repeat: true,
    help: "sort by FIELD[.CHAR][OPTS][,FIELD[.CHAR][OPTS]]",
  },
  "field-separator": { short: "t", value: "string", placeholder: "SEP", help: "what separates fields (blanks)" },
  unique: { short: "u", help: "one of equal lines" },
  stable: { short: "s", help: "lines with equal keys keep their order" },
  check: {
    short: "c",
    value: "string",
    placeholder: "HOW",
    optional: "diagnose-first",
    help: "only check: print the first line out of order",
  },
  C: { help: "only check, print nothing" },
  merge: { short: "m", help: "the files are sorted already" },
  output: { short: "o", value: "string", placeholder: "FILE", help: "write to FILE, which may be an input" },
  "zero-terminated": { short: "z", help: "lines end with NUL" },
  "buffer-size": { short: "S", value: "string", help: "ignored" },
  "temporary-directory": { short: "T", value: "string", help: "ignored" },
  parallel: { value: "string", help: "ignored" },
} as const satisfies Readonly<Record<string, Flag>>;

export const sort = command(
  {
    name: "sort",
    summary: "sort lines",
    description: "The order is that of bytes, whatever the locale.",
    group: "text",
    needs: ["vfs.write"],
    args: [{ name: "file", help: "what to read; `-` or nothing is standard input", optional: true, rest: true, means: "path" }],
    flags,
    examples: [
      { run: "printf '10\\n9\\n' | sort -n", stdout: "9\n10\n" },
      { run: "printf 'b 1\\na 2\\n' | sort -k2,2nr", stdout: "a 2\nb 1\n" },
      { run: "printf 'b\\na\\nb\\n' > f; sort -u f -o f; cat f", stdout: "a\nb\n" },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

type SortInput = Input<typeof flags>;

interface Plan {
  readonly keys: readonly Key[];
  readonly global: Ordering;
  readonly tab: number;
  readonly separator: number;
  readonly unique: boolean;
  readonly stable: boolean;
}

function planOf({ flags: given }: SortInput): Plan {
  const switches = [
    ["n", "numeric-sort"],
    ["g", "general-numeric-sort"],
    ["h", "human-numeric-sort"],
    ["M", "month-sort"],
    ["V", "version-sort"],
    ["r", "reverse"],
    ["f", "ignore-case"],
    ["b", "ignore-leading-blanks"],
    ["d", "dictionary-order"],
    ["i", "ignore-nonprinting"],
  ] as const;
  const letters = switches
    .filter(([, name]) => given[name])
    .map(([letter]) => letter)
    .join("");
  const clash = /[nghMV]/.exec(letters) !== null ? letters.replace(/[rfb]/g, "") : "";
  if (clash.length > 1) throw new CommandError(`options '-${clash}' are incompatible`, 2);
  const global = globalOrdering(letters);
  const separator = given["field-separator"];
  const tab = separator === undefined ? undefined : separator === "\\0" ? "\0" : separator;
  if (tab === "") throw new CommandError("empty tab", 2);
  if (tab !== undefined && Buffer.byteLength(tab) > 1) throw new CommandError(`multi-character tab ${quoted(tab)}`, 2);
  const keys = given.key.map((text) => parseKey(text, global));
  const whole: Key = { field: 0, char: 0, endField: undefined, endChar: 0, ordering: global };
  const isPlain = keys.length === 0 && letters.replace("r", "") === "";
  return {
    keys: isPlain ? [] : keys.length === 0 ? [whole] : keys,
    global,
    tab: tab === undefined ? -1 : tab.charCodeAt(0),
    separator: given["zero-terminated"] ? 0 : 10,
    unique: given.unique,
    stable: given.stable || given.unique,
  };
}

function* run(input: SortInput, ctx: Context<"vfs.write">): Steps<number> {
  const plan = planOf(input);
  const checks = input.flags.check !== undefined || input.flags.C;
  if (checks && input.args.length > 1)
    throw new CommandError(`extra operand ${quoted(input.args[1] ?? "")} not allowed with -c`, 2);
  const bytes = yield* readAll(input.args, ctx, plan.separator);
  if (bytes === undefined) return 2;
  const lines = cutLines(bytes, plan.separator);
  if (checks) return yield* check(lines, plan, input, ctx);
  const order = plan.keys.length === 0 ? yield* sortBytes(lines) : yield* sortKeyed(lines, plan);
  const chunks = printed(lines, order, plan);
  const target = input.flags.output;
  if (target === undefined) {
    for (const chunk of chunks) {
      yield;
      yield* put(ctx.stdout, chunk);
    }
    return 0;
  }
  yield* save(ctx, target, chunks);
  return 0;
}

function* save(ctx: Context<"vfs.write">, target: string, chunks: Iterable<Uint8Array>): Steps<void> {
  try {
    const replacement = yield* replaceFile(ctx.vfs, ctx.resolve(target));
    try {
      for (const chunk of chunks) yield* wait(replacement.handle.write(chunk));
      yield* replacement.commit();
    } finally {
      yield* replacement.discard();
    }
  } catch (error) {
    throw new CommandError(`open failed: ${target}: ${fileError(error).message}`, 2, { cause: error });
  }
}

/** All input in one piece, each file ending with a separator; undefined after an error. */
function* readAll(args: readonly string[], ctx: Context<"vfs.write">, separator: number): Steps<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  for (const operand of args.length === 0 ? ["-"] : args) {
    let phase = "cannot read";
    try {
      const source = yield* openInput(ctx, operand);
      phase = "read failed";
      try {
        for (let chunk = yield* next(source); chunk !== null; chunk = yield* next(source)) chunks.push(chunk);
      } finally {
        done(ctx, source);
      }
    } catch (error) {
      yield* complain(ctx, `${phase}: ${operand}: ${fileError(error).message}`);
      return undefined;
    }
    const last = chunks.at(-1);
    if (last !== undefined && last[last.length - 1] !== separator) chunks.push(Uint8Array.of(separator));
  }
  return Buffer.concat(chunks);
}

function textOf({ bytes, starts, ends }: Lines, line: number): string {
  return (bytes as Buffer).toString("latin1", starts[line], ends[line]);
}

/** Compares by keys, then (unless stable) by the whole line. */
function comparer(lines: Lines, plan: Plan, values: readonly SortValue[][]): (a: number, b: number) => number {
  const { keys, stable, global } = plan;
  const buffer = lines.bytes as Buffer;
  return (a, b) => {
    for (let i = 0; i < keys.length; i++) {
      const column = values[i] as SortValue[];
      const result = compareValues(column[a] as SortValue, column[b] as SortValue, (keys[i] as Key).ordering);
      if (result !== 0) return result;
    }
    if (stable) return 0;
    const result = buffer.compare(buffer, lines.starts[b], lines.ends[b], lines.starts[a], lines.ends[a]);
    return global.reverse ? -result : result;
  };
}

function* valuesOf(lines: Lines, plan: Plan): Generator<undefined, SortValue[][]> {
  const columns: SortValue[][] = plan.keys.map(() => []);
  for (let line = 0; line < lines.starts.length; line++) {
    if ((line & 8191) === 8191) yield;
    const text = textOf(lines, line);
    for (const [index, key] of plan.keys.entries()) columns[index]?.push(sortValue(keyText(text, key, plan.tab), key.ordering));
  }
  return columns;
}

const runLength = 32_768;

/** Sorts runs, then merges pairs of them, so that the event loop can turn in between. */
function* sortKeyed(lines: Lines, plan: Plan): Generator<undefined, Uint32Array> {
  const compare = comparer(lines, plan, yield* valuesOf(lines, plan));
  let runs: Uint32Array[] = [];
  for (let from = 0; from < lines.starts.length; from += runLength) {
    const size = Math.min(runLength, lines.starts.length - from);
    runs.push(Uint32Array.from(Array.from({ length: size }, (_, i) => from + i).sort(compare)));
    yield;
  }
  while (runs.length > 1) {
    const merged: Uint32Array[] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const [left, right] = [runs[i] as Uint32Array, runs[i + 1]];
      merged.push(right === undefined ? left : yield* merge(left, right, compare));
    }
    runs = merged;
  }
  return runs[0] ?? new Uint32Array(0);
}

function* merge(
  left: Uint32Array,
  right: Uint32Array,
  compare: (a: number, b: number) => number,
): Generator<undefined, Uint32Array> {
  const out = new Uint32Array(left.length + right.length);
  let i = 0;
  let j = 0;
  for (let at = 0; at < out.length; at++) {
    if ((at & 16_383) === 16_383) yield;
    const fromLeft = j >= right.length || (i < left.length && compare(left[i] as number, right[j] as number) <= 0);
    out[at] = fromLeft ? (left[i++] as number) : (right[j++] as number);
  }
  return out;
}

function* printed(lines: Lines, order: Uint32Array, plan: Plan): Generator<Uint8Array> {
  const plainReverse = plan.keys.length === 0 && plan.global.reverse;
  const count = order.length;
  const same = plan.unique ? sameAs(lines, plan) : undefined;
  let buffer = Buffer.allocUnsafeSlow(65_536);
  let used = 0;
  let before = -1;
  for (let i = 0; i < count; i++) {
    const line = order[plainReverse ? count - 1 - i : i] as number;
    if (same !== undefined && before >= 0 && same(before, line)) continue;
    before = line;
    const start = lines.starts[line] as number;
    const size = (lines.ends[line] as number) - start;
    if (used + size + 1 > buffer.length) {
      if (used > 0) yield buffer.subarray(0, used);
      buffer = Buffer.allocUnsafeSlow(Math.max(65_536, size + 1));
      used = 0;
    }
    if (size < 64) for (let k = 0; k < size; k++) buffer[used + k] = lines.bytes[start + k] as number;
    else (lines.bytes as Buffer).copy(buffer, used, start, start + size);
    used += size;
    buffer[used++] = plan.separator;
  }
  if (used > 0) yield buffer.subarray(0, used);
}

/** Whether two lines are one under -u: equal keys, or equal bytes without keys. */
function sameAs(lines: Lines, plan: Plan): (a: number, b: number) => boolean {
  if (plan.keys.length > 0) {
    return (a, b) =>
      plan.keys.every((key) => {
        const value = (line: number) => sortValue(keyText(textOf(lines, line), key, plan.tab), key.ordering);
        return compareValues(value(a), value(b), key.ordering) === 0;
      });
  }
  const buffer = lines.bytes as Buffer;
  return (a, b) => buffer.compare(buffer, lines.starts[b], lines.ends[b], lines.starts[a], lines.ends[a]) === 0;
}

function* check(lines: Lines, plan: Plan, input: SortInput, ctx: Context<"vfs.write">): Steps<number> {
  const compare = comparer(lines, plan, yield* valuesOf(lines, plan));
  const limit = plan.unique ? 0 : 1;
  const byKeys = plan.unique && plan.keys.length === 0 ? comparer(lines, { ...plan, stable: false }, []) : compare;
  for (let line = 1; line < lines.starts.length; line++) {
    if (byKeys(line - 1, line) < limit) continue;
    const silent = input.flags.C || input.flags.check === "silent" || input.flags.check === "quiet";
    if (!silent) {
      const out = new Output(ctx.stderr);
      out.text(`${ctx.name}: ${input.args[0] ?? "-"}:${line + 1}: disorder: `);
      out.latin1(`${textOf(lines, line)}\n`);
      yield* out.flush();
    }
    return 1;
  }
  return 0;
}
