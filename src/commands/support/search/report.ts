import type { BaseContext, ByteSource } from "../../../kernel/command.ts";
import { LineChunks } from "../io/input.ts";
import { complain, type Output } from "../io/output.ts";
import type { Steps } from "../io/steps.ts";
import type { LineMatcher } from "./matcher.ts";
import { makePiece, type Piece, swapEnds } from "./piece.ts";

export interface ReportOptions {
  readonly invert: boolean;
  /** `lines` prints them; `parts` what matched in them (-o); the others print one thing for each file. */
  readonly show: "lines" | "parts" | "count" | "files" | "filesWithout" | "quiet";
  /** `below`: only for files found in a directory. */
  readonly withName: boolean | "below";
  readonly lineNumbers: boolean;
  readonly byteOffsets: boolean;
  /** Stop after so many selected lines. */
  readonly most: number;
  readonly before: number;
  readonly after: number;
  readonly binary: "report" | "text" | "without";
  readonly color: boolean;
  /** NUL instead of `:` after a file's name. */
  readonly nullAfterName: boolean;
  readonly separator: string | undefined;
  readonly initialTab: boolean;
  /** Lines end with NUL. */
  readonly nullLines: boolean;
}

const paint = {
  name: "\x1b[35m\x1b[K",
  number: "\x1b[32m\x1b[K",
  mark: "\x1b[36m\x1b[K",
  match: "\x1b[01;31m\x1b[K",
  off: "\x1b[m\x1b[K",
};

/** Searches one file and prints what is asked for. One per file. */
export class Report {
  readonly #matcher: LineMatcher;
  readonly #options: ReportOptions;
  readonly #out: Output;
  readonly #name: string;
  readonly #withName: boolean;
  /** Whether context was printed before, so that `--` goes between groups, over files too. */
  readonly #groups: { any: boolean };
  #selected = 0;
  #binary = false;
  #stop = false;
  /** The number of the line that begins at `#numberedAt` of the current piece. */
  #number = 1;
  #numberedAt = 0;
  #byteBase = 0;
  #lastPrinted = 0;
  #pendingAfter = 0;
  /** The end of the last piece: what -B may still want. */
  #held: { readonly piece: Piece; readonly from: number; readonly to: number; readonly number: number }[] = [];

  constructor(
    matcher: LineMatcher,
    options: ReportOptions,
    out: Output,
    name: string,
    groups: { any: boolean },
    withName: boolean,
  ) {
    this.#withName = withName;
    this.#matcher = matcher;
    this.#options = options;
    this.#out = out;
    this.#name = name;
    this.#groups = groups;
  }

  get #end(): number {
    return this.#options.nullLines ? 0 : 10;
  }

  /** Answers whether a line was selected. */
  *run(source: ByteSource, ctx: Pick<BaseContext, "name" | "stderr">): Steps<boolean> {
    const { show, most } = this.#options;
    const chunks = new LineChunks(source, this.#out, this.#end);
    if (most === 0) return false;
    for (;;) {
      const bytes = yield* chunks.next();
      if (bytes === null) break;
      const piece = makePiece(this.#checked(bytes), this.#matcher.literal !== undefined, this.#options.nullLines);
      const end = this.#piece(piece);
      if (this.#out.full) yield* this.#out.flush();
      if (this.#stop) {
        if (end !== undefined && piece.bytewise && !this.#options.nullLines) source.unread(piece.bytes.subarray(end));
        break;
      }
    }
    if (show === "count") {
      this.#prefixName();
      this.#out.text(`${this.#selected}\n`);
    } else if ((show === "files" && this.#selected > 0) || (show === "filesWithout" && this.#selected === 0)) {
      this.#putName();
      this.#out.byte(this.#options.nullAfterName ? 0 : 10);
    }
    if (this.#binary && this.#selected > 0 && this.#options.binary === "report" && (show === "lines" || show === "parts")) {
      yield* this.#out.flush();
      yield* complain(ctx, `${this.#name}: binary file matches`);
    }
    return this.#selected > 0;
  }

  /** GNU's rule: a NUL makes a file binary from there on, and ends a line there. */
  #checked(bytes: Buffer): Buffer {
    if (this.#options.nullLines) return swapEnds(bytes);
    if (this.#options.binary === "text") return bytes;
    if (!this.#binary && bytes.includes(0)) {
      this.#binary = true;
      if (this.#options.binary === "without") this.#stop = true;
    }
    if (!this.#binary || !bytes.includes(0)) return bytes;
    const copy = Buffer.from(bytes);
    for (let i = 0; i < copy.length; i++) if (copy[i] === 0) copy[i] = 10;
    return copy;
  }

  /** Answers the offset up to which lines were used, when it stopped. */
  #piece(piece: Piece): number | undefined {
    if (this.#stop) return undefined;
    this.#numberedAt = 0;
    let at = 0;
    for (;;) {
      const hit = this.#matcher.find(piece, at);
      const from = hit < 0 ? piece.length : piece.lineStart(hit);
      const to = hit < 0 ? piece.length : piece.lineEnd(hit);
      if (this.#options.invert) {
        this.#selectAll(piece, at, from);
        if (this.#stop) return this.#usedTo;
        this.#skip(piece, from, to);
      } else {
        this.#skip(piece, at, from);
        if (hit >= 0) this.#select(piece, from, to);
        if (this.#stop) return this.#usedTo;
      }
      if (hit < 0) break;
      at = to;
    }
    this.#numberOf(piece, piece.length);
    this.#byteBase += piece.bytes.length;
    return undefined;
  }

  #usedTo = 0;

  #selectAll(piece: Piece, from: number, to: number): void {
    if (this.#options.show === "count" && this.#options.most === Number.POSITIVE_INFINITY) {
      this.#selected += piece.count(from, to);
      return;
    }
    for (let at = from; at < to && !this.#stop; ) {
      const end = piece.lineEnd(at);
      this.#select(piece, at, end);
      at = end;
    }
  }

  #select(piece: Piece, from: number, to: number): void {
    const { show, most } = this.#options;
    if (this.#selected >= most) {
      this.#pendingAfter = 0;
      this.#stop = true;
      return;
    }
    this.#selected++;
    this.#usedTo = to;
    if (show === "quiet" || show === "files" || show === "filesWithout") this.#stop = true;
    else if (show !== "count") {
      if (this.#binary || (this.#options.binary !== "text" && !piece.valid(from, to))) {
        this.#binary = true;
        this.#stop = true;
        return;
      }
      this.#print(piece, from, to);
      this.#pendingAfter = this.#options.after;
    }
    if (this.#selected >= most && this.#pendingAfter === 0) this.#stop = true;
  }

  /** Lines that are not selected: context behind the last selected line, or kept for the next. */
  #skip(piece: Piece, from: number, to: number): void {
    if (this.#options.before === 0 && this.#pendingAfter === 0) return;
    let at = from;
    for (; at < to && this.#pendingAfter > 0; this.#pendingAfter--) {
      const end = piece.lineEnd(at);
      this.#context(piece, at, end, this.#numberOf(piece, at));
      at = end;
    }
    if (this.#selected >= this.#options.most && this.#pendingAfter === 0) {
      this.#stop = true;
      return;
    }
    if (this.#options.before > 0 && at < to) this.#hold(piece, at, to);
  }

  #hold(piece: Piece, from: number, to: number): void {
    const lines: { piece: Piece; from: number; to: number; number: number }[] = [];
    let number = this.#numberOf(piece, from) + piece.count(from, to);
    for (let end = to; end > from && lines.length < this.#options.before; ) {
      const start = piece.lineStart(end - 1);
      lines.push({ piece, from: start, to: end, number: --number });
      end = start;
    }
    this.#held = [...this.#held, ...lines.reverse()].slice(-this.#options.before);
  }

  #numberOf(piece: Piece, at: number): number {
    const { lineNumbers, before, after } = this.#options;
    if (!lineNumbers && before === 0 && after === 0) return 0;
    this.#number += piece.count(this.#numberedAt, at);
    this.#numberedAt = at;
    return this.#number;
  }

  #print(piece: Piece, from: number, to: number): void {
    const { show, before, after, invert } = this.#options;
    const number = this.#numberOf(piece, from);
    if (show === "parts") {
      if (invert) return;
      for (const [start, end] of this.#matcher.parts(piece, from, this.#contentEnd(piece, from, to))) {
        this.#prefix(piece, start, number, ":");
        this.#paint("match", () => piece.put(this.#out, start, end));
        this.#out.byte(this.#end);
      }
      return;
    }
    if (before > 0 || after > 0) {
      this.#gap(this.#held[0]?.number ?? number);
      const held = this.#held;
      this.#held = [];
      for (const line of held) this.#context(line.piece, line.from, line.to, line.number);
    }
    this.#lastPrinted = number;
    this.#prefix(piece, from, number, ":");
    this.#line(piece, from, to, !invert);
  }

  #gap(first: number): void {
    if (this.#groups.any && (this.#lastPrinted === 0 || first > this.#lastPrinted + 1) && this.#options.separator !== undefined) {
      this.#paint("mark", () => this.#out.text(this.#options.separator ?? ""));
      this.#out.byte(10);
    }
    this.#groups.any = true;
  }

  #context(piece: Piece, from: number, to: number, number: number): void {
    this.#lastPrinted = number;
    this.#prefix(piece, from, number, "-");
    this.#line(piece, from, to, false);
  }

  #contentEnd(piece: Piece, from: number, to: number): number {
    return to > from && piece.lineStart(to) === to ? to - 1 : to;
  }

  #line(piece: Piece, from: number, to: number, withMatches: boolean): void {
    const end = this.#contentEnd(piece, from, to);
    if (this.#options.color && withMatches) {
      let at = from;
      for (const [start, stop] of this.#matcher.parts(piece, from, end)) {
        piece.put(this.#out, at, start);
        this.#paint("match", () => piece.put(this.#out, start, stop));
        at = stop;
      }
      piece.put(this.#out, at, to);
    } else piece.put(this.#out, from, to);
    if (end === to) this.#out.byte(this.#end);
  }

  #paint(what: "name" | "number" | "mark" | "match", print: () => void): void {
    if (!this.#options.color) {
      print();
      return;
    }
    this.#out.text(paint[what]);
    print();
    this.#out.text(paint.off);
  }

  #putName(): void {
    this.#paint("name", () => this.#out.text(this.#name));
  }

  #prefixName(mark = ":"): void {
    if (!this.#withName) return;
    this.#putName();
    if (this.#options.nullAfterName) this.#out.byte(0);
    else this.#paint("mark", () => this.#out.text(mark));
  }

  #prefix(piece: Piece, at: number, number: number, mark: string): void {
    const { lineNumbers, byteOffsets, initialTab } = this.#options;
    const field = (value: number) => {
      this.#paint("number", () => this.#out.text(String(value)));
      this.#paint("mark", () => this.#out.text(mark));
    };
    this.#prefixName(mark);
    if (lineNumbers) field(number);
    if (byteOffsets) field(this.#byteBase + piece.byteLength(0, at));
    if (initialTab && (this.#withName || lineNumbers || byteOffsets)) this.#out.byte(9);
  }
}
