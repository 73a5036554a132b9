import { type ByteSource, CommandError, command, type Flag, type Input, RegexError } from "../../kernel/command.ts";
import { basename, type DirEntry } from "../../vfs/index.ts";
import { globMatcher } from "../support/io/glob.ts";
import { done, fileError, next, openInput, type ReadContext } from "../support/io/input.ts";
import { byName } from "../support/io/names.ts";
import { complain, Output } from "../support/io/output.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";
import { LineMatcher } from "../support/search/matcher.ts";
import { Report, type ReportOptions } from "../support/search/report.ts";

const flags = {
  "extended-regexp": { short: "E", help: "the pattern is an extended regular expression" },
  "fixed-strings": { short: "F", help: "the pattern is text" },
  "basic-regexp": { short: "G", help: "the pattern is a basic regular expression (default)" },
  "perl-regexp": { short: "P", help: "the pattern is a Perl regular expression" },
  regexp: { short: "e", value: "string", placeholder: "PATTERN", repeat: true, help: "a pattern; may be given more than once" },
  file: { short: "f", value: "string", repeat: true, help: "take patterns from FILE, one on each line" },
  "ignore-case": { short: "i", aliases: ["y"], help: "capital and small letters are the same" },
  "no-ignore-case": { help: "they are not (default)" },
  "invert-match": { short: "v", help: "select lines that do not match" },
  "word-regexp": { short: "w", help: "match whole words only" },
  "line-regexp": { short: "x", help: "match whole lines only" },
  count: { short: "c", help: "print how many lines were selected" },
  "files-with-matches": { short: "l", help: "print names of files that have one" },
  "files-without-match": { short: "L", help: "print names of files that have none" },
  "only-matching": { short: "o", help: "print what matched, each on a line" },
  quiet: { short: "q", aliases: ["silent"], help: "print nothing, stop at the first" },
  "no-messages": { short: "s", help: "no messages about files that cannot be read" },
  "max-count": { short: "m", value: "int", placeholder: "NUM", help: "stop after NUM selected lines" },
  "line-number": { short: "n", help: "number the lines" },
  "byte-offset": { short: "b", help: "print where the line begins, in bytes" },
  "with-filename": { short: "H", help: "print the file's name" },
  "no-filename": { short: "h", help: "do not" },
  label: { value: "string", help: "the name for standard input" },
  "null-data": { short: "z", help: "lines end with NUL" },
  null: { short: "Z", help: "NUL after a file's name" },
  "initial-tab": { short: "T", help: "a tab before the line" },
  "after-context": { short: "A", value: "int", placeholder: "NUM", help: "print NUM lines after" },
  "before-context": { short: "B", value: "int", placeholder: "NUM", help: "print NUM lines before" },
  context: { short: "C", value: "int", placeholder: "NUM", help: "print NUM lines before and after" },
  "group-separator": { value: "string", placeholder: "SEP", help: "print SEP between groups of lines (--)" },
  "no-group-separator": { help: "print nothing there" },
  recursive: { short: "r", help: "search directories and what is below" },
  "dereference-recursive": { short: "R", help: "as -r, and follow symbolic links" },
  directories: { short: "d", value: "string", placeholder: "ACTION", help: "read, recurse or skip directories" },
  include: { value: "string", placeholder: "GLOB", repeat: true, help: "search only files of that name" },
  exclude: { value: "string", placeholder: "GLOB", repeat: true, help: "leave out files of that name" },
  "exclude-dir": { value: "string", placeholder: "GLOB", repeat: true, help: "leave out directories of that name" },
  text: { short: "a", help: "binary files are text" },
  I: { help: "binary files have no match" },
  "binary-files": { value: "string", placeholder: "TYPE", help: "binary, text or without-match" },
  "line-buffered": { help: "ignored: a slow input is always printed at once" },
  color: {
    aliases: ["colour"],
    value: "string",
    placeholder: "WHEN",
    optional: "auto",
    help: "mark matches: always, never or auto",
  },
} as const satisfies Readonly<Record<string, Flag>>;

type GrepInput = Input<typeof flags>;

export const grep = command(
  {
    name: "grep",
    summary: "print lines that match a pattern",
    description: "Status 0: a line was selected, 1: none was, 2: an error. A directory needs -r.",
    group: "text",
    needs: ["vfs.read"],
    aliases: ["egrep", "fgrep"],
    args: [
      { name: "pattern", help: "a basic regular expression, unless -e or -f give it", optional: true },
      { name: "file", help: "what to search; `-` or nothing is standard input", optional: true, rest: true, means: "path" },
    ],
    flags,
    numeric: "context",
    examples: [
      { run: "printf 'one\\ntwo\\n' | grep -n t", stdout: "2:two\n" },
      { run: "printf 'a1\\nb22\\n' | grep -oE '[0-9]+'", stdout: "1\n22\n" },
      { run: "printf 'x\\n' | grep -c y", stdout: "0\n", status: 1 },
      { run: "mkdir d; echo hit > d/f; grep -rn hit d", stdout: "d/f:1:hit\n" },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

function* run(input: GrepInput, ctx: ReadContext): Steps<number> {
  const { flags, args } = input;
  const operands = [...args];
  const patterns = yield* readPatterns(ctx, flags);
  if (patterns !== undefined) return yield* search(ctx, input, patterns, operands);
  const pattern = operands.shift();
  if (pattern === undefined) throw new CommandError("no pattern given (see grep --help)", 2);
  return yield* search(ctx, input, input.flags["perl-regexp"] ? [pattern] : pattern.split("\n"), operands);
}

/** From -e and -f; undefined if neither is there. */
function* readPatterns(ctx: ReadContext, flags: GrepInput["flags"]): Steps<readonly string[] | undefined> {
  if (flags.regexp.length === 0 && flags.file.length === 0) return undefined;
  const patterns = flags.regexp.flatMap((text) => text.split("\n"));
  for (const name of flags.file) {
    const source = yield* openInput(ctx, name);
    const chunks: Uint8Array[] = [];
    try {
      for (let chunk = yield* next(source); chunk !== null; chunk = yield* next(source)) chunks.push(chunk);
    } finally {
      done(ctx, source);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    if (text !== "") patterns.push(...text.replace(/\n$/, "").split("\n"));
  }
  return patterns;
}

function makeMatcher(ctx: ReadContext, flags: GrepInput["flags"], patterns: readonly string[]): LineMatcher {
  const named = ctx.name === "egrep" ? "extended" : ctx.name === "fgrep" ? "fixed" : "basic";
  const asked = flags["perl-regexp"] ? "perl" : flags["fixed-strings"] ? "fixed" : flags["extended-regexp"] ? "extended" : named;
  try {
    return new LineMatcher(patterns, {
      syntax: asked,
      ignoreCase: flags["ignore-case"] && !flags["no-ignore-case"],
      word: flags["word-regexp"],
      line: flags["line-regexp"],
    });
  } catch (error) {
    if (error instanceof RegexError) throw new CommandError(error.message, 2, { cause: error });
    throw error;
  }
}

function reportOptions(ctx: ReadContext, flags: GrepInput["flags"], many: boolean | "below"): ReportOptions {
  const contextOf = (own: number | undefined) => {
    const value = own ?? flags.context ?? 0;
    if (value < 0) throw new CommandError(`${value}: invalid context length argument`, 2);
    return value;
  };
  const binary =
    flags.text || flags["binary-files"] === "text"
      ? "text"
      : flags.I || flags["binary-files"] === "without-match"
        ? "without"
        : "report";
  const isTerminal = ctx.stdout.isTty === true && ctx.env("TERM") !== "dumb";
  const most = flags["max-count"];
  return {
    invert: flags["invert-match"],
    show: shows(flags),
    withName: flags["with-filename"] || (many === true ? !flags["no-filename"] : flags["no-filename"] ? false : many),
    lineNumbers: flags["line-number"],
    byteOffsets: flags["byte-offset"],
    most: most === undefined || most < 0 ? Number.POSITIVE_INFINITY : most,
    before: flags["only-matching"] ? 0 : contextOf(flags["before-context"]),
    after: flags["only-matching"] ? 0 : contextOf(flags["after-context"]),
    binary,
    color: flags.color === "always" || (flags.color === "auto" && isTerminal),
    nullAfterName: flags.null,
    separator: flags["no-group-separator"] ? undefined : (flags["group-separator"] ?? "--"),
    initialTab: flags["initial-tab"],
    nullLines: flags["null-data"],
  };
}

function shows(flags: GrepInput["flags"]): ReportOptions["show"] {
  if (flags.quiet) return "quiet";
  if (flags["files-without-match"]) return "filesWithout";
  if (flags["files-with-matches"]) return "files";
  if (flags.count) return "count";
  return flags["only-matching"] ? "parts" : "lines";
}

function* search(ctx: ReadContext, input: GrepInput, patterns: readonly string[], operands: readonly string[]): Steps<number> {
  const { flags } = input;
  const matcher = makeMatcher(ctx, flags, patterns);
  const recursive = flags.recursive || flags["dereference-recursive"] || flags.directories === "recurse";
  const list = operands.length > 0 ? operands : [recursive ? "" : "-"];
  const out = new Output(ctx.stdout);
  const options = reportOptions(ctx, flags, operands.length > 1 || (recursive && "below"));
  const searcher = new Searcher(ctx, flags, matcher, options, out);
  for (const operand of list) {
    yield* searcher.operand(operand, recursive);
    if (searcher.finished) break;
  }
  yield* out.flush();
  if (searcher.found && options.show === "quiet") return 0;
  return searcher.failed ? 2 : searcher.found ? 0 : 1;
}

/** Goes through operands and directories. */
class Searcher {
  readonly #ctx: ReadContext;
  readonly #flags: GrepInput["flags"];
  readonly #matcher: LineMatcher;
  readonly #options: ReportOptions;
  readonly #out: Output;
  readonly #groups = { any: false };
  readonly #include: readonly ((name: string) => boolean)[];
  readonly #exclude: readonly ((name: string) => boolean)[];
  readonly #excludeDir: readonly ((name: string) => boolean)[];
  found = false;
  failed = false;

  constructor(ctx: ReadContext, flags: GrepInput["flags"], matcher: LineMatcher, options: ReportOptions, out: Output) {
    this.#ctx = ctx;
    this.#flags = flags;
    this.#matcher = matcher;
    this.#options = options;
    this.#out = out;
    this.#include = flags.include.map((glob) => globMatcher(glob));
    this.#exclude = flags.exclude.map((glob) => globMatcher(glob));
    this.#excludeDir = flags["exclude-dir"].map((glob) => globMatcher(glob.replace(/\/+$/, "")));
  }

  get finished(): boolean {
    return this.found && this.#options.show === "quiet";
  }

  *operand(operand: string, recursive: boolean): Steps<void> {
    if (operand === "-") return yield* this.#file("-", this.#flags.label ?? "(standard input)");
    if (!recursive && this.#flags.directories !== "skip") {
      if (this.#wanted(basename(operand))) yield* this.#file(operand, operand);
      return;
    }
    try {
      const stat = yield* wait(this.#ctx.vfs.stat(this.#ctx.resolve(operand === "" ? "." : operand)));
      if (stat.kind === "directory") {
        if (recursive && !this.#excludeDir.some((test) => test(basename(operand)))) yield* this.#directory(operand);
      } else if (this.#wanted(basename(operand))) yield* this.#file(operand, operand);
    } catch (error) {
      yield* this.#failure(error, operand);
    }
  }

  #wanted(name: string): boolean {
    if (this.#exclude.some((test) => test(name))) return false;
    return this.#include.length === 0 || this.#include.some((test) => test(name));
  }

  *#directory(path: string): Steps<void> {
    const entries = yield* wait(this.#ctx.vfs.readdir(this.#ctx.resolve(path === "" ? "." : path)));
    for (const entry of [...entries].sort(byName)) {
      if (this.finished) return;
      const below = path === "" ? entry.name : path.endsWith("/") ? path + entry.name : `${path}/${entry.name}`;
      try {
        yield* this.#entry(entry, below);
      } catch (error) {
        yield* this.#failure(error, below);
      }
    }
  }

  *#entry(entry: DirEntry, path: string): Steps<void> {
    let kind = entry.kind;
    if (kind === "symlink") {
      if (!this.#flags["dereference-recursive"]) return;
      kind = (yield* wait(this.#ctx.vfs.stat(this.#ctx.resolve(path)))).kind;
    }
    if (kind === "directory") {
      if (!this.#excludeDir.some((test) => test(entry.name))) yield* this.#directory(path);
    } else if (kind === "file" && this.#wanted(entry.name)) yield* this.#file(path, path, true);
  }

  *#file(operand: string, name: string, below = false): Steps<void> {
    let source: ByteSource | undefined;
    const withName = this.#options.withName === "below" ? below : this.#options.withName;
    try {
      source = yield* openInput(this.#ctx, operand);
      const report = new Report(this.#matcher, this.#options, this.#out, name, this.#groups, withName);
      if (yield* report.run(source, this.#ctx)) this.found = true;
    } catch (error) {
      yield* this.#failure(error, name);
    } finally {
      if (source !== undefined) done(this.#ctx, source);
    }
  }

  *#failure(error: unknown, name: string): Steps<void> {
    const { message } = fileError(error);
    this.failed = true;
    if (this.#flags["no-messages"]) return;
    yield* this.#out.flush();
    yield* complain(this.#ctx, `${name}: ${message}`);
  }
}
