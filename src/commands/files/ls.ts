import { CommandError, command, type Flag, type Input, type Value } from "../../kernel/command.ts";
import type { FileStat, VfsError } from "../../vfs/index.ts";
import { columnLines, commaLines } from "../support/io/columns.ts";
import { listedTime } from "../support/io/dates.ts";
import { fileError, type ReadContext } from "../support/io/input.ts";
import { compareText } from "../support/io/names.ts";
import { complain, Output, quoted } from "../support/io/output.ts";
import { modeText, Owners, sizeText, typeLetter } from "../support/io/stat-text.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";
import { compareVersions } from "../support/io/versions.ts";

const flags = {
  all: { short: "a", help: "also names that begin with a dot" },
  "almost-all": { short: "A", help: "the same without . and .." },
  long: { short: "l", help: "one line with details for each" },
  "one-column": { short: "1", help: "one name on a line" },
  C: { help: "in columns" },
  commas: { short: "m", help: "names with commas between" },
  recursive: { short: "R", help: "also what is in directories" },
  directory: { short: "d", help: "directories themselves, not what is in them" },
  "human-readable": { short: "h", help: "sizes as 1K, 2.3M" },
  si: { help: "the same in powers of 1000" },
  t: { help: "newest first" },
  S: { help: "largest first" },
  X: { help: "by extension" },
  U: { help: "unsorted" },
  v: { help: "numbers in names by value" },
  reverse: { short: "r", help: "in reverse" },
  sort: { value: "string", placeholder: "WORD", help: "none, size, time, version, extension" },
  u: { help: "use the time of last access" },
  c: { help: "use the time of last change of status" },
  classify: { short: "F", value: "string", placeholder: "WHEN", optional: "always", help: "append one of */=@| to names" },
  p: { help: "append / to directories" },
  inode: { short: "i", help: "print the inode number" },
  size: { short: "s", help: "print the allocated size, in blocks of 1K" },
  "numeric-uid-gid": { short: "n", help: "as -l, with numeric owners" },
  g: { help: "as -l, without owner" },
  o: { help: "as -l, without group" },
  "no-group": { short: "G", help: "no group with -l" },
  dereference: { short: "L", help: "show what a symbolic link points to" },
  "dereference-command-line": { short: "H", help: "the same for operands" },
  "group-directories-first": { help: "directories before files" },
  "full-time": { help: "as -l, with the whole time" },
  "time-style": { value: "string", placeholder: "STYLE", help: "full-iso, long-iso, iso, +FORMAT of %Y %m %d %H %M %S %s" },
  "quote-name": { short: "Q", help: "names in double quotes" },
  literal: { short: "N", help: "names as they are" },
  width: { short: "w", value: "int", placeholder: "COLS", help: "the width of the screen" },
  color: { value: "string", placeholder: "WHEN", optional: "always", help: "accepted; names are not coloured" },
} as const satisfies Readonly<Record<string, Flag>>;

type Flags = Input<typeof flags>["flags"];

export const ls = command(
  {
    name: "ls",
    summary: "list what is in a directory",
    group: "files",
    needs: ["vfs.read"],
    json: true,
    args: [{ name: "path", help: "what to list (.)", optional: true, rest: true, means: "path" }],
    flags,
    examples: [
      { run: "mkdir d; echo hi > d/f; ls d", stdout: "f\n" },
      { run: "touch b a; mkdir c; ls -F", stdout: "a\nb\nc/\n" },
      { run: "ls none", status: 2 },
    ],
  },
  (input, ctx) => drive(run(input.flags, input.args, input.json, ctx), ctx.signal),
);

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly stat: FileStat;
  /** Where a symbolic link leads, as it is written. */
  readonly target?: string;
  readonly targetStat?: FileStat;
}

function* run(flags: Flags, args: readonly string[], json: boolean, ctx: ReadContext): Steps<number> {
  const listing = new Listing(flags, ctx, json);
  return yield* listing.run(args.length === 0 ? ["."] : args);
}

/** One call of `ls`. */
class Listing {
  readonly #flags: Flags;
  readonly #ctx: ReadContext;
  readonly #out: Output;
  readonly #owners: Owners;
  readonly #json: boolean;
  readonly #records: Value[] = [];
  readonly #isLong: boolean;
  #status = 0;
  #printed = false;

  constructor(flags: Flags, ctx: ReadContext, json: boolean) {
    this.#flags = flags;
    this.#ctx = ctx;
    this.#json = json;
    this.#out = new Output(ctx.stdout);
    this.#owners = new Owners(ctx.vfs);
    this.#isLong = flags.long || flags["numeric-uid-gid"] || flags.g || flags.o || flags["full-time"];
  }

  *run(operands: readonly string[]): Steps<number> {
    const files: Entry[] = [];
    const directories: Entry[] = [];
    for (const operand of operands) {
      const entry = yield* this.#operand(operand);
      if (entry === undefined) continue;
      (entry.stat.kind === "directory" && !this.#flags.directory ? directories : files).push(entry);
    }
    if (files.length > 0) yield* this.#print(this.#sorted(files), false);
    const headers = operands.length > 1 || this.#flags.recursive;
    for (const entry of this.#sorted(directories)) yield* this.#directory(entry.path, entry.name, headers, new Set());
    if (this.#json) yield* wait(this.#ctx.emit(this.#records, () => ""));
    yield* this.#out.flush();
    return this.#status;
  }

  *#fail(error: unknown, what: (error: VfsError) => string, status: number): Steps<void> {
    const known = fileError(error);
    this.#status = Math.max(this.#status, status);
    yield* this.#out.flush();
    yield* complain(this.#ctx, `${what(known)}: ${known.message}`);
  }

  *#operand(name: string): Steps<Entry | undefined> {
    const path = this.#ctx.resolve(name);
    try {
      const own = yield* wait(this.#ctx.vfs.lstat(path));
      const follows =
        this.#flags.dereference ||
        this.#flags["dereference-command-line"] ||
        !(this.#isLong || this.#flags.directory || this.#flags.classify !== undefined);
      if (own.kind !== "symlink" || !follows) return yield* this.#entry(name, path, own);
      try {
        return { name, path, stat: yield* wait(this.#ctx.vfs.stat(path)) };
      } catch (error) {
        if (this.#flags.dereference) throw error;
        return yield* this.#entry(name, path, own);
      }
    } catch (error) {
      yield* this.#fail(error, () => `cannot access ${quoted(name)}`, 2);
      return undefined;
    }
  }

  *#entry(name: string, path: string, stat: FileStat): Steps<Entry> {
    const wanted = this.#isLong || this.#json || this.#flags["group-directories-first"];
    if (stat.kind !== "symlink" || !wanted) return { name, path, stat };
    const target = yield* wait(this.#ctx.vfs.readlink(path));
    try {
      return { name, path, stat, target, targetStat: yield* wait(this.#ctx.vfs.stat(path)) };
    } catch {
      return { name, path, stat, target };
    }
  }

  *#directory(path: string, name: string, header: boolean, above: ReadonlySet<string>): Steps<void> {
    let entries: Entry[];
    try {
      entries = yield* this.#read(path, name);
    } catch (error) {
      yield* this.#fail(error, () => `cannot open directory ${quoted(name)}`, above.size === 0 ? 2 : 1);
      return;
    }
    if (!this.#json && this.#printed) this.#out.byte(10);
    if (header && !this.#json) this.#out.text(`${name}:\n`);
    this.#printed = true;
    const list = this.#sorted(entries);
    yield* this.#print(list, true);
    if (!this.#flags.recursive) return;
    for (const entry of list) {
      if (entry.stat.kind !== "directory" || entry.name === "." || entry.name === "..") continue;
      const id = `${entry.stat.dev}:${entry.stat.ino}`;
      if (this.#flags.dereference && above.has(id)) continue;
      yield* this.#directory(entry.path, `${name === "/" ? "" : name}/${entry.name}`, true, new Set([...above, id]));
    }
  }

  *#read(path: string, shownAs: string): Steps<Entry[]> {
    const listed = yield* wait(this.#ctx.vfs.readdir(path));
    const names = listed
      .map((entry) => entry.name)
      .filter((name) => this.#flags.all || this.#flags["almost-all"] || !name.startsWith("."));
    if (this.#flags.all) names.push(".", "..");
    const out: Entry[] = [];
    for (const name of names) {
      const below = path === "/" ? `/${name}` : `${path}/${name}`;
      try {
        const own = yield* wait(this.#ctx.vfs.lstat(below));
        if (own.kind === "symlink" && this.#flags.dereference) out.push(yield* this.#followed(name, below, own, shownAs));
        else out.push(yield* this.#entry(name, below, own));
      } catch (error) {
        yield* this.#fail(error, () => `cannot access ${quoted(`${shownAs}/${name}`)}`, 1);
      }
    }
    return out;
  }

  /** A link that leads nowhere is listed itself. */
  *#followed(name: string, path: string, own: FileStat, shownAs: string): Steps<Entry> {
    try {
      return { name, path, stat: yield* wait(this.#ctx.vfs.stat(path)) };
    } catch (error) {
      if (this.#isLong)
        yield* this.#fail(error, () => `cannot access ${quoted(`${shownAs === "." ? "" : `${shownAs}/`}${name}`)}`, 1);
      return { name, path, stat: own };
    }
  }

  #time(stat: FileStat): number {
    return this.#flags.u ? stat.atimeMs : this.#flags.c ? stat.ctimeMs : stat.mtimeMs;
  }

  #sorted(entries: readonly Entry[]): readonly Entry[] {
    const by = sortKey(this.#flags);
    if (by === "none") return entries;
    const compare = (a: Entry, b: Entry): number => {
      if (by === "time") return this.#time(b.stat) - this.#time(a.stat) || compareText(a.name, b.name);
      if (by === "size") return b.stat.size - a.stat.size || compareText(a.name, b.name);
      if (by === "version") return compareVersions(a.name, b.name) || compareText(a.name, b.name);
      if (by === "extension") return compareText(extension(a.name), extension(b.name)) || compareText(a.name, b.name);
      return compareText(a.name, b.name);
    };
    const sorted = [...entries].sort(compare);
    if (this.#flags.reverse) sorted.reverse();
    if (!this.#flags["group-directories-first"]) return sorted;
    const isDirectory = (entry: Entry) => (entry.targetStat ?? entry.stat).kind === "directory";
    return [...sorted.filter(isDirectory), ...sorted.filter((entry) => !isDirectory(entry))];
  }

  *#print(entries: readonly Entry[], isDirectory: boolean): Steps<void> {
    this.#printed ||= entries.length > 0;
    if (this.#json) {
      for (const entry of entries) this.#records.push(yield* this.#record(entry));
      return;
    }
    if (this.#isLong) yield* this.#printLong(entries, isDirectory);
    else {
      if (this.#flags.size && isDirectory) this.#out.text(`total ${this.#size(blocks(entries) * 1024, true)}\n`);
      this.#printShort(entries);
    }
    if (this.#out.full) yield* this.#out.flush();
  }

  #size(bytes: number, inBlocks = false): string {
    if (this.#flags["human-readable"]) return sizeText(bytes, 1024);
    if (this.#flags.si) return sizeText(bytes, 1000);
    return String(inBlocks ? Math.ceil(bytes / 1024) : bytes);
  }

  #name(entry: Entry): string {
    const tty = this.#ctx.stdout.isTty === true;
    if (this.#flags["quote-name"]) return JSON.stringify(entry.name);
    if (tty && !this.#flags.literal && /[\s'"\\$`!*?[\](){}<>|&;#~\x00-\x1f\x7f]/.test(entry.name)) return quoted(entry.name);
    return entry.name;
  }

  #mark(stat: FileStat, kind: FileStat["kind"]): string {
    if (kind === "directory") return this.#flags.p || this.#flags.classify !== undefined ? "/" : "";
    if (this.#flags.classify === undefined || this.#flags.classify === "never" || this.#flags.classify === "none") return "";
    if (this.#flags.classify === "auto" && this.#ctx.stdout.isTty !== true) return "";
    if (kind === "file") return (stat.mode & 0o111) !== 0 ? "*" : "";
    return { symlink: "@", fifo: "|", socket: "=", character: "", block: "" }[kind];
  }

  #printShort(entries: readonly Entry[]): void {
    const inodes = entries.map((entry) => (this.#flags.inode ? String(entry.stat.ino) : ""));
    const sizes = entries.map((entry) => (this.#flags.size ? this.#size(allocated(entry.stat), true) : ""));
    const width = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, text.length), 0);
    const columns = this.#columns();
    const single = columns === 0 && !this.#flags.commas;
    const cells = entries.map((entry, index) => {
      const inode = this.#flags.inode ? `${(inodes[index] ?? "").padStart(this.#flags.commas ? 0 : width(inodes))} ` : "";
      const size = this.#flags.size ? `${(sizes[index] ?? "").padStart(this.#flags.commas ? 0 : width(sizes))} ` : "";
      return `${inode}${size}${this.#name(entry)}${this.#mark(entry.stat, entry.stat.kind)}`;
    });
    if (single) for (const cell of cells) this.#out.text(`${cell}\n`);
    else if (this.#flags.commas) this.#out.text(commaLines(cells, columns || 80));
    else this.#out.text(columnLines(cells, columns));
  }

  /** 0: one on a line. */
  #columns(): number {
    if (this.#flags["one-column"]) return 0;
    const width = this.#flags.width ?? this.#ctx.stdout.columns ?? 80;
    return this.#flags.C || this.#flags.commas || this.#ctx.stdout.isTty === true ? width || 1_000_000 : 0;
  }

  *#printLong(entries: readonly Entry[], isDirectory: boolean): Steps<void> {
    if (isDirectory) this.#out.text(`total ${this.#size(blocks(entries) * 1024, true)}\n`);
    const numeric = this.#flags["numeric-uid-gid"];
    const rows: string[][] = [];
    for (const entry of entries) {
      const { stat } = entry;
      const owner = numeric ? String(stat.uid) : yield* this.#owners.user(stat.uid);
      const group = numeric ? String(stat.gid) : yield* this.#owners.group(stat.gid);
      rows.push([
        this.#flags.inode ? String(stat.ino) : "",
        this.#flags.size ? this.#size(allocated(stat), true) : "",
        typeLetter(stat.kind) + modeText(stat.mode),
        String(stat.nlink),
        this.#flags.g ? "" : owner,
        this.#flags.o || this.#flags["no-group"] ? "" : group,
        stat.rdev === undefined ? this.#size(stat.size) : deviceText(stat.rdev),
        listedTime(this.#time(stat), this.#flags["full-time"] ? "full-iso" : (this.#flags["time-style"] ?? "locale")),
      ]);
    }
    const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
    for (const [index, row] of rows.entries()) {
      const entry = entries[index] as Entry;
      const cells: string[] = [];
      for (const [column, text] of row.entries()) {
        const width = widths[column] as number;
        if (width === 0) continue;
        cells.push(column === 4 || column === 5 ? text.padEnd(width) : text.padStart(width));
      }
      const arrow = entry.target === undefined ? "" : ` -> ${entry.target}`;
      const marked = entry.target === undefined ? entry.stat : entry.targetStat;
      const mark = marked === undefined ? "" : this.#mark(marked, marked.kind);
      this.#out.text(`${cells.join(" ")} ${this.#name(entry)}${arrow}${mark}\n`);
      if (this.#out.full) yield* this.#out.flush();
    }
  }

  *#record(entry: Entry): Steps<Value> {
    const { stat } = entry;
    return new Map<string, Value>([
      ["name", entry.name],
      ["path", entry.path],
      ["type", stat.kind],
      ["size", stat.size],
      ["mode", stat.mode.toString(8).padStart(4, "0")],
      ["user", yield* this.#owners.user(stat.uid)],
      ["group", yield* this.#owners.group(stat.gid)],
      ["modified", new Date(stat.mtimeMs).toISOString()],
      ...(entry.target === undefined ? [] : [["target", entry.target] as [string, Value]]),
    ]);
  }
}

function sortKey(flags: Flags): "name" | "time" | "size" | "version" | "extension" | "none" {
  const word = flags.sort;
  if (word === "time" || word === "size" || word === "version" || word === "extension" || word === "none" || word === "name")
    return word;
  if (word !== undefined) throw new CommandError(`invalid argument ${quoted(word)} for '--sort'`, 2);
  if (flags.t || ((flags.u || flags.c) && !(flags.long || flags.S || flags.v || flags.U || flags.X))) return "time";
  if (flags.S) return "size";
  if (flags.v) return "version";
  if (flags.X) return "extension";
  return flags.U ? "none" : "name";
}

function extension(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}

/** What a file takes on disk, as far as can be told: whole blocks of 4K. */
function allocated(stat: FileStat): number {
  if (stat.blocks !== undefined) return stat.blocks * 512;
  return stat.kind === "symlink" ? 0 : Math.ceil(stat.size / 4096) * 4096;
}

function blocks(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + Math.ceil(allocated(entry.stat) / 1024), 0);
}

/** `major, minor`, as Linux packs them. */
function deviceText(rdev: number): string {
  return `${(rdev >> 8) & 0xfff}, ${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;
}
