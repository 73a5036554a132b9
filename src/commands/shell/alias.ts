import { command, singleQuote } from "../../kernel/command.ts";
import { Report } from "./reply.ts";

function line(name: string, text: string): string {
  return `alias ${name}=${singleQuote(text)}\n`;
}

export const alias = command(
  {
    name: "alias",
    summary: "give a command line a short name",
    description: "Aliases expand in the REPL only, from the next input on.",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [{ name: "alias", help: "NAME=TEXT defines, NAME prints", optional: true, rest: true }],
    flags: { p: { help: "print all" } },
    examples: [{ run: "alias ll='ls -l'; alias ll", stdout: "alias ll='ls -l'\n" }],
  },
  (input, ctx) => {
    const report = new Report();
    const known = ctx.shell.aliases();
    if (input.args.length === 0 || input.flags.p) {
      for (const [name, text] of [...known].sort(([a], [b]) => (a < b ? -1 : 1))) report.out += line(name, text);
    }
    for (const operand of input.args) {
      const equals = operand.indexOf("=", 1);
      if (equals < 0) {
        const text = ctx.shell.aliases().get(operand);
        if (text === undefined) report.fail(ctx, `${operand}: not found`);
        else report.out += line(operand, text);
      } else if (/[/$`=|&;()<>'"\s]/.test(operand.slice(0, equals)))
        report.fail(ctx, `\`${operand.slice(0, equals)}': invalid alias name`);
      else ctx.shell.setAlias(operand.slice(0, equals), operand.slice(equals + 1));
    }
    return report.end(ctx);
  },
);

export const unalias = command(
  {
    name: "unalias",
    summary: "forget aliases",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [{ name: "name", help: "an alias", optional: true, rest: true }],
    flags: { a: { help: "all of them" } },
    examples: [{ run: "alias x=y; unalias x; alias", stdout: "" }],
  },
  (input, ctx) => {
    const report = new Report();
    if (input.flags.a) for (const name of [...ctx.shell.aliases().keys()]) ctx.shell.setAlias(name, undefined);
    for (const name of input.args) {
      if (ctx.shell.aliases().has(name)) ctx.shell.setAlias(name, undefined);
      else report.fail(ctx, `${name}: not found`);
    }
    return report.end(ctx);
  },
);
