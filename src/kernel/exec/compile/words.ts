import type { Word, WordPart } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { PatternSegment, Value } from "../../command.ts";
import { toText, typedLiteral } from "../../value.ts";
import type { Piece, Runtime, TextOf } from "../runtime.ts";
import { bareText } from "./constant.ts";
import { compileParam } from "./param.ts";
import { compileProcess, compileSubstitution } from "./substitution.ts";
import type { Unit } from "./unit.ts";

export function compilePieces(parts: readonly WordPart[], unit: Unit, quoted: boolean): Piece[] {
  return parts.flatMap((part) => compilePart(part, unit, quoted));
}

function compilePart(part: WordPart, unit: Unit, quoted: boolean): Piece[] {
  switch (part.kind) {
    case "literal":
      return [{ kind: "text", text: part.text, quoted }];
    case "quoted":
      return [{ kind: "text", text: part.text, quoted: true }];
    case "double":
      return part.parts.length === 0 ? [{ kind: "text", text: "", quoted: true }] : compilePieces(part.parts, unit, true);
    case "tilde": {
      const user = part.user;
      return [{ kind: "one", quoted: true, get: (rt) => home(rt, user) }];
    }
    case "brace":
    case "range":
      // Where braces do not expand they are text.
      return [{ kind: "text", text: unit.source.slice(part.span.start, part.span.end), quoted: true }];
    case "param":
      return [compileParam(part, unit, quoted)];
    case "command":
      return [{ kind: "one", quoted, get: compileSubstitution(part.body, unit) }];
    case "arith-expansion":
      return [{ kind: "one", quoted, get: unit.compilers.arithmetic(part.expr, unit) }];
    case "process":
      return [{ kind: "one", quoted: true, get: compileProcess(part, unit) }];
    default:
      return part satisfies never;
  }
}

function home(rt: Runtime, user: string): string {
  const named = user === "" ? "HOME" : user === "+" ? "PWD" : user === "-" ? "OLDPWD" : undefined;
  const value = named === undefined ? undefined : rt.variables.value(named);
  if (value !== undefined) return toText(value);
  if (user === "root") return "/root";
  return user === "" ? "/" : `~${user}`;
}

// ── As one text ───────────────────────────────────────────────────────────────────────────────

function pieceText(piece: Piece): TextOf {
  if (piece.kind === "text") {
    const text = piece.text;
    return () => text;
  }
  if (piece.kind === "one") {
    const get = piece.get;
    return (rt) => {
      const value = get(rt);
      if (typeof value === "string") return value;
      return value instanceof Promise ? value.then(textOrEmpty) : textOrEmpty(value);
    };
  }
  return (rt) => after(piece.get(rt), (values) => values.map(toText).join(piece.between(rt)));
}

function textOrEmpty(value: Value | undefined): string {
  return value === undefined ? "" : toText(value);
}

/** The word as one text, whatever it holds; nothing is globbed. */
export function compileText(word: Word, unit: Unit, quoted = false): TextOf {
  return joinTexts(merge(compilePieces(word.parts, unit, quoted)).map(pieceText));
}

function joinTexts(texts: readonly TextOf[]): TextOf {
  const [first, second] = texts;
  if (first === undefined) return () => "";
  if (second === undefined) return first;
  return (rt) => {
    let text = "";
    for (let i = 0; i < texts.length; i++) {
      const piece = (texts[i] as TextOf)(rt);
      if (piece instanceof Promise) return joinLater(rt, texts, i, text, piece);
      text += piece;
    }
    return text;
  };
}

async function joinLater(
  rt: Runtime,
  texts: readonly TextOf[],
  at: number,
  before: string,
  waiting: Promise<string>,
): Promise<string> {
  let text = before + (await waiting);
  for (let i = at + 1; i < texts.length; i++) text += await (texts[i] as TextOf)(rt);
  return text;
}

/** Neighbouring constants of the same kind become one. */
function merge(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (piece.kind === "text" && last?.kind === "text" && piece.quoted === last.quoted) {
      merged[merged.length - 1] = { kind: "text", text: last.text + piece.text, quoted: piece.quoted };
    } else merged.push(piece);
  }
  return merged;
}

// ── As a value ────────────────────────────────────────────────────────────────────────────────

/** What an assignment takes from a word: a bare literal is typed, a lone unquoted expansion keeps its type, else text. */
export function compileWordValue(word: Word, unit: Unit): (rt: Runtime) => MaybePromise<Value> {
  const bare = bareText(word);
  if (bare !== undefined) {
    const value = typedLiteral(bare);
    return () => value;
  }
  const pieces = compilePieces(word.parts, unit, false);
  const [only] = pieces;
  if (pieces.length === 1 && only?.kind === "one" && !only.quoted) {
    const get = only.get;
    return (rt) => {
      const value = get(rt);
      return value instanceof Promise ? value.then((done) => done ?? "") : (value ?? "");
    };
  }
  return joinTexts(merge(pieces).map(pieceText));
}

// ── As a pattern ──────────────────────────────────────────────────────────────────────────────

/** The word as a pattern: what is unquoted is active, also what comes from a variable. */
export function compileSegments(word: Word, unit: Unit, quoted = false): (rt: Runtime) => MaybePromise<readonly PatternSegment[]> {
  const pieces = compilePieces(word.parts, unit, quoted).map((piece) => ({ text: pieceText(piece), active: !piece.quoted }));
  return (rt) => {
    const segments: PatternSegment[] = [];
    const next = (): MaybePromise<readonly PatternSegment[]> => {
      const piece = pieces[segments.length];
      if (piece === undefined) return segments;
      return after(piece.text(rt), (text) => {
        segments.push({ text, active: piece.active });
        return next();
      });
    };
    return next();
  };
}
