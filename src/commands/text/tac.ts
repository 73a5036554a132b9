import { command } from "../../kernel/command.ts";
import { filterInputs } from "../support/io/filter.ts";
import { next } from "../support/io/input.ts";
import { Output, quoted } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

export const tac = command(
  {
    name: "tac",
    summary: "print lines in reverse, the last one first",
    group: "text",
    needs: ["vfs.read"],
    args: [{ name: "file", help: "what to read; `-` or nothing is standard input", optional: true, rest: true, means: "path" }],
    flags: {
      separator: { short: "s", value: "string", help: "what ends a line (newline)" },
      before: { short: "b", help: "the separator stands before" },
    },
    examples: [{ run: "seq 3 | tac", stdout: "3\n2\n1\n" }],
  },
  ({ flags, args }, ctx) =>
    drive(
      (function* (): Steps<number> {
        const out = new Output(ctx.stdout);
        const separator = Buffer.from(flags.separator ?? "\n");
        const mark = separator.length === 0 ? Buffer.from([0]) : separator;
        return yield* filterInputs(
          ctx,
          args,
          out,
          function* (source) {
            const chunks: Uint8Array[] = [];
            for (let chunk = yield* next(source, out); chunk !== null; chunk = yield* next(source, out)) chunks.push(chunk);
            const all = Buffer.concat(chunks);
            for (let end = all.length; end > 0; ) {
              // Where the record that ends at `end` begins.
              const from = flags.before ? end - 1 : end - mark.length - 1;
              const at = from < 0 ? -1 : all.lastIndexOf(mark, from);
              const start = at < 0 ? 0 : flags.before ? at : at + mark.length;
              out.add(all.subarray(start, end));
              end = start;
              if (out.full) yield* out.flush();
            }
          },
          (operand, phase) =>
            phase === "open" ? `failed to open ${quoted(operand)} for reading` : `${quoted(operand)}: read error`,
        );
      })(),
      ctx.signal,
    ),
);
