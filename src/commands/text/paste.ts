import { type ByteSource, CommandError, type Context, command } from "../../kernel/command.ts";
import { done, fileError, LineChunks, openInput } from "../support/io/input.ts";
import { complain, Output } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

export const paste = command(
  {
    name: "paste",
    summary: "join lines of files side by side",
    group: "text",
    needs: ["vfs.read"],
    args: [{ name: "file", help: "what to read; `-` or nothing is standard input", optional: true, rest: true, means: "path" }],
    flags: {
      delimiters: {
        short: "d",
        value: "string",
        placeholder: "LIST",
        help: "what goes between, one character after the other (a tab)",
      },
      serial: { short: "s", help: "the lines of each file on one line" },
      "zero-terminated": { short: "z", help: "lines end with NUL" },
    },
    examples: [
      { run: "seq 4 | paste - -", stdout: "1\t2\n3\t4\n" },
      { run: "seq 3 | paste -sd+", stdout: "1+2+3\n" },
    ],
  },
  ({ flags, args }, ctx) => {
    const marks = delimiters(flags.delimiters ?? "\t");
    const names = args.length === 0 ? ["-"] : args;
    const end = flags["zero-terminated"] ? 0 : 10;
    return drive(flags.serial ? serial(ctx, names, marks, end) : parallel(ctx, names, marks, end), ctx.signal);
  },
);

/** Each mark as bytes; `\0` is none at all. */
function delimiters(text: string): readonly string[] {
  const out: string[] = [];
  const chars = [...text];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string;
    if (char !== "\\") out.push(char);
    else if (++i >= chars.length) throw new CommandError(`delimiter list ends with an unescaped backslash: ${text}`, 2);
    else out.push({ "0": "", n: "\n", t: "\t", b: "\b", f: "\f", r: "\r", v: "\v" }[chars[i] as string] ?? (chars[i] as string));
  }
  return out.length === 0 ? [""] : out;
}

/** Lines of one stream, one at a time; several may share standard input. */
class LineReader {
  readonly #chunks: LineChunks;
  readonly #end: number;
  #piece: Buffer | null = null;
  #at = 0;

  constructor(source: ByteSource, end: number) {
    this.#chunks = new LineChunks(source, undefined, end);
    this.#end = end;
  }

  *next(): Steps<Buffer | null> {
    if (this.#piece === null || this.#at >= this.#piece.length) {
      this.#piece = yield* this.#chunks.next();
      this.#at = 0;
      if (this.#piece === null) return null;
    }
    let stop = this.#piece.indexOf(this.#end, this.#at);
    if (stop < 0) stop = this.#piece.length;
    const line = this.#piece.subarray(this.#at, stop);
    this.#at = stop + 1;
    return line;
  }
}

function* parallel(ctx: Context<"vfs.read">, names: readonly string[], marks: readonly string[], end: number): Steps<number> {
  const out = new Output(ctx.stdout);
  const sources: ByteSource[] = [];
  let readers: (LineReader | undefined)[] = [];
  let stdin: LineReader | undefined;
  try {
    for (const name of names) {
      try {
        const source = yield* openInput(ctx, name);
        sources.push(source);
        readers.push(name === "-" ? (stdin ??= new LineReader(source, end)) : new LineReader(source, end));
      } catch (error) {
        yield* complain(ctx, `${name}: ${fileError(error).message}`);
        return 1;
      }
    }
    for (;;) {
      const lines: (Buffer | null)[] = [];
      for (const [index, reader] of readers.entries()) {
        try {
          lines.push(reader === undefined ? null : yield* reader.next());
        } catch (error) {
          yield* complain(ctx, `${names[index]}: ${fileError(error).message}`);
          return 1;
        }
      }
      readers = readers.map((reader, index) => (lines[index] === null ? undefined : reader));
      if (lines.every((line) => line === null)) break;
      for (const [index, line] of lines.entries()) {
        if (index > 0) out.text(marks[(index - 1) % marks.length] as string);
        if (line !== null) out.add(line);
      }
      out.byte(end);
      if (out.full) yield* out.flush();
    }
    yield* out.flush();
    return 0;
  } finally {
    for (const source of sources) done(ctx, source);
  }
}

function* serial(ctx: Context<"vfs.read">, names: readonly string[], marks: readonly string[], end: number): Steps<number> {
  const out = new Output(ctx.stdout);
  let status = 0;
  for (const name of names) {
    let source: ByteSource | undefined;
    try {
      source = yield* openInput(ctx, name);
      const reader = new LineReader(source, end);
      for (let line = yield* reader.next(), index = 0; line !== null; line = yield* reader.next(), index++) {
        if (index > 0) out.text(marks[(index - 1) % marks.length] as string);
        out.add(line);
        if (out.full) yield* out.flush();
      }
      out.byte(end);
    } catch (error) {
      status = 1;
      yield* out.flush();
      yield* complain(ctx, `${name}: ${fileError(error).message}`);
    } finally {
      if (source !== undefined) done(ctx, source);
    }
  }
  yield* out.flush();
  return status;
}
