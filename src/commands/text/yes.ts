import { command } from "../../kernel/command.ts";
import { put } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

export const yes = command(
  {
    name: "yes",
    summary: "print a line until nobody reads",
    group: "text",
    needs: [],
    args: [{ name: "text", help: "the line (y)", optional: true, rest: true }],
    flags: {},
    examples: [
      { run: "yes | head -n 2", stdout: "y\ny\n" },
      { run: "yes a b | head -n 1", stdout: "a b\n" },
    ],
  },
  ({ args }, ctx) =>
    drive(
      (function* (): Steps<number> {
        const line = `${args.length === 0 ? "y" : args.join(" ")}\n`;
        const chunk = Buffer.from(line.repeat(Math.max(1, Math.floor(16_384 / Buffer.byteLength(line)))));
        for (;;) {
          yield;
          yield* put(ctx.stdout, chunk);
        }
      })(),
      ctx.signal,
    ),
);
