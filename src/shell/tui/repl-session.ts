import { type BlockId, type ExecuteResult, type KernelApi, KernelError } from "../../kernel/index.ts";
import type { Highlight } from "../../parser/index.ts";
import { runFrontCommand } from "../front-commands.ts";
import { type ContextView, openContextView } from "./context-view.ts";
import { type EditorEffect, stepEditor, withCompletions } from "./editor.ts";
import { type EditorState, emptyEditor, renewed } from "./editor-state.ts";
import { renderFrame, styledPrompt } from "./frame.ts";
import { FramePacer } from "./frame-pacer.ts";
import type { InputEvent } from "./key-parser.ts";
import { RunningProgram } from "./running-program.ts";
import { plainText } from "./sanitize.ts";
import { loadScreen } from "./screen.ts";
import { Scrollback } from "./scrollback.ts";
import type { Terminal, TerminalUser } from "./terminal.ts";
import type { Theme } from "./theme.ts";
import type { PromptParts, Screen, View } from "./view.ts";

export interface ReplSettings {
  readonly terminal: Terminal;
  readonly theme: Theme;
  readonly home: string;
  isIncomplete(text: string): boolean;
  highlight(text: string): readonly Highlight[];
}

const SIGNAL_STATUS = { SIGTERM: 143, SIGHUP: 129 } as const;
/** Longer text is shown without colours: it is looked at anew with every key. */
const MAX_COLOURED = 5000;
const NO_CONTEXT_YET: PromptParts = { context: "", cwd: "", status: 0 };

/**
 * One person at one terminal. Invariants: 1. lines run one after another, in the order they were entered; what is typed
 * meanwhile is kept. 2. every change of state is followed by `#changed`, and the frame is made when it is asked for. 3. after
 * `#leave` nothing is started any more.
 */
export class Repl implements TerminalUser {
  readonly #settings: ReplSettings;
  readonly #scrollback: Scrollback;
  readonly #pacer: FramePacer;
  #screen: Screen | null = null;
  #context: ContextView | null = null;
  #api: KernelApi | null = null;
  /** The session we joined ourselves, to detach; the first is the caller's. */
  #joined: KernelApi | null = null;
  #editor: EditorState = emptyEditor();
  #prompt: PromptParts = NO_CONTEXT_YET;
  #program: RunningProgram | null = null;
  /** Lines entered and not yet used; null is a ctrl-d for a program that will read. */
  #lines: (string | null)[] = [];
  #busy = false;
  #left: ((status: number) => void) | null = null;
  #isOver = false;

  constructor(settings: ReplSettings) {
    this.#settings = settings;
    this.#pacer = new FramePacer(() => (this.#isOver ? { lines: [""] } : renderFrame(this.#view(), settings.theme)));
    this.#scrollback = new Scrollback((text) => {
      // The region is drawn again below the text: as it is now.
      this.#pacer.tell();
      this.#screen?.print(text);
    });
  }

  /** Resolves when the person has left. */
  async run(api: KernelApi): Promise<number> {
    const { terminal } = this.#settings;
    const over = new Promise<number>((resolve) => {
      this.#left = resolve;
    });
    const ticker = setInterval(() => this.#tick(), 1000);
    terminal.output.on("resize", this.#onResize);
    this.#scrollback.hold();
    try {
      [this.#screen] = await Promise.all([loadScreen(terminal, this.#pacer), this.#enter(api)]);
      this.#screen.mount();
      this.#scrollback.release();
      terminal.use(this);
      return await over;
    } finally {
      clearInterval(ticker);
      this.#pacer.stop();
      terminal.output.off("resize", this.#onResize);
      this.#context?.close();
      this.#scrollback.flush();
      this.#screen?.unmount();
      await this.#joined?.detach().catch(() => undefined);
    }
  }

  // ── The terminal's side ─────────────────────────────────────────────────────────────────────

  onInput(event: InputEvent): void {
    if (this.#isOver) return;
    if (event.kind === "key" && this.#takenByProgram(event.key)) return;
    const rules = { isIncomplete: (text: string) => !this.#busy && this.#isIncomplete(text) };
    const step = stepEditor(this.#editor, event, rules);
    this.#editor = step.state;
    this.#changed();
    if (step.effect !== undefined) this.#obey(step.effect);
  }

  onSignal(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void {
    if (signal === "SIGINT") this.onInput({ kind: "key", key: "ctrl-c" });
    else this.#leave(SIGNAL_STATUS[signal]);
  }

  onProgramInterrupted(): void {
    this.#lines = [];
    this.#program?.interruptQuietly();
  }

  hide(): void {
    this.#scrollback.flush();
    this.#scrollback.hold();
    this.#screen?.unmount();
    const tail = this.#program?.takeTail() ?? "";
    if (tail !== "") this.#screen?.print(tail);
  }

  show(): void {
    this.#pacer.changed();
    this.#screen?.mount();
    this.#scrollback.release();
  }

  // ── Keys ────────────────────────────────────────────────────────────────────────────────────

  /** The keys that mean something else while a program runs. */
  #takenByProgram(key: string): boolean {
    if (!this.#busy) return false;
    const program = this.#program;
    if (key === "ctrl-c") {
      this.#editor = renewed(this.#editor);
      // Lines entered ahead were meant to follow what is stopped now.
      this.#lines = [];
      program?.interrupt();
      this.#changed();
      return true;
    }
    if (program === null || !program.reading) {
      if (key === "ctrl-d" && this.#editor.text === "") this.#lines.push(null);
      return key === "ctrl-d";
    }
    if (key !== "enter" && key !== "ctrl-j" && key !== "ctrl-d") return false;
    const { text } = this.#editor;
    if (key === "ctrl-d") program.answer(text === "" ? null : text);
    else program.answer(`${text}\n`);
    this.#editor = renewed(this.#editor);
    this.#changed();
    return true;
  }

  /** A program began or ceased to read: what was entered ahead is its input, as on any terminal. */
  #onRead(): void {
    if (this.#program?.reading === true) {
      const line = this.#lines.shift();
      if (line !== undefined) this.#program.answer(line === null ? null : `${line}\n`);
    }
    this.#changed();
  }

  #obey(effect: EditorEffect): void {
    switch (effect.kind) {
      case "submit":
        this.#lines.push(effect.text);
        void this.#work();
        break;
      case "interrupt":
        this.#commit(this.#echo(effect.text, "^C"));
        break;
      case "leave":
        this.#leave(this.#prompt.status);
        break;
      case "clearScreen":
        this.#scrollback.flush();
        this.#screen?.print("\u001b[2J\u001b[H");
        break;
      case "complete":
        void this.#complete();
        break;
      default:
        effect satisfies never;
    }
  }

  async #complete(): Promise<void> {
    const asked = this.#editor;
    if (this.#api === null) return;
    try {
      const answer = await this.#api.complete(asked.text, asked.cursor);
      this.#editor = withCompletions(this.#editor, asked, answer);
      this.#changed();
    } catch {
      // A kernel that cannot complete now leaves the line as it is; the next program says what is wrong.
    }
  }

  #isIncomplete(text: string): boolean {
    return !text.trimStart().startsWith("/") && this.#settings.isIncomplete(text);
  }

  // ── Programs ────────────────────────────────────────────────────────────────────────────────

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#changed();
    for (let line = this.#lines.shift(); line !== undefined && !this.#isOver; line = this.#lines.shift()) {
      if (line === null) continue;
      this.#commit(this.#echo(line, ""));
      try {
        if (line.trim() !== "") await this.#runLine(line);
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#busy = false;
    this.#changed();
  }

  async #runLine(line: string): Promise<void> {
    const api = this.#api;
    if (api === null) return;
    const front = await runFrontCommand(api, line);
    if (front === null) {
      await this.#runProgram(api, line);
      return;
    }
    this.#commit(front.text);
    this.#prompt = { ...this.#prompt, status: front.status };
    if (front.leave === true) this.#leave(front.status);
    if (front.moveTo !== undefined) await this.#move(front.moveTo);
  }

  async #runProgram(api: KernelApi, code: string): Promise<void> {
    const transcript = this.#context?.transcript;
    transcript?.beginOwn();
    let own: readonly BlockId[] = [];
    try {
      const program = new RunningProgram(api, code, this.#settings.terminal, this.#scrollback, this.#pacer, () => this.#onRead());
      this.#program = program;
      const result = await program.done;
      this.#program = null;
      // Its last lines stand before the next prompt.
      this.#scrollback.flush();
      own = await ownBlocks(api, result);
      this.#prompt = { ...this.#prompt, status: result.status };
      await this.#follow(api, result);
    } finally {
      this.#program = null;
      transcript?.endOwn(own);
    }
  }

  async #follow(api: KernelApi, result: ExecuteResult): Promise<void> {
    if (result.exited === true) {
      this.#leave(result.status);
    } else if (result.switchedTo !== undefined) {
      await this.#move(await api.joinContext(result.switchedTo));
    } else {
      this.#prompt = { ...this.#prompt, cwd: this.#shortPath(await api.getCwd()) };
    }
  }

  /** Goes on in another context: a session of our own. */
  async #move(api: KernelApi): Promise<void> {
    const before = this.#joined;
    await this.#enter(api);
    this.#joined = api;
    await before?.detach();
  }

  async #enter(api: KernelApi): Promise<void> {
    const { terminal, theme } = this.#settings;
    const view = await openContextView({
      api,
      theme,
      width: () => terminal.columns,
      commit: (lines) => this.#commit(lines),
      changed: () => this.#pacer.changedSoon(),
      fail: (error) => this.#fail(error),
    });
    this.#context?.close();
    this.#context = view;
    this.#api = api;
    this.#editor = { ...this.#editor, history: view.history };
    this.#prompt = { ...this.#prompt, context: view.info.context.label, cwd: this.#shortPath(await api.getCwd()) };
    for (const block of view.unread) view.print(block);
    this.#changed();
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#commit(`${this.#settings.theme.style("bad", "kaish:")} ${plainText(message)}\n`);
    this.#prompt = { ...this.#prompt, status: 1 };
    if (error instanceof KernelError && error.code === "disconnected") this.#leave(1);
  }

  #leave(status: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#lines = [];
    this.#program?.interrupt();
    this.#left?.(status);
  }

  // ── The screen's side ───────────────────────────────────────────────────────────────────────

  /** A line as it stays in the scrollback. */
  #echo(text: string, end: string): string {
    const { theme, terminal } = this.#settings;
    const lines = plainText(text).split("\n");
    return `${styledPrompt(this.#prompt, terminal.columns, theme)}${lines.join(`\n${theme.style("dim", "·")} `)}${end}\n`;
  }

  #commit(lines: string): void {
    // Text of ours is short; what may be long waits in its own sink.
    void this.#scrollback.push(lines);
  }

  #shortPath(path: string): string {
    const { home } = this.#settings;
    if (home === "" || home === "/") return path;
    if (path === home) return "~";
    return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
  }

  #changed(): void {
    this.#pacer.changed();
  }

  #tick(): void {
    if (this.#program !== null) this.#changed();
  }

  readonly #onResize = (): void => {
    this.#changed();
    // First the frame of the new size, then Ink's own look at it.
    setImmediate(() => this.#screen?.resized());
  };

  #view(): View {
    const { terminal } = this.#settings;
    const running = this.#busy
      ? (this.#program?.view(this.#lines.filter((line) => line !== null).length) ?? { tail: "", reading: false, status: "" })
      : undefined;
    return {
      columns: terminal.columns,
      rows: terminal.rows,
      prompt: this.#prompt,
      editor: this.#editor,
      highlights: this.#busy || this.#editor.text.length > MAX_COLOURED ? [] : this.#settings.highlight(this.#editor.text),
      streams: this.#context?.transcript.streams ?? [],
      ...(running === undefined ? {} : { running }),
    };
  }
}

/** The call and the result that a program left, to tell them from those of others. */
async function ownBlocks(api: KernelApi, result: ExecuteResult): Promise<readonly BlockId[]> {
  if (result.blockId === undefined) return [];
  const block = await api.readBlock(result.blockId);
  return block.parentId === undefined ? [block.id] : [block.id, block.parentId];
}
