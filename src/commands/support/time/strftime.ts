/** A moment taken apart in one time zone. */
interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** From 1. */
  readonly yearDay: number;
  /** Minutes east of Greenwich. */
  readonly offset: number;
  readonly zone: string;
}

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Minutes east of Greenwich at a moment. `zone`: an IANA name, `""` or `UTC…` for UTC, undefined for the host's own. */
function offsetAt(ms: number, zone: string | undefined): number {
  if (zone === undefined) return -new Date(ms).getTimezoneOffset();
  if (zone === "" || zone.startsWith("UTC")) return 0;
  try {
    const parts = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(ms);
    const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
    const there = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
    return Math.round((there - ms) / 60_000);
  } catch {
    // As glibc: a zone nobody knows is UTC.
    return 0;
  }
}

function zoneName(ms: number, zone: string | undefined, offset: number): string {
  if (zone === "" || zone?.startsWith("UTC")) return "UTC";
  try {
    const format = new Intl.DateTimeFormat("en-US", { ...(zone === undefined ? {} : { timeZone: zone }), timeZoneName: "short" });
    const name = format.formatToParts(ms).find((one) => one.type === "timeZoneName")?.value ?? "UTC";
    return name.startsWith("GMT") && offset !== 0 ? offsetText(offset, "").replace(/00$/, "") : name;
  } catch {
    return "UTC";
  }
}

function fieldsAt(ms: number, zone: string | undefined): Fields {
  const offset = offsetAt(ms, zone);
  const at = new Date(ms + offset * 60_000);
  const year = at.getUTCFullYear();
  return {
    year,
    month: at.getUTCMonth(),
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    weekday: at.getUTCDay(),
    yearDay: Math.floor((Date.UTC(year, at.getUTCMonth(), at.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000) + 1,
    offset,
    zone: zoneName(ms, zone, offset),
  };
}

function offsetText(offset: number, colon: string): string {
  const size = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** ISO 8601 year and week. */
function isoWeek(at: Fields): { readonly year: number; readonly week: number } {
  const weekday = (at.weekday + 6) % 7;
  const thursday = new Date(Date.UTC(at.year, at.month, at.day + 3 - weekday));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / 604_800_000) + 1 };
}

type Conversion = (at: Fields, ms: number) => string | number;

/** `[width, padding, what]`; a string is printed as it is. */
const conversions: Readonly<Record<string, readonly [number, string, Conversion]>> = {
  a: [0, " ", (at) => (days[at.weekday] ?? "").slice(0, 3)],
  A: [0, " ", (at) => days[at.weekday] ?? ""],
  b: [0, " ", (at) => (months[at.month] ?? "").slice(0, 3)],
  h: [0, " ", (at) => (months[at.month] ?? "").slice(0, 3)],
  B: [0, " ", (at) => months[at.month] ?? ""],
  C: [2, "0", (at) => Math.floor(at.year / 100)],
  d: [2, "0", (at) => at.day],
  e: [2, " ", (at) => at.day],
  g: [2, "0", (at) => isoWeek(at).year % 100],
  G: [0, "0", (at) => isoWeek(at).year],
  H: [2, "0", (at) => at.hour],
  I: [2, "0", (at) => ((at.hour + 11) % 12) + 1],
  j: [3, "0", (at) => at.yearDay],
  k: [2, " ", (at) => at.hour],
  l: [2, " ", (at) => ((at.hour + 11) % 12) + 1],
  m: [2, "0", (at) => at.month + 1],
  M: [2, "0", (at) => at.minute],
  n: [0, " ", () => "\n"],
  N: [9, "0", (_at, ms) => (((ms % 1000) + 1000) % 1000) * 1_000_000],
  p: [0, " ", (at) => (at.hour < 12 ? "AM" : "PM")],
  P: [0, " ", (at) => (at.hour < 12 ? "am" : "pm")],
  q: [0, "0", (at) => Math.floor(at.month / 3) + 1],
  s: [0, "0", (_at, ms) => Math.floor(ms / 1000)],
  S: [2, "0", (at) => at.second],
  t: [0, " ", () => "\t"],
  u: [0, "0", (at) => at.weekday || 7],
  U: [2, "0", (at) => Math.floor((at.yearDay + 6 - at.weekday) / 7)],
  V: [2, "0", (at) => isoWeek(at).week],
  w: [0, "0", (at) => at.weekday],
  W: [2, "0", (at) => Math.floor((at.yearDay + 6 - ((at.weekday + 6) % 7)) / 7)],
  y: [2, "0", (at) => ((at.year % 100) + 100) % 100],
  Y: [0, "0", (at) => at.year],
  z: [0, "0", (at) => offsetText(at.offset, "")],
  Z: [0, " ", (at) => at.zone],
  "%": [0, " ", () => "%"],
};

const compounds: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  r: "%I:%M:%S %p",
  R: "%H:%M",
  T: "%H:%M:%S",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
  "+": "%a %b %e %H:%M:%S %Z %Y",
};

/** strftime(3) in the C locale, with GNU's flags `- _ 0 ^ #` and widths. What it does not know stays as it is. */
export function strftime(format: string, ms: number, zone: string | undefined): string {
  return formatFields(format, fieldsAt(ms, zone), ms);
}

function formatFields(format: string, at: Fields, ms: number): string {
  return format.replace(/%([-_0^#]*)([0-9]*)(::?z|[a-zA-Z%+])/g, (all, flags: string, width: string, letter: string) => {
    if (letter.startsWith(":")) return offsetText(at.offset, ":") + (letter === "::z" ? ":00" : "");
    const compound = compounds[letter];
    const conversion = conversions[letter];
    if (compound === undefined && conversion === undefined) return all;
    const [size, padding, make] = conversion ?? [0, " ", () => formatFields(compound ?? "", at, ms)];
    const value = make(at, ms);
    const pad = flags.includes("-") ? "" : flags.includes("_") ? " " : flags.includes("0") ? "0" : padding;
    const wide = width === "" ? size : Number(width);
    const text = pad === "" ? String(value) : String(value).padStart(wide, pad);
    return flags.includes("^") ? text.toUpperCase() : text;
  });
}
