import { CommandError, type Context, command, toText, type Value } from "../../kernel/command.ts";
import { after, type MaybePromise, readFile, VfsError } from "../../vfs/index.ts";

/** All bytes of a file as text. Throws CommandError with the path as it was given. */
async function readText(path: string, shown: string, ctx: Context<"vfs.read">): Promise<string> {
  try {
    return (await readFile(ctx.vfs, path)).toString("utf8");
  } catch (error) {
    if (error instanceof VfsError) throw new CommandError(`${shown}: ${error.message}`, 1, { cause: error });
    throw error;
  }
}

/** A name without a slash is looked for on PATH, then here. */
async function findSource(name: string, ctx: Context<"vfs.read" | "shell">): Promise<string> {
  if (!name.includes("/")) {
    for (const folder of toText(ctx.shell.get("PATH") ?? "").split(":")) {
      if (folder === "") continue;
      const path = ctx.resolve(`${folder}/${name}`);
      try {
        if ((await ctx.vfs.stat(path)).kind === "file") return path;
      } catch {
        // Not there: the next folder.
      }
    }
  }
  return ctx.resolve(name);
}

export const source = command(
  {
    name: "source",
    summary: "run a file in this shell",
    description: "The file is checked whole before its first command runs. Operands are its parameters.",
    group: "shell",
    needs: ["shell", "vfs.read"],
    parse: "posix",
    args: [
      { name: "file", help: "a script; without a slash it is looked for on PATH, then here", means: "path" },
      { name: "argument", help: "its parameters", optional: true, rest: true },
    ],
    flags: {},
    aliases: ["."],
    examples: [{ run: "echo 'x=5' > lib; source ./lib; echo $x", stdout: "5\n" }],
  },
  async (input, ctx) => {
    const [file = "", ...args] = input.args;
    const path = await findSource(file, ctx);
    const text = await readText(path, file, ctx);
    return await ctx.shell.runSource(text, file, args.length > 0 ? args : undefined);
  },
);

export const check = command(
  {
    name: "check",
    summary: "check scripts without running them",
    group: "shell",
    needs: ["shell", "vfs.read"],
    args: [{ name: "file", help: "a script", rest: true, optional: true, means: "path" }],
    flags: { command: { short: "c", value: "string", placeholder: "CODE", help: "check CODE" } },
    examples: [
      { run: "echo 'echo $((1+1))' > good; check good", status: 0 },
      { run: "echo 'if true' > bad; check bad 2> /dev/null", status: 2 },
      { run: "check -c 'head --lins 3' 2>&1 | head -n 1", stdout: "error[K101]: `head` has no flag `--lins`\n" },
    ],
  },
  async (input, ctx) => {
    const { command: code } = input.flags;
    if (code === undefined && input.args.length === 0) throw new CommandError("say which file, or -c CODE", 2);
    let status = 0;
    const report = async (text: string, name: string): Promise<void> => {
      for (const found of ctx.shell.check(text, name)) {
        await ctx.stderr.write(found.text);
        if (found.severity === "error") status = 2;
      }
    };
    if (code !== undefined) await report(code, "-c");
    for (const file of input.args) await report(await readText(ctx.resolve(file), file, ctx), file);
    return status;
  },
);

export const exec = command(
  {
    name: "exec",
    summary: "run a command in place of the shell, or keep redirections",
    description: "With a command, the shell ends with its status. Without one, its redirections hold from here on.",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [
      { name: "command", help: "what to run", optional: true, means: "command" },
      { name: "argument", help: "its arguments", optional: true, rest: true },
    ],
    flags: {},
    examples: [{ run: "exec 3> out; echo hi >&3; exec 3>&-; cat out", stdout: "hi\n" }],
  },
  (input, ctx) => {
    if (input.values.length === 0) return 0;
    return after(ctx.shell.runCommand(input.values, { functions: false }), (status) => {
      ctx.shell.leave({ kind: "exit", status });
      return status;
    });
  },
);

function runWithoutFunctions(argv: readonly Value[], ctx: Context<"shell">): MaybePromise<number> {
  return argv.length === 0 ? 0 : ctx.shell.runCommand(argv, { functions: false });
}

export const builtin = command(
  {
    name: "builtin",
    summary: "run a builtin, past functions of the same name",
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: [
      { name: "name", help: "a builtin", optional: true, means: "command" },
      { name: "argument", help: "its arguments", optional: true, rest: true },
    ],
    flags: {},
    examples: [{ run: "echo() { :; }; builtin echo real", stdout: "real\n" }],
  },
  (input, ctx) => {
    const [name] = input.args;
    if (name === undefined) return 0;
    return after(ctx.shell.find(name), (found) => {
      if (!found.some((one) => one.kind === "builtin")) throw new CommandError(`${name}: not a shell builtin`);
      return runWithoutFunctions(input.values, ctx);
    });
  },
);

export const letCommand = command(
  {
    name: "let",
    summary: "evaluate arithmetic",
    description: "The status is 1 when the last expression is 0.",
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: [{ name: "expression", help: "as in (( ))", rest: true }],
    flags: {},
    examples: [{ run: "let 'x = 2 * 3' y=x+1; echo $x $y", stdout: "6 7\n" }],
  },
  (input, ctx) => {
    if (input.args.length === 0) throw new CommandError("expression expected");
    let last: Value = 0;
    for (const expression of input.args) last = ctx.shell.arith(expression);
    return last === 0 || last === 0n ? 1 : 0;
  },
);
