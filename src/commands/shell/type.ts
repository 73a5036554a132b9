import { type Context, command, type Found, singleQuote } from "../../kernel/command.ts";
import { after, type MaybePromise } from "../../vfs/index.ts";
import { Report } from "./reply.ts";

/** Looks each name up and lets `add` report it. */
function each(
  names: readonly string[],
  ctx: Context<"shell">,
  report: Report,
  add: (name: string, found: readonly Found[]) => void,
): MaybePromise<number> {
  const from = (at: number): MaybePromise<number> => {
    const name = names[at];
    if (name === undefined) return report.end(ctx);
    return after(ctx.shell.find(name), (found) => {
      add(name, found);
      return from(at + 1);
    });
  };
  return from(0);
}

function describe(name: string, found: Found): string {
  switch (found.kind) {
    case "alias":
      return `${name} is aliased to \`${found.text}'\n`;
    case "keyword":
      return `${name} is a shell keyword\n`;
    case "function":
      return `${name} is a function\n${found.source}\n`;
    case "builtin":
      return `${name} is a shell builtin\n`;
    case "file":
      return `${name} is ${found.path}\n`;
    default:
      return found satisfies never;
  }
}

export const type = command(
  {
    name: "type",
    summary: "tell what a name means as a command",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [{ name: "name", help: "a command name", optional: true, rest: true, means: "command" }],
    flags: {
      t: { help: "one word: alias, keyword, function, builtin or file" },
      a: { help: "all meanings" },
      p: { help: "the path, if it is a file that would run" },
      P: { help: "the path on PATH, whatever else it is" },
      f: { help: "no functions" },
    },
    examples: [
      { run: "type -t if echo", stdout: "keyword\nbuiltin\n" },
      { run: "type cd", stdout: "cd is a shell builtin\n" },
    ],
  },
  (input, ctx) => {
    const { t, a, p, P, f } = input.flags;
    const report = new Report();
    return each(input.args, ctx, report, (name, all) => {
      let found = f ? all.filter((one) => one.kind !== "function") : all;
      if (P) found = found.filter((one) => one.kind === "file");
      if (found.length === 0) {
        if (t || p || P) report.status = 1;
        else report.fail(ctx, `${name}: not found`);
      }
      for (const one of a ? found : found.slice(0, 1)) {
        if (t) report.out += `${one.kind}\n`;
        else if (p || P) report.out += one.kind === "file" ? `${one.path}\n` : "";
        else report.out += describe(name, one);
      }
    });
  },
);

/** `command -v`: what would be typed to get it. */
function short(name: string, found: Found): string {
  if (found.kind === "alias") return `alias ${name}=${singleQuote(found.text)}\n`;
  return found.kind === "file" ? `${found.path}\n` : `${name}\n`;
}

function look(names: readonly string[], ctx: Context<"shell">, long: boolean): MaybePromise<number> {
  const report = new Report();
  return each(names, ctx, report, (name, [first]) => {
    if (first !== undefined) report.out += long ? describe(name, first) : short(name, first);
    else if (long) report.fail(ctx, `${name}: not found`);
    else report.status = 1;
  });
}

export const commandCommand = command(
  {
    name: "command",
    summary: "run a command past functions, or tell what a name means",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [
      { name: "name", help: "a command", optional: true, means: "command" },
      { name: "argument", help: "its arguments", optional: true, rest: true },
    ],
    flags: {
      v: { help: "print what would run" },
      V: { help: "the same, in words" },
      p: { help: "with the standard PATH" },
    },
    examples: [
      { run: "command -v cd", stdout: "cd\n" },
      { run: "echo() { :; }; command echo real", stdout: "real\n" },
    ],
  },
  (input, ctx) => {
    if (input.flags.v || input.flags.V) return look(input.args, ctx, input.flags.V);
    return input.values.length === 0 ? 0 : ctx.shell.runCommand(input.values, { functions: false });
  },
);

export const which = command(
  {
    name: "which",
    summary: "print the path of a command",
    description: "A builtin has no path: its name is printed.",
    group: "shell",
    needs: ["shell"],
    args: [{ name: "name", help: "a command name", rest: true, means: "command" }],
    flags: { all: { short: "a", help: "all that are on PATH" } },
    examples: [
      { run: "which cd", stdout: "cd\n" },
      { run: "which no-such-command", status: 1 },
    ],
  },
  (input, ctx) => {
    const report = new Report();
    const wanted = (one: Found): boolean => one.kind === "file" || one.kind === "builtin";
    return each(input.args, ctx, report, (name, all) => {
      const found = all.filter(wanted);
      if (found.length === 0) report.status = 1;
      for (const one of input.flags.all ? found : found.slice(0, 1)) report.out += `${one.kind === "file" ? one.path : name}\n`;
    });
  },
);

export const hash = command(
  {
    name: "hash",
    summary: "forget where programs are, or look for them now",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [{ name: "name", help: "a program", optional: true, rest: true, means: "command" }],
    flags: { r: { help: "forget all" } },
    examples: [{ run: "hash -r", status: 0 }],
  },
  (input, ctx) => {
    if (input.flags.r) ctx.shell.rehash();
    const report = new Report();
    return each(input.args, ctx, report, (name, found) => {
      if (found.length === 0) report.fail(ctx, `${name}: not found`);
    });
  },
);
