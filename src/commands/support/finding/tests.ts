import { CommandError, emit, parseRegex } from "../../../kernel/command.ts";
import type { FileStat, VfsReader } from "../../../vfs/index.ts";
import { sameFile } from "../io/entries.ts";
import { globMatcher } from "../io/glob.ts";
import { fileError } from "../io/input.ts";
import { parseMode } from "../io/mode.ts";
import { parseTime } from "../io/parse-time.ts";
import type { Owners } from "../io/stat-text.ts";
import { type Steps, wait } from "../io/steps.ts";
import type { Visit } from "./visit.ts";

export type Test = (visit: Visit) => boolean | Steps<boolean>;

export interface TestContext {
  readonly vfs: VfsReader;
  readonly now: number;
  readonly owners: Owners;
  resolve(path: string): string;
}

/** Makes the test of a predicate that takes an argument; undefined if there is none of that name. Throws CommandError. */
export function* testWithArgument(name: string, text: string, ctx: TestContext): Steps<Test | undefined> {
  const simple = simpleTests.get(name)?.(text, name);
  if (simple !== undefined) return simple;
  const time = /^-([amc])(time|min)$/.exec(name);
  if (time !== null) return timeTest(time[1] as TimeLetter, time[2] === "time", text, name, ctx.now);
  const newer = /^-newer(?:([amc])([amct]))?$/.exec(name) ?? (/^-([ac])newer$/.test(name) ? [name, name.charAt(1), "m"] : null);
  if (newer !== null) return yield* newerTest((newer[1] ?? "m") as TimeLetter, newer[2] ?? "m", text, ctx);
  if (name === "-samefile") {
    const other = yield* statOf(text, ctx);
    return statTest((stat) => sameFile(stat, other));
  }
  if (name === "-user" || name === "-group") {
    return function* (visit) {
      const stat = yield* visit.stat();
      if (name === "-user") return String(stat.uid) === text || (yield* ctx.owners.user(stat.uid)) === text;
      return String(stat.gid) === text || (yield* ctx.owners.group(stat.gid)) === text;
    };
  }
  if (name === "-lname" || name === "-ilname") {
    const match = globMatcher(text, { ignoreCase: name === "-ilname" });
    return function* (visit) {
      return visit.kind === "symlink" && match(yield* wait(ctx.vfs.readlink(visit.absolute)));
    };
  }
  return undefined;
}

type TimeLetter = "a" | "m" | "c";

function timeOf(stat: FileStat, letter: string): number {
  return letter === "a" ? stat.atimeMs : letter === "c" ? stat.ctimeMs : stat.mtimeMs;
}

function statTest(test: (stat: FileStat) => boolean): Test {
  return function* (visit) {
    return test(yield* visit.stat());
  };
}

/** `+N`: more, `-N`: less, `N`: exactly. */
function comparison(text: string, name: string): (value: number) => boolean {
  const match = /^([-+]?)([0-9]+(?:\.[0-9]+)?)$/.exec(text);
  if (match === null) throw new CommandError(`invalid argument \`${text}' to \`${name}'`, 2);
  const number = Number(match[2]);
  if (match[1] === "+") return (value) => value > number;
  if (match[1] === "-") return (value) => value < number;
  return (value) => value === number;
}

const simpleTests: ReadonlyMap<string, (text: string, name: string) => Test> = new Map<
  string,
  (text: string, name: string) => Test
>([
  ["-name", (text) => nameTest(text, false)],
  ["-iname", (text) => nameTest(text, true)],
  ["-path", (text) => pathTest(text, false)],
  ["-wholename", (text) => pathTest(text, false)],
  ["-ipath", (text) => pathTest(text, true)],
  ["-iwholename", (text) => pathTest(text, true)],
  ["-regex", (text) => regexTest(text, false)],
  ["-iregex", (text) => regexTest(text, true)],
  ["-type", typeTest],
  ["-xtype", typeTest],
  ["-size", sizeTest],
  ["-perm", permTest],
  ["-links", (text, name) => numberTest(text, name, (stat) => stat.nlink)],
  ["-inum", (text, name) => numberTest(text, name, (stat) => stat.ino)],
  ["-uid", (text, name) => numberTest(text, name, (stat) => stat.uid)],
  ["-gid", (text, name) => numberTest(text, name, (stat) => stat.gid)],
]);

function nameTest(text: string, ignoreCase: boolean): Test {
  const match = globMatcher(text, { ignoreCase });
  return (visit) => match(visit.name);
}

function pathTest(text: string, ignoreCase: boolean): Test {
  const match = globMatcher(text, { ignoreCase });
  return (visit) => match(visit.path);
}

/** Emacs syntax, which is basic with bare `+` and `?`, and a `.` that is no newline. */
function regexTest(text: string, ignoreCase: boolean): Test {
  const basic = text.replace(/\\.|\[\^?\]?[^\]]*\]|[+?.]/gs, (part) => emacsOperators[part] ?? part);
  const source = emit(parseRegex(basic, "basic").node, { alphabet: "full", ignoreCase, captures: false, anchors: "whole" });
  const regex = new RegExp(`^(?:${source})$`);
  return (visit) => regex.test(visit.path);
}

const emacsOperators: Readonly<Record<string, string>> = { "+": "\\+", "?": "\\?", "\\+": "[+]", "\\?": "[?]", ".": "[^\n]" };

function numberTest(text: string, name: string, value: (stat: FileStat) => number): Test {
  const compare = comparison(text, name);
  return statTest((stat) => compare(value(stat)));
}

const kinds = { f: "file", d: "directory", l: "symlink", p: "fifo", s: "socket", c: "character", b: "block" } as const;

function typeTest(text: string): Test {
  const wanted = new Set(
    text.split(",").map((letter) => {
      if (!(letter in kinds)) throw new CommandError(`Unknown argument to -type: ${letter}`, 2);
      return kinds[letter as keyof typeof kinds] as string;
    }),
  );
  return (visit) => wanted.has(visit.kind);
}

function sizeTest(text: string): Test {
  const match = /^([-+]?[0-9]+)([bcwkMG]?)$/.exec(text);
  if (match === null) throw new CommandError(`invalid argument \`${text}' to \`-size'`, 2);
  const unit = { b: 512, c: 1, w: 2, k: 1024, M: 1024 ** 2, G: 1024 ** 3 }[(match[2] || "b") as "b"];
  const compare = comparison(match[1] as string, "-size");
  return statTest((stat) => compare(Math.ceil(stat.size / unit)));
}

function permTest(text: string): Test {
  const how = /^[-/]/.exec(text)?.[0] ?? "";
  const mode = parseMode(text.slice(how.length), 0)?.(0, false);
  if (mode === undefined) throw new CommandError(`invalid mode ${text}`, 2);
  if (how === "-") return statTest((stat) => (stat.mode & mode) === mode);
  if (how === "/") return statTest((stat) => mode === 0 || (stat.mode & mode) !== 0);
  return statTest((stat) => stat.mode === mode);
}

function timeTest(letter: TimeLetter, days: boolean, text: string, name: string, now: number): Test {
  const match = /^([-+]?)([0-9]+(?:\.[0-9]+)?)$/.exec(text);
  if (match === null) throw new CommandError(`invalid argument \`${text}' to \`${name}'`, 2);
  const unit = days ? 86_400_000 : 60_000;
  const count = Number(match[2]);
  return statTest((stat) => {
    const age = now - timeOf(stat, letter);
    if (match[1] === "-") return age < count * unit;
    if (match[1] === "+") return age > (days ? count + 1 : count) * unit;
    return days ? age >= count * unit && age < (count + 1) * unit : age > (count - 1) * unit && age <= count * unit;
  });
}

function* statOf(name: string, ctx: TestContext): Steps<FileStat> {
  try {
    return yield* wait(ctx.vfs.stat(ctx.resolve(name)));
  } catch (error) {
    throw new CommandError(`‘${name}’: ${fileError(error).message}`, 1, { cause: error });
  }
}

function* newerTest(own: TimeLetter, other: string, text: string, ctx: TestContext): Steps<Test> {
  const limit = other === "t" ? parseTime(text, ctx.now) : timeOf(yield* statOf(text, ctx), other);
  if (limit === undefined) throw new CommandError(`I cannot figure out how to interpret ‘${text}’ as a date or time`, 1);
  return statTest((stat) => timeOf(stat, own) > limit);
}
