/**
 * A time as `touch -d` and `find -newermt` take it: ISO 8601, `@SECONDS`, `now`, `today`, `yesterday`, `tomorrow`, `2 days ago`,
 * and the forms that every JavaScript engine reads. Milliseconds since the epoch; undefined if it is none.
 */
export function parseTime(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  const seconds = /^@(-?[0-9]+(?:\.[0-9]+)?)$/.exec(trimmed);
  if (seconds !== null) return Number(seconds[1]) * 1000;
  const word = trimmed.toLowerCase();
  if (word === "now" || word === "today" || word === "") return word === "" ? new Date(now).setHours(0, 0, 0, 0) : now;
  if (word === "yesterday") return now - 86_400_000;
  if (word === "tomorrow") return now + 86_400_000;
  const relative = /^([-+]?[0-9]+)\s*(sec|second|min|minute|hour|day|week|month|year)s?(\s+ago)?$/.exec(word);
  if (relative !== null) return shifted(now, Number(relative[1]) * (relative[3] === undefined ? 1 : -1), relative[2] as string);
  const date =
    /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]+)?)?)?\s*(Z|UTC|[-+][0-9]{2}:?[0-9]{2})?$/i.exec(
      trimmed,
    );
  if (date === null) {
    const value = Date.parse(trimmed);
    return Number.isNaN(value) ? undefined : value;
  }
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone] = date;
  const numbers = [
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(fraction) * 1000,
  ] as const;
  if (numbers[1] > 11 || numbers[2] > 31 || numbers[2] < 1 || numbers[3] > 23 || numbers[4] > 59 || numbers[5] > 60)
    return undefined;
  if (zone === undefined) return new Date(...numbers).getTime();
  const offset = /^([-+])([0-9]{2}):?([0-9]{2})$/.exec(zone);
  const minutes = offset === null ? 0 : (Number(offset[2]) * 60 + Number(offset[3])) * (offset[1] === "-" ? -1 : 1);
  return Date.UTC(...numbers) - minutes * 60_000;
}

const units: Readonly<Record<string, number>> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

function shifted(now: number, count: number, unit: string): number {
  const size = units[unit];
  if (size !== undefined) return now + count * size;
  const date = new Date(now);
  if (unit === "month") date.setMonth(date.getMonth() + count);
  else date.setFullYear(date.getFullYear() + count);
  return date.getTime();
}

/** `[[CC]YY]MMDDhhmm[.ss]`, as `touch -t` takes it. */
export function parseStamp(text: string, now: number): number | undefined {
  const match = /^(?:([0-9]{2})?([0-9]{2}))?([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]{2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, century, short, month, day, hour, minute, second = "0"] = match;
  const year =
    short === undefined
      ? new Date(now).getFullYear()
      : century === undefined
        ? Number(short) + (Number(short) < 69 ? 2000 : 1900)
        : Number(century + short);
  const date = new Date(year, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return date.getMonth() === Number(month) - 1 && Number(hour) < 24 && Number(minute) < 60 ? date.getTime() : undefined;
}
