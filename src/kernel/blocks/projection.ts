import type { ContextId } from "../ids.ts";
import type { Change } from "../state/index.ts";
import type { BlockState } from "./block-state.ts";

/**
 * Which blocks the stored projection is not true for. A block that text streams into is written when it comes to rest, because
 * each write costs its whole length.
 */
export class Projection {
  readonly #contextId: ContextId;
  /** The newest version that the projection was true for. */
  #version: number;
  readonly #stale: Set<string>;
  readonly #due = new Set<string>();

  constructor(contextId: ContextId, version: number, stale: readonly string[]) {
    this.#contextId = contextId;
    this.#version = version;
    this.#stale = new Set(stale);
  }

  get isDue(): boolean {
    return this.#due.size > 0;
  }

  /** Text streams into the block. */
  touch(key: string): void {
    this.#stale.add(key);
  }

  /** The block goes with the next commit. */
  renew(key: string): void {
    this.#stale.add(key);
    this.#due.add(key);
  }

  renewAll(): void {
    for (const key of this.#stale) this.#due.add(key);
  }

  take(state: BlockState, version: number): Change | undefined {
    if (this.#due.size === 0) return undefined;
    const blocks = [...this.#due].map((key) => ({ key, order: state.orderOf(key), version, block: state.read(key) }));
    for (const key of this.#due) this.#stale.delete(key);
    this.#due.clear();
    if (this.#stale.size === 0) this.#version = version;
    return { kind: "putProjection", contextId: this.#contextId, blocks, projected: this.#version };
  }
}
