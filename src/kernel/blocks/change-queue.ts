import type { ContextId, PrincipalId } from "../ids.ts";
import type { Change, LogRow, Operation } from "../state/index.ts";
import type { KernelEvent } from "../types.ts";
import { type Deferred, deferred } from "./deferred.ts";

/** What one commit holds of a document. */
export interface Taken {
  readonly changes: readonly Change[];
  /** To publish when it is on disk. */
  readonly events: readonly KernelEvent[];
  readonly waiting: readonly Deferred[];
}

/** What a document did since its last commit, in order. Invariant: `head` is the version of the last row recorded. */
export class ChangeQueue {
  readonly #contextId: ContextId;
  #head: number;
  #operations: number;
  #operation: Operation | undefined;
  #changed = new Map<number, Operation>();
  #rows: LogRow[] = [];
  #changes: Change[] = [];
  #events: KernelEvent[] = [];
  #waiting: Deferred[] = [];
  #next: Deferred | undefined;

  /** `operations`: the number of the newest one. */
  constructor(contextId: ContextId, version: number, operations: number) {
    this.#contextId = contextId;
    this.#head = version;
    this.#operations = operations;
  }

  get head(): number {
    return this.#head;
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0 && this.#waiting.length === 0;
  }

  /** Gives an update the next version. Appends that follow each other in one block are one operation. */
  record(principalId: PrincipalId, label: Operation["label"], key: string, update: Uint8Array, at: number): void {
    const seq = ++this.#head;
    this.#rows.push({ seq, at, principalId, data: update });
    const last = this.#operation;
    const goesOn =
      label === "append" && last?.label === "append" && last.principalId === principalId && last.blocks[0] === key
        ? last
        : undefined;
    this.#operation =
      goesOn === undefined
        ? { number: ++this.#operations, principalId, label, from: seq, to: seq, at, blocks: [key] }
        : { ...goesOn, to: seq };
    this.#changed.set(this.#operation.number, this.#operation);
  }

  add(change: Change): void {
    this.#changes.push(change);
  }

  publish(event: KernelEvent): void {
    this.#events.push(event);
  }

  /** Is settled with the commit that takes what is here now. */
  wait(waiting: Deferred): void {
    this.#waiting.push(waiting);
  }

  /** Settles with the next commit. */
  get next(): Promise<void> {
    this.#next ??= deferred();
    return this.#next.promise;
  }

  take(): Taken {
    const { changes, waiting } = this.#all();
    const events = this.#events;
    this.#rows = [];
    this.#changes = [];
    this.#changed = new Map();
    this.#events = [];
    this.#waiting = [];
    this.#next = undefined;
    return { changes, events, waiting };
  }

  #all(): { changes: Change[]; waiting: Deferred[] } {
    const contextId = this.#contextId;
    return {
      changes: [
        ...this.#changes,
        ...(this.#rows.length === 0 ? [] : [{ kind: "appendLog", contextId, rows: this.#rows } as const]),
        ...[...this.#changed.values()].map((operation) => ({ kind: "putOperation", contextId, operation }) as const),
      ],
      waiting: this.#next === undefined ? this.#waiting : [...this.#waiting, this.#next],
    };
  }
}
