import type { EditName } from "./edits.ts";

/** What a key can ask of the whole editor, beyond an edit of the line. */
export type CommandName =
  | "submit"
  | "interrupt"
  | "endOfInput"
  | "clearScreen"
  | "historyBack"
  | "historyForward"
  | "search"
  | "complete"
  | "completeBack"
  | "abort"
  | "chord";

export type Binding = { readonly kind: "edit"; readonly name: EditName } | { readonly kind: "command"; readonly name: CommandName };

const EDITS: Readonly<Record<EditName, readonly string[]>> = {
  left: ["left", "ctrl-b"],
  right: ["right", "ctrl-f"],
  wordLeft: ["alt-b", "ctrl-left", "alt-left"],
  wordRight: ["alt-f", "ctrl-right", "alt-right"],
  lineStart: ["ctrl-a", "home"],
  lineEnd: ["ctrl-e", "end"],
  textStart: ["alt-<", "ctrl-home"],
  textEnd: ["alt->", "ctrl-end"],
  backspace: ["backspace", "ctrl-h", "shift-backspace"],
  delete: ["delete"],
  killToEnd: ["ctrl-k"],
  killToStart: ["ctrl-u"],
  killBlankLeft: ["ctrl-w"],
  killWordLeft: ["alt-backspace", "ctrl-backspace", "ctrl-alt-h"],
  killWordRight: ["alt-d", "ctrl-delete"],
  yank: ["ctrl-y"],
  yankPop: ["alt-y"],
  transpose: ["ctrl-t"],
  undo: ["ctrl-_", "ctrl-x ctrl-u"],
  newline: ["alt-enter", "shift-enter"],
};

const COMMANDS: Readonly<Record<CommandName, readonly string[]>> = {
  submit: ["enter", "ctrl-j", "ctrl-m"],
  interrupt: ["ctrl-c"],
  endOfInput: ["ctrl-d"],
  clearScreen: ["ctrl-l"],
  historyBack: ["up", "ctrl-p"],
  historyForward: ["down", "ctrl-n"],
  search: ["ctrl-r"],
  complete: ["tab", "ctrl-i"],
  completeBack: ["shift-tab"],
  abort: ["escape", "ctrl-g"],
  chord: ["ctrl-x"],
};

/** Keys to bindings. A chord is its keys with a space between. */
export const emacsKeymap: ReadonlyMap<string, Binding> = new Map<string, Binding>([
  ...Object.entries(EDITS).flatMap(([name, keys]) => keys.map((key) => [key, { kind: "edit", name: name as EditName }] as const)),
  ...Object.entries(COMMANDS).flatMap(([name, keys]) =>
    keys.map((key) => [key, { kind: "command", name: name as CommandName }] as const),
  ),
]);
