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
  const slice = new Slice();
  let result: IteratorResult<Promise<unknown> | undefined, T> = { done: false, value: first };
  // The caller's slice is over, or something waits.
  let turns = first === undefined;
  while (!result.done) {
    let value: unknown;
    try {
      if (result.value !== undefined) value = await unlessAborted(result.value, signal);
      // What was there already settles without a turn of the event loop: many of those in a row would keep it from turning.
      if (turns || slice.over()) {
        await turn();
        slice.renew();
      }
      signal.throwIfAborted();
    } catch (error) {
      result = steps.throw(error);
      turns = false;
      continue;
    }
    turns = false;
    result = steps.next(value);
  }
  return result.value;
}

/** `value`, or the signal's reason if that comes first. */
function unlessAborted(value: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
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
