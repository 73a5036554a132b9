import { type Context, command, type Flag, type Input } from "../../kernel/command.ts";
import type { FileStat } from "../../vfs/index.ts";
import { remove } from "../support/copying/remove.ts";
import { ask } from "../support/io/entries.ts";
import { fileError } from "../support/io/input.ts";
import { complain, Output, quoted } from "../support/io/output.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

const flags = {
  recursive: { short: "r", aliases: ["R"], help: "remove directories and what is below" },
  force: { short: "f", help: "no word about what is not there, never ask" },
  dir: { short: "d", help: "remove empty directories" },
  verbose: { short: "v", help: "print what is removed" },
  i: { help: "ask before each" },
  I: { help: "ask once before removing much" },
  "one-file-system": { help: "ignored" },
  "preserve-root": { help: "do not remove / (always so)" },
} as const satisfies Readonly<Record<string, Flag>>;

export const rm = command(
  {
    name: "rm",
    summary: "remove files and directories",
    group: "files",
    needs: ["vfs.write"],
    args: [{ name: "path", help: "what to remove", optional: true, rest: true, means: "path" }],
    flags,
    examples: [
      { run: "touch f; rm f; ls", stdout: "" },
      { run: "mkdir -p d/e; rm -r d; ls", stdout: "" },
      { run: "rm -f none", status: 0 },
      { run: "rm -rf /", status: 1 },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

function* run({ flags: given, args }: Input<typeof flags>, ctx: Context<"vfs.write">): Steps<number> {
  if (args.length === 0) {
    if (given.force) return 0;
    yield* complain(ctx, "missing operand");
    return 2;
  }
  const out = new Output(ctx.stdout);
  if (given.I && !given.force && (args.length > 3 || given.recursive)) {
    const what = given.recursive ? "recursively" : "";
    if (!(yield* ask(ctx, `remove ${args.length} argument${args.length === 1 ? "" : "s"} ${what}?`.replace(" ?", "?")))) return 0;
  }
  const confirm = given.i && !given.force ? (question: string) => ask(ctx, question) : undefined;
  let good = true;
  for (const name of args) {
    const problem = yield* refusal(ctx, name, given);
    if (problem !== undefined) {
      good = false;
      yield* out.flush();
      yield* complain(ctx, problem);
      continue;
    }
    let stat: FileStat;
    try {
      stat = yield* wait(ctx.vfs.lstat(ctx.resolve(name)));
    } catch (error) {
      const known = fileError(error);
      if (given.force && (known.code === "ENOENT" || known.code === "ENOTDIR")) continue;
      good = false;
      yield* out.flush();
      yield* complain(ctx, `cannot remove ${quoted(name)}: ${known.message}`);
      continue;
    }
    if (
      !(yield* remove(
        ctx,
        name,
        stat,
        { recursive: given.recursive, directories: given.dir, verbose: given.verbose, confirm },
        out,
      ))
    )
      good = false;
  }
  yield* out.flush();
  return good ? 0 : 1;
}

function* refusal(ctx: Context<"vfs.write">, name: string, given: Input<typeof flags>["flags"]): Steps<string | undefined> {
  if (!given.recursive) return undefined;
  if (/(^|\/)\.\.?\/*$/.test(name)) return `refusing to remove '.' or '..' directory: skipping ${quoted(name)}`;
  let path: string;
  try {
    path = yield* wait(ctx.vfs.realpath(ctx.resolve(name)));
  } catch {
    return undefined;
  }
  if (path !== "/") return undefined;
  const isLink = (yield* wait(ctx.vfs.lstat(ctx.resolve(name)))).kind === "symlink";
  return isLink ? undefined : `it is dangerous to operate recursively on ${name === "/" ? "'/'" : `${quoted(name)} (same as '/')`}`;
}
