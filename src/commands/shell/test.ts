import { CommandError, type Context, command } from "../../kernel/command.ts";
import { after, type MaybePromise } from "../../vfs/index.ts";
import { evaluateTest } from "./test-expression.ts";

const description = `Files: -e -f -d -r -w -x -s -L -h -p -S -b -c -g -u -k -O -G -N FILE, A -nt B, A -ot B, A -ef B
Text: -z TEXT, -n TEXT, A = B, A != B, A < B, A > B
Integers: A -eq B, -ne, -lt, -le, -gt, -ge
Others: -v NAME (is set), -o OPTION (is on), -t FD (is a terminal)
! EXPR, ( EXPR ), EXPR -a EXPR, EXPR -o EXPR`;

function run(args: readonly string[], ctx: Context<"vfs.read" | "shell">): MaybePromise<number> {
  const world = {
    vfs: ctx.vfs,
    shell: ctx.shell,
    resolve: (path: string) => ctx.resolve(path),
    isTerminal: (fd: number) => (ctx.shell.source(fd)?.isTty ?? ctx.shell.sink(fd)?.isTty) === true,
  };
  return after(evaluateTest(args, world), (yes) => (yes ? 0 : 1));
}

export const test = command(
  {
    name: "test",
    summary: "check files, texts and integers",
    description,
    group: "shell",
    needs: ["vfs.read", "shell"],
    parse: "raw",
    args: [{ name: "expression", help: "what to check", optional: true, rest: true }],
    flags: {},
    examples: [
      { run: "test 3 -lt 10", status: 0 },
      { run: "test -d /no/such", status: 1 },
      { run: "test -z '' && echo empty", stdout: "empty\n" },
    ],
  },
  (input, ctx) => run(input.args, ctx),
);

export const bracket = command(
  {
    name: "[",
    summary: "check files, texts and integers",
    description,
    group: "shell",
    needs: ["vfs.read", "shell"],
    parse: "raw",
    args: [{ name: "expression", help: "what to check, then ]", rest: true }],
    flags: {},
    examples: [{ run: "[ abc = abc ] && echo same", stdout: "same\n" }],
  },
  (input, ctx) => {
    if (input.args.at(-1) !== "]") throw new CommandError("missing `]'", 2);
    return run(input.args.slice(0, -1), ctx);
  },
);
