import type { ExecuteOptions } from "../../kernel/index.ts";

type ByteSource = NonNullable<ExecuteOptions["stdin"]>;

/**
 * The terminal as a program's input: lines that the person types in the REPL's own editor while the program waits. An external
 * program inherits the descriptor and reads the terminal itself.
 */
export class TerminalSource implements ByteSource {
  readonly isTty = true;
  hostFd?: number;
  readonly #fd: number;
  readonly #changed: () => void;
  #pushedBack: Uint8Array[] = [];
  #waiting: ((chunk: Uint8Array | null) => void) | null = null;
  #closed = false;

  /** `changed` is called when `reading` is another one. */
  constructor(fd: number, changed: () => void) {
    this.#fd = fd;
    this.hostFd = fd;
    this.#changed = changed;
  }

  /** True while the program waits for a line. */
  get reading(): boolean {
    return this.#waiting !== null;
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    const first = this.#pushedBack.pop();
    if (first !== undefined) {
      if (this.#pushedBack.length === 0) this.hostFd = this.#fd;
      return first;
    }
    if (this.#closed) return null;
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#changed();
    });
  }

  unread(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#pushedBack.push(chunk);
    // A child would not see these bytes.
    delete this.hostFd;
  }

  /** What the person typed; null for the end of input. Only while `reading`. */
  answer(text: string | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.(text === null ? null : new TextEncoder().encode(text));
    this.#changed();
  }

  /** The program reads no more, or is over. */
  close(): void {
    this.#closed = true;
    if (this.#waiting !== null) this.answer(null);
  }
}
