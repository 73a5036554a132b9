import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EditorState, emptyEditor } from "../../../src/shell/tui/editor-state.ts";
import { layOut, maxLiveRows, promptText, renderFrame, styledPrompt } from "../../../src/shell/tui/frame.ts";
import { plainText } from "../../../src/shell/tui/sanitize.ts";
import { textWidth } from "../../../src/shell/tui/text-units.ts";
import { colourTheme, plainTheme } from "../../../src/shell/tui/theme.ts";
import type { View } from "../../../src/shell/tui/view.ts";

function view(editor: Partial<EditorState>, more: Partial<View> = {}): View {
  const text = editor.text ?? "";
  return {
    columns: 40,
    rows: 24,
    prompt: { context: "main", cwd: "~/src", status: 0 },
    editor: { ...emptyEditor(), text, cursor: text.length, ...editor },
    highlights: [],
    streams: [],
    ...more,
  };
}

describe("live region", () => {
  test("a prompt", () => {
    expect(renderFrame(view({}), plainTheme)).toEqual({ lines: ["main ~/src ❯ "], cursor: { x: 13, y: 0 } });
  });

  test("a prompt after a failure, and with colours", () => {
    const prompt = { context: "main", cwd: "~/src", status: 127 };
    expect(promptText(prompt, 80)).toBe("main ~/src [127] ❯ ");
    expect(plainText(styledPrompt(prompt, 80, colourTheme))).toBe("main ~/src [127] ❯ ");
  });

  test("a long path loses its start, in any width", () => {
    const prompt = { context: "main", cwd: "/one/two/three/four/five/six/seven/eight", status: 0 };
    expect(promptText(prompt, 40)).toBe("main …seven/eight ❯ ");
    for (const columns of [20, 40, 80])
      expect(plainText(styledPrompt(prompt, columns, colourTheme))).toBe(promptText(prompt, columns));
  });

  test("lines of a text, the cursor among them", () => {
    expect(renderFrame(view({ text: "a\nbc", cursor: 3 }), plainTheme)).toEqual({
      lines: ["main ~/src ❯ a", "· bc"],
      cursor: { x: 3, y: 1 },
    });
  });

  test("a long line is cut to rows; a wide character is not split", () => {
    const frame = renderFrame(view({ text: "日".repeat(20) }), plainTheme);
    expect(frame.lines).toEqual([`main ~/src ❯ ${"日".repeat(13)}`, "日".repeat(7)]);
    expect(frame.cursor).toEqual({ x: 14, y: 1 });
  });

  test("a tall text scrolls to its cursor", () => {
    const text = Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n");
    const end = renderFrame(view({ text }), plainTheme);
    expect(end.lines).toHaveLength(maxLiveRows(24));
    expect(end.lines.at(-1)).toBe("· line 29");
    const start = renderFrame(view({ text, cursor: 0 }), plainTheme);
    expect(start.lines[0]).toBe("main ~/src ❯ line 0");
  });

  test("colours of what is typed", () => {
    const highlights = [{ span: { start: 0, end: 2 }, kind: "keyword" as const }];
    expect(renderFrame(view({ text: "if a" }, { highlights }), colourTheme).lines[0]).toContain("\u001b[35mif\u001b[39m a");
  });

  test("a text of a megabyte is laid out near its cursor only", () => {
    const text = "one word after another\n".repeat(45_000);
    for (const cursor of [0, 500_005, text.length]) {
      const frame = renderFrame(view({ text, cursor }), plainTheme);
      expect(frame.lines).toHaveLength(maxLiveRows(24));
      const row = frame.lines[frame.cursor?.y ?? 0] ?? "";
      expect(row.slice(0, frame.cursor?.x)).toMatch(
        cursor === 0 ? /❯ $/ : cursor === text.length ? /^· $/ : /^· one word after an?$|^· one/,
      );
    }
    expect(renderFrame(view({ text: "x".repeat(1_000_000) }), plainTheme).lines).toHaveLength(maxLiveRows(24));
  });

  test("the menu", () => {
    const items = ["alpha", "beta"].map((text) => ({ text, kind: "command" as const, help: `the ${text}` }));
    const menu = { start: 0, items, selected: 1, original: { text: "", cursor: 0 } };
    expect(renderFrame(view({ menu }), plainTheme).lines).toEqual(["main ~/src ❯ ", "  alpha  the alpha", "❯ beta   the beta"]);
  });

  test("a long menu shows the chosen one and counts the rest", () => {
    const items = Array.from({ length: 40 }, (_, index) => ({ text: `item${index}`, kind: "path" as const }));
    const menu = { start: 0, items, selected: 20, original: { text: "", cursor: 0 } };
    const { lines } = renderFrame(view({ menu }), plainTheme);
    expect(lines.some((line) => line.startsWith("❯ item20"))).toBe(true);
    expect(lines.at(-1)).toBe("  18 more");
  });

  test("search", () => {
    const frame = renderFrame(
      view({ text: "git log", cursor: 0, search: { query: "git", index: 0, saved: { text: "", cursor: 0 } } }),
      plainTheme,
    );
    expect(frame).toEqual({ lines: ["(search) git ❯ git log"], cursor: { x: 12, y: 0 } });
  });

  test("what runs: its unended line with the cursor after it, no prompt", () => {
    const running = { tail: "50 %", reading: false, status: "running 3 s" };
    expect(renderFrame(view({}, { running }), plainTheme)).toEqual({ lines: ["50 %", "running 3 s"], cursor: { x: 4, y: 0 } });
  });

  test("what reads: its question with the answer", () => {
    const running = { tail: "name: ", reading: true, status: "" };
    expect(renderFrame(view({ text: "Ann" }, { running }), plainTheme)).toEqual({ lines: ["name: Ann"], cursor: { x: 9, y: 0 } });
  });

  test("blocks that others write stand above", () => {
    expect(renderFrame(view({}, { streams: ["half a li"] }), plainTheme)).toEqual({
      lines: ["half a li", "main ~/src ❯ "],
      cursor: { x: 13, y: 1 },
    });
  });

  test("it never fills the screen and no row is as wide as it, whatever is in it", () => {
    const texts = fc
      .array(fc.constantFrom("a", " ", "日本", "\n", "e\u0301", "👩‍👩‍👧", "\t", "\u001b[2J", "word ".repeat(30)), { maxLength: 30 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        texts,
        texts,
        fc.integer({ min: 4, max: 40 }),
        fc.integer({ min: 20, max: 90 }),
        fc.integer({ min: 0, max: 3 }),
        (text, stream, rows, columns, kind) => {
          const items = Array.from({ length: 20 }, (_, index) => ({
            text: `${text.replaceAll("\n", "")}${index}`,
            kind: "path" as const,
          }));
          const menu = kind === 1 ? { menu: { start: 0, items, selected: 3, original: { text: "", cursor: 0 } } } : {};
          const running =
            kind >= 2 ? { running: { tail: plainText(stream).replaceAll("\n", ""), reading: kind === 3, status: "running" } } : {};
          const frame = renderFrame(view({ text, ...menu }, { rows, columns, streams: [stream, stream], ...running }), plainTheme);
          expect(frame.lines.length).toBeGreaterThan(0);
          expect(frame.lines.length).toBeLessThanOrEqual(maxLiveRows(rows));
          for (const line of frame.lines) expect(textWidth(line), JSON.stringify(line)).toBeLessThan(columns);
          expect(frame.lines.join("")).not.toMatch(/[\u0000-\u001f\u0080-\u009f]/);
          expect(frame.cursor?.y ?? 0).toBeLessThan(frame.lines.length);
          expect(frame.cursor?.x ?? 0).toBeLessThan(columns);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("every row of the layout together is the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.integer({ min: 10, max: 40 }), (text, width) => {
        const { rows } = layOut(text, 0, 4, width);
        let at = 0;
        for (const row of rows) {
          expect(row.start - at).toBe(row.startsLine ? 1 : 0);
          at = row.end;
        }
        expect(at).toBe(text.length);
      }),
    );
  });
});
