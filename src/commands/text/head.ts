import { type ByteSource, command } from "../../kernel/command.ts";
import { headedInputs } from "../support/io/filter.ts";
import { next, type ReadContext } from "../support/io/input.ts";
import { Output } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

export const head = command(
  {
    name: "head",
    summary: "print the first lines of files",
    group: "text",
    needs: ["vfs.read"],
    args: [{ name: "file", help: "what to read; `-` or nothing is standard input", optional: true, rest: true, means: "path" }],
    flags: {
      lines: { short: "n", value: "size", help: "how many lines (10); with a minus, all but the last so many" },
      bytes: { short: "c", value: "size", help: "bytes instead of lines" },
      quiet: { short: "q", aliases: ["silent"], help: "no headers" },
      verbose: { short: "v", help: "always headers" },
      "zero-terminated": { short: "z", help: "lines end with NUL" },
    },
    numeric: "lines",
    examples: [
      { run: "seq 100 | head -n 2", stdout: "1\n2\n" },
      { run: "seq 5 | head -n -3", stdout: "1\n2\n" },
      { run: "printf abcdef | head -c 3", stdout: "abc" },
    ],
  },
  ({ flags, args }, ctx) => {
    const bytes = flags.bytes !== undefined;
    const want = { count: flags.bytes ?? flags.lines ?? 10, bytes, separator: flags["zero-terminated"] ? 0 : 10 };
    const headers = flags.verbose || (args.length > 1 && !flags.quiet);
    return drive(run(ctx, args, want, headers), ctx.signal);
  },
);

interface Want {
  /** Negative: all but the last so many. */
  readonly count: number;
  readonly bytes: boolean;
  readonly separator: number;
}

function run(ctx: ReadContext, args: readonly string[], want: Want, headers: boolean): Steps<number> {
  const out = new Output(ctx.stdout);
  return headedInputs(ctx, args, out, headers, function* (source) {
    const all = want.count < 0 || Object.is(want.count, -0);
    if (all) yield* want.bytes ? allButBytes(source, out, -want.count) : allButLines(source, out, -want.count, want.separator);
    else yield* want.bytes ? firstBytes(source, out, want.count) : firstLines(source, out, want.count, want.separator);
  });
}

function* firstBytes(source: ByteSource, out: Output, count: number): Steps<void> {
  let left = count;
  while (left > 0) {
    const chunk = yield* next(source, out);
    if (chunk === null) return;
    if (chunk.length > left) source.unread(chunk.subarray(left));
    out.add(chunk.length > left ? chunk.subarray(0, left) : chunk);
    left -= chunk.length;
    if (out.full) yield* out.flush();
  }
}

function* firstLines(source: ByteSource, out: Output, count: number, separator: number): Steps<void> {
  let left = count;
  while (left > 0) {
    const chunk = yield* next(source, out);
    if (chunk === null) return;
    let end = 0;
    for (; left > 0; left--) {
      const at = chunk.indexOf(separator, end);
      if (at < 0) break;
      end = at + 1;
    }
    if (left > 0) out.add(chunk);
    else {
      out.add(chunk.subarray(0, end));
      source.unread(chunk.subarray(end));
    }
    if (out.full) yield* out.flush();
  }
}

function* allButBytes(source: ByteSource, out: Output, count: number): Steps<void> {
  const held: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = yield* next(source, out);
    if (chunk === null) break;
    held.push(chunk);
    size += chunk.length;
    while (held[0] !== undefined && size - held[0].length >= count) {
      size -= held[0].length;
      out.add(held.shift() as Uint8Array);
      if (out.full) yield* out.flush();
    }
  }
  const rest = Buffer.concat(held);
  out.add(rest.subarray(0, Math.max(0, rest.length - count)));
}

/** Holds back chunks until so many lines came after them. */
function* allButLines(source: ByteSource, out: Output, count: number, separator: number): Steps<void> {
  const held: { readonly chunk: Uint8Array; readonly lines: number }[] = [];
  let lines = 0;
  let partial = false;
  for (;;) {
    const chunk = yield* next(source, out);
    if (chunk === null) break;
    let found = 0;
    for (let at = chunk.indexOf(separator); at >= 0; at = chunk.indexOf(separator, at + 1)) found++;
    held.push({ chunk, lines: found });
    lines += found;
    partial = chunk[chunk.length - 1] !== separator;
    while (held[0] !== undefined && lines - held[0].lines >= count + 1) {
      lines -= held[0].lines;
      out.add((held.shift() as { chunk: Uint8Array }).chunk);
      if (out.full) yield* out.flush();
    }
  }
  const rest = Buffer.concat(held.map((part) => part.chunk));
  let end = rest.length;
  for (let left = count; left > 0 && end > 0; left--) {
    const from = partial && left === count ? end - 1 : end - 2;
    end = from < 0 ? 0 : rest.lastIndexOf(separator, from) + 1;
  }
  out.add(rest.subarray(0, end));
}
