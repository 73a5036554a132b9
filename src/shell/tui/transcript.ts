import type { BlockId, BlockSnapshot, ContextId, KernelEvent, PrincipalId } from "../../kernel/index.ts";
import { type BlockStyle, bodyText, isStreamed, renderBlock, renderFoot, renderHead } from "./render-block.ts";

type BlockEvent = Extract<KernelEvent, { readonly topic: "block" }>;

export interface TranscriptOptions {
  readonly context: ContextId;
  /** Who this session acts for. */
  readonly me: PrincipalId;
  style(): BlockStyle;
  /** Prints finished text: whole lines. */
  commit(lines: string): void;
  /** `streams` is another one. */
  changed(): void;
}

interface Live {
  /** As it was inserted or last changed: its content is not kept up with what is appended. */
  block: BlockSnapshot;
  /** The content after what is printed. */
  rest: string;
  /** `rest` may hold a whole line: it is not searched after every token. */
  hasLine: boolean;
  /** Text that came ahead of its versioned event. */
  preview: string;
  /** How much of the content is printed, and its last part, to notice when it was rewritten. */
  printed: number;
  printedEnd: string;
  headPrinted: boolean;
}

const REMEMBERED = 200;

/**
 * What of a context's document goes to the terminal, from its events. Scrollback cannot be changed: a block is printed once.
 *
 * 1. A finished block is printed whole when it appears; a running one when it ends, except that
 * 2. the eldest running block of a kind that streams is printed line by line, while no program of this terminal runs.
 * 3. The two blocks of a program that ran here are never printed: its output went to the terminal by its streams. Until
 *    it is known which they are, all shell blocks by `me` are held back.
 */
export class Transcript {
  readonly #options: TranscriptOptions;
  readonly #live = new Map<string, Live>();
  readonly #held = new Map<string, BlockSnapshot>();
  readonly #own = new Set<string>();
  /** The highest sequence number seen of each author: what an event or a snapshot holds beyond it is new. */
  readonly #seen = new Map<PrincipalId, number>();
  #running = 0;

  constructor(options: TranscriptOptions) {
    this.#options = options;
  }

  /** The unprinted ends of running blocks, eldest first. */
  get streams(): readonly string[] {
    return [...this.#live.values()].map((live) => live.rest + live.preview).filter((text) => text !== "");
  }

  /** What was there before: only what still runs is taken up. Answers the drift that nobody here has answered or looked past. */
  start(blocks: readonly BlockSnapshot[]): readonly BlockSnapshot[] {
    let unread: BlockSnapshot[] = [];
    for (const block of blocks) {
      this.#noteSeen(block.id);
      if (block.kind === "drift") unread.push(block);
      else if (block.id.principalId === this.#options.me) unread = [];
      if (isRunning(block)) this.#track(block, block.content.length);
    }
    return unread;
  }

  /** A program of this terminal starts. */
  beginOwn(): void {
    this.#running += 1;
  }

  /** It is over, and these were its blocks: known or not, printed or not, they are its own. */
  endOwn(ids: readonly BlockId[]): void {
    this.#running -= 1;
    for (const id of ids) this.#own.add(keyOf(id));
    if (this.#running > 0) return;
    const held = [...this.#held.entries()];
    this.#held.clear();
    for (const [key, block] of held) if (!this.#own.has(key)) this.#appear(block);
    this.#stream();
  }

  apply(events: readonly KernelEvent[]): void {
    for (const event of events) if (event.topic === "block" && event.contextId === this.#options.context) this.#applyOne(event);
    this.#stream();
    this.#options.changed();
  }

  /** Events were lost: the whole document as it is now. */
  resync(blocks: readonly BlockSnapshot[]): void {
    for (const block of blocks) {
      if (this.#live.has(keyOf(block.id)) || this.#held.has(keyOf(block.id))) this.#change(block);
      else this.#insert(block);
    }
    this.#stream();
    this.#options.changed();
  }

  #applyOne(event: BlockEvent): void {
    switch (event.type) {
      case "inserted":
        this.#insert(event.block);
        break;
      case "changed":
        this.#change(event.block);
        break;
      case "appended":
        this.#append(event.id, event.offset, event.text);
        break;
      case "preview":
        this.#preview(event.id, event.offset, event.text);
        break;
      default:
        event satisfies never;
    }
  }

  #insert(block: BlockSnapshot): void {
    // Already there in a snapshot that was read meanwhile.
    if (block.id.seq <= (this.#seen.get(block.id.principalId) ?? 0)) return;
    this.#noteSeen(block.id);
    const key = keyOf(block.id);
    if (this.#own.has(key)) return;
    if (this.#running > 0 && block.toolKind === "shell" && block.id.principalId === this.#options.me) this.#held.set(key, block);
    else this.#appear(block);
  }

  #appear(block: BlockSnapshot): void {
    // What a call does is told by its result.
    if (isRunning(block) && block.kind !== "toolCall") this.#track(block, 0);
    else this.#options.commit(renderBlock(block, this.#options.style()));
  }

  #track(block: BlockSnapshot, printed: number): void {
    const printedEnd = block.content.slice(0, printed).slice(-REMEMBERED);
    const rest = block.content.slice(printed);
    this.#live.set(keyOf(block.id), { block, rest, hasLine: true, preview: "", printed, printedEnd, headPrinted: printed > 0 });
  }

  #append(id: BlockId, offset: number, text: string): void {
    const key = keyOf(id);
    const held = this.#held.get(key);
    if (held !== undefined) this.#held.set(key, { ...held, content: held.content.slice(0, offset) + text });
    const live = this.#live.get(key);
    if (live === undefined) return;
    live.rest = live.rest.slice(0, Math.max(0, offset - live.printed)) + text;
    live.hasLine ||= text.includes("\n");
    live.preview = "";
  }

  #preview(id: BlockId, offset: number, text: string): void {
    const live = this.#live.get(keyOf(id));
    if (live === undefined) return;
    const known = live.printed + live.rest.length;
    live.preview = live.preview.slice(0, Math.max(0, offset - known)) + text;
  }

  #change(block: BlockSnapshot): void {
    const key = keyOf(block.id);
    if (this.#held.has(key)) this.#held.set(key, block);
    const live = this.#live.get(key);
    if (live === undefined) return;
    const isSame = block.content.slice(0, live.printed).endsWith(live.printedEnd) && block.content.length >= live.printed;
    live.block = block;
    live.rest = block.content.slice(live.printed);
    live.hasLine = true;
    live.preview = "";
    if (isRunning(block)) return;
    this.#live.delete(key);
    const style = this.#options.style();
    if (live.headPrinted && isSame) this.#options.commit(bodyText(live.rest, style) + renderFoot(block, style));
    else this.#options.commit(renderBlock(block, style));
  }

  /** Prints the whole lines of the eldest running block. */
  #stream(): void {
    const [eldest] = this.#live.values();
    if (eldest === undefined || !eldest.hasLine || this.#running > 0 || !isStreamed(eldest.block)) return;
    eldest.hasLine = false;
    const end = eldest.rest.lastIndexOf("\n") + 1;
    if (end === 0) return;
    const style = this.#options.style();
    const lines = eldest.rest.slice(0, end);
    const head = eldest.headPrinted ? "" : renderHead(eldest.block, style);
    eldest.headPrinted = true;
    eldest.rest = eldest.rest.slice(end);
    eldest.printed += end;
    eldest.printedEnd = (eldest.printedEnd + lines).slice(-REMEMBERED);
    this.#options.commit(head + bodyText(lines, style));
  }

  #noteSeen(id: BlockId): void {
    const seen = this.#seen.get(id.principalId) ?? 0;
    if (id.seq > seen) this.#seen.set(id.principalId, id.seq);
  }
}

function isRunning(block: BlockSnapshot): boolean {
  return block.status === "pending" || block.status === "running";
}

function keyOf(id: BlockId): string {
  return `${id.contextId}/${id.principalId}/${id.seq}`;
}
