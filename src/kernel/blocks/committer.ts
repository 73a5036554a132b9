import type { Change, Store } from "../state/index.ts";

/** What one document wants kept, and who waits for it. */
export interface Commit {
  readonly changes: readonly Change[];
  /** It is on disk. */
  kept(): void;
  /** None of it is. */
  lost(error: unknown): void;
}

/** Someone with changes. `take` hands over all of them. */
export interface Writer {
  take(): Commit | undefined;
}

/**
 * Group commit: what writers did in one turn of the event loop goes to disk in one transaction, one at a time. A transaction that
 * fails is tried writer by writer, so that one cannot fail the others.
 */
export class Committer {
  readonly #store: Store;
  #waiting = new Set<Writer>();
  #scheduled = false;
  #running: Promise<void> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  schedule(writer: Writer): void {
    this.#waiting.add(writer);
    this.#wake();
  }

  #wake(): void {
    if (this.#scheduled || this.#running !== undefined || this.#waiting.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
        this.#wake();
      });
    });
  }

  async #run(): Promise<void> {
    const writers = this.#waiting;
    this.#waiting = new Set();
    const commits: Commit[] = [];
    for (const writer of writers) {
      const commit = writer.take();
      if (commit !== undefined) commits.push(commit);
    }
    if (commits.length === 0) return;
    try {
      await this.#store.commit(commits.flatMap((commit) => commit.changes));
    } catch (error) {
      if (commits.length === 1) commits[0]?.lost(error);
      else for (const commit of commits) await this.#alone(commit);
      return;
    }
    for (const commit of commits) commit.kept();
  }

  async #alone(commit: Commit): Promise<void> {
    try {
      await this.#store.commit(commit.changes);
    } catch (error) {
      commit.lost(error);
      return;
    }
    commit.kept();
  }
}
