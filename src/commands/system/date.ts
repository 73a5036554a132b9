import { CommandError, command } from "../../kernel/command.ts";
import { strftime } from "../support/time/strftime.ts";

/** Milliseconds of `@1700000000`, or of a date and time in ISO 8601's order; a time without a zone is in `zone`. */
function parseMoment(text: string, now: number, zone: string | undefined): number {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "now") return now;
  const epoch = /^@(-?[0-9]+(?:\.[0-9]*)?)$/.exec(trimmed);
  if (epoch !== null) return Number(epoch[1]) * 1000;
  const match =
    /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,3})[0-9]*)?)?)?\s*(Z|UTC|[-+][0-9]{2}:?[0-9]{2})?$/.exec(
      trimmed,
    );
  if (match === null) throw new CommandError(`invalid date '${text}'`);
  const [, year, month, day, hour = "0", minute = "0", second = "0", part = "0", offset] = match;
  const at = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(part.padEnd(3, "0")),
  );
  if (
    new Date(at).getUTCDate() !== Number(day) ||
    Number(month) > 12 ||
    Number(hour) > 23 ||
    Number(minute) > 59 ||
    Number(second) > 60
  )
    throw new CommandError(`invalid date '${text}'`);
  if (offset === "Z" || offset === "UTC") return at;
  const shift = (written: string): number =>
    (written.startsWith("-") ? -1 : 1) * (Number(written.slice(1, 3)) * 60 + Number(written.slice(-2))) * 60_000;
  if (offset !== undefined) return at - shift(offset);
  // The zone's offset at that local time: asked twice, since it may change in between.
  const guess = at - shift(strftime("%z", at, zone));
  return at - shift(strftime("%z", guess, zone));
}

const isoFormats: Readonly<Record<string, string>> = {
  date: "%Y-%m-%d",
  hours: "%Y-%m-%dT%H%:z",
  minutes: "%Y-%m-%dT%H:%M%:z",
  seconds: "%Y-%m-%dT%H:%M:%S%:z",
};

export const date = command(
  {
    name: "date",
    summary: "print the date and time",
    description:
      "+FORMAT is strftime's, with GNU's flags - _ 0 ^. -d takes `now`, `@SECONDS` and `YYYY-MM-DD [HH:MM[:SS]] [ZONE]`.",
    group: "system",
    needs: ["clock", "vfs.read"],
    args: [{ name: "format", help: "+FORMAT", optional: true }],
    flags: {
      utc: { short: "u", aliases: ["universal"], help: "in UTC" },
      date: { short: "d", value: "string", placeholder: "TEXT", help: "this moment instead of now" },
      reference: { short: "r", value: "string", placeholder: "FILE", help: "when this file was last changed" },
      "iso-8601": {
        short: "I",
        value: "string",
        optional: "date",
        placeholder: "UNIT",
        help: "ISO 8601, to date, hours, minutes or seconds",
      },
      "rfc-email": { short: "R", help: "as in mail headers" },
    },
    examples: [
      { run: "date -u -d @0 +%Y-%m-%dT%H:%M:%SZ", stdout: "1970-01-01T00:00:00Z\n" },
      { run: "date -u -d '2024-02-29 12:00' '+%A %j'", stdout: "Thursday 060\n" },
    ],
  },
  async (input, ctx) => {
    const { utc, date: text, reference, "iso-8601": iso, "rfc-email": mail } = input.flags;
    const zone = utc ? "UTC" : ctx.env("TZ");
    const [operand] = input.args;
    if (operand !== undefined && !operand.startsWith("+")) throw new CommandError(`invalid date '${operand}'`);
    const format = iso === undefined ? undefined : isoFormats[iso];
    if (iso !== undefined && format === undefined) throw new CommandError(`invalid argument '${iso}' for '--iso-8601'`, 2);
    const moment =
      reference !== undefined
        ? (await ctx.vfs.stat(ctx.resolve(reference))).mtimeMs
        : parseMoment(text ?? "now", ctx.clock.now(), zone);
    const shape = operand?.slice(1) ?? format ?? (mail ? "%a, %d %b %Y %H:%M:%S %z" : "%a %b %e %H:%M:%S %Z %Y");
    await ctx.stdout.write(`${strftime(shape, moment, zone)}\n`);
    return 0;
  },
);
