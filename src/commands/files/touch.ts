import { CommandError, type Context, command, type Flag, type Input } from "../../kernel/command.ts";
import type { SetAttr } from "../../vfs/index.ts";
import { statOrNothing } from "../support/io/entries.ts";
import { fileError } from "../support/io/input.ts";
import { complain, quoted } from "../support/io/output.ts";
import { parseStamp, parseTime } from "../support/io/parse-time.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

const flags = {
  access: { short: "a", help: "only the time of last access" },
  modification: { short: "m", help: "only the time of last change" },
  "no-create": { short: "c", help: "make no files" },
  date: { short: "d", value: "string", placeholder: "TEXT", help: "this time instead of now" },
  reference: { short: "r", value: "string", placeholder: "FILE", help: "the times of FILE" },
  t: { value: "string", placeholder: "STAMP", help: "[[CC]YY]MMDDhhmm[.ss]" },
  "no-dereference": { short: "h", help: "ignored" },
  f: { help: "ignored" },
  time: { value: "string", placeholder: "WHICH", help: "access or modify: as -a or -m" },
} as const satisfies Readonly<Record<string, Flag>>;

export const touch = command(
  {
    name: "touch",
    summary: "make files, or set their times",
    group: "files",
    needs: ["vfs.write", "clock"],
    args: [{ name: "file", help: "what to touch", rest: true, means: "path" }],
    flags,
    examples: [
      { run: "touch a b; ls", stdout: "a\nb\n" },
      { run: "touch -d 2024-01-02T03:04:05Z f; stat -c %Y f", stdout: "1704164645\n" },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

function* run({ flags: given, args }: Input<typeof flags>, ctx: Context<"vfs.write" | "clock">): Steps<number> {
  const times = yield* timesOf(given, ctx);
  const onlyAccess = given.access || given.time === "access" || given.time === "atime" || given.time === "use";
  const onlyChange = given.modification || given.time === "modify" || given.time === "mtime";
  const attr: SetAttr = {
    ...(onlyChange && !onlyAccess ? {} : { atimeMs: times.access }),
    ...(onlyAccess && !onlyChange ? {} : { mtimeMs: times.change }),
  };
  let status = 0;
  for (const name of args) {
    const path = ctx.resolve(name);
    try {
      if ((yield* statOrNothing(() => ctx.vfs.stat(path))) === undefined) {
        if (given["no-create"]) continue;
        const handle = yield* wait(ctx.vfs.open(path, { write: true, create: true }));
        yield* wait(handle.close());
      }
      yield* wait(ctx.vfs.setattr(path, attr));
    } catch (error) {
      status = 1;
      yield* complain(ctx, `cannot touch ${quoted(name)}: ${fileError(error).message}`);
    }
  }
  return status;
}

function* timesOf(
  given: Input<typeof flags>["flags"],
  ctx: Context<"vfs.write" | "clock">,
): Steps<{ access: number; change: number }> {
  const now = ctx.clock.now();
  const one = (time: number | undefined, text: string) => {
    if (time === undefined) throw new CommandError(`invalid date format ${quoted(text)}`, 1);
    return { access: time, change: time };
  };
  if (given.t !== undefined) return one(parseStamp(given.t, now), given.t);
  if (given.reference !== undefined) {
    try {
      const stat = yield* wait(ctx.vfs.stat(ctx.resolve(given.reference)));
      return { access: stat.atimeMs, change: stat.mtimeMs };
    } catch (error) {
      throw new CommandError(`failed to get attributes of ${quoted(given.reference)}: ${fileError(error).message}`, 1, {
        cause: error,
      });
    }
  }
  return given.date === undefined ? { access: now, change: now } : one(parseTime(given.date, now), given.date);
}
