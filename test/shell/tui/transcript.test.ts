import { describe, expect, test } from "vitest";
import type { BlockId, BlockSnapshot, ContextId, KernelEvent, PrincipalId } from "../../../src/kernel/index.ts";
import { plainTheme } from "../../../src/shell/tui/theme.ts";
import { Transcript } from "../../../src/shell/tui/transcript.ts";

const ME = "me" as PrincipalId;
const OTHER = "other" as PrincipalId;
const HERE = "here" as ContextId;
const around = { lineage: () => "main › debug", label: () => "debug", when: () => "14:32" };

interface Watched {
  readonly transcript: Transcript;
  readonly printed: () => string;
  send(...events: readonly KernelEvent[]): void;
}

function watch(): Watched {
  let printed = "";
  const style = () => ({ width: 80, theme: plainTheme, around });
  const transcript = new Transcript({
    context: HERE,
    me: ME,
    style,
    commit: (text) => (printed += text),
    changed: () => undefined,
  });
  return { transcript, printed: () => printed, send: (...events) => transcript.apply(events) };
}

let seq = 0;

function block(fields: Partial<BlockSnapshot>, author: PrincipalId = OTHER): BlockSnapshot {
  seq += 1;
  const base = {
    role: "model",
    kind: "text",
    status: "done",
    createdAt: 0,
    updatedAt: 0,
    content: "",
    collapsed: false,
    excluded: false,
    ephemeral: false,
  };
  return { ...base, ...fields, id: { contextId: HERE, principalId: author, seq } } as BlockSnapshot;
}

const inserted = (one: BlockSnapshot): KernelEvent => ({
  topic: "block",
  type: "inserted",
  contextId: HERE,
  version: 1,
  block: one,
});
const changed = (one: BlockSnapshot): KernelEvent => ({ topic: "block", type: "changed", contextId: HERE, version: 1, block: one });
const appended = (id: BlockId, offset: number, text: string): KernelEvent => ({
  topic: "block",
  type: "appended",
  contextId: HERE,
  version: 1,
  id,
  offset,
  text,
});
const preview = (id: BlockId, offset: number, text: string): KernelEvent => ({
  topic: "block",
  type: "preview",
  contextId: HERE,
  id,
  offset,
  text,
});

const shellCall = (code: string, author = ME): BlockSnapshot =>
  block({ role: "user", kind: "toolCall", toolKind: "shell", content: code }, author);
const shellResult = (call: BlockSnapshot, fields: Partial<BlockSnapshot> = {}): BlockSnapshot =>
  block(
    { role: "tool", kind: "toolResult", toolKind: "shell", parentId: call.id, status: "running", ...fields },
    call.id.principalId,
  );

describe("transcript", () => {
  test("a finished block is printed once", () => {
    const { printed, send } = watch();
    const one = block({ content: "hello" });
    send(inserted(one));
    send(changed({ ...one, content: "hello, edited" }));
    expect(printed()).toBe("● model\nhello\n");
  });

  test("a streaming block: whole lines as they come, the rest at the end, its tail meanwhile", () => {
    const { transcript, printed, send } = watch();
    const one = block({ status: "running" });
    send(inserted(one), appended(one.id, 0, "first li"));
    expect(printed()).toBe("");
    expect(transcript.streams).toEqual(["first li"]);
    send(appended(one.id, 8, "ne\nsec"));
    expect(printed()).toBe("● model\nfirst line\n");
    send(preview(one.id, 14, "on"), preview(one.id, 16, "d"));
    expect(transcript.streams).toEqual(["second"]);
    send(appended(one.id, 14, "ond"));
    expect(transcript.streams).toEqual(["second"]);
    send(changed({ ...one, status: "done", content: "first line\nsecond line" }));
    expect(printed()).toBe("● model\nfirst line\nsecond line\n");
    expect(transcript.streams).toEqual([]);
  });

  test("a block rewritten after a part was printed is printed whole", () => {
    const { printed, send } = watch();
    const one = block({ status: "running" });
    send(inserted(one), appended(one.id, 0, "first\n"));
    send(changed({ ...one, status: "done", content: "other\n" }));
    expect(printed()).toBe("● model\nfirst\n● model\nother\n");
  });

  test("two streams do not mix: the second waits for its end", () => {
    const { transcript, printed, send } = watch();
    const one = block({ status: "running" });
    const two = block({ status: "running" });
    send(
      inserted(one),
      inserted(two),
      appended(one.id, 0, "one a\n"),
      appended(two.id, 0, "two a\n"),
      appended(one.id, 6, "one b\n"),
    );
    expect(printed()).toBe("● model\none a\none b\n");
    expect(transcript.streams).toEqual(["two a\n"]);
    send(changed({ ...one, status: "done", content: "one a\none b\n" }));
    expect(printed()).toBe("● model\none a\none b\n● model\ntwo a\n");
  });

  test("100,000 tokens, few line ends", () => {
    const { transcript, printed, send } = watch();
    const one = block({ status: "running" });
    send(inserted(one));
    let text = "";
    for (let token = 0; token < 100_000; token += 1) {
      const piece = token % 20_000 === 19_999 ? "end\n" : "token ";
      send(appended(one.id, text.length, piece));
      text += piece;
    }
    send(appended(one.id, text.length, "rest"));
    expect(transcript.streams).toEqual(["rest"]);
    send(changed({ ...one, status: "done", content: `${text}rest` }));
    expect(printed()).toBe(`● model\n${text}rest\n`);
  });

  test("what is no text waits for its end", () => {
    const { printed, send } = watch();
    const one = block({ kind: "thinking", status: "running" });
    send(inserted(one), appended(one.id, 0, "hm\nhm\n"));
    expect(printed()).toBe("");
    send(changed({ ...one, status: "done", content: "hm\nhm\n" }));
    expect(printed()).toBe(`▸ thought · #${one.id.seq} · hm\n`);
  });

  describe("a program of this terminal", () => {
    test.each(["before", "after"] as const)("is not printed when its events come %s it is known", (order) => {
      const { transcript, printed, send } = watch();
      transcript.beginOwn();
      const call = shellCall("ls");
      const result = shellResult(call);
      const events = [
        inserted(call),
        inserted(result),
        appended(result.id, 0, "a\nb\n"),
        changed({ ...result, status: "done", exitCode: 0, content: "a\nb\n" }),
      ];
      if (order === "before") send(...events);
      transcript.endOwn([result.id, call.id]);
      if (order === "after") send(...events);
      expect(printed()).toBe("");
    });

    test("another session's program of the same person is printed, after it", () => {
      const { transcript, printed, send } = watch();
      transcript.beginOwn();
      const call = shellCall("ls");
      const result = shellResult(call);
      const otherCall = shellCall("date");
      const otherResult = shellResult(otherCall);
      send(inserted(call), inserted(result), inserted(otherCall), inserted(otherResult), appended(otherResult.id, 0, "now\n"));
      send(changed({ ...otherResult, status: "error", exitCode: 1, content: "now\n" }));
      expect(printed()).toBe("");
      transcript.endOwn([result.id, call.id]);
      expect(printed()).toBe("❯ date\nnow\n✗ 1\n");
    });

    test("drift and text show while it runs; streams wait", () => {
      const { transcript, printed, send } = watch();
      transcript.beginOwn();
      const live = block({ status: "running" });
      send(inserted(live), appended(live.id, 0, "line\n"));
      send(
        inserted(block({ kind: "drift", role: "system", content: "found", driftKind: "push", sourceContext: "d" as ContextId })),
      );
      expect(printed()).toBe("╭ push from main › debug · 14:32\n│ found\n╰ answer: drift push debug TEXT\n");
      transcript.endOwn([]);
      expect(printed()).toContain("● model\nline\n");
    });
  });

  test("events of another context are not ours", () => {
    const { printed, send } = watch();
    send({ topic: "block", type: "inserted", contextId: "there" as ContextId, version: 1, block: block({ content: "x" }) });
    expect(printed()).toBe("");
  });

  test("start: what is there is not printed again; drift since this person's last block is unread", () => {
    const { transcript, printed, send } = watch();
    const drifts = [1, 2].map((number) => block({ kind: "drift", content: `drift ${number}` }));
    const live = block({ status: "running", content: "half\nli" });
    const unread = transcript.start([drifts[0]!, shellCall("ls"), drifts[1]!, live]);
    expect(unread).toEqual([drifts[1]]);
    send(appended(live.id, 7, "ne\n"));
    expect(printed()).toBe("ne\n");
  });

  test("after a resync what is new is printed, what is known goes on", () => {
    const { transcript, printed, send } = watch();
    const old = block({ content: "old" });
    const live = block({ status: "running" });
    transcript.start([old]);
    send(inserted(live), appended(live.id, 0, "one\n"));
    const fresh = block({ content: "fresh" });
    transcript.resync([old, { ...live, status: "done", content: "one\ntwo\n" }, fresh]);
    expect(printed()).toBe("● model\none\ntwo\n● model\nfresh\n");
    send(inserted(fresh));
    expect(printed()).toBe("● model\none\ntwo\n● model\nfresh\n");
  });
});
