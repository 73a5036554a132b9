const SOON = 32 * 1024;
const FULL = 64 * 1024;
/** At most this often is the region below redrawn for a trickle of text, in milliseconds. */
const PACE = 50;

/**
 * Committed text on its way to the terminal's own scrollback: whole lines, coalesced, with back pressure. It owns no
 * terminal; `emit` prints.
 */
export class Scrollback {
  readonly #emit: (text: string) => void;
  #parts: string[] = [];
  #length = 0;
  #held = 0;
  #lastFlush = 0;
  #scheduled: { cancel(): void } | null = null;
  #waiting: (() => void)[] = [];

  constructor(emit: (text: string) => void) {
    this.#emit = emit;
  }

  /** Takes whole lines, each ended. A promise means there is much to print: await it before the next push. */
  push(lines: string): Promise<void> | undefined {
    if (lines === "") return undefined;
    this.#parts.push(lines);
    this.#length += lines.length;
    this.#schedule();
    if (this.#length < FULL) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Prints what there is, unless held. */
  flush(): void {
    this.#scheduled?.cancel();
    this.#scheduled = null;
    if (this.#held > 0) return;
    if (this.#length > 0) {
      const text = this.#parts.join("");
      this.#parts = [];
      this.#length = 0;
      this.#lastFlush = performance.now();
      this.#emit(text);
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Nothing is printed until `release`: the terminal is somebody else's. Calls nest. */
  hold(): void {
    this.#held += 1;
  }

  release(): void {
    this.#held -= 1;
    if (this.#held === 0) this.flush();
  }

  #schedule(): void {
    if (this.#scheduled !== null && this.#length < SOON) return;
    this.#scheduled?.cancel();
    const wait = this.#length >= SOON ? 0 : PACE - (performance.now() - this.#lastFlush);
    if (wait <= 0) {
      const immediate = setImmediate(() => this.flush());
      this.#scheduled = { cancel: () => clearImmediate(immediate) };
    } else {
      const timer = setTimeout(() => this.flush(), wait);
      this.#scheduled = { cancel: () => clearTimeout(timer) };
    }
  }
}
