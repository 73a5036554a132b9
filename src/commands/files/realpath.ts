import { type Context, command, type Flag, type Input } from "../../kernel/command.ts";
import { isWithin, normalise } from "../../vfs/index.ts";
import { fileError } from "../support/io/input.ts";
import { complain, Output } from "../support/io/output.ts";
import { canonical, type Existing, relativeTo } from "../support/io/resolve-path.ts";
import { drive, type Steps } from "../support/io/steps.ts";

const flags = {
  "canonicalize-existing": { short: "e", help: "all must exist" },
  "canonicalize-missing": { short: "m", help: "nothing need exist" },
  "no-symlinks": { short: "s", aliases: ["strip"], help: "by text only, do not follow links" },
  "relative-to": { value: "string", placeholder: "DIR", help: "print the path from DIR" },
  "relative-base": { value: "string", placeholder: "DIR", help: "the same for paths below DIR" },
  quiet: { short: "q", help: "no messages" },
  zero: { short: "z", help: "end with NUL" },
} as const satisfies Readonly<Record<string, Flag>>;

export const realpath = command(
  {
    name: "realpath",
    summary: "print the absolute path without symbolic links",
    group: "files",
    needs: ["vfs.read"],
    args: [{ name: "path", help: "a path", rest: true, means: "path" }],
    flags,
    examples: [
      { run: "mkdir d; ln -s d l; cd /; realpath l/../d", stdout: "/d\n" },
      { run: "realpath -m --relative-to=/a/b /a/c", stdout: "../c\n" },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

function* run({ flags: given, args }: Input<typeof flags>, ctx: Context<"vfs.read">): Steps<number> {
  const out = new Output(ctx.stdout);
  const existing: Existing = given["canonicalize-existing"] ? "all" : given["canonicalize-missing"] ? "none" : "parent";
  const find = function* (name: string, how: Existing): Steps<string> {
    return given["no-symlinks"] ? normalise(ctx.resolve(name)) : yield* canonical(ctx.vfs, ctx.resolve(name), how);
  };
  const base = given["relative-base"] === undefined ? undefined : yield* find(given["relative-base"], "none");
  const to = given["relative-to"] === undefined ? base : yield* find(given["relative-to"], "none");
  let status = 0;
  for (const name of args) {
    try {
      const path = yield* find(name, existing);
      const relative = to !== undefined && (base === undefined || (isWithin(path, base) && isWithin(to, base)));
      out.text((relative ? relativeTo(path, to) : path) + (given.zero ? "\0" : "\n"));
    } catch (error) {
      status = 1;
      const { message } = fileError(error);
      yield* out.flush();
      if (!given.quiet) yield* complain(ctx, `${name}: ${message}`);
    }
  }
  yield* out.flush();
  return status;
}
