import { CommandError, command, singleQuote } from "../../kernel/command.ts";
import { signalName, signalNames } from "./names.ts";
import { Report, reply } from "./reply.ts";

function signalList(): string {
  const cells = signalNames.slice(1).map((name, i) => `${String(i + 1).padStart(2)}) SIG${name}`);
  let out = "";
  cells.forEach((cell, i) => {
    out += cell + (i % 5 === 4 || i === cells.length - 1 ? "\n" : "\t");
  });
  return out;
}

export const trap = command(
  {
    name: "trap",
    summary: "run commands on signals, errors and at the end",
    description:
      "Conditions: EXIT, ERR, or a signal such as INT or TERM. The action - takes a trap back, an empty one ignores the signal.",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [
      { name: "action", help: "commands, or -", optional: true },
      { name: "condition", help: "EXIT, ERR, INT, TERM, ...", optional: true, rest: true },
    ],
    flags: { l: { help: "list the signals" }, p: { help: "print the traps" } },
    examples: [{ run: "trap 'echo bye' EXIT; echo hi", stdout: "hi\nbye\n" }],
  },
  (input, ctx) => {
    if (input.flags.l) return reply(ctx.stdout, signalList());
    const report = new Report();
    const named = (text: string): string | undefined => {
      const name = signalName(text);
      if (name === undefined) report.fail(ctx, `${text}: invalid signal specification`);
      if (name !== "DEBUG" && name !== "RETURN") return name;
      report.fail(ctx, `${text}: kaish runs no such trap; it has EXIT, ERR and the signals`);
      return undefined;
    };
    if (input.flags.p || input.args.length === 0) {
      const wanted = input.args.map(named);
      const order = (name: string): number => (signalNames.indexOf(name) + 100) % 100;
      for (const [name, text] of [...ctx.shell.traps()].sort(([a], [b]) => order(a) - order(b))) {
        const shown = signalNames.indexOf(name) > 0 ? `SIG${name}` : name;
        if (wanted.length === 0 || wanted.includes(name)) report.out += `trap -- ${singleQuote(text)} ${shown}\n`;
      }
      return report.end(ctx);
    }
    // `trap INT` and `trap 2` take the trap back, as `trap - INT`.
    const [action = ""] = input.args;
    const reset = action === "-" || input.args.length === 1 || /^[0-9]+$/.test(action);
    const conditions = reset && action !== "-" ? input.args : input.args.slice(1);
    if (conditions.length === 1 && input.args.length === 1 && signalName(action) === undefined) {
      throw new CommandError("usage: trap [-lp] [[arg] signal_spec ...]", 2);
    }
    for (const condition of conditions) {
      const name = named(condition);
      if (name !== undefined) ctx.shell.setTrap(name, reset ? undefined : action);
    }
    return report.end(ctx);
  },
);

export const kill = command(
  {
    name: "kill",
    summary: "send a signal to jobs or processes",
    description: "-s NAME, -n NUMBER, -NAME or -NUMBER choose the signal (default TERM); -l lists them, or translates.",
    group: "shell",
    needs: ["shell"],
    parse: "raw",
    args: [{ name: "target", help: "%JOB or a process id", optional: true, rest: true }],
    flags: {},
    examples: [
      { run: "kill -l 15", stdout: "TERM\n" },
      { run: "sleep 100 & kill $!; wait $!; echo $?", stdout: "143\n" },
    ],
  },
  (input, ctx) => {
    let args = input.args;
    let signal = "TERM";
    const first = args[0] ?? "";
    if (first === "-l" || first === "-L") {
      if (args.length === 1) return reply(ctx.stdout, signalList());
      const report = new Report();
      for (const text of args.slice(1)) {
        const name = signalName(/^[0-9]+$/.test(text) ? String(Number(text) & 127) : text);
        if (name === undefined) report.fail(ctx, `${text}: invalid signal specification`);
        else report.out += /^[0-9]+$/.test(text) ? `${name}\n` : `${signalNames.indexOf(name)}\n`;
      }
      return report.end(ctx);
    }
    if (first === "-s" || first === "-n") {
      signal = args[1] ?? "";
      args = args.slice(2);
    } else if (/^-[A-Za-z0-9]/.test(first)) {
      signal = first.slice(1);
      args = args.slice(1);
    }
    if (args[0] === "--") args = args.slice(1);
    const name = signalName(signal);
    if (name === undefined) throw new CommandError(`${signal}: invalid signal specification`);
    if (args.length === 0)
      throw new CommandError("usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]", 2);
    const report = new Report();
    for (const target of args) {
      try {
        ctx.shell.kill(target, name === "EXIT" ? "0" : name);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        report.fail(ctx, error.message, 1);
      }
    }
    return report.end(ctx);
  },
);
