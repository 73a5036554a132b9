/** The tables of a connection: ids of ours, what we export, what we import. */
import type { ServedCapability } from "./capability.ts";

/** Gives the smallest ids again, as peers index arrays by them. */
export class IdTable<T> {
  readonly #entries = new Map<number, T>();
  readonly #free: number[] = [];
  #next = 0;

  get size(): number {
    return this.#entries.size;
  }

  add(make: (id: number) => T): T {
    const id = this.#free.pop() ?? this.#next++;
    const entry = make(id);
    this.#entries.set(id, entry);
    return entry;
  }

  get(id: number): T | undefined {
    return this.#entries.get(id);
  }

  delete(id: number): void {
    if (this.#entries.delete(id)) this.#free.push(id);
  }

  /** Empties the table. */
  drain(): T[] {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    return entries;
  }
}

interface ExportEntry {
  readonly id: number;
  readonly capability: ServedCapability;
  /** How many times the peer was told of it and has not released it. */
  refs: number;
}

export class ExportTable {
  readonly #onFault: (error: unknown) => void;
  readonly #byId = new IdTable<ExportEntry>();
  readonly #byCapability = new Map<ServedCapability, ExportEntry>();

  /** `onFault`: told when an object cannot be let go of cleanly; the others are let go of all the same. */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Counts one more reference of the peer; answers the export's id. */
  add(capability: ServedCapability): number {
    const known = this.#byCapability.get(capability);
    if (known) {
      known.refs++;
      return known.id;
    }
    const entry = this.#byId.add((id) => ({ id, capability, refs: 1 }));
    this.#byCapability.set(capability, entry);
    return entry.id;
  }

  get(id: number): ServedCapability | undefined {
    return this.#byId.get(id)?.capability;
  }

  has(capability: ServedCapability): boolean {
    return this.#byCapability.has(capability);
  }

  /** False when the peer releases what it does not hold. */
  release(id: number, count: number): boolean {
    const entry = this.#byId.get(id);
    if (!entry || count > entry.refs) return false;
    entry.refs -= count;
    if (entry.refs > 0) return true;
    this.#byId.delete(id);
    this.#byCapability.delete(entry.capability);
    this.#drop(entry);
    return true;
  }

  #drop(entry: ExportEntry): void {
    try {
      entry.capability.drop();
    } catch (error) {
      this.#onFault(error);
    }
  }

  /** The peer is gone. */
  clear(): void {
    this.#byCapability.clear();
    for (const entry of this.#byId.drain()) this.#drop(entry);
  }
}

export interface ImportEntry {
  readonly id: number;
  /** References the peer counts for us and we have not released. */
  wireRefs: number;
  /** Handles of ours that are open. */
  handles: number;
}

export class ImportTable {
  readonly #entries = new Map<number, ImportEntry>();

  get size(): number {
    return this.#entries.size;
  }

  /** The peer told us of its export once more. */
  received(id: number): ImportEntry {
    const entry = this.#entries.get(id) ?? { id, wireRefs: 0, handles: 0 };
    this.#entries.set(id, entry);
    entry.wireRefs++;
    return entry;
  }

  /** A handle was closed; answers how many references to release, 0 while others are open. */
  closed(entry: ImportEntry): number {
    entry.handles--;
    if (entry.handles > 0) return 0;
    if (this.#entries.get(entry.id) === entry) this.#entries.delete(entry.id);
    return entry.wireRefs;
  }

  clear(): void {
    this.#entries.clear();
  }
}
