import type { ContextId } from "../ids.ts";
import type { MemberRow, Store } from "../state/index.ts";
import type { Member } from "./contexts.ts";

/** Who is or was in which context. Nobody is here when a kernel opens: its members are away until they join again. */
export class Members {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #rows = new Map<string, MemberRow>();
  /** Sessions per member. */
  readonly #sessions = new Map<string, number>();

  private constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  static async open(store: Store, now: () => number): Promise<Members> {
    const members = new Members(store, now);
    for (const row of await store.members()) members.#rows.set(keyOf(row), { ...row, status: "away" });
    return members;
  }

  async join(member: Member): Promise<() => Promise<void>> {
    const key = keyOf(member);
    this.#sessions.set(key, (this.#sessions.get(key) ?? 0) + 1);
    await this.put(member);
    let left = false;
    return async () => {
      if (left) return;
      left = true;
      const others = (this.#sessions.get(key) ?? 1) - 1;
      this.#sessions.set(key, others);
      if (others === 0) await this.put({ ...member, status: "away" });
    };
  }

  async put(member: Member): Promise<void> {
    const row: MemberRow = { ...member, seenAt: this.#now() };
    this.#rows.set(keyOf(row), row);
    await this.#store.commit([{ kind: "putMember", member: row }]);
  }

  list(contextId: ContextId | undefined): readonly Member[] {
    const rows = [...this.#rows.values()];
    return contextId === undefined ? rows : rows.filter((row) => row.contextId === contextId);
  }
}

function keyOf({ contextId, nick, instance }: Pick<MemberRow, "contextId" | "nick" | "instance">): string {
  return JSON.stringify([contextId, nick, instance]);
}
