import type { Completion } from "../../kernel/index.ts";

/** A text and the place in it. Offsets are UTF-16 and stand between graphemes. */
export interface Draft {
  readonly text: string;
  readonly cursor: number;
}

/** What the last key did, where the next one depends on it. */
export type LastAction = "insert" | "kill" | "yank" | "history" | "other";

export interface EditorState extends Draft {
  readonly last: LastAction;
  /** Newest last. */
  readonly undo: readonly Draft[];
  /** Newest last. */
  readonly kills: readonly string[];
  /** What the last yank put in, for `alt-y`. */
  readonly yanked?: { readonly start: number; readonly index: number };
  /** Oldest first. */
  readonly history: readonly string[];
  /** Present while walking through the history: entry `index`, of those that start with `prefix`; `draft` comes back at the end. */
  readonly browse?: { readonly index: number; readonly prefix: string; readonly draft: string };
  /** Present during ctrl-r: `index` is the entry found, -1 when there is none. */
  readonly search?: { readonly query: string; readonly index: number; readonly saved: Draft };
  readonly menu?: CompletionMenu;
  /** The first key of a chord was typed. */
  readonly chord?: "ctrl-x";
}

interface CompletionMenu {
  /** Where the completed word starts. */
  readonly start: number;
  readonly items: readonly Completion[];
  /** -1: none chosen yet. */
  readonly selected: number;
  /** The text as it was before one was chosen. */
  readonly original: Draft;
}

const MAX_UNDO = 200;
const MAX_KILLS = 30;

export function emptyEditor(history: readonly string[] = []): EditorState {
  return { text: "", cursor: 0, last: "other", undo: [], kills: [], history };
}

/** The state without what lives only between two keys of the same kind. */
export function settled(state: EditorState, last: LastAction): EditorState {
  const { yanked: _yanked, browse: _browse, chord: _chord, ...rest } = state;
  return { ...rest, last };
}

/** Without the overlays. */
export function closed(state: EditorState): EditorState {
  const { menu: _menu, search: _search, ...rest } = state;
  return rest;
}

/** A move: no change of the text, nothing to undo. */
export function moved(state: EditorState, cursor: number): EditorState {
  return { ...settled(state, "other"), cursor };
}

/** A change of the text that undo takes back. Typing within a word is one such change. */
export function edited(state: EditorState, draft: Draft, last: LastAction = "other", joins = false): EditorState {
  if (draft.text === state.text) return { ...settled(state, last), cursor: draft.cursor };
  const undo = joins ? state.undo : [...state.undo.slice(-MAX_UNDO + 1), { text: state.text, cursor: state.cursor }];
  return { ...settled(state, last), undo, text: draft.text, cursor: draft.cursor };
}

/** `[start, end)` replaced by `text`; the cursor goes after it. */
export function replaced(state: EditorState, start: number, end: number, text: string): Draft {
  return { text: state.text.slice(0, start) + text + state.text.slice(end), cursor: start + text.length };
}

/** `[start, end)` goes to the kill ring; kills in a row are one entry. */
export function killed(state: EditorState, start: number, end: number): EditorState {
  if (start >= end) return settled(state, state.last === "kill" ? "kill" : "other");
  const text = state.text.slice(start, end);
  const newest = state.kills.at(-1);
  const backward = end === state.cursor && start < state.cursor;
  const kills =
    state.last === "kill" && newest !== undefined
      ? [...state.kills.slice(0, -1), backward ? text + newest : newest + text]
      : [...state.kills.slice(-MAX_KILLS + 1), text];
  return { ...edited(state, replaced(state, start, end, ""), "kill"), kills };
}

/** A submitted or dropped line leaves an empty editor that remembers its kills; `entry` joins the history unless it repeats. */
export function renewed(state: EditorState, entry?: string): EditorState {
  const keeps = entry === undefined || entry.trim() === "" || entry.startsWith(" ") || entry === state.history.at(-1);
  const history = keeps ? state.history : [...state.history, entry];
  return { ...emptyEditor(history), kills: state.kills };
}
