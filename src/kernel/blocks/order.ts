import { generateKeyBetween, generateNKeysBetween } from "fractional-indexing";

/** An order key longer than this has its neighbourhood numbered anew. */
const longKey = 48;
/** How many blocks are numbered anew at a time, at most. */
const window = 512;

interface Entry {
  readonly key: string;
  readonly order: string;
}

/**
 * The blocks of a document in their order: by order key, ties by block key. Keys are compared by code unit. Kept beside the Yjs
 * document, because sorting it for each listing costs as much as reading it.
 */
export class OrderIndex {
  #entries: Entry[];
  readonly #orders = new Map<string, string>();

  constructor(entries: readonly Entry[]) {
    this.#entries = [...entries].sort(compare);
    for (const { key, order } of entries) this.#orders.set(key, order);
  }

  keys(): string[] {
    return this.#entries.map((entry) => entry.key);
  }

  /** The last `count`, in order. */
  last(count: number): string[] {
    return this.#entries.slice(-count).map((entry) => entry.key);
  }

  orderOf(key: string): string | undefined {
    return this.#orders.get(key);
  }

  /** An order key right after block `after`, or at the end. Skips blocks that share `after`'s order key: there is nothing between. */
  mint(after: string | undefined): string {
    const at = after === undefined ? this.#entries.length - 1 : this.#indexOf(after);
    const low = this.#entries[at]?.order ?? null;
    return generateKeyBetween(low, this.#entries[this.#nextDistinct(at)]?.order ?? null);
  }

  insert(key: string, order: string): void {
    const entry = { key, order };
    const last = this.#entries.at(-1);
    if (last === undefined || compare(last, entry) < 0) this.#entries.push(entry);
    else this.#entries.splice(this.#search(entry), 0, entry);
    this.#orders.set(key, order);
  }

  /** The block before this one; undefined for the first. */
  before(key: string): string | undefined {
    return this.#entries[this.#indexOf(key) - 1]?.key;
  }

  /** New order keys for the blocks around `key`, when its own has grown too long; nothing changes here until `reorder`. */
  renumbered(key: string): ReadonlyMap<string, string> {
    const order = this.#orders.get(key);
    if (order === undefined || order.length <= longKey) return new Map();
    let from = this.#indexOf(key);
    let to = from;
    while (from > 0 && to - from < window && this.#isLong(from - 1)) from--;
    while (to < this.#entries.length - 1 && to - from < window && this.#isLong(to + 1)) to++;
    // The ends must differ, or there is no room between them.
    while (from > 0 && this.#entries[from - 1]?.order === this.#entries[from]?.order) from--;
    const above = this.#nextDistinct(to);
    const group = this.#entries.slice(from, above);
    const orders = generateNKeysBetween(this.#entries[from - 1]?.order ?? null, this.#entries[above]?.order ?? null, group.length);
    return new Map(group.map((entry, i) => [entry.key, orders[i] ?? entry.order]));
  }

  reorder(orders: ReadonlyMap<string, string>): void {
    for (const [key, order] of orders) this.#orders.set(key, order);
    this.#entries = this.#entries.map((entry) => ({ key: entry.key, order: orders.get(entry.key) ?? entry.order })).sort(compare);
  }

  #isLong(at: number): boolean {
    return (this.#entries[at]?.order.length ?? 0) > longKey / 2;
  }

  #nextDistinct(at: number): number {
    const order = this.#entries[at]?.order;
    let above = at + 1;
    while (above < this.#entries.length && this.#entries[above]?.order === order) above++;
    return above;
  }

  #indexOf(key: string): number {
    const order = this.#orders.get(key);
    return order === undefined ? -1 : this.#search({ key, order });
  }

  /** Where the entry is, or would be. */
  #search(entry: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#entries[middle];
      if (other !== undefined && compare(other, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compare(a: Entry, b: Entry): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}
