import type { ExecuteResult, Execution, KernelApi } from "../../kernel/index.ts";
import type { FramePacer } from "./frame-pacer.ts";
import { OutputLines } from "./output-lines.ts";
import { formatDuration } from "./render-block.ts";
import type { Scrollback } from "./scrollback.ts";
import type { Terminal } from "./terminal.ts";
import { TerminalSource } from "./terminal-source.ts";
import type { RunningView } from "./view.ts";

/** A program that runs longer says so. */
const QUIET = 1000;

/** A program of this terminal, its streams joined to the screen. */
export class RunningProgram {
  readonly done: Promise<ExecuteResult>;
  readonly #execution: Execution;
  readonly #controller = new AbortController();
  readonly #lines: OutputLines;
  readonly #source: TerminalSource;
  readonly #since = Date.now();
  #interrupts = 0;

  constructor(api: KernelApi, code: string, terminal: Terminal, scrollback: Scrollback, pacer: FramePacer, onRead: () => void) {
    const { stdin, stdout } = terminal.descriptors;
    this.#lines = new OutputLines(
      (lines) => scrollback.push(lines),
      () => pacer.changedSoon(),
    );
    this.#source = new TerminalSource(stdin, onRead);
    const columns = (): number => terminal.columns;
    this.#execution = api.execute(code, {
      stdin: this.#source,
      stdout: this.#lines.sink(columns, stdout),
      // Both streams of a program are the one terminal.
      stderr: this.#lines.sink(columns, stdout),
      signal: this.#controller.signal,
    });
    this.done = this.#execution.done.finally(() => {
      this.#source.close();
      this.#lines.finish();
    });
  }

  get reading(): boolean {
    return this.#source.reading;
  }

  /** Milliseconds since it started. */
  get elapsed(): number {
    return Date.now() - this.#since;
  }

  view(queued: number): RunningView {
    const waits = queued === 0 ? "" : ` · ${queued} queued`;
    const stops = this.#interrupts === 0 ? "ctrl-c stops it" : "stopping, ctrl-c again for at once";
    const status =
      this.elapsed < QUIET && queued === 0
        ? ""
        : `running ${formatDuration(Math.floor(this.elapsed / 1000) * 1000)} · ${stops}${waits}`;
    return { tail: this.#lines.tail, reading: this.reading, status };
  }

  /** The first time it is asked to end, after that it is made to. */
  interrupt(): void {
    this.#lines.echo("^C");
    this.interruptQuietly();
  }

  /** The same, for a ctrl-c that the terminal has echoed itself. */
  interruptQuietly(): void {
    this.#interrupts += 1;
    if (this.#interrupts === 1) this.#execution.interrupt();
    else this.#controller.abort();
  }

  /** A line the person typed for a program that reads; null for the end of input. */
  answer(text: string | null): void {
    if (text !== null) this.#lines.echo(text.endsWith("\n") ? text.slice(0, -1) : text);
    this.#source.answer(text);
  }

  /** Takes the unended line: another program goes on after it. */
  takeTail(): string {
    return this.#lines.takeTail();
  }
}
