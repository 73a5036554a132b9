import { dirname, type FileStat, isWithin, VfsError } from "../../../vfs/index.ts";
import { ask, below, sameFile, statOrNothing, type WriteContext } from "../io/entries.ts";
import { fileError } from "../io/input.ts";
import { byName } from "../io/names.ts";
import { complain, type Output, quoted } from "../io/output.ts";
import { replaceFile } from "../io/replace.ts";
import { type Steps, wait } from "../io/steps.ts";

export interface CopyOptions {
  readonly recursive: boolean;
  /** Which symbolic links are followed. */
  readonly follow: "all" | "operands" | "none";
  /** Mode, owner and times come along. */
  readonly preserve: boolean;
  /** Files that are hard links of each other stay so. */
  readonly keepLinks: boolean;
  readonly verbose: boolean;
  readonly force: boolean;
  readonly whenThere: "replace" | "keep" | "ask" | "older";
  /** Instead of copying: hard or symbolic links. */
  readonly link: "hard" | "symbolic" | undefined;
  /** Remove what is there first. */
  readonly removeFirst: boolean;
}

const chunkSize = 64 * 1024;

/** Copies entries; one for each call of a command. Prints what went wrong. */
export class Copier {
  readonly #ctx: WriteContext;
  readonly #options: CopyOptions;
  readonly #out: Output;
  /** Where files with several names were copied to, by device and inode. */
  readonly #linked = new Map<string, string>();
  /** What this call created, and from what. */
  readonly #made = new Map<string, string>();

  constructor(ctx: WriteContext, options: CopyOptions, out: Output) {
    this.#ctx = ctx;
    this.#options = options;
    this.#out = out;
  }

  /** Answers whether all went well. */
  *copy(from: string, to: string, isOperand = true): Steps<boolean> {
    yield;
    const { vfs } = this.#ctx;
    const follows = this.#options.follow === "all" || (isOperand && this.#options.follow === "operands");
    const source = this.#ctx.resolve(from);
    let stat: FileStat;
    try {
      stat = yield* wait(follows ? vfs.stat(source) : vfs.lstat(source));
    } catch (error) {
      return yield* this.#fail(`cannot stat ${quoted(from)}: ${fileError(error).message}`);
    }
    try {
      if (stat.kind === "directory") return yield* this.#directory(from, to, stat);
      return yield* this.#file(from, to, stat);
    } catch (error) {
      return yield* this.#fail(`cannot create ${this.#nameOf(stat)} ${quoted(to)}: ${fileError(error).message}`);
    }
  }

  #nameOf(stat: FileStat): string {
    return stat.kind === "directory" ? "directory" : stat.kind === "symlink" ? "symbolic link" : "regular file";
  }

  *#fail(message: string): Steps<false> {
    yield* this.#out.flush();
    yield* complain(this.#ctx, message);
    return false;
  }

  *#say(from: string, to: string): Steps<void> {
    if (!this.#options.verbose) return;
    this.#out.text(`${quoted(from)} -> ${quoted(to)}\n`);
    if (this.#out.full) yield* this.#out.flush();
  }

  *#directory(from: string, to: string, stat: FileStat): Steps<boolean> {
    const { vfs } = this.#ctx;
    if (!this.#options.recursive) return yield* this.#fail(`-r not specified; omitting directory ${quoted(from)}`);
    const target = this.#ctx.resolve(to);
    const there = yield* statOrNothing(() => vfs.stat(target));
    if (there !== undefined && there.kind !== "directory") {
      return yield* this.#fail(`cannot overwrite non-directory ${quoted(to)} with directory ${quoted(from)}`);
    }
    if (yield* this.#isInside(from, to))
      return yield* this.#fail(`cannot copy a directory, ${quoted(from)}, into itself, ${quoted(to)}`);
    if (there === undefined) {
      yield* wait(vfs.mkdir(target, (stat.mode & 0o777) | 0o700));
      yield* this.#say(from, to);
    }
    let good = true;
    let entries: readonly { readonly name: string }[] = [];
    try {
      entries = [...(yield* wait(vfs.readdir(this.#ctx.resolve(from))))].sort(byName);
    } catch (error) {
      good = yield* this.#fail(`cannot access ${quoted(from)}: ${fileError(error).message}`);
    }
    for (const entry of entries) if (!(yield* this.copy(below(from, entry.name), below(to, entry.name), false))) good = false;
    if (this.#options.preserve) yield* this.#attributes(target, stat);
    else if (there === undefined && (stat.mode & 0o700) !== 0o700)
      yield* wait(vfs.setattr(target, { mode: stat.mode & 0o777 & ~0o022 }));
    return good;
  }

  *#isInside(from: string, to: string): Steps<boolean> {
    const { vfs } = this.#ctx;
    const source = yield* wait(vfs.realpath(this.#ctx.resolve(from)));
    for (let path = this.#ctx.resolve(to); ; path = dirname(path)) {
      try {
        return isWithin(yield* wait(vfs.realpath(path)), source);
      } catch (error) {
        if (!(error instanceof VfsError) || error.code !== "ENOENT" || path === "/") throw error;
      }
    }
  }

  *#file(from: string, to: string, stat: FileStat): Steps<boolean> {
    const { vfs } = this.#ctx;
    const target = this.#ctx.resolve(to);
    const there = yield* statOrNothing(() => vfs.lstat(target));
    if (there !== undefined) {
      const proceed = yield* this.#mayReplace(from, to, stat, there);
      if (proceed !== "yes") return proceed === "skip";
    }
    const { link } = this.#options;
    const key = `${stat.dev}:${stat.ino}`;
    const twin = this.#options.keepLinks && stat.nlink > 1 ? this.#linked.get(key) : undefined;
    if (link !== undefined || twin !== undefined || stat.kind === "symlink") {
      if (there !== undefined) yield* wait(vfs.unlink(target));
      if (link === "symbolic") yield* wait(vfs.symlink(from, target));
      else if (link === "hard" || twin !== undefined) yield* wait(vfs.link(twin ?? this.#ctx.resolve(from), target));
      else yield* wait(vfs.symlink(yield* wait(vfs.readlink(this.#ctx.resolve(from))), target));
    } else if (!(yield* this.#contents(from, to, stat, there))) return false;
    this.#made.set(target, this.#ctx.resolve(from));
    if (stat.nlink > 1) this.#linked.set(key, target);
    if (this.#options.preserve && stat.kind !== "symlink" && link === undefined) yield* this.#attributes(target, stat);
    yield* this.#say(from, to);
    return true;
  }

  *#mayReplace(from: string, to: string, stat: FileStat, there: FileStat): Steps<"yes" | "skip" | "no"> {
    const { vfs } = this.#ctx;
    const { whenThere, removeFirst, link } = this.#options;
    const target = this.#ctx.resolve(to);
    const followed = there.kind === "symlink" ? yield* statOrNothing(() => vfs.stat(target)) : there;
    if (followed?.kind === "directory") return yield* this.#no(`cannot overwrite directory ${quoted(to)} with non-directory`);
    const sameTarget = stat.kind === "symlink" ? sameFile(stat, there) : followed !== undefined && sameFile(stat, followed);
    if (sameTarget && !removeFirst) {
      if (whenThere === "keep") return "skip";
      return link === "hard" ? "skip" : yield* this.#no(`${quoted(from)} and ${quoted(to)} are the same file`);
    }
    if (this.#made.get(target) === this.#ctx.resolve(from)) {
      yield* this.#fail(`warning: source file ${quoted(from)} specified more than once`);
      return "skip";
    }
    if (this.#made.has(target)) return yield* this.#no(`will not overwrite just-created ${quoted(to)} with ${quoted(from)}`);
    if (whenThere === "keep") return "skip";
    if (whenThere === "older" && there.mtimeMs >= stat.mtimeMs) return "skip";
    if (whenThere === "ask" && !(yield* ask(this.#ctx, `overwrite ${quoted(to)}?`))) return "skip";
    if (link !== undefined && !this.#options.force && !removeFirst) {
      return yield* this.#no(`cannot create ${link === "hard" ? "hard" : "symbolic"} link ${quoted(to)}: File exists`);
    }
    if (followed === undefined && stat.kind !== "symlink" && !removeFirst)
      return yield* this.#no(`not writing through dangling symlink ${quoted(to)}`);
    if (removeFirst) yield* wait(vfs.unlink(target));
    return "yes";
  }

  *#no(message: string): Steps<"no"> {
    yield* this.#fail(message);
    return "no";
  }

  *#contents(from: string, to: string, stat: FileStat, there: FileStat | undefined): Steps<boolean> {
    const { vfs } = this.#ctx;
    const target = this.#ctx.resolve(to);
    if (stat.kind === "fifo" || stat.kind === "socket") {
      if (this.#options.recursive) return yield* this.#fail(`cannot create ${stat.kind} ${quoted(to)}: Function not implemented`);
    }
    let reading = "open";
    try {
      const input = yield* wait(vfs.open(this.#ctx.resolve(from), { read: true }));
      try {
        reading = "create";
        if (this.#options.force && there !== undefined) yield* this.#makeWritable(target);
        const replacement = yield* replaceFile(vfs, target, stat.mode & 0o777);
        try {
          for (;;) {
            yield;
            reading = "read";
            const chunk = yield* wait(input.read(chunkSize));
            if (chunk.length === 0) break;
            reading = "write";
            yield* wait(replacement.handle.write(chunk));
          }
          reading = "write";
          yield* replacement.commit();
        } finally {
          yield* replacement.discard();
        }
      } finally {
        yield* wait(input.close());
      }
      return true;
    } catch (error) {
      const { message } = fileError(error);
      if (reading === "open") return yield* this.#fail(`cannot open ${quoted(from)} for reading: ${message}`);
      if (reading === "create") return yield* this.#fail(`cannot create regular file ${quoted(to)}: ${message}`);
      return yield* this.#fail(`error ${reading === "read" ? `reading ${quoted(from)}` : `writing ${quoted(to)}`}: ${message}`);
    }
  }

  /** -f: what cannot be opened for writing is removed. */
  *#makeWritable(target: string): Steps<void> {
    try {
      yield* wait((yield* wait(this.#ctx.vfs.open(target, { write: true }))).close());
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== "EACCES") throw error;
      yield* wait(this.#ctx.vfs.unlink(target));
    }
  }

  *#attributes(path: string, stat: FileStat): Steps<void> {
    try {
      yield* wait(this.#ctx.vfs.setattr(path, { uid: stat.uid, gid: stat.gid }));
    } catch {
      // As GNU: only root may give files away, and -p does what it can.
    }
    yield* wait(this.#ctx.vfs.setattr(path, { mode: stat.mode, atimeMs: stat.atimeMs, mtimeMs: stat.mtimeMs }));
  }
}
