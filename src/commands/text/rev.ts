import { command } from "../../kernel/command.ts";
import { eachInput, LineChunks } from "../support/io/input.ts";
import { complain, Output } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";
import { decodeEscaped, encodeEscaped } from "../support/search/piece.ts";

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
        const good = yield* eachInput(
          ctx,
          args,
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
          function* (error, operand) {
            yield* complain(ctx, `cannot open ${operand}: ${error.message}`);
          },
        );
        yield* out.flush();
        return good ? 0 : 1;
      })(),
      ctx.signal,
    ),
);
