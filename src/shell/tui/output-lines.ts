import type { ExecuteOptions } from "../../kernel/index.ts";
import { OutputFilter, overwriteLines } from "./sanitize.ts";

export type ByteSink = NonNullable<ExecuteOptions["stdout"]>;

/** A line that goes on without an end is broken here. */
const MAX_LINE = 32 * 1024;

/**
 * Joins what a program writes to its two streams into lines, as a terminal would show them: whole lines go to `commit`,
 * what is unended yet is `tail`.
 */
export class OutputLines {
  readonly #commit: (lines: string) => Promise<void> | undefined;
  readonly #changed: () => void;
  /** Sanitised text since the last line end. */
  #tail = "";

  /** `changed` is called when `tail` is another one. */
  constructor(commit: (lines: string) => Promise<void> | undefined, changed: () => void) {
    this.#commit = commit;
    this.#changed = changed;
  }

  get tail(): string {
    return closed(overwriteLines(this.#tail));
  }

  /** A stream of the program; `fd` is the terminal's own descriptor behind it, absent where there is none. */
  sink(columns: () => number, fd?: number): ByteSink {
    const filter = new OutputFilter();
    const decoder = new TextDecoder();
    return {
      isTty: true,
      ...(fd === undefined ? {} : { hostFd: fd }),
      get columns() {
        return columns();
      },
      write: (chunk) => this.#push(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }), filter),
    };
  }

  /** Ends an unended line and commits it: the program is over. */
  finish(): void {
    if (this.#tail !== "") this.echo("");
  }

  /** Takes the unended line away without committing it: its taker prints it. */
  takeTail(): string {
    const tail = overwriteLines(this.#tail);
    this.#tail = "";
    return closed(tail);
  }

  /** Ends the line with what a person answered to a program that reads. */
  echo(text: string): void {
    const line = overwriteLines(this.#tail);
    this.#tail = "";
    // The program is over or waits: there is nobody to hold back.
    void this.#commit(`${closed(line)}${text}\n`);
    this.#changed();
  }

  #push(chunk: string, filter: OutputFilter): Promise<void> | undefined {
    const cut = chunk.lastIndexOf("\n") + 1;
    const head = this.#tail + filter.push(cut === 0 ? chunk : chunk.slice(0, cut));
    if (cut === 0 && head.length < MAX_LINE) {
      this.#tail = head;
      this.#changed();
      return undefined;
    }
    // The region below is drawn between two commits: colours end with the one and are taken up by the next.
    const lines = overwriteLines(head.endsWith("\n") ? head.slice(0, -1) : head) + filter.closing();
    this.#tail = filter.opening() + (cut === 0 ? "" : filter.push(chunk.slice(cut)));
    this.#changed();
    return this.#commit(`${lines}\n`);
  }
}

function closed(text: string): string {
  return text.includes("\u001b") ? `${text}\u001b[0m\u001b]8;;\u001b\\` : text;
}
