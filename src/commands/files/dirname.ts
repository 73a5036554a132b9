import { command } from "../../kernel/command.ts";
import { dirname as parentOf } from "../../vfs/index.ts";
import { put } from "../support/io/output.ts";
import { drive } from "../support/io/steps.ts";

export const dirname = command(
  {
    name: "dirname",
    summary: "print a path without its last name",
    group: "files",
    needs: [],
    args: [{ name: "path", help: "a path", rest: true }],
    flags: { zero: { short: "z", help: "end with NUL" } },
    examples: [
      { run: "dirname /a/b/c", stdout: "/a/b\n" },
      { run: "dirname file", stdout: ".\n" },
    ],
  },
  ({ flags, args }, ctx) =>
    drive(
      (function* () {
        yield* put(ctx.stdout, args.map((path) => parentOf(path) + (flags.zero ? "\0" : "\n")).join(""));
        return 0;
      })(),
      ctx.signal,
    ),
);
