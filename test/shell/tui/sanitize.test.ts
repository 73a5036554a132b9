import { describe, expect, test } from "vitest";
import { OutputFilter, overwriteLines, plainText, sanitizeText } from "../../../src/shell/tui/sanitize.ts";

const cases: readonly (readonly [what: string, text: string, safe: string])[] = [
  ["text, tab, line end", "a\tb\n日本\n", "a\tb\n日本\n"],
  [
    "colours stay and are closed",
    "\u001b[1;31mred\u001b[0m \u001b[38;5;12mblue",
    "\u001b[1;31mred\u001b[0m \u001b[38;5;12mblue\u001b[0m",
  ],
  ["links stay and are closed", "\u001b]8;;http://x\u0007here", "\u001b]8;;http://x\u001b\\here\u001b]8;;\u001b\\"],
  ["a whole link", "\u001b]8;id=1;http://x\u001b\\here\u001b]8;;\u001b\\", "\u001b]8;id=1;http://x\u001b\\here\u001b]8;;\u001b\\"],
  ["cursor movement and erasing", "a\u001b[2J\u001b[H\u001b[3A\u001b[K\u001b[3Jb", "ab"],
  ["modes", "\u001b[?1049h\u001b[?2004l\u001b[>4;2m\u001b[=1ua", "a"],
  ["clipboard and title", "\u001b]52;c;ZXZpbA==\u0007\u001b]0;t\u001b\\\u001b]2;t\u0007a", "a"],
  ["device control, application and privacy strings", "\u001bP1$r\u001b\\\u001b_x\u001b\\\u001b^y\u001b\\a", "a"],
  ["single escapes and charset choice", "\u001bc\u001b7\u001b8\u001b(0\u001b#8a", "a"],
  ["bell, backspace, shift", "a\u0007\u0008\u000e\u000fb", "ab"],
  ["C1 controls", "a\u009b2Jb\u0090c", "a2Jbc"],
  ["a lone Escape at the end", "a\u001b", "a"],
  ["an unended string at the end", "a\u001b]52;c;", "a"],
  ["what was written over", "10%\r20%\r30%\ndone\r\n", "30%\ndone\n"],
];

describe("sanitizing", () => {
  test.each(cases)("%s", (_what, text, safe) => {
    expect(sanitizeText(text)).toBe(safe);
  });

  test.each(cases)("split anywhere: %s", (_what, text, safe) => {
    for (let at = 0; at <= text.length; at += 1) {
      const filter = new OutputFilter();
      expect(
        overwriteLines(filter.push(text.slice(0, at)) + filter.push(text.slice(at))) + filter.closing(),
        `split at ${at}`,
      ).toBe(safe);
    }
  });

  test.each(cases)("plain: %s", (_what, text, safe) => {
    expect(plainText(text.replace(/\u001b(?:\]52;c;)?$/, ""))).toBe(
      safe.replace(/\u001b\[[\d;]*m|\u001b\]8;[^\u001b]*\u001b\\/g, ""),
    );
  });

  test("a string that never ends does not swallow the output", () => {
    const filter = new OutputFilter();
    const body = "x".repeat(10_000);
    expect(filter.push(`\u001b]0;${body}`)).toContain(body);
    expect(filter.push("after")).toBe("after");
  });

  test("the colours in force are known", () => {
    const filter = new OutputFilter();
    filter.push("\u001b[1m\u001b[31ma");
    expect(filter.opening()).toBe("\u001b[1m\u001b[31m");
    filter.push("\u001b[0;32mb");
    expect(filter.opening()).toBe("\u001b[0;32m");
    filter.push("\u001b[mc");
    expect(filter.opening()).toBe("");
  });
});
