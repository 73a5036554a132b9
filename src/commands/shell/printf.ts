import { CommandError, command } from "../../kernel/command.ts";
import { escapedOutput } from "./escapes.ts";
import { formatOnce, parseFormat } from "./printf-format.ts";
import { Report } from "./reply.ts";

export const printf = command(
  {
    name: "printf",
    summary: "print arguments as a format says",
    description: "-v VAR assigns instead of printing. The format is used again while arguments are left.",
    group: "shell",
    needs: ["shell", "clock"],
    parse: "raw",
    args: [
      { name: "format", help: "text with %b %c %d %e %f %g %i %o %q %s %u %x %X %(strftime)T" },
      { name: "argument", help: "what the format shows", optional: true, rest: true },
    ],
    flags: {},
    examples: [
      { run: "printf '%s is %d\\n' amy 42", stdout: "amy is 42\n" },
      { run: "printf '%05.1f|%-4s|\\n' 3.14159 ab", stdout: "003.1|ab  |\n" },
      { run: "printf '%s\\n' one two", help: "the format is used again", stdout: "one\ntwo\n" },
    ],
  },
  (input, ctx) => {
    let args = input.args;
    let variable: string | undefined;
    const first = args[0] ?? "";
    if (first.startsWith("-v")) {
      variable = first === "-v" ? args[1] : first.slice(2);
      args = args.slice(first === "-v" ? 2 : 1);
    } else if (first.length > 1 && first.startsWith("-") && first !== "--") throw new CommandError(`${first}: invalid option`, 2);
    if (args[0] === "--") args = args.slice(1);
    const [format, ...operands] = args;
    if (format === undefined) throw new CommandError("usage: printf [-v var] format [arguments]", 2);
    const report = new Report();
    const state = {
      operands,
      at: 0,
      stop: false,
      zone: () => ctx.env("TZ"),
      now: () => ctx.clock.now(),
      fail: (message: string) => report.fail(ctx, message),
      warn: (message: string) => report.warn(ctx, message),
    };
    const pieces = parseFormat(format);
    let out = "";
    do {
      const before = state.at;
      out += formatOnce(pieces, state);
      if (state.at === before) break;
    } while (state.at < operands.length && !state.stop);
    const encoded = escapedOutput(out);
    if (variable === undefined) report.out = encoded;
    else ctx.shell.assign(variable, encoded);
    return report.end(ctx);
  },
);
