import { type ByteSink, CommandError, type Context, command, type Flag, type Input } from "../../kernel/command.ts";
import { done, fileError, LineChunks, openInput } from "../support/io/input.ts";
import { Output, quoted } from "../support/io/output.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

const flags = {
  count: { short: "c", help: "how often each line came" },
  repeated: { short: "d", help: "only lines that came more than once" },
  unique: { short: "u", help: "only lines that came once" },
  D: { help: "all lines that came more than once" },
  "ignore-case": { short: "i", help: "capital and small letters are the same" },
  "skip-fields": { short: "f", value: "int", placeholder: "NUM", help: "compare without the first NUM fields" },
  "skip-chars": { short: "s", value: "int", placeholder: "NUM", help: "compare without the first NUM characters" },
  "check-chars": { short: "w", value: "int", placeholder: "NUM", help: "compare NUM characters only" },
  "zero-terminated": { short: "z", help: "lines end with NUL" },
} as const satisfies Readonly<Record<string, Flag>>;

type UniqInput = Input<typeof flags>;

export const uniq = command(
  {
    name: "uniq",
    summary: "print one of equal lines that follow each other",
    group: "text",
    needs: ["vfs.write"],
    args: [
      { name: "input", help: "what to read; `-` or nothing is standard input", optional: true, means: "path" },
      { name: "output", help: "where to write", optional: true, means: "path" },
    ],
    flags,
    examples: [
      { run: "printf 'a\\na\\nb\\n' | uniq", stdout: "a\nb\n" },
      { run: "printf 'a\\na\\nb\\n' | uniq -c", stdout: "      2 a\n      1 b\n" },
      { run: "printf 'a\\na\\nb\\n' | uniq -d", stdout: "a\n" },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

function* run(input: UniqInput, ctx: Context<"vfs.write">): Steps<number> {
  const { flags: given, args } = input;
  for (const name of ["skip-fields", "skip-chars", "check-chars"] as const) {
    if ((given[name] ?? 0) < 0)
      throw new CommandError(`${given[name]}: invalid number of ${name.includes("fields") ? "fields to skip" : "bytes"}`, 2);
  }
  const operand = args[0] ?? "-";
  const target = args[1];
  try {
    const source = yield* openInput(ctx, operand);
    try {
      if (target === undefined || target === "-")
        return yield* filter(given, new LineChunks(source, undefined, given["zero-terminated"] ? 0 : 10), ctx.stdout);
      const handle = yield* wait(ctx.vfs.open(ctx.resolve(target), { write: true, create: true, truncate: true }));
      try {
        return yield* filter(given, new LineChunks(source, undefined, given["zero-terminated"] ? 0 : 10), {
          write: (chunk) => handle.write(typeof chunk === "string" ? Buffer.from(chunk) : chunk),
        });
      } finally {
        yield* wait(handle.close());
      }
    } finally {
      done(ctx, source);
    }
  } catch (error) {
    const known = fileError(error);
    const reads = known.code === "EISDIR" && known.path !== ctx.resolve(target ?? "");
    throw new CommandError(reads ? `error reading ${quoted(operand)}: ${known.message}` : `${operand}: ${known.message}`, 1, {
      cause: error,
    });
  }
}

function* filter(given: UniqInput["flags"], chunks: LineChunks, sink: ByteSink): Steps<number> {
  const out = new Output(sink);
  const end = given["zero-terminated"] ? 0 : 10;
  const simple =
    !given["ignore-case"] &&
    given["skip-fields"] === undefined &&
    given["skip-chars"] === undefined &&
    given["check-chars"] === undefined;
  const keyOf = (line: Buffer) => (simple ? line : comparedPart(line, given));
  let first: Buffer | undefined;
  let key: Buffer | undefined;
  let count = 0;
  let shown = false;
  const close = () => {
    if (first === undefined || given.D) return;
    if ((given.repeated && count < 2) || (given.unique && count > 1)) return;
    if (given.count) out.latin1(`${String(count).padStart(7)} `);
    out.add(first);
    out.byte(end);
  };
  for (let piece = yield* chunks.next(); piece !== null; piece = yield* chunks.next()) {
    for (let start = 0; start < piece.length; ) {
      let stop = piece.indexOf(end, start);
      if (stop < 0) stop = piece.length;
      const line = piece.subarray(start, stop);
      start = stop + 1;
      const own = keyOf(line);
      if (key !== undefined && own.equals(key)) {
        count++;
        if (!given.D) continue;
        if (!shown) {
          out.add(first as Buffer);
          out.byte(end);
        }
        shown = true;
        out.add(line);
        out.byte(end);
        continue;
      }
      close();
      first = line;
      key = own;
      count = 1;
      shown = false;
    }
    // A pipe shows what is settled; the last line may still repeat.
    if (out.full) yield* out.flush();
  }
  close();
  yield* out.flush();
  return 0;
}

/** What is left of a line after the fields and characters that do not count. */
function comparedPart(line: Buffer, given: UniqInput["flags"]): Buffer {
  let start = 0;
  const isBlank = (at: number) => line[at] === 32 || line[at] === 9;
  for (let left = given["skip-fields"] ?? 0; left > 0 && start < line.length; left--) {
    while (start < line.length && isBlank(start)) start++;
    while (start < line.length && !isBlank(start)) start++;
  }
  start = Math.min(line.length, start + (given["skip-chars"] ?? 0));
  const width = given["check-chars"];
  const part = line.subarray(start, width === undefined ? undefined : start + width);
  if (!given["ignore-case"]) return part;
  const folded = Buffer.from(part);
  for (let i = 0; i < folded.length; i++) {
    const byte = folded[i] as number;
    if (byte >= 97 && byte <= 122) folded[i] = byte - 32;
  }
  return folded;
}
