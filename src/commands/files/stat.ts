import { type Context, command, type Flag, type Input, type Value } from "../../kernel/command.ts";
import type { FileStat } from "../../vfs/index.ts";
import { formatTime, nanoseconds } from "../support/io/dates.ts";
import { fileError } from "../support/io/input.ts";
import { complain, Output, quoted } from "../support/io/output.ts";
import { modeText, Owners, typeLetter } from "../support/io/stat-text.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

const flags = {
  format: { short: "c", value: "string", help: "print FORMAT and a newline: %n name, %s size, %a mode, %F type, %Y time, …" },
  printf: { value: "string", placeholder: "FORMAT", help: "the same without newline, with \\n and \\t" },
  dereference: { short: "L", help: "follow symbolic links" },
  terse: { short: "t", help: "all on one line" },
} as const satisfies Readonly<Record<string, Flag>>;

export const stat = command(
  {
    name: "stat",
    summary: "print what is known of a file",
    group: "files",
    needs: ["vfs.read"],
    json: true,
    args: [{ name: "file", help: "a path", rest: true, means: "path" }],
    flags,
    examples: [
      { run: "printf abc > f; stat -c '%n %s %F' f", stdout: "f 3 regular file\n" },
      { run: "stat none", status: 1 },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

function* run({ flags: given, args, json }: Input<typeof flags>, ctx: Context<"vfs.read">): Steps<number> {
  const out = new Output(ctx.stdout);
  const owners = new Owners(ctx.vfs);
  const records: Value[] = [];
  let status = 0;
  for (const name of args) {
    try {
      const path = ctx.resolve(name);
      const info = yield* wait(given.dereference ? ctx.vfs.stat(path) : ctx.vfs.lstat(path));
      const target = info.kind === "symlink" ? yield* wait(ctx.vfs.readlink(path)) : undefined;
      const user = yield* owners.user(info.uid);
      const group = yield* owners.group(info.gid);
      const card = given.format === undefined && given.printf === undefined;
      const subject: Subject = { name, info, target, user, group, card };
      if (json) records.push(record(subject));
      else if (given.printf !== undefined) out.text(expand(unescapeFormat(given.printf), subject));
      else if (given.format !== undefined) out.text(`${expand(given.format, subject)}\n`);
      else if (given.terse) out.text(`${expand("%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o", subject)}\n`);
      else out.text(expand(info.rdev === undefined ? fullFormat : deviceFormat, subject));
    } catch (error) {
      status = 1;
      const { message } = fileError(error);
      yield* out.flush();
      yield* complain(ctx, `cannot statx ${quoted(name)}: ${message}`);
    }
  }
  if (json) yield* wait(ctx.emit(records, () => ""));
  yield* out.flush();
  return status;
}

interface Subject {
  readonly name: string;
  readonly info: FileStat;
  readonly target: string | undefined;
  readonly user: string;
  readonly group: string;
  /** Names are quoted where they must be; else always. */
  readonly card: boolean;
}

const times = "Access: %x\nModify: %y\nChange: %z\n Birth: %w\n";
const head = "  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n";
const access = "Access: (%04a/%10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n";
const fullFormat = `${head}Device: %Hd,%Ld\tInode: %-10i  Links: %h\n${access}${times}`;
const deviceFormat = `${head}Device: %Hd,%Ld\tInode: %-10i  Links: %-5h Device type: %Hr,%Lr\n${access}${times}`;

const typeBits = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  fifo: 0o010000,
  socket: 0o140000,
  character: 0o020000,
  block: 0o060000,
};

export function typeWords(info: FileStat): string {
  if (info.kind === "file") return info.size === 0 ? "regular empty file" : "regular file";
  return {
    directory: "directory",
    symlink: "symbolic link",
    fifo: "fifo",
    socket: "socket",
    character: "character special file",
    block: "block special file",
  }[info.kind];
}

const major = (device: number) => (device >> 8) & 0xfff;
const minor = (device: number) => (device & 0xff) | ((device >> 12) & 0xfff00);

const letters: ReadonlyMap<string, (subject: Subject) => string> = new Map<string, (subject: Subject) => string>([
  ["n", ({ name }) => name],
  ["N", ({ name, target, card }) => shownName(name, card) + (target === undefined ? "" : ` -> ${shownName(target, card)}`)],
  ["s", ({ info }) => String(info.size)],
  ["b", ({ info }) => String(info.blocks ?? Math.ceil(info.size / 512))],
  ["B", () => "512"],
  ["o", () => "4096"],
  ["f", ({ info }) => (typeBits[info.kind] | info.mode).toString(16)],
  ["F", ({ info }) => typeWords(info)],
  ["a", ({ info }) => info.mode.toString(8)],
  ["A", ({ info }) => typeLetter(info.kind) + modeText(info.mode)],
  ["u", ({ info }) => String(info.uid)],
  ["U", ({ user }) => user],
  ["g", ({ info }) => String(info.gid)],
  ["G", ({ group }) => group],
  ["h", ({ info }) => String(info.nlink)],
  ["i", ({ info }) => String(info.ino)],
  ["d", ({ info }) => String(info.dev)],
  ["D", ({ info }) => info.dev.toString(16)],
  ["Hd", ({ info }) => String(major(info.dev))],
  ["Ld", ({ info }) => String(minor(info.dev))],
  ["r", ({ info }) => String(info.rdev ?? 0)],
  ["Hr", ({ info }) => String(major(info.rdev ?? 0))],
  ["Lr", ({ info }) => String(minor(info.rdev ?? 0))],
  ["t", ({ info }) => major(info.rdev ?? 0).toString(16)],
  ["T", ({ info }) => minor(info.rdev ?? 0).toString(16)],
  ["x", ({ info }) => fullTime(info.atimeMs)],
  ["y", ({ info }) => fullTime(info.mtimeMs)],
  ["z", ({ info }) => fullTime(info.ctimeMs)],
  ["w", () => "-"],
  ["W", () => "0"],
  ["X", ({ info }) => String(Math.floor(info.atimeMs / 1000))],
  ["Y", ({ info }) => String(Math.floor(info.mtimeMs / 1000))],
  ["Z", ({ info }) => String(Math.floor(info.ctimeMs / 1000))],
  ["m", () => "/"],
  ["%", () => "%"],
]);

function shownName(name: string, card: boolean): string {
  return card && /^[A-Za-z0-9_./,:@%+=-]+$/.test(name) ? name : quoted(name);
}

function fullTime(ms: number): string {
  return formatTime(`%F %T.${nanoseconds(ms)} %z`, ms);
}

function expand(format: string, subject: Subject): string {
  return format.replace(
    /%([-0+ #']*)([0-9]*)(?:\.([0-9]+))?([HL][dr]|.)/gs,
    (all, marks: string, width: string, precision: string | undefined, letter: string) => {
      const value = letters.get(letter)?.(subject);
      if (value === undefined) return all.length > 1 && /[A-Za-z]/.test(letter) ? "?" : all;
      const text = precision === undefined || !/[nNFUGA]/.test(letter) ? value : value.slice(0, Number(precision));
      const octal = marks.includes("#") && letter === "a" && text !== "0" ? `0${text}` : text;
      if (marks.includes("-")) return octal.padEnd(Number(width));
      return octal.padStart(Number(width), marks.includes("0") && /[sbaughidfrXYZ]/.test(letter) ? "0" : " ");
    },
  );
}

function unescapeFormat(format: string): string {
  const known: Readonly<Record<string, string>> = {
    n: "\n",
    t: "\t",
    r: "\r",
    a: "\x07",
    b: "\b",
    f: "\f",
    v: "\v",
    e: "\x1b",
    "\\": "\\",
    '"': '"',
  };
  return format.replace(/\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))/gs, (all, octal?: string, hex?: string, char?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return known[char ?? ""] ?? all;
  });
}

function record({ name, info, target, user, group }: Subject): Value {
  return new Map<string, Value>([
    ["name", name],
    ["type", info.kind],
    ["size", info.size],
    ["mode", info.mode.toString(8).padStart(4, "0")],
    ["user", user],
    ["group", group],
    ["links", info.nlink],
    ["inode", info.ino],
    ["accessed", new Date(info.atimeMs).toISOString()],
    ["modified", new Date(info.mtimeMs).toISOString()],
    ["changed", new Date(info.ctimeMs).toISOString()],
    ...(target === undefined ? [] : [["target", target] as [string, Value]]),
  ]);
}
