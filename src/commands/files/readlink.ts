import { type Context, command, type Flag, type Input } from "../../kernel/command.ts";
import { fileError } from "../support/io/input.ts";
import { complain, Output } from "../support/io/output.ts";
import { canonical } from "../support/io/resolve-path.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

const flags = {
  canonicalize: { short: "f", help: "follow every link; all but the last name must exist" },
  "canonicalize-existing": { short: "e", help: "follow every link; all must exist" },
  "canonicalize-missing": { short: "m", help: "follow every link; nothing need exist" },
  "no-newline": { short: "n", help: "no newline at the end" },
  quiet: { short: "q", aliases: ["s", "silent"], help: "no messages (default)" },
  verbose: { short: "v", help: "messages" },
  zero: { short: "z", help: "end with NUL" },
} as const satisfies Readonly<Record<string, Flag>>;

export const readlink = command(
  {
    name: "readlink",
    summary: "print where a symbolic link leads",
    group: "files",
    needs: ["vfs.read"],
    args: [{ name: "file", help: "a link", rest: true, means: "path" }],
    flags,
    examples: [
      { run: "ln -s a l; readlink l", stdout: "a\n" },
      { run: "touch a; readlink a", status: 1 },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

function* run({ flags: given, args }: Input<typeof flags>, ctx: Context<"vfs.read">): Steps<number> {
  const out = new Output(ctx.stdout);
  const existing = given["canonicalize-existing"]
    ? "all"
    : given["canonicalize-missing"]
      ? "none"
      : given.canonicalize
        ? "parent"
        : undefined;
  const end = given["no-newline"] && args.length === 1 ? "" : given.zero ? "\0" : "\n";
  let status = 0;
  for (const name of args) {
    try {
      const path = ctx.resolve(name);
      out.text((existing === undefined ? yield* wait(ctx.vfs.readlink(path)) : yield* canonical(ctx.vfs, path, existing)) + end);
    } catch (error) {
      status = 1;
      const { message } = fileError(error);
      yield* out.flush();
      if (given.verbose) yield* complain(ctx, `${name}: ${message}`);
    }
  }
  yield* out.flush();
  return status;
}
