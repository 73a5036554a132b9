import type { MaybePromise } from "../../vfs/index.ts";
import type { Contexts } from "../contexts/index.ts";
import type { RunIo, RunResult, Shell, ShellHost, ShellInit } from "../exec/shell.ts";
import { emptySource, nullSink } from "../exec/streams.ts";
import type { ContextId } from "../ids.ts";
import type { KernelPower } from "../kernel-power.ts";
import type { Store } from "../state/index.ts";
import { unlessAborted } from "./excerpt.ts";
import { fileError } from "./kernel-mounts.ts";
import { ShellState } from "./shell-state.ts";

export interface ContextShellOptions {
  readonly contextId: ContextId;
  readonly host: Omit<ShellHost, "kernel">;
  readonly createShell: (host: ShellHost, init: ShellInit) => Shell;
  readonly env: ReadonlyMap<string, string>;
  readonly interactive: boolean;
  /** Where a shell starts whose own folder is gone. */
  readonly home: string;
  readonly store: Store;
  readonly contexts: Contexts;
  /** What changes is put on disk. False for a shell beside the context's own. */
  readonly kept: boolean;
}

/** Where a program runs that is not to leave anything in the context's shell. */
export interface Guest {
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>> | undefined;
}

/** A place in the queue of a context. */
export interface Slot {
  /** Resolves when it is this program's turn. Rejects with the signal's reason. */
  readonly turn: Promise<void>;
  /** Lets the next one in, now or as soon as its own turn would have come. Call once. */
  release(): void;
}

/**
 * The one shell of a context and whose turn it is. Invariants: 1. one program runs at a time, in the order of `enter`.
 * 2. What a program changed is on disk before `run` resolves. 3. `power` is that of the program that runs, or ran last
 * (a background job outlives it).
 */
export class ContextShell {
  readonly #options: ContextShellOptions;
  #shell: Promise<Shell> | undefined;
  #state: ShellState | undefined;
  #tail: Promise<void> = Promise.resolve();
  #inside = 0;
  #power: KernelPower | undefined;
  #adopted = false;
  /** The copy that runs now. */
  #guest: Shell | undefined;

  constructor(options: ContextShellOptions) {
    this.#options = options;
  }

  /** The shell, with what was kept of it. */
  shell(): Promise<Shell> {
    this.#shell ??= this.#restore();
    return this.#shell;
  }

  /** Takes over a shell that runs already. */
  adopt(shell: Shell): void {
    this.#state = new ShellState(shell);
    this.#shell = Promise.resolve(shell);
    this.#adopted = true;
  }

  /** Begins with a copy of another context's shell, which may be in the middle of a program. */
  async copyFrom(source: ContextShell): Promise<void> {
    const from = source.#guest ?? (await source.shell());
    // What the original was born with is not to be kept for the copy either.
    const shell = from.copy(this.#host());
    this.#state = source.#state?.forCopy(shell) ?? new ShellState(shell);
    this.#shell = Promise.resolve(shell);
    await this.save();
  }

  get busy(): boolean {
    return this.#inside > 0;
  }

  enter(signal: AbortSignal): Slot {
    const before = this.#tail;
    let release = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#tail = before.then(() => mine);
    this.#inside++;
    return {
      turn: unlessAborted(before, signal),
      release: () => {
        this.#inside--;
        release();
      },
    };
  }

  /** Runs a program; its slot's turn must have come. Rejects with `KernelError` for a guest's folder that cannot be entered. With a guest's place it runs in a copy of the shell, of which nothing stays. */
  async run(power: KernelPower, code: string, name: string, io: RunIo, guest?: Guest): Promise<RunResult> {
    const own = await this.shell();
    this.#power = power;
    if (guest === undefined) {
      const result = await own.run(code, name, io);
      await this.save();
      return result;
    }
    const copy = own.copy(this.#host());
    this.#guest = copy;
    try {
      for (const [variable, value] of Object.entries(guest.env ?? {})) copy.export(variable, value);
      if (guest.cwd !== undefined) await enter(copy, guest.cwd);
      const result = await copy.run(code, name, io);
      await copy.close(io);
      // The EXIT trap has the last word.
      return { ...result, status: copy.lastStatus };
    } finally {
      this.#guest = undefined;
    }
  }

  /** The power of a program that runs already. */
  use(power: KernelPower): void {
    this.#power = power;
  }

  /** Ends background jobs. A shell that was adopted is its maker's to close. */
  async close(): Promise<void> {
    if (this.#shell === undefined || this.#adopted) return;
    const io = { stdin: emptySource(), stdout: nullSink, stderr: nullSink, signal: new AbortController().signal };
    await (await this.#shell).close(io);
  }

  /** Keeps what changed. */
  async save(): Promise<void> {
    const { contextId, contexts, store, kept } = this.#options;
    if (!kept) return;
    const shell = await this.shell();
    if (contexts.get(contextId).cwd !== shell.cwd) await contexts.update(contextId, { cwd: shell.cwd });
    const state = this.#state?.changed();
    if (state !== undefined) await store.commit([{ kind: "putShell", contextId, state }]);
  }

  async #restore(): Promise<Shell> {
    const { contextId, contexts, store, createShell, env, interactive, home } = this.#options;
    const shell = createShell(this.#host(), { cwd: home, env, arg0: "kaish", args: [], interactive });
    this.#state = new ShellState(shell);
    try {
      await shell.chdir(contexts.get(contextId).cwd);
    } catch {
      // The folder is gone; the shell stays where it was made.
    }
    await this.#state.restore(await store.shell(contextId));
    return shell;
  }

  #host(): ShellHost {
    return {
      ...this.#options.host,
      kernel: (): MaybePromise<KernelPower> => {
        if (this.#power === undefined) throw new Error("a command runs outside of a program");
        return this.#power;
      },
    };
  }
}

async function enter(shell: Shell, folder: string): Promise<void> {
  try {
    await shell.chdir(folder);
  } catch (error) {
    throw fileError(error, folder);
  }
}
