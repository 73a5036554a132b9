import { command } from "../../kernel/command.ts";
import { escapedOutput, unescapeEcho } from "./escapes.ts";
import { reply } from "./reply.ts";

export const echo = command(
  {
    name: "echo",
    summary: "print the arguments, separated by blanks",
    description: "-n prints no newline at the end; -e reads backslash escapes, -E (the default) does not.",
    group: "shell",
    needs: [],
    parse: "raw",
    args: [{ name: "text", help: "what to print", optional: true, rest: true }],
    flags: {},
    examples: [
      { run: "echo hello world", stdout: "hello world\n" },
      { run: "echo -n no newline", stdout: "no newline" },
      { run: "echo -e 'a\\tb'", help: "with escapes", stdout: "a\tb\n" },
    ],
  },
  (input, ctx) => {
    const { args } = input;
    let first = 0;
    let newline = true;
    let escapes = false;
    for (; first < args.length; first++) {
      const arg = args[first] as string;
      if (!/^-[neE]+$/.test(arg)) break;
      for (const letter of arg.slice(1)) {
        if (letter === "n") newline = false;
        else escapes = letter === "e";
      }
    }
    const text = (first === 0 ? args : args.slice(first)).join(" ");
    if (!escapes) return reply(ctx.stdout, newline ? `${text}\n` : text);
    const { text: out, stop } = unescapeEcho(text);
    return reply(ctx.stdout, escapedOutput(newline && !stop ? `${out}\n` : out));
  },
);
