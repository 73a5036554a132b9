import { EventEmitter } from "node:events";
import type { Terminal } from "./terminal.ts";

const CLEAR_TERMINAL = "\u001b[2J\u001b[3J\u001b[H";
const CLEAR_SCREEN = "\u001b[H\u001b[J";
const CURSOR_DOWN = /\u001b\[(\d*)B/g;

/**
 * The stream that Ink 6.8 prints to, with what is wrong in it put right on the way: it never erases the terminal's
 * scrollback (`3J`), it goes down by line feeds (a cursor that goes down past a shrunken screen would stop short, and the next
 * erasing eat a committed line), and the terminal's size is never 0.
 */
export class InkOutput extends EventEmitter {
  readonly isTTY = true;
  /** While true nothing is printed: Ink paints once more when it goes. */
  muted = false;
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    super();
    this.#terminal = terminal;
  }

  get columns(): number {
    return this.#terminal.columns;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  write(text: string, done?: () => void): boolean {
    return this.#terminal.output.write(this.muted ? "" : repaired(text), () => done?.());
  }
}

/** Committed text passes too; it holds no cursor movement, so nothing of it changes. */
function repaired(text: string): string {
  if (!text.includes("\u001b[")) return text;
  return text
    .replaceAll(CLEAR_TERMINAL, CLEAR_SCREEN)
    .replace(CURSOR_DOWN, (_sequence, count: string) => "\n".repeat(Number(count || "1")));
}
