import { CommandError, type Context, command } from "../../kernel/command.ts";
import { VfsError } from "../../vfs/index.ts";
import { isDirectory } from "../support/io/entries.ts";
import { fileError } from "../support/io/input.ts";
import { parseMode } from "../support/io/mode.ts";
import { complain, Output, quoted } from "../support/io/output.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

export const mkdir = command(
  {
    name: "mkdir",
    summary: "make directories",
    group: "files",
    needs: ["vfs.write"],
    args: [{ name: "directory", help: "what to make", rest: true, means: "path" }],
    flags: {
      parents: { short: "p", help: "also those above; no word about what is there" },
      mode: { short: "m", value: "string", placeholder: "MODE", help: "with these permissions" },
      verbose: { short: "v", help: "print what is made" },
    },
    examples: [
      { run: "mkdir -p a/b/c; ls a", stdout: "b\n" },
      { run: "mkdir d; mkdir d", status: 1 },
    ],
  },
  ({ flags, args }, ctx) => {
    const mode = flags.mode === undefined ? undefined : parseMode(flags.mode);
    if (flags.mode !== undefined && mode === undefined) throw new CommandError(`invalid mode ${quoted(flags.mode)}`, 2);
    return drive(
      (function* (): Steps<number> {
        const out = new Output(ctx.stdout);
        let status = 0;
        for (const name of args) {
          let at = name;
          try {
            const say = (made: string) => {
              if (flags.verbose) out.text(`mkdir: created directory ${quoted(made)}\n`);
            };
            if (flags.parents) {
              for (const above of ancestors(name)) {
                at = above;
                if (yield* makeUnlessThere(ctx, above)) say(above);
              }
              at = name;
              if (!(yield* makeUnlessThere(ctx, name))) continue;
            } else yield* wait(ctx.vfs.mkdir(ctx.resolve(name)));
            say(name);
            if (mode !== undefined) yield* wait(ctx.vfs.setattr(ctx.resolve(name), { mode: mode(0o777, true) }));
          } catch (error) {
            status = 1;
            yield* out.flush();
            yield* complain(ctx, `cannot create directory ${quoted(at)}: ${fileError(error).message}`);
          }
        }
        yield* out.flush();
        return status;
      })(),
      ctx.signal,
    );
  },
);

/** `a`, `a/b` of `a/b/c`. */
function ancestors(name: string): readonly string[] {
  return [...name.matchAll(/[^/](?=\/+[^/])/g)].map((match) => name.slice(0, match.index + 1));
}

/** False if the directory was there. */
function* makeUnlessThere(ctx: Context<"vfs.write">, name: string): Steps<boolean> {
  const path = ctx.resolve(name);
  try {
    yield* wait(ctx.vfs.mkdir(path));
    return true;
  } catch (error) {
    if (error instanceof VfsError && error.code === "EEXIST") {
      if (yield* isDirectory(ctx.vfs, path)) return false;
    }
    if (error instanceof VfsError && error.code === "EROFS" && (yield* isDirectory(ctx.vfs, path))) return false;
    throw error;
  }
}
