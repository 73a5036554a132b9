import { type Context, command, type Flag, type Input } from "../../kernel/command.ts";
import { type FileStat, isWithin, normalise, VfsError } from "../../vfs/index.ts";
import { Copier } from "../support/copying/copy.ts";
import { remove } from "../support/copying/remove.ts";
import { pairs } from "../support/copying/targets.ts";
import { ask, sameFile, statOrNothing } from "../support/io/entries.ts";
import { fileError } from "../support/io/input.ts";
import { complain, Output, quoted } from "../support/io/output.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

const flags = {
  force: { short: "f", help: "never ask" },
  interactive: { short: "i", help: "ask before replacing" },
  "no-clobber": { short: "n", help: "leave what is there" },
  update: { short: "u", help: "only what is newer or missing" },
  verbose: { short: "v", help: "print what is done" },
  "target-directory": { short: "t", value: "string", placeholder: "DIR", help: "move into DIR" },
  "no-target-directory": { short: "T", help: "the last operand is a name, never a directory to move into" },
} as const satisfies Readonly<Record<string, Flag>>;

type MvContext = Context<"vfs.write">;

export const mv = command(
  {
    name: "mv",
    summary: "move or rename files and directories",
    group: "files",
    needs: ["vfs.write"],
    args: [{ name: "path", help: "what to move, and where to: a name or a directory", optional: true, rest: true, means: "path" }],
    flags,
    examples: [
      { run: "echo a > f; mv f g; ls", stdout: "g\n" },
      { run: "mkdir d; touch f g; mv f g d; ls d", stdout: "f\ng\n" },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

function* run({ flags: given, args }: Input<typeof flags>, ctx: MvContext): Steps<number> {
  const out = new Output(ctx.stdout);
  let good = true;
  for (const [from, to] of yield* pairs(ctx, args, given)) {
    const problem = yield* move(ctx, from, to, given, out);
    if (problem === undefined) continue;
    good = false;
    yield* out.flush();
    if (problem !== "") yield* complain(ctx, problem);
  }
  yield* out.flush();
  return good ? 0 : 1;
}

/** Answers what went wrong; an empty text if that was printed already. */
function* move(
  ctx: MvContext,
  from: string,
  to: string,
  given: Input<typeof flags>["flags"],
  out: Output,
): Steps<string | undefined> {
  const { vfs } = ctx;
  const source = ctx.resolve(from);
  const target = ctx.resolve(to);
  let stat: FileStat;
  let there: FileStat | undefined;
  try {
    stat = yield* wait(vfs.lstat(source));
    there = yield* statOrNothing(() => vfs.lstat(target));
  } catch (error) {
    return `cannot stat ${quoted(from)}: ${fileError(error).message}`;
  }
  if (there !== undefined) {
    const same = sameFile(stat, there) && stat.kind !== "directory";
    if (same && (stat.nlink === 1 || normalise(source) === normalise(target)))
      return `${quoted(from)} and ${quoted(to)} are the same file`;
    if (stat.kind === "symlink" && there.kind !== "symlink") {
      const followed = yield* statOrNothing(() => vfs.stat(source));
      if (followed !== undefined && sameFile(followed, there)) return `${quoted(from)} and ${quoted(to)} are the same file`;
    }
    if (given["no-clobber"] && !given.force) return undefined;
    if (given.update && there.mtimeMs >= stat.mtimeMs) return undefined;
    if (there.kind === "directory" && stat.kind !== "directory")
      return `cannot overwrite directory ${quoted(to)} with non-directory`;
    if (there.kind !== "directory" && stat.kind === "directory") {
      return `cannot overwrite non-directory ${quoted(to)} with directory ${quoted(from)}`;
    }
    if (given.interactive && !given.force && !(yield* ask(ctx, `overwrite ${quoted(to)}?`))) return undefined;
  }
  if (stat.kind === "directory" && isWithin(normalise(target), normalise(source))) {
    return `cannot move ${quoted(from)} to a subdirectory of itself, ${quoted(to)}`;
  }
  try {
    yield* wait(vfs.rename(source, target));
    if (given.verbose) out.text(`renamed ${quoted(from)} -> ${quoted(to)}\n`);
    return undefined;
  } catch (error) {
    const known = fileError(error);
    if (known.code !== "EXDEV") return `cannot move ${quoted(from)} to ${quoted(to)}: ${known.message}`;
  }
  return yield* across(ctx, from, to, stat, given.verbose, out);
}

/** Between mounts: copies everything, then removes the source. */
function* across(
  ctx: MvContext,
  from: string,
  to: string,
  stat: FileStat,
  verbose: boolean,
  out: Output,
): Steps<string | undefined> {
  if (stat.kind === "directory") {
    try {
      yield* wait(ctx.vfs.rmdir(ctx.resolve(to)));
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== "ENOENT") {
        return `inter-device move failed: ${quoted(from)} to ${quoted(to)}; unable to remove target: ${fileError(error).message}`;
      }
    }
  }
  const copier = new Copier(
    ctx,
    {
      recursive: true,
      follow: "none",
      preserve: true,
      keepLinks: true,
      verbose: false,
      force: true,
      whenThere: "replace",
      link: undefined,
      removeFirst: false,
    },
    out,
  );
  if (!(yield* copier.copy(from, to))) return "";
  if (verbose) out.text(`copied ${quoted(from)} -> ${quoted(to)}\n`);
  const removed = yield* remove(ctx, from, stat, { recursive: true, directories: true, verbose, confirm: undefined }, out);
  return removed ? undefined : "";
}
