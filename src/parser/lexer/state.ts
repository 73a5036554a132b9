import type { CharTable } from "./chars.ts";

export type FrameKind =
  | "program"
  | "subst"
  | "paren"
  | "case"
  | "double"
  | "heredoc"
  | "param"
  | "param-word"
  | "arith"
  | "arith-for"
  | "legacy"
  | "subscript"
  | "slice"
  | "cond"
  | "regex"
  | "list"
  | "array"
  | "record"
  | "params"
  | "brace"
  | "extglob";

/** Where a command stands: decides which words are reserved, which are assignments, and what comes next. */
export type Position =
  | "start"
  | "prefix"
  | "args"
  | "for-name"
  | "for-in"
  | "case-subject"
  | "case-in"
  | "pattern-start"
  | "pattern"
  | "function-name"
  | "function-after";

export interface PendingHeredoc {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripTabs: boolean;
}

/** The body of a heredoc in the text: `[start, end)`, its delimiter's line up to `after`; `closed` is false at the end of the text. */
export interface HeredocExtent extends PendingHeredoc {
  readonly start: number;
  readonly end: number;
  readonly after: number;
  readonly closed: boolean;
}

/** One construct the lexer is inside of. */
export class Frame {
  readonly kind: FrameKind;
  /** True for the frames in which commands stand. */
  readonly isCommand: boolean;
  /** Offset of the construct's first character. */
  readonly start: number;
  position: Position = "start";
  /** The command is `declare`, `local` and the like: its arguments may be assignments. */
  declaring = false;
  /** `time` was read, an option of it may follow. */
  timed = false;
  /** The command's name was `command` or `builtin`: the next word is the name. */
  transparent = false;
  /** The name of the command was read. */
  named = false;
  /** A redirection operator was read, its target was not. */
  redirecting = false;
  /** Where the value of an assignment starts; -1 when no value is due. */
  valueAt = -1;
  /** Where the next `[` or assignment operator of a subscripted target stands. */
  subscriptAt = -1;
  /** The word being read is the value of an assignment. */
  inValue = false;
  /** A value is due at the next word (after `:`, `=` or the operator `in`). */
  valueNext = false;
  /** Words read so far in this test of `[[ ]]`. */
  words = 0;
  /** Open parentheses inside. */
  depth = 0;
  /** Inside double quotes or a heredoc. */
  quoted = false;
  /** The next unquoted `/` separates pattern and replacement. */
  slash = false;
  /** The text is a pattern: single quotes quote even inside double quotes. */
  pattern = false;
  /** Index of the token that ends a `$(…)`; -1 until it was read. */
  closeIndex = -1;
  /** Heredocs whose bodies start at the next newline. */
  heredocs: PendingHeredoc[] = [];

  constructor(kind: FrameKind, start: number) {
    this.kind = kind;
    this.start = start;
    this.isCommand = kind === "program" || kind === "subst" || kind === "paren" || kind === "case";
  }

  /** The next word starts a command. */
  startCommand(): void {
    this.position = "start";
    this.declaring = false;
    this.named = false;
    this.transparent = false;
    this.timed = false;
    this.redirecting = false;
    this.inValue = false;
  }
}

/** Thrown out of the lexer at the construct that is nested too deep. */
export class NestingTooDeep extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super("nested too deep");
    this.offset = offset;
  }
}

/** Deepest nesting of constructs that is read. */
export const MAX_NESTING = 500;

/**
 * What the lexer's patterns know beside the text. There is one, because chevrotain's patterns are plain functions; it is reset at the
 * start of each text, and a text is lexed without interruption.
 *
 * 1. `frames` mirrors chevrotain's stack of modes, with frames of kind `paren` and `case` between.
 * 2. `wordEnd` is where the last part of a word ended; a part that starts elsewhere starts a new word.
 */
export class LexState {
  frames: Frame[] = [];
  frame: Frame = new Frame("program", 0);
  /** The frame whose newlines start heredoc bodies. */
  scope: Frame = this.frame;
  scopes: Frame[] = [];
  wordEnd = -1;
  /** Compound commands open by keyword. */
  compounds = 0;
  /** Bodies to read, in order, while in heredoc mode. */
  bodies: HeredocExtent[] = [];
  /** Matching brackets already found: opening offset → closing offset or -1. */
  pairs = new Map<number, number>();
  /** A heredoc without end was met: no other is searched for. */
  unclosedHeredoc = false;
  /** A scan for a matching bracket met the end of the text: the text has an error whatever the answer. */
  unclosedPair = false;

  reset(): void {
    this.frame = new Frame("program", 0);
    this.frames = [this.frame];
    this.scope = this.frame;
    this.scopes = [this.frame];
    this.wordEnd = -1;
    this.compounds = 0;
    this.bodies = [];
    this.pairs = new Map();
    this.unclosedPair = false;
    this.unclosedHeredoc = false;
  }

  /** Enters a construct. Throws NestingTooDeep. */
  push(kind: FrameKind, start: number): Frame {
    const frame = new Frame(kind, start);
    this.frame = frame;
    this.frames.push(frame);
    if (kind === "subst") {
      this.scope = frame;
      this.scopes.push(frame);
    }
    this.wordEnd = -1;
    this.checkDepth(start);
    return frame;
  }

  /** Leaves the frame on top; the bottom one stays. */
  pop(): void {
    if (this.frames.length <= 1) return;
    if (this.frame.kind === "subst") {
      this.scopes.pop();
      this.scope = this.scopes[this.scopes.length - 1] ?? this.scope;
    }
    this.frames.pop();
    this.frame = this.frames[this.frames.length - 1] ?? this.frame;
  }

  openCompound(offset: number): void {
    this.compounds++;
    this.checkDepth(offset);
  }

  closeCompound(): void {
    if (this.compounds > 0) this.compounds--;
  }

  private checkDepth(offset: number): void {
    if (this.frames.length + this.compounds > MAX_NESTING) throw new NestingTooDeep(offset);
  }

  /** Notes that a part of a word covers `[start, end)`. */
  part(start: number, end: number): void {
    if (start !== this.wordEnd) this.beginWord();
    this.wordEnd = end;
  }

  /** True when a literal may start at `offset`. */
  isValueStart(offset: number): boolean {
    const frame = this.frame;
    if (offset === frame.valueAt) return true;
    if (offset === this.wordEnd) return false;
    return frame.valueNext || frame.kind === "list" || frame.kind === "array";
  }

  private beginWord(): void {
    const frame = this.frame;
    if (!frame.isCommand) {
      frame.words++;
      frame.inValue = frame.valueNext;
      frame.valueNext = false;
      return;
    }
    frame.inValue = false;
    if (frame.redirecting) {
      frame.redirecting = false;
      if (frame.position === "start") frame.position = "prefix";
      return;
    }
    if (frame.position === "args") {
      frame.named = !frame.transparent;
      frame.transparent = false;
    }
    frame.position = AFTER_WORD[frame.position];
  }
}

const AFTER_WORD: Readonly<Record<Position, Position>> = {
  start: "args",
  prefix: "args",
  args: "args",
  "for-name": "for-in",
  "for-in": "for-in",
  "case-subject": "case-in",
  "case-in": "case-in",
  "pattern-start": "pattern",
  pattern: "pattern",
  "function-name": "function-after",
  "function-after": "args",
};

export const state = new LexState();

/** The text of a match, and what the token carries beside it. */
export type Match = [string] & { payload?: unknown };

const match: Match = [""];

/** Answers chevrotain that `[start, end)` matched. The array is used again at the next match. */
export function hit(text: string, start: number, end: number, payload?: unknown): Match {
  match[0] = text.slice(start, end);
  match.payload = payload;
  return match;
}

/** End of the run of characters from `offset` that are not in `stops`. */
export function runEnd(text: string, offset: number, stops: CharTable): number {
  let end = offset;
  const length = text.length;
  while (end < length) {
    const code = text.charCodeAt(end);
    if (code < 128 && stops[code] === 1) break;
    end++;
  }
  return end;
}
