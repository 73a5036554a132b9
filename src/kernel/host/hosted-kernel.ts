import type { MountTable } from "../../vfs/index.ts";
import type { AttachOptions, KernelApi, World } from "../api.ts";
import { KernelError } from "../errors.ts";
import type { ContextId, PrincipalId } from "../ids.ts";
import type { Actor, KernelParts, NewSession } from "../session/kernel-parts.ts";
import { KernelSession } from "../session/session.ts";
import type { Kernel, Principal } from "../types.ts";

/** What sessions see that are not trusted with all that the kernel's own sessions may do. */
export interface Confinement {
  readonly tree: MountTable;
  /** See `ShellHost`. */
  readonly refuseExternal?: string;
}

/** Other files and shells over the same contexts. */
export interface ConfinedParts {
  readonly parts: Pick<KernelParts, "tree" | "mounts" | "shellOf">;
  close(): Promise<void>;
}

export interface HostedKernelOptions {
  /** The parts but for what this object adds. */
  readonly parts: Omit<KernelParts, "join" | "openSession" | "sessionEnded" | "actorOf" | "closing">;
  readonly principal: Principal;
  /** Where a session starts that names no context. */
  readonly defaultContext: ContextId;
  /** Where others are told to find it; absent for an ephemeral one. */
  readonly socket?: string;
  readonly confine: (confinement: Confinement) => Promise<ConfinedParts>;
  /** Ends the parts, after the last program. */
  readonly release: () => Promise<void>;
  readonly closing: AbortController;
}

/**
 * One kernel open in this process. Invariants: 1. a member is in a context while at least one session with its nick and
 * instance is. 2. after `close` every call of every session rejects with `disconnected`, and nothing runs.
 */
export class HostedKernel implements World {
  readonly parts: KernelParts;
  readonly #options: HostedKernelOptions;
  readonly #sessions = new Set<Actor>();
  readonly #members = new Map<string, { count: number; leave: Promise<() => Promise<void>> }>();
  /** Leaves under way: who comes back waits for its own. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #confined: (() => Promise<void>)[] = [];
  #closed: Promise<void> | undefined;

  constructor(options: HostedKernelOptions) {
    this.#options = options;
    this.parts = {
      ...options.parts,
      closing: options.closing.signal,
      join: (member) => this.#join(member),
      openSession: (session) => this.openSession(session),
      sessionEnded: (session) => void this.#sessions.delete(session),
      actorOf: (api) => this.#actorOf(api),
    };
  }

  /** Where others look for its host, who must serve it there; undefined for an ephemeral kernel. */
  get socket(): string | undefined {
    return this.#options.socket;
  }

  get kernel(): Kernel {
    return this.parts.kernel;
  }

  async whoami(): Promise<Principal> {
    return this.#options.principal;
  }

  async listKernels(): Promise<readonly Kernel[]> {
    return [this.kernel];
  }

  async attachKernel(name: string, options: AttachOptions = {}): Promise<KernelApi> {
    return this.openSession(this.#newSession(name, options));
  }

  #newSession(name: string, options: AttachOptions = {}): NewSession {
    const { label, id } = this.kernel;
    if (name !== label && name !== id) {
      throw new KernelError("notFound", `no kernel ${name} is hosted here; there is: ${label}`, { candidates: [label] });
    }
    return this.#sessionOf(this.#options.principal, options);
  }

  #sessionOf(principal: Principal, { context, instance = "local" }: AttachOptions): NewSession {
    const contextId = context === undefined ? this.#options.defaultContext : this.parts.contexts.resolve(context).id;
    return { principal, contextId, instance };
  }

  /** A session of any principal. */
  async attach(principal: Principal, options: AttachOptions = {}): Promise<Actor> {
    return this.openSession(this.#sessionOf(principal, options));
  }

  async openSession(session: NewSession): Promise<Actor> {
    return this.#openSession(this.parts, session);
  }

  /**
   * The same kernel, contexts and drift for sessions that see other files and run no more programs than the confinement lets
   * them; so do the sessions that they open. Closing it detaches nobody. It ends with the kernel.
   */
  async confined(confinement: Confinement): Promise<World> {
    const { parts: own, close } = await this.#options.confine(confinement);
    this.#confined.push(close);
    const parts: KernelParts = { ...this.parts, ...own, openSession: (session) => this.#openSession(parts, session) };
    return {
      whoami: () => this.whoami(),
      listKernels: () => this.listKernels(),
      attachKernel: async (name, options) => this.#openSession(parts, this.#newSession(name, options)),
      close: async () => undefined,
    };
  }

  async #openSession(parts: KernelParts, session: NewSession): Promise<Actor> {
    if (this.parts.closing.aborted) throw new KernelError("disconnected", "the kernel is closed");
    const { principal, contextId, instance } = session;
    const leave = await this.#join({ contextId, principalId: principal.id, nick: principal.username, instance });
    const made = new KernelSession(parts, session, leave);
    this.#sessions.add(made);
    return made;
  }

  #actorOf(api: KernelApi): Actor {
    for (const session of this.#sessions) {
      if (session === api) return session;
    }
    throw new KernelError("invalid", "not a live session of this kernel");
  }

  async #join(member: {
    contextId: ContextId;
    principalId: PrincipalId;
    nick: string;
    instance: string;
  }): Promise<() => Promise<void>> {
    const key = JSON.stringify([member.contextId, member.nick, member.instance]);
    const left = this.#leaving.get(key) ?? Promise.resolve();
    const entry = this.#members.get(key) ?? { count: 0, leave: left.then(() => this.parts.contexts.join(member)) };
    this.#members.set(key, entry);
    entry.count++;
    const leave = await entry.leave;
    return async () => {
      if (--entry.count > 0) return;
      this.#members.delete(key);
      const leaving = leave();
      this.#leaving.set(key, leaving);
      await leaving;
      if (this.#leaving.get(key) === leaving) this.#leaving.delete(key);
    };
  }

  /** Interrupts what runs, waits for it, and closes everything. Again: the same promise. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const sessions = [...this.#sessions];
    this.#options.closing.abort(new KernelError("disconnected", "the kernel closes"));
    await Promise.all(sessions.map((session) => session.stop()));
    await Promise.all(sessions.map((session) => session.detach()));
    for (const close of this.#confined) await close();
    await this.#options.release();
  }
}
