import type { BlockSnapshot, HistoryEntry, KernelApi, KernelEvent, KernelInfo, Subscription } from "../../kernel/index.ts";
import { ContextNames } from "./context-names.ts";
import { type BlockStyle, type BlockSurroundings, renderBlock } from "./render-block.ts";
import type { Theme } from "./theme.ts";
import { Transcript } from "./transcript.ts";

const SNAPSHOT_BLOCKS = 200;
const HISTORY_ENTRIES = 2000;
const SNAPSHOT_TRIES = 5;

export interface ContextViewOptions {
  readonly api: KernelApi;
  readonly theme: Theme;
  width(): number;
  /** Prints finished text: whole lines. */
  commit(lines: string): void;
  /** The ends of running blocks are others. */
  changed(): void;
  /** What the context does could not be read. */
  fail(error: unknown): void;
}

/** One context as this terminal sees it: who and where, its history of commands, and what happens in its document. */
export interface ContextView {
  readonly info: KernelInfo;
  readonly transcript: Transcript;
  /** Oldest first. */
  readonly history: readonly string[];
  /** Drift that came since this person last did something here. */
  readonly unread: readonly BlockSnapshot[];
  print(block: BlockSnapshot): void;
  close(): void;
}

/** Subscribes first, then reads what is there, then drops the events that are in it already. */
export async function openContextView(options: ContextViewOptions): Promise<ContextView> {
  const { api } = options;
  const names = new ContextNames();
  const [info, history] = await Promise.all([api.info(), api.getCommandHistory(HISTORY_ENTRIES), names.refresh(api)]);
  const style = (): BlockStyle => ({ width: options.width(), theme: options.theme, around: surroundings(names) });
  const commit = options.commit;
  const changed = options.changed;
  const transcript = new Transcript({ context: info.context.id, me: info.session.principalId, style, commit, changed });
  const inbox = new Inbox(api, names, transcript, options.fail);
  const subscription = await api.subscribe({ topics: ["block", "context"] }, (events) => inbox.take(events));
  const snapshot = await readSnapshot(api);
  const unread = transcript.start(snapshot.blocks);
  inbox.open(snapshot.version);
  return {
    info,
    transcript,
    history: codeOf(history),
    unread,
    print: (block) => commit(renderBlock(block, style())),
    close: () => closeBoth(subscription, inbox),
  };
}

function closeBoth(subscription: Subscription, inbox: Inbox): void {
  inbox.close();
  subscription.close();
}

interface Snapshot {
  readonly blocks: readonly BlockSnapshot[];
  readonly version: number;
}

/** The last blocks as they were at one version. While others write fast, the version before the reading serves. */
async function readSnapshot(api: KernelApi): Promise<Snapshot> {
  let version = await api.version();
  for (let tries = 1; ; tries += 1) {
    const blocks = await api.listBlocks({ limit: SNAPSHOT_BLOCKS });
    const after = await api.version();
    if (after === version || tries === SNAPSHOT_TRIES) return { blocks, version: after };
    version = after;
  }
}

/** Events in their order; they wait while the snapshot is read, or the name of a context is asked for. */
class Inbox {
  readonly #api: KernelApi;
  readonly #names: ContextNames;
  readonly #transcript: Transcript;
  readonly #fail: (error: unknown) => void;
  #events: KernelEvent[] = [];
  #isOpen = false;
  #isClosed = false;
  #working = false;

  constructor(api: KernelApi, names: ContextNames, transcript: Transcript, fail: (error: unknown) => void) {
    this.#api = api;
    this.#names = names;
    this.#transcript = transcript;
    this.#fail = fail;
  }

  take(events: readonly KernelEvent[]): void {
    this.#events.push(...events);
    this.#start();
  }

  /** The snapshot was of `version`. */
  open(version: number): void {
    this.#events = this.#events.filter((event) => event.topic !== "block" || event.type === "preview" || event.version > version);
    this.#isOpen = true;
    this.#start();
  }

  close(): void {
    this.#isClosed = true;
    this.#events = [];
  }

  #start(): void {
    if (!this.#isOpen || this.#working) return;
    this.#working = true;
    this.#work().catch(this.#fail);
  }

  async #work(): Promise<void> {
    try {
      while (this.#events.length > 0 && !this.#isClosed) {
        const events = this.#events;
        this.#events = [];
        for (const event of events) if (event.topic === "context") this.#names.add(event.context);
        if (events.some((event) => this.#isUnnamed(event))) await this.#names.refresh(this.#api);
        if (this.#isClosed) return;
        this.#transcript.apply(events);
        if (events.some((event) => event.topic === "resync")) await this.#resync();
      }
    } finally {
      // In the same turn as the last look at the events: one that comes later starts anew.
      this.#working = false;
    }
  }

  async #resync(): Promise<void> {
    const blocks = await this.#api.listBlocks({ limit: SNAPSHOT_BLOCKS });
    if (!this.#isClosed) this.#transcript.resync(blocks);
  }

  #isUnnamed(event: KernelEvent): boolean {
    if (event.topic !== "block" || event.type !== "inserted") return false;
    const source = event.block.sourceContext;
    return source !== undefined && !this.#names.knows(source);
  }
}

function surroundings(names: ContextNames): BlockSurroundings {
  return { lineage: (id) => names.lineage(id), label: (id) => names.label(id), when: (time) => formatMoment(time, Date.now()) };
}

/** `14:32` today, else with the date; local time. */
function formatMoment(time: number, now: number): string {
  const at = new Date(time);
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date(now).toDateString()) return clock;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}`;
}

/** Without neighbours that repeat. */
function codeOf(history: readonly HistoryEntry[]): readonly string[] {
  const ordered = [...history].sort((one, other) => one.at - other.at).map((entry) => entry.code);
  return ordered.filter((code, index) => code !== ordered[index - 1]);
}
