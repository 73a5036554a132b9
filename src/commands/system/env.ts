import { CommandError, type Context, command, toText } from "../../kernel/command.ts";
import type { MaybePromise } from "../../vfs/index.ts";

function exported(ctx: Context<"shell">): Map<string, string> {
  const env = new Map<string, string>();
  for (const { name, value, exported: given } of ctx.shell.variables()) {
    if (given && value !== undefined) env.set(name, toText(value ?? ""));
  }
  return env;
}

function print(env: ReadonlyMap<string, string>, end: string, ctx: Context<never>): MaybePromise<number> {
  const done = ctx.emit(env, () => [...env].map(([name, value]) => `${name}=${value}${end}`).join(""));
  return done instanceof Promise ? done.then(() => 0) : 0;
}

export const env = command(
  {
    name: "env",
    summary: "print the environment, or run a command in a changed one",
    group: "system",
    needs: ["shell", "exec"],
    parse: "posix",
    args: [{ name: "argument", help: "NAME=VALUE for each change, then a command and its arguments", optional: true, rest: true }],
    flags: {
      "ignore-environment": { short: "i", help: "start with nothing" },
      unset: { short: "u", value: "string", placeholder: "NAME", repeat: true, help: "without this variable" },
      null: { short: "0", help: "end each line with NUL, not newline" },
    },
    json: true,
    examples: [
      { run: "env -i A=1 B=2", stdout: "A=1\nB=2\n" },
      { run: "env GREETING=hi printenv GREETING", stdout: "hi\n" },
    ],
  },
  (input, ctx) => {
    const { unset, null: nul } = input.flags;
    const result = input.flags["ignore-environment"] ? new Map<string, string>() : exported(ctx);
    for (const name of unset) result.delete(name);
    const args = input.args[0] === "-" ? input.args.slice(1) : input.args;
    if (input.args[0] === "-") result.clear();
    let at = 0;
    for (; at < args.length; at++) {
      const text = args[at] as string;
      const equals = text.indexOf("=");
      if (equals < 0) break;
      result.set(text.slice(0, equals), text.slice(equals + 1));
    }
    if (at === args.length) return print(result, nul ? "\0" : "\n", ctx);
    if (nul) throw new CommandError("cannot specify --null (-0) with command", 125);
    return ctx.exec.run(args.slice(at), { env: result });
  },
);

export const printenv = command(
  {
    name: "printenv",
    summary: "print environment variables",
    group: "system",
    needs: ["shell"],
    args: [{ name: "name", help: "a variable; without one all are printed", optional: true, rest: true, means: "variable" }],
    flags: { null: { short: "0", help: "end each line with NUL, not newline" } },
    json: true,
    examples: [
      { run: "export A=1; printenv A", stdout: "1\n" },
      { run: "printenv NO_SUCH_VARIABLE", status: 1 },
    ],
  },
  (input, ctx) => {
    const end = input.flags.null ? "\0" : "\n";
    const all = exported(ctx);
    if (input.args.length === 0) return print(all, end, ctx);
    const found = input.args.flatMap((name) => all.get(name) ?? []);
    const status = found.length === input.args.length ? 0 : 1;
    const done = ctx.emit(found, () => found.map((value) => value + end).join(""));
    return done instanceof Promise ? done.then(() => status) : status;
  },
);
