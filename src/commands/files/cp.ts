import { command } from "../../kernel/command.ts";
import { Copier, type CopyOptions } from "../support/copying/copy.ts";
import { pairs } from "../support/copying/targets.ts";
import { Output } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

export const cp = command(
  {
    name: "cp",
    summary: "copy files and directories",
    description: "A file that is replaced is written beside and then renamed: a reader sees the old content or the new.",
    group: "files",
    needs: ["vfs.write"],
    args: [{ name: "path", help: "what to copy, and where to: a name or a directory", optional: true, rest: true, means: "path" }],
    flags: {
      recursive: { short: "r", aliases: ["R"], help: "copy directories and what is below" },
      archive: { short: "a", help: "as -dr --preserve" },
      "no-dereference": { short: "P", help: "copy symbolic links as links" },
      d: { help: "as -P, and keep hard links together" },
      dereference: { short: "L", help: "copy what symbolic links point to" },
      H: { help: "the same for operands only" },
      p: { help: "keep mode, owner and times" },
      preserve: { value: "string", placeholder: "LIST", optional: "all", help: "as -p" },
      force: { short: "f", help: "remove what cannot be written" },
      "no-clobber": { short: "n", help: "leave what is there" },
      interactive: { short: "i", help: "ask before replacing" },
      update: { short: "u", help: "only what is newer or missing" },
      link: { short: "l", help: "make hard links instead" },
      "symbolic-link": { short: "s", help: "make symbolic links instead" },
      "remove-destination": { help: "remove what is there first" },
      verbose: { short: "v", help: "print what is done" },
      "target-directory": { short: "t", value: "string", placeholder: "DIR", help: "copy into DIR" },
      "no-target-directory": { short: "T", help: "the last operand is a name, never a directory to copy into" },
    },
    examples: [
      { run: "echo a > f; cp f g; cat g", stdout: "a\n" },
      { run: "mkdir d; echo a > d/f; cp -r d e; cat e/f", stdout: "a\n" },
      { run: "mkdir d; cp d e", status: 1 },
    ],
  },
  ({ flags, args }, ctx) => {
    const recursive = flags.recursive || flags.archive;
    const options: CopyOptions = {
      recursive,
      follow: flags.dereference ? "all" : flags.H ? "operands" : recursive || flags["no-dereference"] || flags.d ? "none" : "all",
      preserve: flags.p || flags.archive || flags.preserve !== undefined,
      keepLinks: flags.d || flags.archive || flags.preserve === "all" || flags.preserve?.includes("links") === true,
      verbose: flags.verbose,
      force: flags.force,
      whenThere: flags["no-clobber"] ? "keep" : flags.interactive ? "ask" : flags.update ? "older" : "replace",
      link: flags.link ? "hard" : flags["symbolic-link"] ? "symbolic" : undefined,
      removeFirst: flags["remove-destination"],
    };
    return drive(
      (function* (): Steps<number> {
        const out = new Output(ctx.stdout);
        const copier = new Copier(ctx, options, out);
        let good = true;
        for (const [from, to] of yield* pairs(ctx, args, flags)) if (!(yield* copier.copy(from, to))) good = false;
        yield* out.flush();
        return good ? 0 : 1;
      })(),
      ctx.signal,
    );
  },
);
