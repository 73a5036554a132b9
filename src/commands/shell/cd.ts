import { CommandError, type Context, command, toText } from "../../kernel/command.ts";
import { after, type MaybePromise, VfsError } from "../../vfs/index.ts";
import { reply } from "./reply.ts";

type PlaceContext = Context<"shell" | "vfs.read">;

function variable(ctx: Context<"shell">, name: string): string | undefined {
  const value = ctx.shell.get(name);
  return value === undefined || value === null ? undefined : toText(value);
}

/** Where to go, and whether the place is to be printed. */
function target(operand: string | undefined, ctx: PlaceContext): { readonly path: string; readonly print: boolean } {
  if (operand === undefined) {
    const home = variable(ctx, "HOME");
    if (home === undefined) throw new CommandError("HOME not set");
    return { path: home, print: false };
  }
  if (operand !== "-") return { path: operand, print: false };
  const old = variable(ctx, "OLDPWD");
  if (old === undefined) throw new CommandError("OLDPWD not set");
  return { path: old, print: true };
}

/** Changes the directory; a failure is `NAME: path: why`. */
export function changeDirectory(path: string, ctx: Context<"shell">): MaybePromise<void> {
  const fail = (error: unknown): never => {
    if (error instanceof VfsError) throw new CommandError(`${path}: ${error.message}`, 1, { cause: error });
    throw error;
  };
  try {
    const done = ctx.shell.chdir(ctx.resolve(path === "" ? "." : path));
    return done instanceof Promise ? done.catch(fail) : done;
  } catch (error) {
    return fail(error);
  }
}

/** Tries the directories of CDPATH, then the path itself. Answers whether one of CDPATH was taken. */
async function throughCdpath(path: string, cdpath: string, ctx: PlaceContext): Promise<boolean> {
  for (const base of cdpath.split(":")) {
    const candidate = `${base === "" ? "." : base}/${path}`;
    try {
      if ((await ctx.vfs.stat(ctx.resolve(candidate))).kind !== "directory") continue;
    } catch {
      continue;
    }
    await changeDirectory(candidate, ctx);
    return base !== "" && base !== ".";
  }
  await changeDirectory(path, ctx);
  return false;
}

export const cd = command(
  {
    name: "cd",
    summary: "change the working directory",
    description: "Without DIR it goes to $HOME; `cd -` goes back and prints where. CDPATH is searched for a relative DIR.",
    group: "shell",
    needs: ["shell", "vfs.read"],
    parse: "posix",
    args: [{ name: "dir", help: "where to", optional: true, means: "path" }],
    flags: {
      L: { help: "keep symbolic links in the path (default)" },
      P: { help: "resolve symbolic links" },
      e: { help: "with -P: fail if the place cannot be told" },
    },
    examples: [{ run: "mkdir -p a/b; cd a/b; pwd; cd -", stdout: "/a/b\n/\n" }],
  },
  (input, ctx) => {
    const { path, print } = target(input.args[0], ctx);
    const say = (loud: boolean): MaybePromise<number> => (loud ? reply(ctx.stdout, `${variable(ctx, "PWD") ?? ctx.cwd}\n`) : 0);
    if (input.flags.P) {
      return after(ctx.vfs.realpath(ctx.resolve(path)), (real) => after(changeDirectory(real, ctx), () => say(print)));
    }
    const cdpath = variable(ctx, "CDPATH");
    if (cdpath !== undefined && cdpath !== "" && input.args[0] !== undefined && !/^(?:\/|\.\.?(?:\/|$)|-$)/.test(path)) {
      return throughCdpath(path, cdpath, ctx).then((found) => say(print || found));
    }
    return after(changeDirectory(path, ctx), () => say(print));
  },
);

export const pwd = command(
  {
    name: "pwd",
    summary: "print the working directory",
    group: "shell",
    needs: ["vfs.read"],
    args: [{ name: "ignored", help: "not used", optional: true, rest: true }],
    flags: { L: { help: "with symbolic links (default)" }, P: { help: "with symbolic links resolved" } },
    json: true,
    examples: [
      { run: "pwd", stdout: "/\n" },
      { run: "mkdir d; cd d; pwd --json", stdout: '"/d"\n' },
    ],
  },
  (input, ctx) => {
    const place: MaybePromise<string> = input.flags.P ? ctx.vfs.realpath(ctx.cwd) : ctx.cwd;
    return after(place, (path) =>
      after(
        ctx.emit(path, () => `${path}\n`),
        () => 0,
      ),
    );
  },
);
