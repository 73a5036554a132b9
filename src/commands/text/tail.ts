import { type ByteSource, CommandError, command, parseSize } from "../../kernel/command.ts";
import { headedInputs } from "../support/io/filter.ts";
import { next, type ReadContext } from "../support/io/input.ts";
import { Output, quoted } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

export const tail = command(
  {
    name: "tail",
    summary: "print the last lines of files",
    group: "text",
    needs: ["vfs.read"],
    args: [{ name: "file", help: "what to read; `-` or nothing is standard input", optional: true, rest: true, means: "path" }],
    flags: {
      lines: { short: "n", value: "string", placeholder: "NUM", help: "how many lines (10); +NUM: all from line NUM on" },
      bytes: { short: "c", value: "string", placeholder: "NUM", help: "bytes instead of lines" },
      quiet: { short: "q", aliases: ["silent"], help: "no headers" },
      verbose: { short: "v", help: "always headers" },
      "zero-terminated": { short: "z", help: "lines end with NUL" },
    },
    numeric: "lines",
    examples: [
      { run: "seq 100 | tail -n 2", stdout: "99\n100\n" },
      { run: "seq 5 | tail -n +4", stdout: "4\n5\n" },
      { run: "printf abcdef | tail -c 2", stdout: "ef" },
    ],
  },
  ({ flags, args }, ctx) => {
    const files = [...args];
    // The old spelling: `tail +3 FILE`.
    const old =
      flags.lines === undefined && flags.bytes === undefined && files.length <= 2
        ? /^\+[0-9]+$/.exec(files[0] ?? "")?.[0]
        : undefined;
    if (old !== undefined) files.shift();
    const text = flags.bytes ?? flags.lines ?? old ?? "10";
    const count = parseSize(text);
    if (typeof count !== "number")
      throw new CommandError(`invalid number of ${flags.bytes === undefined ? "lines" : "bytes"}: ${quoted(text)}`, 2);
    const want: Want = {
      count: Math.abs(count),
      fromStart: text.startsWith("+"),
      bytes: flags.bytes !== undefined,
      separator: flags["zero-terminated"] ? 0 : 10,
    };
    return drive(run(ctx, files, want, flags.verbose || (files.length > 1 && !flags.quiet)), ctx.signal);
  },
);

interface Want {
  readonly count: number;
  /** Everything from line or byte `count` on. */
  readonly fromStart: boolean;
  readonly bytes: boolean;
  readonly separator: number;
}

function run(ctx: ReadContext, files: readonly string[], want: Want, headers: boolean): Steps<number> {
  const out = new Output(ctx.stdout);
  return headedInputs(ctx, files, out, headers, function* (source) {
    if (want.fromStart) yield* fromStart(source, out, want);
    else if (want.count > 0) yield* want.bytes ? lastBytes(source, out, want.count) : lastLines(source, out, want);
  });
}

function* fromStart(source: ByteSource, out: Output, want: Want): Steps<void> {
  let skip = Math.max(0, want.count - 1);
  for (;;) {
    const chunk = yield* next(source, out);
    if (chunk === null) return;
    let at = 0;
    if (want.bytes) {
      at = Math.min(skip, chunk.length);
      skip -= at;
    } else {
      for (; skip > 0; skip--) {
        const end = chunk.indexOf(want.separator, at);
        if (end < 0) break;
        at = end + 1;
      }
      if (skip > 0) at = chunk.length;
    }
    if (at < chunk.length) out.add(chunk.subarray(at));
    if (out.full) yield* out.flush();
  }
}

function* lastBytes(source: ByteSource, out: Output, count: number): Steps<void> {
  const held: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = yield* next(source, out);
    if (chunk === null) break;
    held.push(chunk);
    size += chunk.length;
    while (held[0] !== undefined && size - held[0].length >= count) size -= (held.shift() as Uint8Array).length;
  }
  const rest = Buffer.concat(held);
  out.add(rest.subarray(Math.max(0, rest.length - count)));
}

function* lastLines(source: ByteSource, out: Output, want: Want): Steps<void> {
  const held: { readonly chunk: Uint8Array; readonly lines: number }[] = [];
  let lines = 0;
  for (;;) {
    const chunk = yield* next(source, out);
    if (chunk === null) break;
    let found = 0;
    for (let at = chunk.indexOf(want.separator); at >= 0; at = chunk.indexOf(want.separator, at + 1)) found++;
    held.push({ chunk, lines: found });
    lines += found;
    // One newline more than wanted: the last line may lack its own.
    while (held[0] !== undefined && lines - held[0].lines > want.count) lines -= (held.shift() as { lines: number }).lines;
  }
  const rest = Buffer.concat(held.map((part) => part.chunk));
  let start = rest.length;
  if (rest[start - 1] === want.separator) start--;
  for (let left = want.count; left > 0 && start >= 0; left--)
    start = start === 0 ? -1 : rest.lastIndexOf(want.separator, start - 1);
  out.add(rest.subarray(start + 1));
}
