import { CommandError } from "../../../kernel/command.ts";
import { basename, VfsError } from "../../../vfs/index.ts";
import { below, isDirectory, statOrNothing, type WriteContext } from "../io/entries.ts";
import { quoted } from "../io/output.ts";
import type { Steps } from "../io/steps.ts";

export interface TargetFlags {
  readonly "target-directory": string | undefined;
  readonly "no-target-directory": boolean;
}

/** Pairs of names: from where to where. Throws CommandError for operands that make no sense. */
export function* pairs(
  ctx: WriteContext,
  args: readonly string[],
  flags: TargetFlags,
): Steps<readonly (readonly [from: string, to: string])[]> {
  const into = (directory: string, names: readonly string[]) =>
    names.map((name): readonly [string, string] => [name, below(directory, basename(name) === "/" ? "" : basename(name))]);
  const given = flags["target-directory"];
  const first = args[0];
  if (first === undefined) throw new CommandError("missing file operand", 2);
  if (given !== undefined) {
    if (flags["no-target-directory"])
      throw new CommandError("cannot combine --target-directory (-t) and --no-target-directory (-T)", 2);
    yield* mustBeDirectory(ctx, given, `target directory ${quoted(given)}`);
    return into(given, args);
  }
  const last = args.at(-1) as string;
  if (args.length === 1) throw new CommandError(`missing destination file operand after ${quoted(first)}`, 2);
  if (flags["no-target-directory"]) {
    if (args.length > 2) throw new CommandError(`extra operand ${quoted(args[2] ?? "")}`, 2);
    return [[first, last]];
  }
  if (yield* isDirectory(ctx.vfs, ctx.resolve(last))) return into(last, args.slice(0, -1));
  if (args.length > 2) yield* mustBeDirectory(ctx, last, `target ${quoted(last)}`);
  return [[first, last]];
}

function* mustBeDirectory(ctx: WriteContext, name: string, what: string): Steps<void> {
  const stat = yield* statOrNothing(() => ctx.vfs.stat(ctx.resolve(name)));
  if (stat?.kind === "directory") return;
  throw new CommandError(`${what}: ${new VfsError(stat === undefined ? "ENOENT" : "ENOTDIR").message}`, 1);
}
