import { describe, expect, test } from "vitest";
import { type InputEvent, KeyParser } from "../../../src/shell/tui/key-parser.ts";

const key = (name: string): InputEvent => ({ kind: "key", key: name });
const text = (value: string): InputEvent => ({ kind: "text", text: value });
const paste = (value: string): InputEvent => ({ kind: "paste", text: value });

const cases: readonly (readonly [what: string, input: string, events: readonly InputEvent[]])[] = [
  ["text and Enter in one chunk", "ls\r", [text("ls"), key("enter")]],
  ["a line feed is ctrl-j", "ls\n", [text("ls"), key("ctrl-j")]],
  ["wide and combining characters", "日本e\u0301👩‍👩‍👧", [text("日本e\u0301👩‍👩‍👧")]],
  ["control letters", "\x01\x05\x0b\x19\x1f", [key("ctrl-a"), key("ctrl-e"), key("ctrl-k"), key("ctrl-y"), key("ctrl-_")]],
  ["backspace and delete differ", "\x7f\x1b[3~", [key("backspace"), key("delete")]],
  ["arrows in both modes", "\x1b[A\x1bOB\x1b[C\x1b[D", [key("up"), key("down"), key("right"), key("left")]],
  [
    "home and end, all spellings",
    "\x1b[H\x1b[F\x1b[1~\x1b[4~\x1bOH\x1b[7~",
    [key("home"), key("end"), key("home"), key("end"), key("home"), key("home")],
  ],
  ["modified arrows", "\x1b[1;5D\x1b[1;3C\x1b[1;2A", [key("ctrl-left"), key("alt-right"), key("shift-up")]],
  [
    "alt and a character",
    "\x1bb\x1bf\x1bd\x1b\x7f\x1b\r",
    [key("alt-b"), key("alt-f"), key("alt-d"), key("alt-backspace"), key("alt-enter")],
  ],
  ["alt and a wide character", "\x1b日", [key("alt-日")]],
  ["alt and an arrow", "\x1b\x1b[A", [key("alt-up")]],
  ["shift-tab", "\x1b[Z", [key("shift-tab")]],
  ["kitty: shift-enter, ctrl-a, a release is nothing", "\x1b[13;2u\x1b[97;5u\x1b[97;5:3u", [key("shift-enter"), key("ctrl-a")]],
  ["modifyOtherKeys", "\x1b[27;5;105~\x1b[27;2;13~", [key("ctrl-i"), key("shift-enter")]],
  [
    "paste is one event, its Enter is no key",
    "a\x1b[200~one\rtwo\r\nthree\x1b[201~b",
    [text("a"), paste("one\ntwo\nthree"), text("b")],
  ],
  [
    "a paste may hold escapes and what looks like its end",
    "\x1b[200~\x1b[A\x1b[201\x1b[201~\r",
    [paste("\x1b[A\x1b[201"), key("enter")],
  ],
  ["an empty paste is nothing", "\x1b[200~\x1b[201~x", [text("x")]],
  [
    "mouse, focus, colours and positions are nothing",
    "\x1b[<0;3;4M\x1b[I\x1b[O\x1b]11;rgb:0/0/0\x1b\\\x1b]11;x\x07\x1b[3;4R\x1b[?62;c\x1bP1$r0m\x1b\\q",
    [text("q")],
  ],
  ["a broken sequence does not eat the line", "\x1b[12\rls\r", [key("enter"), text("ls"), key("enter")]],
  ["an unended reply does not lock the person out", "\x1b]11;rgb\rls", [key("enter"), text("ls")]],
  ["C1 controls are nothing", "a\u009b1mb", [text("a1mb")]],
];

/** Text may come in parts; what it says may not differ. */
function joined(events: readonly InputEvent[]): readonly InputEvent[] {
  const all: InputEvent[] = [];
  for (const event of events) {
    const last = all.at(-1);
    if (event.kind === "text" && last?.kind === "text") all[all.length - 1] = text(last.text + event.text);
    else all.push(event);
  }
  return all;
}

describe("key parser", () => {
  test.each(cases)("%s", (_what, input, events) => {
    expect(new KeyParser().push(Buffer.from(input))).toEqual(events);
  });

  test.each(cases)("split anywhere: %s", (_what, input, events) => {
    const bytes = Buffer.from(input);
    for (let at = 0; at <= bytes.length; at += 1) {
      const parser = new KeyParser();
      expect(joined([...parser.push(bytes.subarray(0, at)), ...parser.push(bytes.subarray(at))]), `split at ${at}`).toEqual(events);
    }
  });

  test.each(cases)("byte by byte: %s", (_what, input, events) => {
    const parser = new KeyParser();
    expect(joined([...Buffer.from(input)].flatMap((byte) => parser.push(Uint8Array.of(byte))))).toEqual(events);
  });

  test.each([
    ["\x1b", [key("escape")]],
    ["\x1b\x1b", [key("alt-escape")]],
    ["\x1b[", [key("alt-[")]],
    ["\x1bO", [key("alt-O")]],
    ["\x1b]", [key("alt-]")]],
  ] as const)("alone in time: %j", (input, events) => {
    const parser = new KeyParser();
    expect(parser.push(Buffer.from(input))).toEqual([]);
    expect(parser.pending).toBe(true);
    expect(parser.flush()).toEqual(events);
    expect(parser.pending).toBe(false);
    expect(parser.push(Buffer.from("x"))).toEqual([text("x")]);
  });

  test("a slow sequence goes on after a flush", () => {
    const parser = new KeyParser();
    parser.push(Buffer.from("\x1b[1;5"));
    expect(parser.flush()).toEqual([]);
    expect(parser.push(Buffer.from("D"))).toEqual([key("ctrl-left")]);
  });

  test("a megabyte of paste in small chunks", () => {
    const parser = new KeyParser();
    const body = "line of text\n".repeat(80_000);
    const bytes = Buffer.from(`\x1b[200~${body}\x1b[201~`);
    const events: InputEvent[] = [];
    for (let at = 0; at < bytes.length; at += 1000) events.push(...parser.push(bytes.subarray(at, at + 1000)));
    expect(events).toEqual([paste(body)]);
  });
});
