import { type Draft, type EditorState, edited, killed, moved, replaced, settled } from "./editor-state.ts";
import { nextGrapheme, nextWord, previousBlank, previousGrapheme, previousWord } from "./text-units.ts";

/** What a key can do to the line by itself. */
export type EditName =
  | "left"
  | "right"
  | "wordLeft"
  | "wordRight"
  | "lineStart"
  | "lineEnd"
  | "textStart"
  | "textEnd"
  | "backspace"
  | "delete"
  | "killToEnd"
  | "killToStart"
  | "killBlankLeft"
  | "killWordLeft"
  | "killWordRight"
  | "yank"
  | "yankPop"
  | "transpose"
  | "undo"
  | "newline";

export const edits: Readonly<Record<EditName, (state: EditorState) => EditorState>> = {
  left: (state) => moved(state, previousGrapheme(state.text, state.cursor)),
  right: (state) => moved(state, nextGrapheme(state.text, state.cursor)),
  wordLeft: (state) => moved(state, previousWord(state.text, state.cursor)),
  wordRight: (state) => moved(state, nextWord(state.text, state.cursor)),
  lineStart: (state) => moved(state, lineStart(state)),
  lineEnd: (state) => moved(state, lineEnd(state)),
  textStart: (state) => moved(state, 0),
  textEnd: (state) => moved(state, state.text.length),
  backspace: (state) => edited(state, replaced(state, previousGrapheme(state.text, state.cursor), state.cursor, "")),
  delete: (state) => {
    const end = nextGrapheme(state.text, state.cursor);
    return edited(state, replaced(state, state.cursor, end, ""));
  },
  killToEnd: (state) => {
    const end = lineEnd(state);
    // At the end of a line the line end itself goes, as in emacs.
    return killed(state, state.cursor, end === state.cursor ? Math.min(end + 1, state.text.length) : end);
  },
  killToStart: (state) => killed(state, lineStart(state), state.cursor),
  killBlankLeft: (state) => killed(state, previousBlank(state.text, state.cursor), state.cursor),
  killWordLeft: (state) => killed(state, previousWord(state.text, state.cursor), state.cursor),
  killWordRight: (state) => killed(state, state.cursor, nextWord(state.text, state.cursor)),
  yank: (state) => yankAt(state, state.cursor, state.cursor, state.kills.length - 1),
  yankPop: (state) => {
    if (state.yanked === undefined) return state;
    const index = (state.yanked.index - 1 + state.kills.length) % state.kills.length;
    return yankAt(state, state.yanked.start, state.cursor, index);
  },
  transpose,
  undo: (state) => {
    const before = state.undo.at(-1);
    if (before === undefined) return settled(state, "other");
    return { ...settled(state, "other"), text: before.text, cursor: before.cursor, undo: state.undo.slice(0, -1) };
  },
  newline: (state) => edited(state, replaced(state, state.cursor, state.cursor, "\n")),
};

/** Typed text. Letters in a row are one step of undo, a blank starts the next, in whatever parts the terminal sent them. */
export function typed(state: EditorState, text: string): EditorState {
  let next = state;
  for (const part of text.match(/\s|\S+/g) ?? []) {
    const joins = next.last === "insert" && !/\s/.test(part);
    next = edited(next, replaced(next, next.cursor, next.cursor, part), "insert", joins);
  }
  return next;
}

/** Pasted text, one step of undo. Control characters beside line end and tab are dropped. */
export function pasted(state: EditorState, text: string): EditorState {
  const clean = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
  return edited(state, replaced(state, state.cursor, state.cursor, clean));
}

/** A line up or down in the text, or null where there is none. */
export function movedVertically(state: EditorState, direction: -1 | 1): EditorState | null {
  const start = lineStart(state);
  const column = state.cursor - start;
  if (direction === -1) {
    if (start === 0) return null;
    const aboveStart = state.text.lastIndexOf("\n", start - 2) + 1;
    return moved(state, graphemeStart(state.text, aboveStart, Math.min(aboveStart + column, start - 1)));
  }
  const end = lineEnd(state);
  if (end === state.text.length) return null;
  const below = { text: state.text, cursor: end + 1 };
  return moved(state, graphemeStart(state.text, end + 1, Math.min(end + 1 + column, lineEnd(below))));
}

function graphemeStart(text: string, from: number, at: number): number {
  let here = from;
  while (here < at) {
    const next = nextGrapheme(text, here);
    if (next > at) return here;
    here = next;
  }
  return here;
}

function lineStart(state: Draft): number {
  return state.cursor === 0 ? 0 : state.text.lastIndexOf("\n", state.cursor - 1) + 1;
}

function lineEnd(state: Draft): number {
  const end = state.text.indexOf("\n", state.cursor);
  return end < 0 ? state.text.length : end;
}

function yankAt(state: EditorState, start: number, end: number, index: number): EditorState {
  const text = state.kills[index];
  if (text === undefined) return settled(state, "other");
  return { ...edited(state, replaced(state, start, end, text), "yank"), yanked: { start, index } };
}

/** The graphemes on both sides of the cursor change places; at the end of a line the last two. */
function transpose(state: EditorState): EditorState {
  const atEnd = lineEnd(state) === state.cursor;
  const middle = atEnd ? previousGrapheme(state.text, state.cursor) : state.cursor;
  const start = previousGrapheme(state.text, middle);
  const end = nextGrapheme(state.text, middle);
  if (start < lineStart(state) || start === middle || middle === end) return settled(state, "other");
  const swapped = state.text.slice(middle, end) + state.text.slice(start, middle);
  return edited(state, replaced(state, start, end, swapped));
}
