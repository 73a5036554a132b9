import { CommandError, command } from "../../kernel/command.ts";
import { basename as lastName } from "../../vfs/index.ts";
import { put } from "../support/io/output.ts";
import { drive } from "../support/io/steps.ts";

export const basename = command(
  {
    name: "basename",
    summary: "print the last name of a path",
    group: "files",
    needs: [],
    args: [{ name: "path", help: "a path; a second operand is a suffix to remove", rest: true }],
    flags: {
      multiple: { short: "a", help: "every operand is a path" },
      suffix: { short: "s", value: "string", help: "remove SUFFIX; implies -a" },
      zero: { short: "z", help: "end with NUL" },
    },
    parse: "posix",
    examples: [
      { run: "basename /a/b.txt", stdout: "b.txt\n" },
      { run: "basename /a/b.txt .txt", stdout: "b\n" },
    ],
  },
  ({ flags, args }, ctx) => {
    const many = flags.multiple || flags.suffix !== undefined;
    if (!many && args.length > 2) throw new CommandError(`extra operand '${args[2]}'`, 2);
    const suffix = flags.suffix ?? (many ? "" : (args[1] ?? ""));
    const end = flags.zero ? "\0" : "\n";
    const text = (many ? args : args.slice(0, 1))
      .map((path) => {
        const name = lastName(path);
        return (suffix !== "" && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name) + end;
      })
      .join("");
    return drive(
      (function* () {
        yield* put(ctx.stdout, text);
        return 0;
      })(),
      ctx.signal,
    );
  },
);
