import { command } from "../../kernel/command.ts";
import { decodeEscaped, encodeEscaped } from "../support/io/escaped-text.ts";
import { filterInputs } from "../support/io/filter.ts";
import { LineChunks } from "../support/io/input.ts";
import { Output } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

export const rev = command(
  {
    name: "rev",
    summary: "reverse the characters of each line",
    group: "text",
    needs: ["vfs.read"],
    args: [{ name: "file", help: "what to read; nothing is standard input", optional: true, rest: true, means: "path" }],
    flags: {},
    examples: [{ run: "printf 'abc\\nůž\\n' | rev", stdout: "cba\nžů\n" }],
  },
  ({ args }, ctx) =>
    drive(
      (function* (): Steps<number> {
        const out = new Output(ctx.stdout);
        return yield* filterInputs(
          ctx,
          args,
          out,
          function* (source) {
            const chunks = new LineChunks(source, out);
            for (let piece = yield* chunks.next(); piece !== null; piece = yield* chunks.next()) {
              const text = decodeEscaped(piece)
                .split("\n")
                .map((line) => [...line].reverse().join(""))
                .join("\n");
              out.add(encodeEscaped(text));
              yield* out.flush();
            }
          },
          (operand) => `cannot open ${operand}`,
        );
      })(),
      ctx.signal,
    ),
);
