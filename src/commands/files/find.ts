import { CommandError, type Context, command, RegexError } from "../../kernel/command.ts";
import { basename, child, type DirEntry, type FileKind } from "../../vfs/index.ts";
import { type Actions, ExpressionParser, type Settings, truth } from "../support/finding/expression.ts";
import { parsePrintf, printfText } from "../support/finding/printf.ts";
import type { Test } from "../support/finding/tests.ts";
import { Visit } from "../support/finding/visit.ts";
import { ask, below } from "../support/io/entries.ts";
import { fileError } from "../support/io/input.ts";
import { byName } from "../support/io/names.ts";
import { complain, Output } from "../support/io/output.ts";
import { Owners } from "../support/io/stat-text.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

export const find = command(
  {
    name: "find",
    summary: "look for files below directories",
    description: `Tests: -name -iname GLOB, -path -ipath GLOB, -regex RE, -type fdlpscb, -size [+-]N[ckMG], -empty, -perm [-/]MODE,
-mtime -atime -ctime [+-]DAYS, -mmin [+-]MINUTES, -newer FILE, -newermt TIME, -user, -group, -links, -inum, -samefile, -lname.
Actions: -print -print0 -printf FORMAT -ls -delete -prune -quit -exec CMD ';' -exec CMD {} + -execdir -ok.
Options: -maxdepth N, -mindepth N, -depth, -xdev; -L before the paths follows symbolic links.
Operators: ( ) ! -a -o , . The entries of a directory come in the order of their names.`,
    group: "files",
    needs: ["vfs.write", "exec", "clock"],
    args: [{ name: "argument", help: "directories (.), then an expression (-print)", optional: true, rest: true, means: "path" }],
    flags: {},
    parse: "raw",
    examples: [
      { run: "mkdir -p d/e; touch d/a.txt d/e/b.txt; find d -name '*.txt'", stdout: "d/a.txt\nd/e/b.txt\n" },
      { run: "mkdir d; touch d/f; find d -type f -delete; find d", stdout: "d\n" },
      { run: "find . -nonsense", status: 2 },
    ],
  },
  ({ args }, ctx) => drive(run(args, ctx), ctx.signal),
);

type FindContext = Context<"vfs.write" | "exec" | "clock">;

function* run(args: readonly string[], ctx: FindContext): Steps<number> {
  let at = 0;
  let follow: "no" | "operands" | "all" = "no";
  for (; /^-[HLP]$|^--$|^-O[0-9]$/.test(args[at] ?? ""); at++) {
    if (args[at] === "-L") follow = "all";
    if (args[at] === "-H") follow = "operands";
    if (args[at] === "-P") follow = "no";
  }
  if (args[at] === "--help") {
    yield* wait(ctx.stdout.write("Usage: find [-H|-L|-P] [DIRECTORY]... [EXPRESSION]\nSee `help find`.\n"));
    return 0;
  }
  const roots: string[] = [];
  for (; at < args.length && !/^[-(!]|^[),]$/.test(args[at] as string); at++) roots.push(args[at] as string);
  const finder = new Finder(ctx, follow);
  return yield* finder.run(roots.length === 0 ? ["."] : roots, args.slice(at));
}

const batchBytes = 128 * 1024;

class Quit extends Error {}

class Finder implements Actions {
  readonly #ctx: FindContext;
  readonly #follow: "no" | "operands" | "all";
  readonly #out: Output;
  readonly #owners: Owners;
  #pruned = false;
  #failed = false;
  readonly #batches: (() => Steps<void>)[] = [];

  constructor(ctx: FindContext, follow: "no" | "operands" | "all") {
    this.#ctx = ctx;
    this.#follow = follow;
    this.#out = new Output(ctx.stdout);
    this.#owners = new Owners(ctx.vfs);
  }

  *run(roots: readonly string[], words: readonly string[]): Steps<number> {
    const { vfs, clock } = this.#ctx;
    const resolve = (path: string) => this.#ctx.resolve(path);
    const parser = new ExpressionParser(words, { vfs, now: clock.now(), owners: this.#owners, resolve }, this);
    let test: Test;
    try {
      test = yield* parser.parse();
    } catch (error) {
      if (error instanceof RegexError) throw new CommandError(error.message, 2, { cause: error });
      throw error;
    }
    const { settings } = parser;
    const whole: Test = settings.acts ? test : (visit) => this.#printIf(test, visit);
    try {
      for (const root of roots) yield* this.#root(root, whole, settings);
    } catch (error) {
      if (!(error instanceof Quit)) throw error;
    }
    for (const batch of this.#batches) yield* batch();
    yield* this.#out.flush();
    return this.#failed ? 1 : 0;
  }

  *#printIf(test: Test, visit: Visit): Steps<boolean> {
    return (yield* truth(test, visit)) && this.print(visit, "\n");
  }

  *#fail(error: unknown, path: string): Steps<void> {
    const { message } = fileError(error);
    this.#failed = true;
    yield* this.#out.flush();
    yield* complain(this.#ctx, `‘${path}’: ${message}`);
  }

  *#root(root: string, test: Test, settings: Settings): Steps<void> {
    const { vfs } = this.#ctx;
    const absolute = this.#ctx.resolve(root);
    let kind: FileKind;
    let device: number;
    try {
      let stat = yield* wait(vfs.lstat(absolute));
      if (stat.kind === "symlink" && this.#follow !== "no") stat = yield* this.#followed(absolute, stat);
      kind = stat.kind;
      device = stat.dev;
    } catch (error) {
      yield* this.#fail(error, root);
      return;
    }
    const name = basename(root);
    const visit = new Visit(vfs, this.#follow !== "no", { path: root, absolute, name, root, depth: 0, kind });
    yield* this.#visit(visit, test, settings, device, new Set());
  }

  /** What a link leads to; the link itself where that is nothing. */
  *#followed<T>(absolute: string, own: T): Steps<T | Awaited<ReturnType<FindContext["vfs"]["stat"]>>> {
    try {
      return yield* wait(this.#ctx.vfs.stat(absolute));
    } catch {
      return own;
    }
  }

  *#visit(visit: Visit, test: Test, settings: Settings, device: number, above: ReadonlySet<string>): Steps<void> {
    yield;
    this.#pruned = false;
    const tests = visit.depth >= settings.least;
    if (tests && !settings.depthFirst) yield* this.#test(test, visit);
    if (visit.kind === "directory" && visit.depth < settings.most && (!this.#pruned || settings.depthFirst)) {
      yield* this.#below(visit, test, settings, device, above);
    }
    if (tests && settings.depthFirst) yield* this.#test(test, visit);
  }

  *#test(test: Test, visit: Visit): Steps<void> {
    try {
      yield* truth(test, visit);
    } catch (error) {
      yield* this.#fail(error, visit.path);
    }
    if (this.#out.full) yield* this.#out.flush();
  }

  *#below(visit: Visit, test: Test, settings: Settings, device: number, above: ReadonlySet<string>): Steps<void> {
    let inside = above;
    let entries: readonly DirEntry[];
    try {
      if (this.#follow === "all" || settings.oneFileSystem) {
        const stat = yield* visit.stat();
        if (settings.oneFileSystem && stat.dev !== device) return;
        const id = `${stat.dev}:${stat.ino}`;
        if (this.#follow === "all" && above.has(id)) {
          this.#failed = true;
          yield* complain(this.#ctx, `File system loop detected; ‘${visit.path}’ is part of the same file system loop`);
          return;
        }
        inside = new Set([...above, id]);
      }
      entries = yield* wait(this.#ctx.vfs.readdir(visit.absolute));
    } catch (error) {
      yield* this.#fail(error, visit.path);
      return;
    }
    for (const entry of [...entries].sort(byName)) {
      const absolute = child(visit.absolute === "/" ? "/" : visit.absolute.replace(/\/+$/, ""), entry.name);
      let { kind } = entry;
      if (kind === "symlink" && this.#follow === "all") kind = (yield* this.#followed(absolute, entry)).kind;
      const path = below(visit.path, entry.name);
      const found = new Visit(this.#ctx.vfs, this.#follow === "all", {
        path,
        absolute,
        name: entry.name,
        root: visit.root,
        depth: visit.depth + 1,
        kind,
      });
      yield* this.#visit(found, test, settings, device, inside);
    }
  }

  // ── Actions ───────────────────────────────────────────────────────────────────────────────

  print(visit: Visit, end: string): true {
    this.#out.text(visit.path + end);
    return true;
  }

  printf(format: string): (visit: Visit) => Steps<boolean> {
    const pieces = parsePrintf(format);
    const { vfs } = this.#ctx;
    const [out, owners] = [this.#out, this.#owners];
    return function* (visit) {
      out.text(yield* printfText(pieces, visit, vfs, owners));
      return true;
    };
  }

  *list(visit: Visit): Steps<boolean> {
    const format = "%9i %6k %M %3n %-8u %-8g %8s %Tb %Te %TH:%TM %p";
    const line = yield* printfText(parsePrintf(format), visit, this.#ctx.vfs, this.#owners);
    const target = visit.kind === "symlink" ? ` -> ${yield* wait(this.#ctx.vfs.readlink(visit.absolute))}` : "";
    this.#out.text(`${line}${target}\n`);
    return true;
  }

  *delete(visit: Visit): Steps<boolean> {
    if (visit.path === ".") return true;
    try {
      yield* wait(visit.kind === "directory" ? this.#ctx.vfs.rmdir(visit.absolute) : this.#ctx.vfs.unlink(visit.absolute));
      return true;
    } catch (error) {
      const { message } = fileError(error);
      this.#failed = true;
      yield* this.#out.flush();
      yield* complain(this.#ctx, `cannot delete ‘${visit.path}’: ${message}`);
      return false;
    }
  }

  prune(visit: Visit): boolean {
    if (visit.kind === "directory") this.#pruned = true;
    return true;
  }

  *quit(): Steps<boolean> {
    yield;
    throw new Quit();
  }

  *empty(visit: Visit): Steps<boolean> {
    if (visit.kind === "file") return (yield* visit.stat()).size === 0;
    return visit.kind === "directory" && (yield* wait(this.#ctx.vfs.readdir(visit.absolute))).length === 0;
  }

  execute(
    argv: readonly string[],
    { inDirectory, asks }: { readonly inDirectory: boolean; readonly asks: boolean },
  ): (visit: Visit) => Steps<boolean> {
    const [ctx, out] = [this.#ctx, this.#out];
    return function* (visit) {
      const shown = inDirectory ? `./${visit.name}` : visit.path;
      const words = argv.map((word) => word.replaceAll("{}", () => shown));
      yield* out.flush();
      if (asks && !(yield* ask(ctx, `< ${words[0]} ... ${visit.path} > ?`))) return false;
      return (yield* wait(ctx.exec.run(words))) === 0;
    };
  }

  /** Gathers paths, and runs the command with as many as fit. */
  executeMany(argv: readonly string[]): (visit: Visit) => Steps<boolean> {
    let paths: string[] = [];
    let size = 0;
    const runNow = function* (this: Finder): Steps<void> {
      if (paths.length === 0) return;
      const words = [...argv, ...paths];
      paths = [];
      size = 0;
      yield* this.#out.flush();
      if ((yield* wait(this.#ctx.exec.run(words))) !== 0) this.#failed = true;
    }.bind(this);
    this.#batches.push(runNow);
    return function* (visit) {
      paths.push(visit.path);
      size += visit.path.length + 1;
      if (size > batchBytes) yield* runNow();
      return true;
    };
  }
}
