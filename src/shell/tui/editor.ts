import type { Completions } from "../../kernel/index.ts";
import { closed, type EditorState, edited, renewed, replaced, settled } from "./editor-state.ts";
import { edits, movedVertically, pasted, typed } from "./edits.ts";
import type { InputEvent } from "./key-parser.ts";
import { type CommandName, emacsKeymap } from "./keymap.ts";
import { previousGrapheme } from "./text-units.ts";

/** What the editor asks its owner to do. */
export type EditorEffect =
  | { readonly kind: "submit"; readonly text: string }
  /** ctrl-c: `text` was dropped. */
  | { readonly kind: "interrupt"; readonly text: string }
  /** ctrl-d on an empty line. */
  | { readonly kind: "leave" }
  | { readonly kind: "clearScreen" }
  /** Answer with `withCompletions`. */
  | { readonly kind: "complete" };

export interface Step {
  readonly state: EditorState;
  readonly effect?: EditorEffect;
}

export interface EditorRules {
  /** More lines are needed before the text can run. */
  isIncomplete(text: string): boolean;
}

/**
 * One input event applied. Pure: same state and event, same step.
 *
 * 1. `cursor` stands between graphemes, within the text.
 * 2. At most one of `menu` and `search` is open.
 * 3. `browse`, `yanked` and `chord` do not outlive a key of another kind.
 */
export function stepEditor(state: EditorState, event: InputEvent, rules: EditorRules): Step {
  if (state.search !== undefined) return stepSearch(state, event, rules);
  if (state.menu !== undefined) {
    const step = stepMenu(state, event);
    if (step !== null) return step;
  }
  const open = closed(state);
  if (event.kind === "text") return { state: typed(open, event.text) };
  if (event.kind === "paste") return { state: pasted(open, event.text) };
  const binding = emacsKeymap.get(state.chord === undefined ? event.key : `${state.chord} ${event.key}`);
  if (binding === undefined) return { state: settled(open, "other") };
  if (binding.kind === "edit") return { state: edits[binding.name](open) };
  return runCommand(open, binding.name, rules);
}

function runCommand(state: EditorState, name: CommandName, rules: EditorRules): Step {
  switch (name) {
    case "submit":
      if (state.text.trim() !== "" && rules.isIncomplete(state.text)) return { state: edits.newline(state) };
      return { state: renewed(state, state.text), effect: { kind: "submit", text: state.text } };
    case "interrupt":
      return { state: renewed(state), effect: { kind: "interrupt", text: state.text } };
    case "endOfInput":
      return state.text === "" ? { state, effect: { kind: "leave" } } : { state: edits.delete(state) };
    case "clearScreen":
      return { state: settled(state, "other"), effect: { kind: "clearScreen" } };
    case "historyBack":
      return { state: walk(state, -1) };
    case "historyForward":
      return { state: walk(state, 1) };
    case "search":
      return {
        state: { ...settled(state, "other"), search: { query: "", index: -1, saved: { text: state.text, cursor: state.cursor } } },
      };
    case "complete":
      return { state: settled(state, "other"), effect: { kind: "complete" } };
    case "completeBack":
    case "abort":
      return { state: settled(state, "other") };
    case "chord":
      return { state: { ...settled(state, "other"), chord: "ctrl-x" } };
    default:
      return name satisfies never;
  }
}

/** Up and down: a line of the text, and beyond its first or last line the history. */
function walk(state: EditorState, direction: -1 | 1): EditorState {
  if (state.browse === undefined || state.last !== "history") {
    const within = movedVertically(state, direction);
    if (within !== null) return within;
    if (direction === 1) return settled(state, "other");
  }
  const browse = state.browse ?? { index: state.history.length, prefix: state.text.slice(0, state.cursor), draft: state.text };
  let index = browse.index + direction;
  while (index >= 0 && index < state.history.length) {
    const entry = state.history[index] ?? "";
    if (entry.startsWith(browse.prefix) && entry !== state.text) return recalled(state, entry, { ...browse, index });
    index += direction;
  }
  if (direction === -1) return { ...state, browse, last: "history" };
  return recalled(state, browse.draft, { ...browse, index: state.history.length });
}

function recalled(state: EditorState, text: string, browse: NonNullable<EditorState["browse"]>): EditorState {
  return { ...edited(state, { text, cursor: text.length }, "history"), browse };
}

// ── ctrl-r ────────────────────────────────────────────────────────────────────────────────────

function stepSearch(state: EditorState, event: InputEvent, rules: EditorRules): Step {
  const search = state.search;
  if (search === undefined) return { state };
  if (event.kind !== "key") return { state: searched(state, search.query + event.text, state.history.length - 1) };
  switch (event.key) {
    case "ctrl-r":
    case "up":
      return { state: searched(state, search.query, (search.index < 0 ? state.history.length : search.index) - 1) };
    case "ctrl-s":
    case "down":
      return { state: searchedForward(state) };
    case "backspace":
    case "ctrl-h":
      return {
        state: searched(
          state,
          search.query.slice(0, previousGrapheme(search.query, search.query.length)),
          state.history.length - 1,
        ),
      };
    case "ctrl-g":
    case "ctrl-c":
      return { state: { ...closed(state), text: search.saved.text, cursor: search.saved.cursor } };
    case "escape":
      return { state: closed(state) };
    default:
      // Any other key takes what was found and then does what it always does.
      return stepEditor(closed(state), event, rules);
  }
}

function searched(state: EditorState, query: string, from: number): EditorState {
  const search = state.search;
  if (search === undefined) return state;
  if (query !== "") {
    for (let index = Math.min(from, state.history.length - 1); index >= 0; index -= 1) {
      const entry = state.history[index] ?? "";
      if (entry.includes(query) && (entry !== state.text || query !== search.query)) return found(state, query, index);
    }
  }
  // Nothing older: what was found stays on the line; a new query that finds nothing says so.
  if (query === search.query) return state;
  return { ...state, search: { ...search, query, index: -1 } };
}

function searchedForward(state: EditorState): EditorState {
  const search = state.search;
  if (search === undefined || search.index < 0) return state;
  for (let index = search.index + 1; index < state.history.length; index += 1) {
    const entry = state.history[index] ?? "";
    if (entry.includes(search.query) && entry !== state.text) return found(state, search.query, index);
  }
  return state;
}

function found(state: EditorState, query: string, index: number): EditorState {
  const text = state.history[index] ?? "";
  const saved = state.search?.saved ?? { text: state.text, cursor: state.cursor };
  const cursor = text.indexOf(query);
  return { ...edited(state, { text, cursor: cursor < 0 ? text.length : cursor }), search: { query, index, saved } };
}

// ── Completion ────────────────────────────────────────────────────────────────────────────────

/** Null: the key is not the menu's, it closes and the key does what it always does. */
function stepMenu(state: EditorState, event: InputEvent): Step | null {
  if (event.kind !== "key" || state.menu === undefined) return null;
  const count = state.menu.items.length;
  switch (event.key) {
    case "tab":
    case "down":
    case "ctrl-n":
      return { state: chosen(state, (state.menu.selected + 1) % count) };
    case "shift-tab":
    case "up":
    case "ctrl-p":
      return { state: chosen(state, (Math.max(state.menu.selected, 0) - 1 + count) % count) };
    case "enter":
    case "ctrl-j":
      return state.menu.selected < 0 ? null : { state: closed(state) };
    case "escape":
    case "ctrl-g":
      return { state: { ...closed(state), ...state.menu.original } };
    default:
      return null;
  }
}

function chosen(state: EditorState, selected: number): EditorState {
  const menu = state.menu;
  const item = menu?.items[selected];
  if (menu === undefined || item === undefined) return state;
  const base = { ...state, ...menu.original };
  const draft = replaced(base, menu.start, menu.original.cursor, item.text);
  const joins = menu.selected >= 0;
  return { ...edited(joins ? { ...state, ...menu.original } : base, draft, "other", joins), menu: { ...menu, selected } };
}

/**
 * The answer to a `complete` effect that was asked for `asked`. An answer for a text that has changed since is dropped. One
 * completion is put in; several put in what they share and open the menu.
 */
export function withCompletions(
  state: EditorState,
  asked: { readonly text: string; readonly cursor: number },
  answer: Completions,
): EditorState {
  if (state.text !== asked.text || state.cursor !== asked.cursor || state.search !== undefined) return state;
  const [first] = answer.items;
  if (first === undefined) return closed(state);
  const { start, end } = answer;
  if (answer.items.length === 1) {
    const after = state.text.slice(end);
    const closesWord = !/[/=\s:]$/.test(first.text) && after === "";
    return edited(closed(state), replaced(state, start, end, closesWord ? `${first.text} ` : first.text));
  }
  const shared = sharedStart(answer.items.map((item) => item.text));
  const typedPart = state.text.slice(start, end);
  const grown = shared.length > typedPart.length && shared.startsWith(typedPart);
  const next = grown ? edited(closed(state), replaced(state, start, end, shared)) : moveTo(closed(state), end);
  return { ...next, menu: { start, items: answer.items, selected: -1, original: { text: next.text, cursor: next.cursor } } };
}

function moveTo(state: EditorState, cursor: number): EditorState {
  return { ...settled(state, "other"), cursor };
}

function sharedStart(texts: readonly string[]): string {
  let shared = texts[0] ?? "";
  for (const text of texts) {
    let length = 0;
    while (length < shared.length && shared[length] === text[length]) length += 1;
    shared = shared.slice(0, length);
  }
  // Half of a surrogate pair is no text.
  return shared.replace(/[\ud800-\udbff]$/, "");
}
