import { CommandError, type Context, command, type Flag, type Input } from "../../kernel/command.ts";
import { filterInputs } from "../support/io/filter.ts";
import { LineChunks } from "../support/io/input.ts";
import { Output, quoted } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

const flags = {
  bytes: { short: "b", value: "string", placeholder: "LIST", help: "print these bytes: 1, 3-5, -2, 7-" },
  characters: { short: "c", value: "string", placeholder: "LIST", help: "as -b: GNU's characters are bytes" },
  fields: { short: "f", value: "string", placeholder: "LIST", help: "print these fields, and lines without a separator" },
  delimiter: { short: "d", value: "string", placeholder: "SEP", help: "what separates fields (a tab)" },
  "only-delimited": { short: "s", help: "no lines without a separator" },
  complement: { help: "print what is not in the list" },
  "output-delimiter": { value: "string", placeholder: "SEP", help: "what to print between" },
  "zero-terminated": { short: "z", help: "lines end with NUL" },
  n: { help: "ignored" },
} as const satisfies Readonly<Record<string, Flag>>;

type CutInput = Input<typeof flags>;

export const cut = command(
  {
    name: "cut",
    summary: "print parts of each line",
    group: "text",
    needs: ["vfs.read"],
    args: [{ name: "file", help: "what to read; `-` or nothing is standard input", optional: true, rest: true, means: "path" }],
    flags,
    examples: [
      { run: "printf 'a,b,c\\n' | cut -d, -f1,3", stdout: "a,c\n" },
      { run: "printf 'abcdef\\n' | cut -c2-4", stdout: "bcd\n" },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

type Range = readonly [first: number, last: number];

/** Sorted, joined ranges, counted from 1. */
function parseList(text: string, what: string): readonly Range[] {
  const ranges = text.split(/[, \t]/).map((part): Range => {
    const match = /^([0-9]*)(-?)([0-9]*)$/.exec(part);
    const [, low = "", dash = "", high = ""] = match ?? [];
    if (match === null || (low === "" && high === "")) {
      if (part === "-") throw new CommandError("invalid range with no endpoint: -", 2);
      throw new CommandError(part === "" ? `${what}s are numbered from 1` : `invalid ${what} value ${quoted(part)}`, 2);
    }
    const first = low === "" ? 1 : Number(low);
    const last = dash === "" ? first : high === "" ? Number.POSITIVE_INFINITY : Number(high);
    if (first === 0 || last === 0) throw new CommandError(`${what}s are numbered from 1`, 2);
    if (last < first) throw new CommandError("invalid decreasing range", 2);
    return [first, last];
  });
  return joined(ranges);
}

/** Ranges that touch stay apart: an output delimiter goes between them. Those that overlap are one. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const out: Range[] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = out.at(-1);
    if (before !== undefined && first <= before[1]) out[out.length - 1] = [before[0], Math.max(before[1], last)];
    else out.push([first, last]);
  }
  return out;
}

function complementOf(ranges: readonly Range[]): readonly Range[] {
  const out: Range[] = [];
  let next = 1;
  for (const [first, last] of ranges) {
    if (first > next) out.push([next, first - 1]);
    next = last + 1;
  }
  if (next !== Number.POSITIVE_INFINITY) out.push([next, Number.POSITIVE_INFINITY]);
  return out;
}

interface Plan {
  readonly ranges: readonly Range[];
  readonly fields: boolean;
  readonly delimiter: number;
  readonly between: Buffer | undefined;
  readonly onlyDelimited: boolean;
  readonly end: number;
}

function planOf({ flags: given }: CutInput): Plan {
  const lists = [given.bytes, given.characters, given.fields].filter((list) => list !== undefined);
  const list = lists[0];
  if (list === undefined) throw new CommandError("you must specify a list of bytes, characters, or fields", 2);
  if (lists.length > 1) throw new CommandError("only one list may be specified", 2);
  const fields = given.fields !== undefined;
  if (!fields && given.delimiter !== undefined)
    throw new CommandError("an input delimiter may be specified only when operating on fields", 2);
  if (!fields && given["only-delimited"]) {
    throw new CommandError("suppressing non-delimited lines makes sense\n\tonly when operating on fields", 2);
  }
  const delimiter = Buffer.from(given.delimiter ?? "\t");
  if (delimiter.length > 1) throw new CommandError("the delimiter must be a single character", 2);
  const ranges = parseList(list, fields ? "field" : "byte or character position");
  const output = given["output-delimiter"];
  return {
    ranges: given.complement ? complementOf(ranges) : ranges,
    fields,
    delimiter: delimiter[0] ?? 0,
    between: output === undefined ? undefined : Buffer.from(output === "" ? "\0" : output),
    onlyDelimited: given["only-delimited"],
    end: given["zero-terminated"] ? 0 : 10,
  };
}

function* run(input: CutInput, ctx: Context<"vfs.read">): Steps<number> {
  const plan = planOf(input);
  const out = new Output(ctx.stdout);
  const cutLine = plan.fields ? cutFields : cutBytes;
  return yield* filterInputs(ctx, input.args, out, function* (source) {
    const chunks = new LineChunks(source, out, plan.end);
    for (let piece = yield* chunks.next(); piece !== null; piece = yield* chunks.next()) {
      for (let start = 0; start < piece.length; ) {
        let stop = piece.indexOf(plan.end, start);
        if (stop < 0) stop = piece.length;
        cutLine(piece, start, stop, plan, out);
        start = stop + 1;
      }
      if (out.full) yield* out.flush();
    }
  });
}

function cutBytes(piece: Buffer, start: number, stop: number, plan: Plan, out: Output): void {
  let first = true;
  for (const [low, high] of plan.ranges) {
    const from = start + low - 1;
    if (from >= stop) break;
    if (!first && plan.between !== undefined) out.add(plan.between);
    first = false;
    out.addSlice(piece, from, Math.min(stop, start + high));
  }
  out.byte(plan.end);
}

function cutFields(piece: Buffer, start: number, stop: number, plan: Plan, out: Output): void {
  const { delimiter, ranges, between } = plan;
  let field = 1;
  let range = 0;
  let from = start;
  let printed = false;
  let delimited = false;
  for (let at = start; at <= stop; at++) {
    if (at < stop && piece[at] !== delimiter) continue;
    if (at < stop) delimited = true;
    else if (!delimited) break;
    while (range < ranges.length && field > (ranges[range] as Range)[1]) range++;
    const current = ranges[range];
    if (current === undefined) break;
    if (field >= current[0]) {
      if (printed) {
        if (between === undefined) out.byte(delimiter);
        else out.add(between);
      }
      out.addSlice(piece, from, at);
      printed = true;
    }
    field++;
    from = at + 1;
  }
  if (!delimited) {
    if (plan.onlyDelimited) return;
    out.addSlice(piece, start, stop);
  }
  out.byte(plan.end);
}
