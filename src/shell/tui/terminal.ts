import { writeSync } from "node:fs";
import { type InputEvent, KeyParser } from "./key-parser.ts";
import { TerminalModes } from "./terminal-modes.ts";

/** How long a lone Escape waits for the rest of a sequence, in milliseconds. */
const ESCAPE_TIME = 50;
/** The status of a program that SIGINT ended. */
const INTERRUPTED = 130;
const MIN_COLUMNS = 20;
const MIN_ROWS = 4;

/** Who uses the terminal: told when it must let go of the screen and when it has it back. */
export interface TerminalUser {
  onInput(event: InputEvent): void;
  /** From outside, or a ctrl-c that arrived as a signal. */
  onSignal(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void;
  /** A ctrl-c ended the program that had the terminal: what it was part of is to end too. */
  onProgramInterrupted(): void;
  /** Takes everything off the screen; what it leaves is the last line, where a program may go on. */
  hide(): void;
  show(): void;
}

export type TerminalInput = NodeJS.ReadStream & { readonly fd: number };
export type TerminalOutput = NodeJS.WriteStream & { readonly fd: number };

/** `process.stdin` and `process.stdout`, both terminals. */
export interface TerminalOptions {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
}

/**
 * The process's terminal: the only reader of its input, and the owner of its modes.
 *
 * 1. Raw mode is on before anything is painted, and off while a program has the terminal and after `close`.
 * 2. The handlers for SIGINT and SIGTSTP stay while it is open, lent or not: a signal that was queued while a program ran must not end the shell.
 * 3. At the exit of the process, in whatever way, the modes are taken back.
 */
export class Terminal {
  readonly output: TerminalOutput;
  readonly #input: TerminalInput;
  readonly #modes: TerminalModes;
  readonly #parser = new KeyParser();
  #user: TerminalUser | null = null;
  /** Programs that have the terminal now. */
  #lent = 0;
  #lending: Promise<void> = Promise.resolve();
  /** A ctrl-c came while the terminal was lent. */
  #interrupted = false;
  /** The program may not be there yet. */
  #justLent = false;
  #open = false;
  /** Its modes are ours and we read it. */
  #isOurs = false;
  #escapeTimer: NodeJS.Timeout | null = null;
  /** Input that came before there was a user. */
  #early: InputEvent[] = [];

  constructor(options: TerminalOptions) {
    this.#input = options.input;
    this.output = options.output;
    this.#modes = new TerminalModes((text) => this.#writeNow(text));
  }

  /** Columns, at least 20: a terminal that says 0 does not know. */
  get columns(): number {
    return Math.max(MIN_COLUMNS, this.output.columns || 80);
  }

  get rows(): number {
    return Math.max(MIN_ROWS, this.output.rows || 24);
  }

  /** The descriptors of the process that are this terminal, for programs to inherit. */
  get descriptors(): { readonly stdin: number; readonly stdout: number } {
    return { stdin: this.#input.fd, stdout: this.output.fd };
  }

  /** Takes the terminal: raw mode, bracketed paste, signals. Input is kept until a user is there. */
  open(): void {
    if (this.#open) return;
    this.#open = true;
    process.on("SIGINT", this.#onInterrupt);
    process.on("SIGTSTP", ignore);
    process.on("SIGTERM", this.#onTerminate);
    process.on("SIGHUP", this.#onHangUp);
    process.on("exit", this.#onExit);
    // The window is gone: whoever writes next must not crash the way out.
    this.output.on("error", ignore);
    this.#take();
  }

  use(user: TerminalUser): void {
    this.#user = user;
    const early = this.#early;
    this.#early = [];
    for (const event of early) user.onInput(event);
  }

  /** Gives the terminal back for good. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#giveUp();
    this.#user = null;
    process.off("SIGTERM", this.#onTerminate);
    process.off("SIGHUP", this.#onHangUp);
    process.off("exit", this.#onExit);
  }

  /**
   * Lends the terminal to a program while `run` is pending: `ShellHost.foreground`. Calls may overlap; the first lends, the
   * last to end takes back. Before `open` and after `close` it only runs.
   */
  readonly foreground = async <T>(run: () => Promise<T>): Promise<T> => {
    if (!this.#open) return run();
    this.#lent += 1;
    if (this.#lent === 1) this.#lending = this.#lend();
    try {
      await this.#lending;
      const result = await run();
      // As in every shell: only if the program died of it. An editor that takes ctrl-c for a key goes on.
      if (this.#interrupted && result === INTERRUPTED) this.#user?.onProgramInterrupted();
      return result;
    } finally {
      this.#lent -= 1;
      if (this.#lent === 0) this.#takeBack();
    }
  };

  /** What was typed until now is heard first: a ctrl-c that stayed unread would reach neither us nor the program. */
  async #lend(): Promise<void> {
    this.#user?.hide();
    await eventLoopTurn();
    await eventLoopTurn();
    if (!this.#open) return;
    this.#giveUp();
    this.#justLent = true;
    setImmediate(() => setImmediate(() => (this.#justLent = false)));
  }

  #takeBack(): void {
    this.#interrupted = false;
    if (!this.#open) return;
    this.#take();
    this.#startLine();
    this.#user?.show();
  }

  #take(): void {
    this.#isOurs = true;
    this.#input.setRawMode(true);
    this.#modes.enter("paste", "\u001b[?2004h", "\u001b[?2004l");
    this.#modes.enter("cursor", "\u001b[?25h", "\u001b[?25h\u001b[0m");
    this.#input.on("data", this.#onData);
    this.#input.resume();
  }

  #giveUp(): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    this.#stopEscapeTimer();
    this.#input.off("data", this.#onData);
    this.#input.pause();
    // Cooked first: whoever types on seeing the modes go has the line discipline of the program.
    this.#setCooked();
    this.#modes.leaveAll();
  }

  #setCooked(): void {
    try {
      this.#input.setRawMode(false);
    } catch {
      // The terminal is gone (hang-up): nothing to restore.
    }
  }

  /**
   * A program may have left the cursor inside a line. As many blanks as there are columns wrap into the next line then, and
   * only then; the carriage return and the erasing make both cases the same: an empty line, its first column.
   */
  #startLine(): void {
    this.output.write(`\u001b[0m${" ".repeat(this.output.columns || 80)}\r\u001b[K`);
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#stopEscapeTimer();
    for (const event of this.#parser.push(chunk)) this.#emit(event);
    if (this.#parser.pending) {
      this.#escapeTimer = setTimeout(() => {
        this.#escapeTimer = null;
        for (const event of this.#parser.flush()) this.#emit(event);
      }, ESCAPE_TIME);
    }
  };

  #emit(event: InputEvent): void {
    if (this.#user !== null) this.#user.onInput(event);
    else if (event.kind === "key" && event.key === "ctrl-c") this.#abandon(INTERRUPTED);
    else this.#early.push(event);
  }

  /** Nobody is there to end in good order: the REPL is not up yet, or is gone. */
  #abandon(status: number): void {
    this.close();
    process.exit(status);
  }

  #stopEscapeTimer(): void {
    if (this.#escapeTimer !== null) clearTimeout(this.#escapeTimer);
    this.#escapeTimer = null;
  }

  readonly #onInterrupt = (): void => {
    if (!this.#open) this.#abandon(INTERRUPTED);
    else if (!this.#isOurs) this.#interruptProgram();
    else if (this.#user === null) this.#abandon(INTERRUPTED);
    else this.#user.onSignal("SIGINT");
  };

  /** The terminal has told the program too, unless it was not started yet: then it is told again. */
  #interruptProgram(): void {
    this.#interrupted = true;
    if (!this.#justLent) return;
    this.#justLent = false;
    setImmediate(() => {
      if (!this.#isOurs) process.kill(0, "SIGINT");
    });
  }

  readonly #onTerminate = (): void => {
    if (this.#user === null) this.#abandon(143);
    else this.#user.onSignal("SIGTERM");
  };

  readonly #onHangUp = (): void => {
    if (this.#user === null) this.#abandon(129);
    else this.#user.onSignal("SIGHUP");
  };

  readonly #onExit = (): void => {
    this.#giveUp();
  };

  /** Synchronous: the process may be on its way out. */
  #writeNow(text: string): void {
    try {
      writeSync(this.output.fd, text);
    } catch {
      // The terminal is gone: nobody sees its modes.
    }
  }
}

function ignore(): void {}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
