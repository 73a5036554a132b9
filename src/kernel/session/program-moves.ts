import type { ContextId } from "../ids.ts";
import type { KernelPower } from "../kernel-power.ts";
import type { Actor, KernelParts } from "./kernel-parts.ts";

/** As whom a running program acts: its session, until it moves on. */
export class ProgramMoves {
  readonly #parts: KernelParts;
  readonly #session: Actor;
  #acting: Actor;

  constructor(parts: KernelParts, session: Actor) {
    this.#parts = parts;
    this.#session = session;
    this.#acting = session;
  }

  /** What the commands of the program may do. */
  power(): KernelPower {
    const { names, principals } = this.#parts;
    const acting = (): Actor => this.#acting;
    return {
      get api() {
        return acting();
      },
      switchTo: async (api) => {
        const left = this.#acting;
        this.#acting = this.#parts.actorOf(api);
        if (left !== this.#session && left !== this.#acting) await left.detach();
      },
      blockName: (id) => names.format(id),
      principalName: (id) => principals.name(id),
      listKernels: () => this.#parts.listKernels(),
    };
  }

  /** When the program has ended: ends the session it moved to, and answers where that was, if not where it began. */
  async settle(): Promise<ContextId | undefined> {
    const acting = this.#acting;
    if (acting === this.#session) return undefined;
    await acting.detach();
    return acting.contextId === this.#session.contextId ? undefined : acting.contextId;
  }
}
