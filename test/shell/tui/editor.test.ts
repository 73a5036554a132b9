import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EditorEffect, stepEditor, withCompletions } from "../../../src/shell/tui/editor.ts";
import { type EditorState, emptyEditor } from "../../../src/shell/tui/editor-state.ts";
import { KeyParser } from "../../../src/shell/tui/key-parser.ts";
import { splitGraphemes } from "../../../src/shell/tui/text-units.ts";

const rules = { isIncomplete: (text: string) => text.endsWith("\\") || (text.match(/'/g)?.length ?? 0) % 2 === 1 };

interface Typed {
  readonly state: EditorState;
  readonly effects: readonly EditorEffect[];
}

/** Types what a terminal would send. A lone Escape is written as `<esc>`. */
function type(input: string, from: EditorState = emptyEditor()): Typed {
  let state = from;
  const effects: EditorEffect[] = [];
  const parser = new KeyParser();
  for (const part of input.split(/(<esc>)/)) {
    const events = part === "<esc>" ? [{ kind: "key", key: "escape" } as const] : parser.push(Buffer.from(part));
    for (const event of events) {
      const step = stepEditor(state, event, rules);
      state = step.state;
      if (step.effect !== undefined) effects.push(step.effect);
    }
  }
  return { state, effects };
}

/** The text with `|` where the cursor is. */
function shown(state: EditorState): string {
  return `${state.text.slice(0, state.cursor)}|${state.text.slice(state.cursor)}`;
}

const CTRL = {
  a: "\x01",
  b: "\x02",
  c: "\x03",
  d: "\x04",
  e: "\x05",
  f: "\x06",
  g: "\x07",
  k: "\x0b",
  l: "\x0c",
  n: "\x0e",
  p: "\x10",
  r: "\x12",
  t: "\x14",
  u: "\x15",
  w: "\x17",
  y: "\x19",
  x: "\x18",
  undo: "\x1f",
};
const LEFT = "\x1b[D";
const RIGHT = "\x1b[C";
const UP = "\x1b[A";
const DOWN = "\x1b[B";
const BACKSPACE = "\x7f";
const DELETE = "\x1b[3~";

const table: readonly (readonly [what: string, input: string, result: string])[] = [
  ["insert", "abc", "abc|"],
  ["insert in the middle", `ac${LEFT}b`, "ab|c"],
  ["left steps over a grapheme", `a👩‍👩‍👧${LEFT}`, "a|👩‍👩‍👧"],
  ["left steps over a combining mark", `ae\u0301${LEFT}`, "a|e\u0301"],
  ["right steps over a grapheme", `👩‍👩‍👧b${CTRL.a}${RIGHT}`, "👩‍👩‍👧|b"],
  ["ctrl-b and ctrl-f", `abc${CTRL.b}${CTRL.b}${CTRL.f}`, "ab|c"],
  ["backspace takes a grapheme", `aé日${BACKSPACE}`, "aé|"],
  ["backspace takes a family", `a👩‍👩‍👧${BACKSPACE}`, "a|"],
  ["delete takes a grapheme", `👩‍👩‍👧b${CTRL.a}${DELETE}`, "|b"],
  ["ctrl-d deletes in a line", `ab${CTRL.a}${CTRL.d}`, "|b"],
  ["nothing left to take", `${BACKSPACE}${DELETE}${LEFT}${RIGHT}`, "|"],
  ["ctrl-a and ctrl-e", `abc${CTRL.a}x${CTRL.e}y`, "xabcy|"],
  ["home and end", "abc\x1b[Hx\x1b[Fy", "xabcy|"],
  ["words back", "one two-three\x1bb\x1bb", "one |two-three"],
  ["words forward", `one two-three${CTRL.a}\x1bf\x1bf`, "one two|-three"],
  ["words of other scripts", "ένα δύο\x1bb", "ένα |δύο"],
  ["ctrl-arrows move by words", `one two\x1b[1;5D\x1b[1;5D\x1b[1;5C`, "one| two"],
  ["ctrl-k", `one two\x1bb${CTRL.k}`, "one |"],
  ["ctrl-u", `one two\x1bb${CTRL.u}`, "|two"],
  ["ctrl-w takes to the blank", `ls /a/b-c${CTRL.w}`, "ls |"],
  ["alt-backspace takes a word", "ls /a/b-c\x1b\x7f", "ls /a/b-|"],
  ["alt-d", `one two${CTRL.a}\x1bd`, "| two"],
  ["yank", `one two${CTRL.w}${CTRL.a}${CTRL.y} `, "two |one "],
  ["kills in a row are one", `one two three${CTRL.w}${CTRL.w}${CTRL.a}${CTRL.y}`, "two three|one "],
  ["kills backward and forward join in order", `one two three\x1bb${CTRL.w}${CTRL.k}${CTRL.y}`, "one two three|"],
  ["yank pop", `one two${CTRL.w}${CTRL.a}${CTRL.f}${CTRL.e}${CTRL.u}${CTRL.y}\x1by`, "two|"],
  ["transpose at the end", `ab${CTRL.t}`, "ba|"],
  ["transpose in the middle", `abc${LEFT}${CTRL.t}`, "acb|"],
  ["transpose wide", `日本${CTRL.t}`, "本日|"],
  ["transpose alone", `a${CTRL.t}`, "a|"],
  ["undo takes a word", `one two${CTRL.undo}`, "one|"],
  ["undo twice", `one two${CTRL.undo}${CTRL.undo}`, "|"],
  ["undo a kill", `one two${CTRL.w}${CTRL.undo}`, "one two|"],
  ["undo a paste at once", `a\x1b[200~one two\nthree\x1b[201~${CTRL.undo}`, "a|"],
  ["ctrl-x ctrl-u undoes", `one two${CTRL.w}${CTRL.x}${CTRL.u}`, "one two|"],
  ["paste keeps lines, drops controls", "\x1b[200~a\tb\nc\x1b[31m\u009b\x1b[201~", "a\tb\nc[31m|"],
  ["Enter in an incomplete text", "echo 'a\rb", "echo 'a\nb|"],
  ["alt-enter is a line end", "a\x1b\rb", "a\nb|"],
  ["up within the text", `a\x1b\rbcd${UP}x`, "ax|\nbcd"],
  ["down within the text", `abc\x1b\rd${UP}${CTRL.e}${DOWN}x`, "abc\ndx|"],
  ["ctrl-a within lines", `ab\x1b\rcd${CTRL.a}x`, "ab\nx|cd"],
  ["ctrl-k takes the line end at the end", `ab\x1b\rcd${UP}${CTRL.e}${CTRL.k}`, "ab|cd"],
  ["a key we do not know", "ab\x1b[15~c", "abc|"],
];

describe("line editor", () => {
  test.each(table)("%s", (_what, input, result) => {
    expect(shown(type(input).state)).toBe(result);
  });

  test.each(table)("split anywhere: %s", (_what, input, result) => {
    const bytes = Buffer.from(input);
    for (let at = 0; at <= bytes.length; at += 1) {
      const parser = new KeyParser();
      let state = emptyEditor();
      const events = [...parser.push(bytes.subarray(0, at)), ...parser.push(bytes.subarray(at))];
      for (const event of events) state = stepEditor(state, event, rules).state;
      expect(shown(state), `split at ${at}`).toBe(result);
    }
  });

  test("Enter submits a complete text and starts anew", () => {
    const { state, effects } = type("echo a\r");
    expect(effects).toEqual([{ kind: "submit", text: "echo a" }]);
    expect(shown(state)).toBe("|");
    expect(state.history).toEqual(["echo a"]);
  });

  test("several lines typed ahead in one chunk", () => {
    expect(type("a\rb\rc").effects).toEqual([
      { kind: "submit", text: "a" },
      { kind: "submit", text: "b" },
    ]);
  });

  test("ctrl-d leaves on an empty line only", () => {
    expect(type(CTRL.d).effects).toEqual([{ kind: "leave" }]);
    expect(type(`a${CTRL.d}`).effects).toEqual([]);
  });

  test("ctrl-c drops the line, the kills stay", () => {
    const { state, effects } = type(`one two${CTRL.w}${CTRL.c}${CTRL.y}`);
    expect(effects).toEqual([{ kind: "interrupt", text: "one " }]);
    expect(shown(state)).toBe("two|");
  });

  test("history: no repeats, nothing that starts with a blank", () => {
    expect(type("a\ra\r b\rc\r").state.history).toEqual(["a", "c"]);
  });

  describe("history", () => {
    const history = ["git log", "echo one", "git status", "for x in 1 2\ndo echo $x; end"];
    const from = emptyEditor(history);
    test.each([
      ["up", UP, "for x in 1 2\ndo echo $x; end|"],
      ["up goes on from a text of lines", UP + UP, "git status|"],
      ["and down comes back to what was typed", `x${UP}${DOWN}`, "x|"],
      ["prefix", `git${UP}`, "git status|"],
      ["prefix, again", `git${UP}${UP}`, "git log|"],
      ["prefix, beyond the eldest", `git${UP}${UP}${UP}`, "git log|"],
      ["prefix, and back", `git${UP}${UP}${DOWN}${DOWN}`, "git|"],
      ["ctrl-p and ctrl-n", CTRL.p + CTRL.p + CTRL.p + CTRL.n, "git status|"],
      ["an edited entry is a new prefix", `${UP}${UP}${BACKSPACE}${BACKSPACE}${UP}${UP}`, "git status|"],
      ["down from nowhere", `a${DOWN}`, "a|"],
    ])("%s", (_what, input, result) => {
      expect(shown(type(input, from).state)).toBe(result);
    });

    test.each([
      ["finds the newest", `${CTRL.r}git`, "|git status"],
      ["again the next older", `${CTRL.r}git${CTRL.r}`, "|git log"],
      ["the eldest stays", `${CTRL.r}git${CTRL.r}${CTRL.r}`, "|git log"],
      ["inside of an entry", `${CTRL.r}one`, "echo |one"],
      ["backspace widens", `${CTRL.r}onex${BACKSPACE}`, "echo |one"],
      ["ctrl-g restores", `abc${CTRL.r}git${CTRL.g}`, "abc|"],
      ["escape keeps", `${CTRL.r}git<esc>x`, "x|git status"],
      ["a move keeps what was found", `${CTRL.r}git${CTRL.e}!`, "git status!|"],
    ])("ctrl-r %s", (_what, input, result) => {
      expect(shown(type(input, from).state)).toBe(result);
    });

    test("ctrl-r and Enter runs what was found", () => {
      expect(type(`${CTRL.r}one\r`, from).effects).toEqual([{ kind: "submit", text: "echo one" }]);
    });

    test("ctrl-r without a match says so", () => {
      expect(type(`${CTRL.r}zzz`, from).state.search).toMatchObject({ query: "zzz", index: -1 });
    });
  });

  describe("completion", () => {
    const items = (...texts: string[]) => texts.map((text) => ({ text, kind: "path" as const }));
    const asked = type("cat al\t").state;

    test("tab asks", () => {
      expect(type("cat al\t").effects).toEqual([{ kind: "complete" }]);
    });

    test.each([
      ["one closes the word", items("alpha.txt"), "cat alpha.txt |"],
      ["a folder stays open", items("alpha/"), "cat alpha/|"],
      ["none", items(), "cat al|"],
      ["what several share", items("alpha.txt", "alpine.txt"), "cat alp|"],
      ["wide characters are not halved", items("al😀", "al😁"), "cat al|"],
    ])("%s", (_what, answer, result) => {
      expect(shown(withCompletions(asked, asked, { start: 4, end: 6, items: answer }))).toBe(result);
    });

    test("an answer that comes late is dropped", () => {
      const later = type("x", asked).state;
      expect(withCompletions(later, asked, { start: 4, end: 6, items: items("alpha.txt") })).toBe(later);
    });

    const open = withCompletions(asked, asked, { start: 4, end: 6, items: items("alpha.txt", "alpine.txt", "alto") });
    test.each([
      ["tab chooses", "\t", "cat alpha.txt|"],
      ["tab again", "\t\t", "cat alpine.txt|"],
      ["tab goes round", "\t\t\t\t", "cat alpha.txt|"],
      ["shift-tab goes back", "\t\x1b[Z", "cat alto|"],
      ["escape restores", "\t\t<esc>", "cat al|"],
      ["typing keeps what was chosen", "\t\t b", "cat alpine.txt b|"],
      ["undo takes the choice back", `\t\t${CTRL.e}${CTRL.undo}`, "cat al|"],
    ])("menu: %s", (_what, input, result) => {
      expect(shown(type(input, open).state)).toBe(result);
    });

    test("Enter takes the choice and does not run; the next one runs", () => {
      const chosen = type("\t\r", open);
      expect(chosen.effects).toEqual([]);
      expect(chosen.state.menu).toBeUndefined();
      expect(type("\r", chosen.state).effects).toEqual([{ kind: "submit", text: "cat alpha.txt" }]);
    });

    test("Enter without a choice runs", () => {
      expect(type("\r", open).effects).toEqual([{ kind: "submit", text: "cat al" }]);
    });
  });

  test("whatever is typed, the cursor stands between graphemes within the text", () => {
    const keys = fc.constantFrom(
      ...Object.values(CTRL),
      LEFT,
      RIGHT,
      UP,
      DOWN,
      BACKSPACE,
      DELETE,
      "\x1bb",
      "\x1bf",
      "\x1bd",
      "\x1by",
      "\x1b\r",
      "<esc>",
      "\t",
    );
    const texts = fc.constantFrom("a", " ", "one two", "日本", "e\u0301", "👩‍👩‍👧", "🇩🇪", "'", "\x1b[200~p\nq\x1b[201~");
    fc.assert(
      fc.property(fc.array(fc.oneof(keys, texts), { maxLength: 40 }), (inputs) => {
        const { state } = type(inputs.join(""), emptyEditor(["git log", "日本 x", "a\nb"]));
        expect(state.cursor).toBeGreaterThanOrEqual(0);
        expect(state.cursor).toBeLessThanOrEqual(state.text.length);
        expect(state.menu !== undefined && state.search !== undefined).toBe(false);
        // No half of a surrogate pair on either side.
        expect(state.text).not.toMatch(/\p{Surrogate}/u);
        expect(splitGraphemes(state.text).join("")).toBe(state.text);
      }),
      { numRuns: 300 },
    );
  });
});
