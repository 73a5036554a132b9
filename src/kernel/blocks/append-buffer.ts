import type { PrincipalId } from "../ids.ts";
import { wellFormed } from "./block-values.ts";
import { type Deferred, deferred } from "./deferred.ts";

/** A batch is due at a newline, at this many UTF-16 units, or after this many milliseconds. */
const dueLength = 50;
export const dueTime = 100;

/** Text on its way into one block, from one author. Invariant: what is taken is well formed, a pair is never split. */
export class AppendBuffer {
  readonly principal: PrincipalId;
  #text = "";
  #waiting: Deferred | undefined;
  #takenAt = Number.NEGATIVE_INFINITY;
  /** Set while a batch waits to be due. */
  timer: NodeJS.Timeout | undefined;

  constructor(principal: PrincipalId) {
    this.principal = principal;
  }

  get text(): string {
    return this.#text;
  }

  /** Answers the promise of the batch, and whether it is due. The first after a pause is due at once. */
  add(text: string, now: number): { readonly done: Promise<void>; readonly due: boolean } {
    this.#text += text;
    this.#waiting ??= deferred();
    const due = this.#text.length >= dueLength || text.includes("\n") || now - this.#takenAt >= dueTime;
    return { done: this.#waiting.promise, due };
  }

  /** What can be written now, and who waits for it. `all`: a lone half of a pair too, as U+FFFD. */
  take(now: number, all: boolean): { readonly text: string; readonly waiting: Deferred | undefined } {
    clearTimeout(this.timer);
    this.timer = undefined;
    const split = !all && /[\uD800-\uDBFF]$/.test(this.#text);
    const text = wellFormed(split ? this.#text.slice(0, -1) : this.#text);
    const waiting = this.#waiting;
    this.#text = split ? this.#text.slice(-1) : "";
    this.#waiting = undefined;
    this.#takenAt = now;
    return { text, waiting };
  }

  /** Drops the text; answers who waits for it. */
  drop(): Deferred | undefined {
    return this.take(0, true).waiting;
  }
}
