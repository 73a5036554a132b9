import { CommandError, type Context, command, type Flag, type Input } from "../../kernel/command.ts";
import { basename, dirname, VfsError } from "../../vfs/index.ts";
import { below, isDirectory, sameFile, statOrNothing } from "../support/io/entries.ts";
import { fileError } from "../support/io/input.ts";
import { complain, Output, quoted } from "../support/io/output.ts";
import { canonical, relativeTo } from "../support/io/resolve-path.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

const flags = {
  symbolic: { short: "s", help: "make symbolic links" },
  force: { short: "f", help: "remove what is there" },
  relative: { short: "r", help: "with -s: a target relative to the link" },
  "no-dereference": { short: "n", help: "a link to a directory is a name, not a directory to link into" },
  "no-target-directory": { short: "T", help: "the last operand is a name" },
  "target-directory": { short: "t", value: "string", placeholder: "DIR", help: "link into DIR" },
  logical: { short: "L", help: "hard links to what symbolic links point to" },
  physical: { short: "P", help: "hard links to symbolic links themselves (default)" },
  verbose: { short: "v", help: "print what is made" },
} as const satisfies Readonly<Record<string, Flag>>;

type Given = Input<typeof flags>["flags"];

export const ln = command(
  {
    name: "ln",
    summary: "make links",
    group: "files",
    needs: ["vfs.write"],
    args: [{ name: "path", help: "what the link points to, and its name or directory", rest: true, means: "path" }],
    flags,
    examples: [
      { run: "echo x > f; ln -s f l; cat l", stdout: "x\n" },
      { run: "echo x > f; ln f g; echo y > f; cat g", stdout: "y\n" },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

function* run({ flags: given, args }: Input<typeof flags>, ctx: Context<"vfs.write">): Steps<number> {
  const out = new Output(ctx.stdout);
  let status = 0;
  for (const [target, name] of yield* links(ctx, args, given)) {
    const problem = yield* make(ctx, target, name, given, out);
    if (problem === undefined) continue;
    status = 1;
    yield* out.flush();
    yield* complain(ctx, problem);
  }
  yield* out.flush();
  return status;
}

function* links(
  ctx: Context<"vfs.write">,
  args: readonly string[],
  given: Given,
): Steps<readonly (readonly [target: string, name: string])[]> {
  const into = (directory: string, names: readonly string[]) =>
    names.map((target): readonly [string, string] => [target, below(directory, basename(target))]);
  const directory = given["target-directory"];
  if (directory !== undefined) return into(directory, args);
  const first = args[0] as string;
  const last = args.at(-1) as string;
  if (given["no-target-directory"]) {
    if (args.length !== 2)
      throw new CommandError(
        args.length < 2 ? `missing destination file operand after ${quoted(first)}` : `extra operand ${quoted(args[2] ?? "")}`,
        2,
      );
    return [[first, last]];
  }
  if (args.length === 1) return into(".", args);
  const path = ctx.resolve(last);
  const isLink = given["no-dereference"] && (yield* statOrNothing(() => ctx.vfs.lstat(path)))?.kind === "symlink";
  if (!isLink && (yield* isDirectory(ctx.vfs, path))) return into(last, args.slice(0, -1));
  if (args.length > 2) {
    const there = yield* statOrNothing(() => ctx.vfs.stat(path));
    throw new CommandError(`target ${quoted(last)}: ${new VfsError(there === undefined ? "ENOENT" : "ENOTDIR").message}`);
  }
  return [[first, last]];
}

function* make(ctx: Context<"vfs.write">, target: string, name: string, given: Given, out: Output): Steps<string | undefined> {
  const { vfs } = ctx;
  const path = ctx.resolve(name);
  const kind = given.symbolic ? "symbolic" : "hard";
  try {
    const source = given.logical ? yield* canonical(vfs, ctx.resolve(target), "all") : ctx.resolve(target);
    if (!given.symbolic) {
      const stat = yield* statOrNothing(() => vfs.lstat(source));
      if (stat === undefined) return `failed to access ${quoted(target)}: No such file or directory`;
      if (stat.kind === "directory") return `${target}: hard link not allowed for directory`;
    }
    if (given.force) {
      const there = yield* statOrNothing(() => vfs.lstat(path));
      const own = yield* statOrNothing(() => vfs.lstat(source));
      if (there?.kind === "directory") return `${name}: cannot overwrite directory`;
      if (there !== undefined && own !== undefined && sameFile(there, own) && (given.symbolic || path === source))
        return `${quoted(target)} and ${quoted(name)} are the same file`;
      if (there !== undefined) yield* wait(vfs.unlink(path));
    }
    if (!given.symbolic) yield* wait(vfs.link(source, path));
    else {
      const text = given.relative
        ? relativeTo(yield* canonical(vfs, ctx.resolve(target), "none"), yield* canonical(vfs, dirname(path), "none"))
        : target;
      yield* wait(vfs.symlink(text, path));
    }
    if (given.verbose) out.text(`${quoted(name)} ${given.symbolic ? "->" : "=>"} ${quoted(target)}\n`);
    return undefined;
  } catch (error) {
    return `failed to create ${kind} link ${quoted(name)}${given.symbolic ? "" : ` => ${quoted(target)}`}: ${fileError(error).message}`;
  }
}
