import type { VfsReader } from "../../../vfs/index.ts";
import { formatTime } from "../io/dates.ts";
import { modeText, type Owners, typeLetter } from "../io/stat-text.ts";
import { type Steps, wait } from "../io/steps.ts";
import type { Visit } from "./visit.ts";

type Piece =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "field";
      readonly marks: string;
      readonly width: number;
      readonly precision: number | undefined;
      readonly letter: string;
    };

const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "0": "\0",
};

/** find's -printf. */
export function parsePrintf(format: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const pattern = /\\([0-7]{1,3}|.)|%([-0+ #]*)([0-9]*)(?:\.([0-9]+))?([ACTB].|.)|[^\\%]+|[\\%]/gsu;
  for (const [all, escaped, marks = "", width = "", precision, letter] of format.matchAll(pattern)) {
    if (letter !== undefined && letter !== "%") {
      pieces.push({
        kind: "field",
        marks,
        width: Number(width),
        precision: precision === undefined ? undefined : Number(precision),
        letter,
      });
    } else if (escaped === "c") break;
    else if (escaped !== undefined && /^[0-7]+$/.test(escaped))
      pieces.push({ kind: "text", text: String.fromCharCode(Number.parseInt(escaped, 8)) });
    else if (escaped !== undefined) pieces.push({ kind: "text", text: escapes[escaped] ?? all });
    else pieces.push({ kind: "text", text: letter === "%" ? "%" : all });
  }
  return pieces;
}

export function* printfText(pieces: readonly Piece[], visit: Visit, vfs: VfsReader, owners: Owners): Steps<string> {
  let out = "";
  for (const piece of pieces) {
    if (piece.kind === "text") {
      out += piece.text;
      continue;
    }
    const value = yield* fieldText(piece.letter, visit, vfs, owners);
    const cut = piece.precision === undefined ? value : value.slice(0, piece.precision);
    const octal = piece.letter === "m" && piece.marks.includes("#") ? `0${cut}` : cut;
    out += piece.marks.includes("-")
      ? octal.padEnd(piece.width)
      : octal.padStart(piece.width, piece.marks.includes("0") && /^[0-9]/.test(octal) ? "0" : " ");
  }
  return out;
}

function* fieldText(letter: string, visit: Visit, vfs: VfsReader, owners: Owners): Steps<string> {
  switch (letter) {
    case "p":
      return visit.path;
    case "f":
      return visit.name;
    case "h":
      return above(visit.path);
    case "H":
      return visit.root;
    case "P":
      return visit.path === visit.root ? "" : visit.path.slice(visit.root.length + (visit.root.endsWith("/") ? 0 : 1));
    case "d":
      return String(visit.depth);
    case "y":
      return typeOf(visit.kind);
    case "Y":
      try {
        return typeOf((yield* wait(vfs.stat(visit.absolute))).kind);
      } catch {
        return "N";
      }
    case "l":
      return visit.kind === "symlink" ? yield* wait(vfs.readlink(visit.absolute)) : "";
    default:
      return yield* statField(letter, visit, owners);
  }
}

function* statField(letter: string, visit: Visit, owners: Owners): Steps<string> {
  const stat = yield* visit.stat();
  switch (letter) {
    case "s":
      return String(stat.size);
    case "k":
      return String(Math.ceil((stat.blocks ?? stat.size / 512) / 2));
    case "b":
      return String(stat.blocks ?? Math.ceil(stat.size / 512));
    case "m":
      return stat.mode.toString(8);
    case "M":
      return typeLetter(stat.kind) + modeText(stat.mode);
    case "u":
      return yield* owners.user(stat.uid);
    case "g":
      return yield* owners.group(stat.gid);
    case "U":
      return String(stat.uid);
    case "G":
      return String(stat.gid);
    case "i":
      return String(stat.ino);
    case "D":
      return String(stat.dev);
    case "n":
      return String(stat.nlink);
    case "t":
      return timeText("+", stat.mtimeMs);
    case "a":
      return timeText("+", stat.atimeMs);
    case "c":
      return timeText("+", stat.ctimeMs);
    default: {
      const ms = letter.startsWith("A") ? stat.atimeMs : letter.startsWith("C") ? stat.ctimeMs : stat.mtimeMs;
      return letter.length === 2 ? timeText(letter.charAt(1), ms) : `%${letter}`;
    }
  }
}

function timeText(letter: string, ms: number): string {
  const tenths = `${String(Math.round((ms - Math.floor(ms / 1000) * 1000) * 1e6)).padStart(9, "0")}0`;
  if (letter === "@") return `${Math.floor(ms / 1000)}.${tenths}`;
  if (letter === "S") return `${formatTime("%S", ms)}.${tenths}`;
  if (letter === "T") return `${formatTime("%T", ms)}.${tenths}`;
  if (letter === "+") return `${formatTime("%F+%T", ms)}.${tenths}`;
  return formatTime(`%${letter}`, ms);
}

function typeOf(kind: Visit["kind"]): string {
  return { file: "f", directory: "d", symlink: "l", fifo: "p", socket: "s", character: "c", block: "b" }[kind];
}

function above(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : slash === 0 ? "" : path.slice(0, slash);
}
