/** What a terminal was told to do differently, taken back in reverse order. */
export class TerminalModes {
  readonly #write: (text: string) => void;
  #entered: { readonly name: string; readonly off: string }[] = [];

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Entering a mode that is on does nothing. */
  enter(name: string, on: string, off: string): void {
    if (this.#entered.some((mode) => mode.name === name)) return;
    this.#entered.push({ name, off });
    this.#write(on);
  }

  /** Takes all back. Safe to call again, and at the exit of the process. */
  leaveAll(): void {
    const off = this.#entered.map((mode) => mode.off).reverse();
    this.#entered = [];
    if (off.length > 0) this.#write(off.join(""));
  }
}
