import { CommandError, type Context, command } from "../../kernel/command.ts";

const levels = [{ name: "levels", help: "how many loops", optional: true }] as const;
const status = [{ name: "status", help: "default: that of the last command", optional: true }] as const;

function loops(kind: "break" | "continue", text: string | undefined, ctx: Context<"shell">): number {
  const { shell } = ctx;
  if (shell.loopDepth === 0) {
    // As bash: said, and not a failure.
    throw new CommandError("only meaningful in a `for', `while', or `until' loop", 0);
  }
  if (text !== undefined && !/^\s*[-+]?[0-9]+\s*$/.test(text)) {
    shell.leave({ kind: "exit", status: 128 });
    throw new CommandError(`${text}: numeric argument required`, 128);
  }
  const wanted = Number(text ?? 1);
  if (wanted < 1) {
    shell.leave({ kind: "break", levels: shell.loopDepth });
    throw new CommandError(`${text}: loop count out of range`, 1);
  }
  shell.leave({ kind, levels: Math.min(wanted, shell.loopDepth) });
  return 0;
}

export const breakCommand = command(
  {
    name: "break",
    summary: "leave loops",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    negativeOperands: true,
    args: levels,
    flags: {},
    examples: [{ run: "for i in 1 2 3; do [ $i = 2 ] && break; echo $i; done", stdout: "1\n" }],
  },
  (input, ctx) => loops("break", input.args[0], ctx),
);

export const continueCommand = command(
  {
    name: "continue",
    summary: "start a loop's next round",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    negativeOperands: true,
    args: levels,
    flags: {},
    examples: [{ run: "for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done", stdout: "1\n3\n" }],
  },
  (input, ctx) => loops("continue", input.args[0], ctx),
);

/** 0 to 255; undefined for what is no number. */
function toStatus(text: string | undefined, last: number): number | undefined {
  if (text === undefined) return last;
  return /^\s*[-+]?[0-9]+\s*$/.test(text) ? Number(BigInt.asUintN(8, BigInt(text.trim().replace("+", "")))) : undefined;
}

export const returnCommand = command(
  {
    name: "return",
    summary: "leave a function or a sourced file",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    negativeOperands: true,
    args: status,
    flags: {},
    examples: [{ run: "f() { return 3; }; f; echo $?", stdout: "3\n" }],
  },
  (input, ctx) => {
    const { shell } = ctx;
    if (!shell.inFunction && !shell.inSource) {
      throw new CommandError("can only `return' from a function or sourced script", 2);
    }
    const answer = toStatus(input.args[0], shell.lastStatus);
    shell.leave({ kind: "return", status: answer ?? 2 });
    if (answer === undefined) throw new CommandError(`${input.args[0]}: numeric argument required`, 2);
    return answer;
  },
);

export const exit = command(
  {
    name: "exit",
    summary: "end the shell",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    negativeOperands: true,
    args: status,
    flags: {},
    examples: [{ run: "exit 3", status: 3 }],
  },
  (input, ctx) => {
    const answer = toStatus(input.args[0], ctx.shell.lastStatus);
    ctx.shell.leave({ kind: "exit", status: answer ?? 2 });
    if (answer === undefined) throw new CommandError(`${input.args[0]}: numeric argument required`, 2);
    return answer;
  },
);

export const shift = command(
  {
    name: "shift",
    summary: "drop the first parameters",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    negativeOperands: true,
    args: [{ name: "count", help: "how many; default 1", optional: true }],
    flags: {},
    examples: [{ run: "set -- a b c; shift 2; echo $1 $#", stdout: "c 1\n" }],
  },
  (input, ctx) => {
    const text = input.args[0] ?? "1";
    if (!/^\s*[-+]?[0-9]+\s*$/.test(text)) throw new CommandError(`${text}: numeric argument required`);
    const count = Number(text);
    const parameters = ctx.shell.positional();
    if (count < 0) throw new CommandError(`${text}: shift count out of range`);
    // As bash: too many is a failure that says nothing.
    if (count > parameters.length) return 1;
    ctx.shell.setPositional(parameters.slice(count));
    return 0;
  },
);
