import { CommandError } from "../../../kernel/command.ts";

const units: Readonly<Record<string, number>> = { "": 1_000, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `5`, `0.2s`, `3m`, `1h`, `2d`, `inf`. Throws CommandError. */
export function parseDuration(text: string): number {
  if (/^inf(?:inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  const match = /^([0-9]+\.?[0-9]*|\.[0-9]+)([smhd]?)$/.exec(text);
  if (match === null) throw new CommandError(`invalid time interval '${text}'`, 2);
  return Number(match[1]) * (units[match[2] ?? ""] ?? 1_000);
}

/** The longest time one timer can hold. */
const longest = 2_000_000_000;

/** Waits as long as asked, however long. Rejects with the signal's reason when aborted. */
export async function pause(
  clock: { sleep(ms: number, signal: AbortSignal): Promise<void> },
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  let left = ms;
  while (left > longest) {
    await clock.sleep(longest, signal);
    left -= longest;
  }
  if (left > 0) await clock.sleep(left, signal);
}
