import { CommandError, command, emit, parseRegex, RegexError } from "../../kernel/command.ts";
import { filterInputs } from "../support/io/filter.ts";
import { LineChunks } from "../support/io/input.ts";
import { Output, quoted } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

export const nl = command(
  {
    name: "nl",
    summary: "number lines",
    group: "text",
    needs: ["vfs.read"],
    args: [{ name: "file", help: "what to read; `-` or nothing is standard input", optional: true, rest: true, means: "path" }],
    flags: {
      "body-numbering": {
        short: "b",
        value: "string",
        placeholder: "STYLE",
        help: "a: all lines, t: lines that are not empty (default), n: none, pBRE: those that match",
      },
      "line-increment": { short: "i", value: "int", help: "the step (1)" },
      "number-format": { short: "n", value: "string", placeholder: "FORMAT", help: "ln, rn (default) or rz" },
      "number-separator": { short: "s", value: "string", help: "between number and line (a tab)" },
      "starting-line-number": { short: "v", value: "int", help: "the first number (1)" },
      "number-width": { short: "w", value: "int", help: "columns of the number (6)" },
    },
    examples: [
      { run: "printf 'a\\n\\nb\\n' | nl", stdout: "     1\ta\n       \n     2\tb\n" },
      { run: "printf 'a\\n' | nl -n rz -w 3 -s :", stdout: "001:a\n" },
    ],
  },
  ({ flags, args }, ctx) =>
    drive(
      (function* (): Steps<number> {
        const wanted = styleTest(flags["body-numbering"] ?? "t");
        const width = flags["number-width"] ?? 6;
        const format = flags["number-format"] ?? "rn";
        if (!/^(ln|rn|rz)$/.test(format)) throw new CommandError(`invalid line numbering format: ${quoted(format)}`, 2);
        if (width < 1) throw new CommandError(`invalid line number field width: ${quoted(String(width))}`, 2);
        const separator = flags["number-separator"] ?? "\t";
        const field = (number: number) => {
          const text = String(number);
          if (format === "ln") return text.padEnd(width);
          if (format === "rn") return text.padStart(width);
          return number < 0 ? `-${text.slice(1).padStart(width - 1, "0")}` : text.padStart(width, "0");
        };
        const blank = " ".repeat(width + Buffer.byteLength(separator));
        let number = flags["starting-line-number"] ?? 1;
        const out = new Output(ctx.stdout);
        return yield* filterInputs(ctx, args, out, function* (source) {
          const chunks = new LineChunks(source, out);
          for (let piece = yield* chunks.next(); piece !== null; piece = yield* chunks.next()) {
            for (let start = 0; start < piece.length; ) {
              let stop = piece.indexOf(10, start);
              if (stop < 0) stop = piece.length;
              if (wanted(piece, start, stop)) {
                out.text(field(number) + separator);
                number += flags["line-increment"] ?? 1;
              } else out.text(blank);
              out.addSlice(piece, start, stop);
              out.byte(10);
              start = stop + 1;
            }
            if (out.full) yield* out.flush();
          }
        });
      })(),
      ctx.signal,
    ),
);

function styleTest(style: string): (piece: Buffer, start: number, stop: number) => boolean {
  if (style === "a") return () => true;
  if (style === "t") return (_piece, start, stop) => stop > start;
  if (style === "n") return () => false;
  if (!style.startsWith("p")) throw new CommandError(`invalid body numbering style: ${quoted(style)}`, 2);
  try {
    const regex = new RegExp(
      emit(parseRegex(style.slice(1), "basic").node, { alphabet: "full", ignoreCase: false, captures: false, anchors: "whole" }),
    );
    return (piece, start, stop) => regex.test(piece.toString("utf8", start, stop));
  } catch (error) {
    if (error instanceof RegexError) throw new CommandError(error.message, 2, { cause: error });
    throw error;
  }
}
