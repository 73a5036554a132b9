import { isPromise, type MaybePromise } from "../../../vfs/index.ts";

/**
 * The body of a command that may have to wait: a generator that yields what it waits for. Driven, it runs synchronously until
 * something really waits. A bare `yield` is a place where it may be stopped or let others run: one for each chunk or so.
 */
export type Steps<T> = Generator<Promise<unknown> | undefined, T, unknown>;

/** `yield* wait(x)` is `await x` that costs nothing where x is there already. */
export function* wait<T>(value: MaybePromise<T>): Steps<T> {
  if (isPromise(value)) return (yield value) as T;
  return value;
}

const sliceMs = 8;

/**
 * Runs `steps` to the end: at once if nothing waits and it takes less than 8 ms, else the event loop turns in between. When
 * `signal` aborts, its reason is thrown into the steps at the place where they wait, so that `finally` closes what is open.
 */
export function drive<T>(steps: Steps<T>, signal: AbortSignal): MaybePromise<T> {
  const slice = new Slice();
  let result = signal.aborted ? steps.throw(signal.reason) : steps.next();
  while (!result.done) {
    if (result.value !== undefined || slice.over()) return later(steps, result.value, signal);
    result = steps.next();
  }
  return result.value;
}

async function later<T>(steps: Steps<T>, first: Promise<unknown> | undefined, signal: AbortSignal): Promise<T> {
  const abort = new Abort(signal);
  try {
    const slice = new Slice();
    let result: IteratorResult<Promise<unknown> | undefined, T> = { done: false, value: first };
    let started = false;
    while (!result.done) {
      let value: unknown;
      let failed = false;
      if (result.value !== undefined || !started || slice.over()) {
        try {
          value = await (result.value === undefined ? turn() : Promise.race([result.value, abort.promise]));
        } catch (error) {
          value = error;
          failed = true;
        }
        started = true;
        slice.renew();
      }
      if (!failed && signal.aborted) {
        value = signal.reason;
        failed = true;
      }
      result = failed ? steps.throw(value) : steps.next(value);
    }
    return result.value;
  } finally {
    abort.forget();
  }
}

/** Lets timers, signals and other stages of the pipeline run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Reads the clock at every 8th question only. */
class Slice {
  #count = 0;
  #start = performance.now();

  over(): boolean {
    return (++this.#count & 7) === 0 && performance.now() - this.#start > sliceMs;
  }

  renew(): void {
    this.#start = performance.now();
  }
}

class Abort {
  readonly #signal: AbortSignal;
  readonly promise: Promise<never>;
  #listener: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.promise = new Promise((_resolve, reject) => {
      this.#listener = () => reject(signal.reason);
      if (signal.aborted) reject(signal.reason);
      else signal.addEventListener("abort", this.#listener, { once: true });
    });
    this.promise.catch(() => {});
  }

  forget(): void {
    this.#signal.removeEventListener("abort", this.#listener);
  }
}
