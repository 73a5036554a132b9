import type { Word } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { PatternSegment, Value } from "../../command.ts";
import { isList, isRecord, toText, typeName } from "../../value.ts";
import { Fault } from "../control.ts";
import { glob } from "../glob.ts";
import type { Fields, Piece, Runtime, Unit } from "../runtime.ts";
import { expandBraces } from "./braces.ts";
import { bareText, hasGlob } from "./constant.ts";

/** What a pattern without a match does: an error for a command, nothing in a `for` head. */
export type NoMatch = "error" | "nothing";

/** An argument word: braces, spreading, globbing; a lone unquoted expansion keeps its type. */
export function compileFields(word: Word, unit: Unit, noMatch: NoMatch = "error"): Fields {
  const words = expandBraces(word);
  if (words.length === 1) return compileWordFields(words[0] as Word, unit, noMatch);
  const texts = words.map(bareOrQuoted);
  if (texts.every((text) => text !== undefined)) {
    return (_, out) => {
      for (const text of texts) out.push(text);
    };
  }
  return inOrder(words.map((each_) => compileWordFields(each_, unit, noMatch)));
}

/** The text of a word of literals and quotes that no glob is in. */
function bareOrQuoted(word: Word): string | undefined {
  if (word.spread) return undefined;
  let text = "";
  for (const part of word.parts) {
    if (part.kind === "quoted") text += part.text;
    else if (part.kind === "literal" && !hasGlob(part.text)) text += part.text;
    else return undefined;
  }
  return text;
}

export function inOrder(list: readonly Fields[]): Fields {
  return (rt, out) => {
    for (let i = 0; i < list.length; i++) {
      const waiting = (list[i] as Fields)(rt, out);
      if (waiting instanceof Promise) return inOrderLater(rt, list, i, out, waiting);
    }
    return undefined;
  };
}

async function inOrderLater(rt: Runtime, list: readonly Fields[], at: number, out: Value[], first: Promise<void>): Promise<void> {
  await first;
  for (let i = at + 1; i < list.length; i++) await (list[i] as Fields)(rt, out);
}

function compileWordFields(word: Word, unit: Unit, noMatch: NoMatch): Fields {
  const pieces = unit.compilers.pieces(word.parts, unit, false);
  if (word.spread) return compileSpread(pieces, unit, word);
  const [only] = pieces;
  if (pieces.length === 1 && only?.kind === "one" && !only.quoted) return loneValue(only.get);
  if (pieces.length === 1 && only?.kind === "many") return loneMany(only.get);
  const bare = bareText(word);
  if (bare !== undefined && !hasGlob(bare)) {
    return (_, out) => {
      out.push(bare);
    };
  }
  if (hasGlob(pieces.map((piece) => (piece.kind === "text" && !piece.quoted ? piece.text : "x")).join(""))) {
    return compileGlob(pieces, noMatch);
  }
  if (pieces.some((piece) => piece.kind === "many")) return compileMany(pieces);
  const text = unit.compilers.text(word, unit);
  const vanishes = pieces.every((piece) => piece.kind === "one" && !piece.quoted);
  return (rt, out) => {
    const done = text(rt);
    return typeof done === "string" ? push(out, done, vanishes) : done.then((later) => push(out, later, vanishes));
  };
}

function push(out: Value[], text: string, vanishes: boolean): void {
  if (text !== "" || !vanishes) out.push(text);
}

/** Unset or empty, a lone unquoted expansion is no argument. */
function loneValue(get: (rt: Runtime) => MaybePromise<Value | undefined>): Fields {
  return (rt, out) => {
    const value = get(rt);
    if (value instanceof Promise) {
      return value.then((later) => {
        if (later !== undefined && later !== "") out.push(later);
      });
    }
    if (value !== undefined && value !== "") out.push(value);
    return undefined;
  };
}

function loneMany(get: (rt: Runtime) => MaybePromise<readonly Value[]>): Fields {
  return (rt, out) => {
    const values = get(rt);
    if (values instanceof Promise) {
      return values.then((later) => {
        for (const value of later) out.push(value);
      });
    }
    for (const value of values) out.push(value);
    return undefined;
  };
}

/** `...$xs`. */
function compileSpread(pieces: readonly Piece[], unit: Unit, word: Word): Fields {
  const [only] = pieces;
  const source = unit.source.slice(word.span.start, word.span.end);
  if (pieces.length !== 1 || only === undefined || only.kind === "text")
    throw new Fault(`${source}: only one expansion can be spread`);
  if (only.kind === "many") return loneMany(only.get);
  return (rt, out) =>
    after(only.get(rt), (value) => {
      if (value === undefined) return;
      if (!isList(value)) throw new Fault(`${source}: only a list can be spread, and this is a ${typeName(value)}`);
      for (const item of value) out.push(item);
    });
}

// ── Words with "$@" inside ────────────────────────────────────────────────────────────────────

/** Fields being put together from pieces. `current` is undefined until something that makes a field has come. */
interface Joining {
  readonly done: string[];
  current: string | undefined;
}

/** `a"$@"b`: the first and last fields take what stands beside. */
function compileMany(pieces: readonly Piece[]): Fields {
  return (rt, out) => {
    const joining: Joining = { done: [], current: undefined };
    const next = (index: number): MaybePromise<void> => {
      const piece = pieces[index];
      if (piece === undefined) {
        if (joining.current !== undefined) joining.done.push(joining.current);
        for (const text of joining.done) out.push(text);
        return undefined;
      }
      return after(valuesOf(rt, piece), (values) => {
        addValues(joining, values, piece);
        return next(index + 1);
      });
    };
    return next(0);
  };
}

function valuesOf(rt: Runtime, piece: Piece): MaybePromise<readonly Value[]> {
  if (piece.kind === "text") return [piece.text];
  if (piece.kind === "many") return piece.get(rt);
  return after(piece.get(rt), (value) => [value ?? ""]);
}

function addValues(joining: Joining, values: readonly Value[], piece: Piece): void {
  values.forEach((value, index) => {
    const text = toText(value);
    if (index > 0) {
      joining.done.push(joining.current ?? "");
      joining.current = text;
    } else if (text !== "" || piece.quoted) joining.current = (joining.current ?? "") + text;
  });
}

// ── Globs ─────────────────────────────────────────────────────────────────────────────────────

function compileGlob(pieces: readonly Piece[], noMatch: NoMatch): Fields {
  return (rt, out) => {
    const segments: PatternSegment[] = [];
    const next = (index: number): MaybePromise<void> => {
      const piece = pieces[index];
      if (piece === undefined) return matchFiles(rt, segments, out, noMatch);
      return after(valuesOf(rt, piece), (values) => {
        // What an expansion gives is never a pattern.
        segments.push({ text: values.map(toText).join(" "), active: piece.kind === "text" && !piece.quoted });
        return next(index + 1);
      });
    };
    return next(0);
  };
}

function matchFiles(rt: Runtime, segments: readonly PatternSegment[], out: Value[], noMatch: NoMatch): MaybePromise<void> {
  const text = segments.map((segment) => segment.text).join("");
  if (rt.options.noglob) {
    out.push(text);
    return;
  }
  return after(glob(rt, segments), (paths) => {
    if (paths.length === 0 && noMatch === "error" && rt.shopts.get("nullglob") !== true) throw new Fault(`no match: ${text}`);
    for (const path of paths) out.push(path);
    return undefined;
  });
}

/** Arguments as text, for an external program. Throws Fault for a list or a record. */
export function programArguments(argv: readonly Value[]): string[] {
  return argv.map((value) => {
    if (isList(value))
      throw new Fault(`a list cannot be an argument of a program: write ...$xs for its elements, or "$(tojson $xs)"`);
    if (isRecord(value)) throw new Fault(`a record cannot be an argument of a program: write "$(tojson $x)"`);
    return toText(value);
  });
}
