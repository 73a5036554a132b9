import { CommandError, command } from "../../kernel/command.ts";
import { VfsError } from "../../vfs/index.ts";
import { below, statOrNothing } from "../support/io/entries.ts";
import { fileError } from "../support/io/input.ts";
import { put, quoted } from "../support/io/output.ts";
import { randomName } from "../support/io/random-name.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

export const mktemp = command(
  {
    name: "mktemp",
    summary: "make a file or directory with a new name",
    group: "files",
    needs: ["vfs.write"],
    args: [
      { name: "template", help: "a name with XXX or more in its last part (tmp.XXXXXXXXXX, in $TMPDIR or /tmp)", optional: true },
    ],
    flags: {
      directory: { short: "d", help: "make a directory" },
      "dry-run": { short: "u", help: "only print a name" },
      quiet: { short: "q", help: "no messages" },
      suffix: { value: "string", help: "add SUFFIX to the name" },
      tmpdir: { short: "p", value: "string", placeholder: "DIR", help: "in DIR" },
      t: { help: "the template is a name in $TMPDIR or /tmp" },
    },
    examples: [
      { run: 'mkdir -p /tmp; f=$(mktemp); [ -f "$f" ] && echo made', stdout: "made\n" },
      { run: "mktemp x", status: 1 },
    ],
  },
  ({ flags, args }, ctx) => {
    const fallback = ctx.env("TMPDIR") || "/tmp";
    const template = args[0] ?? "tmp.XXXXXXXXXX";
    const inTemporary = args.length === 0 || flags.t || flags.tmpdir !== undefined;
    const directory = flags.t ? (ctx.env("TMPDIR") ?? flags.tmpdir ?? "/tmp") : flags.tmpdir || fallback;
    const full = (inTemporary ? below(directory, template) : template) + (flags.suffix ?? "");
    const end = full.length - (flags.suffix ?? "").length;
    const stem = full.slice(0, end);
    const runs = flags.suffix === undefined ? /^(.*?)(X+)([^X/]*)$/s.exec(stem) : /^(.*?)(X+)()$/s.exec(stem);
    if (runs === null || (runs[2] as string).length < 3) throw new CommandError(`too few X's in template ${quoted(template)}`);
    if (flags.tmpdir !== undefined && template.startsWith("/"))
      throw new CommandError(`invalid template, ${quoted(template)}; with --tmpdir, it may not be absolute`);
    const name = () => `${runs[1]}${randomName((runs[2] as string).length)}${runs[3]}${flags.suffix ?? ""}`;
    return drive(
      (function* (): Steps<number> {
        for (let tries = 0; ; tries++) {
          const made = name();
          const path = ctx.resolve(made);
          try {
            if (flags["dry-run"]) {
              if ((yield* statOrNothing(() => ctx.vfs.lstat(path))) !== undefined) continue;
            } else if (flags.directory) yield* wait(ctx.vfs.mkdir(path, 0o700));
            else {
              const handle = yield* wait(ctx.vfs.open(path, { write: true, create: true, exclusive: true, mode: 0o600 }));
              yield* wait(handle.close());
            }
          } catch (error) {
            if (error instanceof VfsError && error.code === "EEXIST" && tries < 100) continue;
            if (flags.quiet) return 1;
            const kind = flags.directory ? "directory" : "file";
            throw new CommandError(`failed to create ${kind} via template ${quoted(full)}: ${fileError(error).message}`, 1, {
              cause: error,
            });
          }
          yield* put(ctx.stdout, `${made}\n`);
          return 0;
        }
      })(),
      ctx.signal,
    );
  },
);
