import { CommandError, type Value } from "../command.ts";

/** One variable. A slot reached through a base store belongs to that store: only `write` gives one that may be changed. */
export class Slot {
  /** Undefined: declared or unset. */
  value: Value | undefined = undefined;
  exported = false;
  readonly = false;
  integer = false;
  casing: "lower" | "upper" | undefined = undefined;
  /** True when an assignment is only a store: no attribute has a say. */
  plain = true;

  refresh(): void {
    this.plain = !this.readonly && !this.exported && !this.integer && this.casing === undefined;
  }

  copy(): Slot {
    const slot = new Slot();
    slot.value = this.value;
    slot.exported = this.exported;
    slot.readonly = this.readonly;
    slot.integer = this.integer;
    slot.casing = this.casing;
    slot.plain = this.plain;
    return slot;
  }
}

/** What the caller's variables were before a function or a command's own assignments hid them. */
export type Hidden = Map<string, Slot | undefined>;

const maxBases = 4;

/**
 * The variables of one shell or subshell. Dynamic scope by shallow binding: there is one slot for each name, and whoever
 * hides a variable keeps the old slot to put back. A subshell that its parent waits for reads through to the parent's
 * store and copies a slot when it writes; one that runs beside its parent has a full copy.
 */
export class Variables {
  private own = new Map<string, Slot>();
  private base: Variables | null = null;
  private depth = 0;

  get(name: string): Slot | undefined {
    const slot = this.own.get(name);
    if (slot !== undefined || this.base === null) return slot;
    return this.base.get(name);
  }

  value(name: string): Value | undefined {
    const slot = this.own.get(name);
    if (slot !== undefined) return slot.value;
    return this.base === null ? undefined : this.base.value(name);
  }

  /** The slot to change; made when there is none. */
  write(name: string): Slot {
    let slot = this.own.get(name);
    if (slot === undefined) {
      slot = this.base?.get(name)?.copy() ?? new Slot();
      this.own.set(name, slot);
    }
    return slot;
  }

  /** The name is not set any more. False if it was not set. */
  unset(name: string): boolean {
    const slot = this.get(name);
    if (slot === undefined) return false;
    if (slot.readonly) throw new CommandError(`${name}: cannot unset: readonly variable`);
    const was = slot.value !== undefined;
    // A slot without a value hides the one below; nothing lists it.
    if (this.base === null) this.own.delete(name);
    else this.own.set(name, new Slot());
    return was;
  }

  /** Hides `name` behind a new slot, noting what was there unless `hidden` already has it. */
  hide(name: string, hidden: Hidden): Slot {
    if (hidden.has(name)) return this.write(name);
    const old = this.own.get(name);
    hidden.set(name, old);
    const slot = new Slot();
    // As bash: what hides an exported variable is exported.
    if ((old ?? this.base?.get(name))?.exported === true) {
      slot.exported = true;
      slot.plain = false;
    }
    this.own.set(name, slot);
    return slot;
  }

  restore(hidden: Hidden): void {
    for (const [name, slot] of hidden) {
      if (slot === undefined) this.own.delete(name);
      else this.own.set(name, slot);
    }
  }

  /** All names that have a slot, set or only declared. */
  entries(): Map<string, Slot> {
    const all = this.base === null ? new Map<string, Slot>() : this.base.entries();
    for (const [name, slot] of this.own) all.set(name, slot);
    return all;
  }

  /** For a subshell that ends before this store changes again. */
  overlay(): Variables {
    if (this.depth >= maxBases) return this.copy();
    const store = new Variables();
    store.base = this;
    store.depth = this.depth + 1;
    return store;
  }

  copy(): Variables {
    const store = new Variables();
    for (const [name, slot] of this.entries()) store.own.set(name, slot.copy());
    return store;
  }
}
