import { CommandError, type Context, command, isList, toText } from "../../kernel/command.ts";
import { after, type MaybePromise } from "../../vfs/index.ts";
import { changeDirectory } from "./cd.ts";
import { reply } from "./reply.ts";

/** The stack below the working directory lives in the variable DIRSTACK, so that subshells and forks have their own. */
function below(ctx: Context<"shell">): readonly string[] {
  const value = ctx.shell.get("DIRSTACK");
  return isList(value) ? value.map(toText) : [];
}

function keep(ctx: Context<"shell">, stack: readonly string[]): void {
  ctx.shell.set("DIRSTACK", { value: stack });
}

function here(ctx: Context<"shell">): string {
  return toText(ctx.shell.get("PWD") ?? ctx.cwd);
}

/** With the home directory as `~`. */
function tilde(path: string, ctx: Context<"shell">): string {
  const home = toText(ctx.shell.get("HOME") ?? "");
  if (home === "" || home === "/") return path;
  return path === home ? "~" : path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function show(ctx: Context<"shell">): MaybePromise<number> {
  return reply(ctx.stdout, `${[here(ctx), ...below(ctx)].map((path) => tilde(path, ctx)).join(" ")}\n`);
}

/** The place in the whole stack that `+N` or `-N` names; undefined for anything else. */
function place(text: string, size: number): number | undefined {
  const match = /^([-+])([0-9]+)$/.exec(text);
  if (match === null) return undefined;
  const at = match[1] === "+" ? Number(match[2]) : size - 1 - Number(match[2]);
  if (at < 0 || at >= size) throw new CommandError(`${text}: directory stack index out of range`);
  return at;
}

export const pushd = command(
  {
    name: "pushd",
    summary: "change the directory and remember the old one",
    description:
      "Without an operand the two top places change; +N and -N turn the stack so that that place is on top. -n changes the stack only.",
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: [{ name: "dir", help: "where to, +N or -N", optional: true, means: "path" }],
    flags: {},
    examples: [{ run: "mkdir a b; pushd a; pushd ../b; popd", stdout: "/a /\n/b /a /\n/a /\n" }],
  },
  (input, ctx) => {
    const stay = input.args[0] === "-n";
    const operand = stay ? input.args[1] : input.args[0];
    const rest = below(ctx);
    if (operand === undefined) {
      const [next, ...others] = rest;
      if (next === undefined) throw new CommandError("no other directory");
      const old = here(ctx);
      return after(changeDirectory(next, ctx), () => {
        keep(ctx, [old, ...others]);
        return show(ctx);
      });
    }
    const all = [here(ctx), ...rest];
    const at = place(operand, all.length);
    if (at !== undefined) {
      const [top = "/", ...turned] = [...all.slice(at), ...all.slice(0, at)];
      return after(changeDirectory(top, ctx), () => {
        keep(ctx, turned);
        return show(ctx);
      });
    }
    if (stay) {
      keep(ctx, [operand, ...rest]);
      return show(ctx);
    }
    return after(changeDirectory(operand, ctx), () => {
      keep(ctx, all);
      return show(ctx);
    });
  },
);

export const popd = command(
  {
    name: "popd",
    summary: "go back to the directory on the stack",
    description: "+N and -N drop that place instead. -n changes the stack only.",
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: [{ name: "place", help: "+N or -N", optional: true }],
    flags: {},
    examples: [{ run: "mkdir a; pushd a; popd; pwd", stdout: "/a /\n/\n/\n" }],
  },
  (input, ctx) => {
    const stay = input.args[0] === "-n";
    const operand = stay ? input.args[1] : input.args[0];
    const rest = below(ctx);
    if (rest.length === 0) throw new CommandError("directory stack empty");
    const at = operand === undefined ? 0 : place(operand, rest.length + 1);
    if (at === undefined) throw new CommandError(`${operand}: invalid argument`, 2);
    if (at > 0 || stay) {
      keep(
        ctx,
        rest.filter((_path, i) => i !== Math.max(0, at - 1)),
      );
      return show(ctx);
    }
    const [next = "/", ...others] = rest;
    return after(changeDirectory(next, ctx), () => {
      keep(ctx, others);
      return show(ctx);
    });
  },
);

export const dirs = command(
  {
    name: "dirs",
    summary: "print the directory stack",
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: [
      {
        name: "option",
        help: "-c forgets all, -l prints home in full, -p one on a line, -v with numbers; +N and -N one place",
        optional: true,
        rest: true,
      },
    ],
    flags: {},
    examples: [{ run: "mkdir a; pushd a; dirs -v", stdout: "/a /\n 0  /a\n 1  /\n" }],
  },
  (input, ctx) => {
    let full = false;
    let style: "line" | "lines" | "numbers" = "line";
    const all = [here(ctx), ...below(ctx)];
    for (const arg of input.args) {
      const at = place(arg, all.length);
      if (at !== undefined) return reply(ctx.stdout, `${full ? all[at] : tilde(all[at] ?? "", ctx)}\n`);
      if (!/^-[clpv]+$/.test(arg)) throw new CommandError(`${arg}: invalid option`, 2);
      if (arg.includes("c")) {
        keep(ctx, []);
        return 0;
      }
      if (arg.includes("l")) full = true;
      if (arg.includes("v")) style = "numbers";
      else if (arg.includes("p") && style === "line") style = "lines";
    }
    const shown = full ? all : all.map((path) => tilde(path, ctx));
    if (style === "line") return reply(ctx.stdout, `${shown.join(" ")}\n`);
    return reply(
      ctx.stdout,
      shown.map((path, i) => (style === "numbers" ? `${String(i).padStart(2)}  ${path}\n` : `${path}\n`)).join(""),
    );
  },
);
