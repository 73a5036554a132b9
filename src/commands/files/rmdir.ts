import { command } from "../../kernel/command.ts";
import { dirname } from "../../vfs/index.ts";
import { fileError } from "../support/io/input.ts";
import { complain, Output, quoted } from "../support/io/output.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

export const rmdir = command(
  {
    name: "rmdir",
    summary: "remove empty directories",
    group: "files",
    needs: ["vfs.write"],
    args: [{ name: "directory", help: "what to remove", rest: true, means: "path" }],
    flags: {
      parents: { short: "p", help: "also those above, as far as the operand names them" },
      verbose: { short: "v", help: "print what is removed" },
      "ignore-fail-on-non-empty": { help: "no word about directories that are not empty" },
    },
    examples: [
      { run: "mkdir -p a/b; rmdir -p a/b; ls", stdout: "" },
      { run: "mkdir d; touch d/f; rmdir d", status: 1 },
    ],
  },
  ({ flags, args }, ctx) =>
    drive(
      (function* (): Steps<number> {
        const out = new Output(ctx.stdout);
        let status = 0;
        for (const operand of args) {
          let name = operand;
          for (;;) {
            if (flags.verbose) out.text(`rmdir: removing directory, ${quoted(name)}\n`);
            try {
              yield* wait(ctx.vfs.rmdir(ctx.resolve(name)));
            } catch (error) {
              const known = fileError(error);
              if (known.code === "ENOTEMPTY" && flags["ignore-fail-on-non-empty"]) break;
              status = 1;
              yield* out.flush();
              yield* complain(ctx, `failed to remove ${name === operand ? "" : "directory "}${quoted(name)}: ${known.message}`);
              break;
            }
            const above = dirname(name);
            if (!flags.parents || above === "." || above === "/") break;
            name = above;
          }
        }
        yield* out.flush();
        return status;
      })(),
      ctx.signal,
    ),
);
