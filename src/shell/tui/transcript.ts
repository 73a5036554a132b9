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
  block: BlockSnapshot;
  /** Text that came ahead of its versioned event. */
  preview: string;
  /** How much of the content is printed. */
  printed: number;
  headPrinted: boolean;
}

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
    return [...this.#live.values()]
      .map((live) => (live.block.content + live.preview).slice(live.printed))
      .filter((text) => text !== "");
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
      case "preview": {
        const live = this.#live.get(keyOf(event.id));
        if (live !== undefined) {
          const { content } = live.block;
          live.preview = (content + live.preview).slice(content.length, event.offset) + event.text;
        }
        break;
      }
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
    this.#live.set(keyOf(block.id), { block, preview: "", printed, headPrinted: printed > 0 });
  }

  #append(id: BlockId, offset: number, text: string): void {
    const key = keyOf(id);
    const held = this.#held.get(key);
    if (held !== undefined) this.#held.set(key, grown(held, offset, text));
    const live = this.#live.get(key);
    if (live === undefined) return;
    live.block = grown(live.block, offset, text);
    live.preview = "";
  }

  #change(block: BlockSnapshot): void {
    const key = keyOf(block.id);
    if (this.#held.has(key)) this.#held.set(key, block);
    const live = this.#live.get(key);
    if (live === undefined) return;
    const isSame = block.content.startsWith(live.block.content.slice(0, live.printed));
    live.block = block;
    live.preview = "";
    if (isRunning(block)) return;
    this.#live.delete(key);
    if (!live.headPrinted || !isSame) this.#options.commit(renderBlock(block, this.#options.style()));
    else
      this.#options.commit(
        bodyText(block.content.slice(live.printed), this.#options.style()) + renderFoot(block, this.#options.style()),
      );
  }

  /** Prints the whole lines of the eldest running block. */
  #stream(): void {
    const [eldest] = this.#live.values();
    if (eldest === undefined || this.#running > 0 || !isStreamed(eldest.block)) return;
    const end = eldest.block.content.lastIndexOf("\n") + 1;
    if (end <= eldest.printed) return;
    const style = this.#options.style();
    const head = eldest.headPrinted ? "" : renderHead(eldest.block, style);
    const body = bodyText(eldest.block.content.slice(eldest.printed, end), style);
    eldest.headPrinted = true;
    eldest.printed = end;
    this.#options.commit(head + body);
  }

  #noteSeen(id: BlockId): void {
    const seen = this.#seen.get(id.principalId) ?? 0;
    if (id.seq > seen) this.#seen.set(id.principalId, id.seq);
  }
}

function grown(block: BlockSnapshot, offset: number, text: string): BlockSnapshot {
  return { ...block, content: block.content.slice(0, offset) + text };
}

function isRunning(block: BlockSnapshot): boolean {
  return block.status === "pending" || block.status === "running";
}

function keyOf(id: BlockId): string {
  return `${id.contextId}/${id.principalId}/${id.seq}`;
}
