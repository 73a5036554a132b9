import { CommandError, type Context, command, type Flag, type Input } from "../../kernel/command.ts";
import { below } from "../support/io/entries.ts";
import { fileError } from "../support/io/input.ts";
import { parseMode } from "../support/io/mode.ts";
import { byName } from "../support/io/names.ts";
import { complain, Output, quoted } from "../support/io/output.ts";
import { modeText } from "../support/io/stat-text.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

const flags = {
  recursive: { short: "R", help: "also what is below directories" },
  verbose: { short: "v", help: "print what is done" },
  changes: { short: "c", help: "print what is changed" },
  silent: { short: "f", aliases: ["quiet"], help: "no messages" },
  reference: { value: "string", placeholder: "FILE", help: "the mode of FILE" },
} as const satisfies Readonly<Record<string, Flag>>;

type Given = Input<typeof flags>["flags"];
type Change = (old: number, isDirectory: boolean) => number;

export const chmod = command(
  {
    name: "chmod",
    summary: "change permissions",
    group: "files",
    needs: ["vfs.write"],
    args: [{ name: "mode", help: "the mode (755, u+x, go-w, a=rX), then files", rest: true, means: "path" }],
    flags,
    // `-x` and `-rw` are modes, so flags are read here.
    parse: "raw",
    examples: [
      { run: "touch f; chmod 640 f; stat -c %a f", stdout: "640\n" },
      { run: "touch f; chmod u+x,go= f; stat -c %A f", stdout: "-rwx------\n" },
    ],
  },
  ({ args }, ctx) => drive(start(args, ctx), ctx.signal),
);

function* start(args: readonly string[], ctx: Context<"vfs.write">): Steps<number> {
  const given: { -readonly [K in keyof Given]: Given[K] } = {
    recursive: false,
    verbose: false,
    changes: false,
    silent: false,
    reference: undefined,
  };
  const operands: string[] = [];
  let modeFlag: string | undefined;
  for (const [index, arg] of args.entries()) {
    if (arg === "--") {
      operands.push(...args.slice(index + 1));
      break;
    }
    const long = /^--(recursive|verbose|changes|silent|quiet|reference=(.*))$/s.exec(arg);
    if (long !== null) {
      if (long[2] !== undefined) given.reference = long[2];
      else given[long[1] === "quiet" ? "silent" : (long[1] as "recursive")] = true;
    } else if (/^-[Rvcf]+$/.test(arg)) {
      if (arg.includes("R")) given.recursive = true;
      if (arg.includes("v")) given.verbose = true;
      if (arg.includes("c")) given.changes = true;
      if (arg.includes("f")) given.silent = true;
    } else if (/^-[rwxXstugo0-7,]/.test(arg) && modeFlag === undefined) modeFlag = arg;
    else if (arg.startsWith("-") && arg.length > 1) throw new CommandError(`unrecognized option '${arg}'`, 2);
    else operands.push(arg);
  }
  let change: Change | undefined;
  if (given.reference !== undefined) change = yield* referenceMode(ctx, given.reference);
  else {
    const text = modeFlag ?? operands.shift();
    if (text === undefined) throw new CommandError("missing operand", 2);
    change = parseMode(text);
    if (change === undefined) throw new CommandError(`invalid mode: ${quoted(text)}`, 2);
    if (operands.length === 0) throw new CommandError(`missing operand after ${quoted(text)}`, 2);
  }
  const out = new Output(ctx.stdout);
  let good = true;
  for (const name of operands) if (!(yield* apply(ctx, name, change, given, out, true))) good = false;
  yield* out.flush();
  return good ? 0 : 1;
}

function* referenceMode(ctx: Context<"vfs.write">, name: string): Steps<Change> {
  try {
    const { mode } = yield* wait(ctx.vfs.stat(ctx.resolve(name)));
    return () => mode;
  } catch (error) {
    throw new CommandError(`failed to get attributes of ${quoted(name)}: ${fileError(error).message}`, 1, { cause: error });
  }
}

function* apply(
  ctx: Context<"vfs.write">,
  name: string,
  change: Change,
  given: Given,
  out: Output,
  isOperand: boolean,
): Steps<boolean> {
  yield;
  const path = ctx.resolve(name);
  let isDirectory = false;
  let good = true;
  try {
    // Links below a directory are left alone.
    if (!isOperand && (yield* wait(ctx.vfs.lstat(path))).kind === "symlink") return true;
    const stat = yield* wait(ctx.vfs.stat(path));
    isDirectory = stat.kind === "directory";
    const mode = change(stat.mode, isDirectory);
    if (mode !== stat.mode) yield* wait(ctx.vfs.setattr(path, { mode }));
    const shown = (value: number) => `${value.toString(8).padStart(4, "0")} (${modeText(value)})`;
    if (mode !== stat.mode && (given.verbose || given.changes))
      out.text(`mode of ${quoted(name)} changed from ${shown(stat.mode)} to ${shown(mode)}\n`);
    else if (given.verbose) out.text(`mode of ${quoted(name)} retained as ${shown(mode)}\n`);
  } catch (error) {
    const known = fileError(error);
    yield* out.flush();
    if (!given.silent) {
      const what = known.code === "ENOENT" ? "cannot access" : "changing permissions of";
      yield* complain(ctx, `${what} ${quoted(name)}: ${known.message}`);
    }
    return false;
  }
  if (!given.recursive || !isDirectory) return good;
  for (const entry of [...(yield* wait(ctx.vfs.readdir(path)))].sort(byName)) {
    if (!(yield* apply(ctx, below(name, entry.name), change, given, out, false))) good = false;
  }
  return good;
}
