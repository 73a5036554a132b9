import { CommandError, type Context, command } from "../../kernel/command.ts";
import { assignment, byName } from "./declare-text.ts";
import { Report } from "./reply.ts";

const letters: Readonly<Record<string, string>> = {
  a: "allexport",
  C: "noclobber",
  e: "errexit",
  E: "errtrace",
  f: "noglob",
  h: "hashall",
  m: "monitor",
  n: "noexec",
  T: "functrace",
  u: "nounset",
  v: "verbose",
  x: "xtrace",
};

function printOptions(ctx: Context<"shell">, asCommands: boolean): string {
  const lines = [...ctx.shell.options()].sort(([a], [b]) => (a < b ? -1 : 1));
  return lines
    .map(([name, on]) => (asCommands ? `set ${on ? "-" : "+"}o ${name}\n` : `${name.padEnd(15)}\t${on ? "on" : "off"}\n`))
    .join("");
}

export const set = command(
  {
    name: "set",
    summary: "change options and parameters",
    description: `-e ends at a failure, -u refuses unset variables, -x traces, -f no globs, -n checks only, -C no overwriting, -a exports all;
-o NAME by name (errexit, nounset, xtrace, noglob, noexec, noclobber, allexport, pipefail, trash, ...), + for off.
-o alone shows the options, +o as commands. Without arguments it prints the variables. Operands become $1, $2, ...`,
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: [{ name: "argument", help: "options, then parameters", optional: true, rest: true }],
    flags: {},
    examples: [
      { run: "set -- a b; echo $# $2", stdout: "2 b\n" },
      { run: "set -euo pipefail; false; echo no", stdout: "", status: 1 },
    ],
  },
  (input, ctx) => {
    const { args } = input;
    const report = new Report();
    if (args.length === 0) {
      for (const variable of [...ctx.shell.variables()].sort(byName)) report.out += assignment(variable);
      return report.end(ctx);
    }
    let at = 0;
    for (; at < args.length; at++) {
      const arg = args[at] as string;
      if (arg === "--") {
        ctx.shell.setPositional(args.slice(at + 1));
        return report.end(ctx);
      }
      if (arg === "-") {
        ctx.shell.setOption("xtrace", false);
        ctx.shell.setOption("verbose", false);
        at++;
        break;
      }
      if (!/^[-+]./.test(arg)) break;
      const on = arg.startsWith("-");
      for (const letter of arg.slice(1)) {
        if (letter !== "o") {
          const name = letters[letter];
          if (name === undefined) throw new CommandError(`${arg.charAt(0)}${letter}: invalid option`, 2);
          ctx.shell.setOption(name, on);
        } else if (args[at + 1] === undefined) report.out += printOptions(ctx, !on);
        else ctx.shell.setOption(args[++at] as string, on);
      }
    }
    if (at < args.length) ctx.shell.setPositional(args.slice(at));
    return report.end(ctx);
  },
);

export const shopt = command(
  {
    name: "shopt",
    summary: "change what the shell does in special cases",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [{ name: "name", help: "nullglob, dotglob, nocasematch, ...", optional: true, rest: true }],
    flags: {
      s: { help: "switch on" },
      u: { help: "switch off" },
      q: { help: "print nothing; the status tells" },
      p: { help: "print as commands" },
      o: { help: "the options of set -o" },
    },
    examples: [{ run: "shopt -s nocasematch; [[ ABC == abc ]] && echo same", stdout: "same\n" }],
  },
  (input, ctx) => {
    const { s, u, q, p, o } = input.flags;
    if (s && u) throw new CommandError("cannot set and unset shell options simultaneously");
    const report = new Report();
    const all = o ? ctx.shell.options() : ctx.shell.shopts();
    const line = (name: string, on: boolean): string => {
      if (!p) return `${name.padEnd(15)}\t${on ? "on" : "off"}\n`;
      return o ? `set ${on ? "-" : "+"}o ${name}\n` : `shopt -${on ? "s" : "u"} ${name}\n`;
    };
    if (input.args.length === 0) {
      for (const [name, on] of [...all].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if ((!s && !u) || on === s) report.out += line(name, on);
      }
      return report.end(ctx);
    }
    for (const name of input.args) {
      const now = all.get(name);
      if (now === undefined) report.fail(ctx, `${name}: invalid shell option name`);
      else if (s || u) {
        if (o) ctx.shell.setOption(name, s);
        else ctx.shell.setShopt(name, s);
      } else {
        if (!now) report.status = 1;
        if (!q) report.out += line(name, now);
      }
    }
    return report.end(ctx);
  },
);
