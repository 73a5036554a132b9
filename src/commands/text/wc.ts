import { isAscii } from "node:buffer";
import { type ByteSource, command, type Value } from "../../kernel/command.ts";
import { sequenceLength } from "../support/io/escaped-text.ts";
import { eachInput, next, type ReadContext } from "../support/io/input.ts";
import { complain, Output, quoted } from "../support/io/output.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

export const wc = command(
  {
    name: "wc",
    summary: "count lines, words and bytes",
    group: "text",
    needs: ["vfs.read"],
    json: true,
    args: [{ name: "file", help: "what to read; `-` or nothing is standard input", optional: true, rest: true, means: "path" }],
    flags: {
      lines: { short: "l", help: "count newlines" },
      words: { short: "w", help: "count words" },
      bytes: { short: "c", help: "count bytes" },
      chars: { short: "m", help: "count characters" },
      "max-line-length": { short: "L", help: "the width of the widest line" },
    },
    examples: [
      { run: "printf 'one two\\nthree\\n' | wc", stdout: "      2       3      14\n" },
      { run: "printf 'a\\nb\\n' | wc -l", stdout: "2\n" },
      { run: "printf 'ů\\n' | wc -m --json", stdout: '[{"chars":2}]\n' },
    ],
  },
  ({ flags, args, json }, ctx) => {
    const asked = fields.filter((field) => flags[flagOf[field]]);
    const shown = asked.length > 0 ? asked : (["lines", "words", "bytes"] as const);
    return drive(run(ctx, args, shown, json), ctx.signal);
  },
);

const fields = ["lines", "words", "chars", "bytes", "width"] as const;
type Field = (typeof fields)[number];
const flagOf = { lines: "lines", words: "words", chars: "chars", bytes: "bytes", width: "max-line-length" } as const;

type Counts = Record<Field, number>;

function* run(ctx: ReadContext, args: readonly string[], shown: readonly Field[], json: boolean): Steps<number> {
  const rows: { readonly counts: Counts; readonly name: string | undefined }[] = [];
  const total: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, width: 0 };
  const onlyNumbers = args.length <= 1 && shown.length === 1;
  const size = json || onlyNumbers ? 1 : yield* columnWidth(ctx, args);
  const out = new Output(ctx.stdout);
  const print = (counts: Counts, name: string | undefined) => {
    if (json) rows.push({ counts, name });
    else
      out.text(
        `${shown.map((field) => String(counts[field]).padStart(size)).join(" ")}${name === undefined ? "" : ` ${name.includes("\n") ? quoted(name) : name}`}\n`,
      );
  };
  const good = yield* eachInput(
    ctx,
    args,
    function* (source, operand) {
      const counter = new Counter(shown);
      try {
        yield* counter.read(source, out);
      } finally {
        for (const field of fields)
          total[field] = field === "width" ? Math.max(total.width, counter.counts.width) : total[field] + counter.counts[field];
      }
      print(counter.counts, args.length === 0 ? undefined : operand);
    },
    function* (error, operand, phase) {
      yield* out.flush();
      yield* complain(ctx, `${operand}: ${error.message}`);
      if (phase === "read") print({ lines: 0, words: 0, chars: 0, bytes: 0, width: 0 }, operand);
    },
  );
  if (args.length > 1) print(total, "total");
  if (json)
    yield* wait(
      ctx.emit(
        rows.map((row) => record(row, shown)),
        () => "",
      ),
    );
  yield* out.flush();
  return good ? 0 : 1;
}

function record(row: { readonly counts: Counts; readonly name: string | undefined }, shown: readonly Field[]): Value {
  const entries = shown.map((field): [string, Value] => [field, row.counts[field]]);
  return new Map<string, Value>(row.name === undefined ? entries : [["name", row.name], ...entries]);
}

/** GNU's: as wide as the sum of the sizes of all regular files; 7 where something else is read. */
function* columnWidth(ctx: ReadContext, args: readonly string[]): Steps<number> {
  let sum = 0;
  let least = 1;
  for (const operand of args.length === 0 ? ["-"] : args) {
    if (operand === "-") {
      least = 7;
      continue;
    }
    try {
      const stat = yield* wait(ctx.vfs.stat(ctx.resolve(operand)));
      if (stat.kind === "file") sum += stat.size;
      else least = 7;
    } catch {
      // Reported when it is opened.
    }
  }
  return Math.max(least, String(sum).length);
}

/** 1: white space, 2: newline, 0: part of a word, 3: neither (a control character). */
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 10) return 2;
  if (byte === 32 || (byte >= 9 && byte <= 13)) return 1;
  return byte < 32 || byte === 127 ? 3 : 0;
});

class Counter {
  readonly counts: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, width: 0 };
  readonly #needs: ReadonlySet<Field>;
  #inWord = false;
  #column = 0;
  /** The first bytes of a character that the chunk cut in two. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(shown: readonly Field[]) {
    this.#needs = new Set(shown);
  }

  *read(source: ByteSource, out: Output): Steps<void> {
    for (;;) {
      const chunk = yield* next(source, out);
      if (chunk === null) break;
      this.counts.bytes += chunk.length;
      this.#count(chunk);
    }
    if (this.#rest.length > 0) this.#slow(this.#rest, true);
    this.counts.width = Math.max(this.counts.width, this.#column);
  }

  #count(chunk: Uint8Array): void {
    const needsText = this.#needs.has("words") || this.#needs.has("chars") || this.#needs.has("width");
    if (!needsText) {
      if (this.#needs.has("lines")) this.counts.lines += newlines(chunk);
      return;
    }
    if (this.#rest.length > 0 || this.#needs.has("width") || !isAscii(chunk)) this.#slow(Buffer.concat([this.#rest, chunk]), false);
    else {
      this.counts.chars += chunk.length;
      if (this.#needs.has("words")) this.#words(chunk);
      else if (this.#needs.has("lines")) this.counts.lines += newlines(chunk);
    }
  }

  #words(chunk: Uint8Array): void {
    let lines = 0;
    let words = 0;
    let inWord = this.#inWord;
    for (let i = 0; i < chunk.length; i++) {
      const kind = kinds[chunk[i] as number] as number;
      if (kind === 0) {
        if (!inWord) words++;
        inWord = true;
      } else if (kind !== 3) {
        inWord = false;
        if (kind === 2) lines++;
      }
    }
    this.#inWord = inWord;
    this.counts.lines += lines;
    this.counts.words += words;
  }

  /** By characters. A byte that is no UTF-8 is no character, and neither ends nor begins a word. */
  #slow(bytes: Buffer, last: boolean): void {
    this.#rest = Buffer.alloc(0);
    for (let at = 0; at < bytes.length; ) {
      const size = sequenceLength(bytes, at);
      if (size === 0) {
        if (!last && bytes.length - at < 4 && couldContinue(bytes, at)) {
          this.#rest = bytes.subarray(at);
          return;
        }
        at++;
        continue;
      }
      this.counts.chars++;
      if (size === 1) this.#ascii(bytes[at] as number);
      else this.#wide(bytes.toString("utf8", at, at + size));
      at += size;
    }
  }

  #ascii(byte: number): void {
    const kind = kinds[byte] as number;
    if (kind === 2 || byte === 13 || byte === 12) {
      this.counts.width = Math.max(this.counts.width, this.#column);
      this.#column = 0;
      if (kind === 2) this.counts.lines++;
    } else if (byte === 9) this.#column += 8 - (this.#column % 8);
    else if (kind === 0 || byte === 32) this.#column++;
    if (kind === 0) this.#enter();
    else if (kind !== 3) this.#inWord = false;
  }

  #wide(char: string): void {
    if (/[\p{Zs}\p{Zl}\p{Zp}]/u.test(char)) {
      this.#inWord = false;
      this.#column++;
      return;
    }
    if (/\p{Cc}|\p{Cn}/u.test(char)) return;
    if (!/[\p{Mn}\p{Me}\p{Cf}]/u.test(char)) this.#column += wideChar.test(char) ? 2 : 1;
    this.#enter();
  }

  #enter(): void {
    if (!this.#inWord) this.counts.words++;
    this.#inWord = true;
  }
}

const wideChar =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

function couldContinue(bytes: Uint8Array, at: number): boolean {
  const lead = bytes[at] as number;
  if (lead < 0xc2 || lead > 0xf4) return false;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (bytes.length - at >= size) return false;
  for (let i = at + 1; i < bytes.length; i++) if (((bytes[i] as number) & 0xc0) !== 0x80) return false;
  return true;
}

/** Four bytes at a time: most hold no newline. */
function newlines(chunk: Uint8Array): number {
  let count = 0;
  let at = 0;
  const lead = Math.min(chunk.length, (4 - (chunk.byteOffset & 3)) & 3);
  for (; at < lead; at++) if (chunk[at] === 10) count++;
  const words = new Int32Array(chunk.buffer, chunk.byteOffset + lead, (chunk.length - lead) >> 2);
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] as number) ^ 0x0a0a0a0a;
    // Not zero if one of the four bytes is zero.
    if (((word - 0x01010101) & ~word & 0x80808080) === 0) continue;
    if ((word & 0xff) === 0) count++;
    if ((word & 0xff00) === 0) count++;
    if ((word & 0xff0000) === 0) count++;
    if ((word & 0xff000000) === 0) count++;
  }
  for (at += words.length * 4; at < chunk.length; at++) if (chunk[at] === 10) count++;
  return count;
}
