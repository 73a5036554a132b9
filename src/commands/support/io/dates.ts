const two = (value: number) => String(value).padStart(2, "0");

/** A time as `ls -l` shows it. Styles: locale, iso, long-iso, full-iso, `+FORMAT`. */
export function listedTime(ms: number, style: string): string {
  const date = new Date(ms);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const age = Date.now() - ms;
  const recent = age < 15_778_476_000 && age >= -1000;
  if (style === "full-iso") return `${day} ${clock}:${two(date.getSeconds())}.${nanoseconds(ms)} ${zone(date)}`;
  if (style === "long-iso") return `${day} ${clock}`;
  if (style === "iso") return recent ? `${day.slice(5)} ${clock}` : `${day} `;
  if (style.startsWith("+")) return formatTime(style.slice(1), ms);
  return `${months[date.getMonth()]} ${String(date.getDate()).padStart(2)} ${recent ? clock : ` ${date.getFullYear()}`}`;
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const days = "Sun Mon Tue Wed Thu Fri Sat".split(" ");

export function nanoseconds(ms: number): string {
  return String(Math.round((ms - Math.floor(ms / 1000) * 1000) * 1e6)).padStart(9, "0");
}

/** `+0200` */
export function zone(date: Date): string {
  const offset = -date.getTimezoneOffset();
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
}

const letters: ReadonlyMap<string, (date: Date) => string> = new Map([
  ["Y", (date) => String(date.getFullYear())],
  ["y", (date) => two(date.getFullYear() % 100)],
  ["m", (date) => two(date.getMonth() + 1)],
  ["d", (date) => two(date.getDate())],
  ["e", (date) => String(date.getDate()).padStart(2)],
  ["H", (date) => two(date.getHours())],
  ["I", (date) => two(date.getHours() % 12 || 12)],
  ["M", (date) => two(date.getMinutes())],
  ["S", (date) => two(date.getSeconds())],
  ["s", (date) => String(Math.floor(date.getTime() / 1000))],
  ["b", (date) => months[date.getMonth()] as string],
  ["a", (date) => days[date.getDay()] as string],
  ["F", (date) => formatTime("%Y-%m-%d", date.getTime())],
  ["T", (date) => formatTime("%H:%M:%S", date.getTime())],
  ["R", (date) => formatTime("%H:%M", date.getTime())],
  ["D", (date) => formatTime("%m/%d/%y", date.getTime())],
  ["z", zone],
  ["n", () => "\n"],
  ["t", () => "\t"],
  ["%", () => "%"],
]);

/** The common letters of strftime(3), in local time; an unknown one stays as it is. */
export function formatTime(format: string, ms: number): string {
  const date = new Date(ms);
  return format.replace(/%(.)/g, (all, letter: string) =>
    letter === "N" ? nanoseconds(ms) : (letters.get(letter)?.(date) ?? all),
  );
}
