import type { ExecuteOptions, ExecuteResult, Execution } from "../api.ts";
import { KernelError } from "../errors.ts";
import type { RunResult } from "../exec/shell.ts";
import { emptySource } from "../exec/streams.ts";
import type { BlockId } from "../ids.ts";
import type { ByteSink } from "../streams.ts";
import type { Slot } from "./context-shell.ts";
import { abortableSink, Excerpt, teeSink } from "./excerpt.ts";
import type { Actor, KernelParts } from "./kernel-parts.ts";
import { ProgramMoves } from "./program-moves.ts";
import { Recording } from "./recording.ts";

/** Longer programs are not kept in the history of commands; their block has them. */
const longestHistory = 16 * 1024;

let executions = 0;

/**
 * One program on its way through the shell of its session's context. Invariants: 1. it takes its place in the queue when it
 * is made. 2. its blocks are at rest and on disk before `done` resolves. 3. it acts as its session until it moves on (`switchTo`).
 */
export class ProgramRun implements Execution {
  readonly id = ++executions;
  readonly done: Promise<ExecuteResult>;
  readonly #parts: KernelParts;
  readonly #session: Actor;
  readonly #code: string;
  readonly #options: ExecuteOptions;
  readonly #controller = new AbortController();
  readonly #unlink: () => void;
  readonly #stdout = new Excerpt();
  readonly #stderr = new Excerpt();
  readonly #recording: Promise<Recording | undefined>;
  readonly #moves: ProgramMoves;

  constructor(parts: KernelParts, session: Actor, code: string, options: ExecuteOptions) {
    this.#parts = parts;
    this.#session = session;
    this.#moves = new ProgramMoves(parts, session);
    this.#code = code;
    this.#options = options;
    this.#unlink = linked(options.signal, this.#controller);
    const shell = parts.shellOf(session.contextId);
    const waits = shell.busy;
    const slot = shell.enter(this.#controller.signal);
    this.#recording = options.record === false ? Promise.resolve(undefined) : this.#record(waits);
    this.done = this.#perform(slot, waits);
  }

  interrupt(): void {
    this.#controller.abort();
  }

  /** The result block, once it is on disk; undefined when it is not recorded. */
  async blockId(): Promise<BlockId | undefined> {
    return (await this.#recording)?.blockId();
  }

  async #record(waits: boolean): Promise<Recording> {
    return new Recording({
      document: await this.#parts.documents.open(this.#session.contextId),
      principalId: this.#session.principal.id,
      code: this.#code,
      stdout: this.#stdout,
      stderr: this.#stderr,
      status: waits ? "pending" : "running",
    });
  }

  async #perform(slot: Slot, waited: boolean): Promise<ExecuteResult> {
    const at = Date.now();
    this.#recording.catch(() => undefined);
    slot.turn.catch(() => undefined);
    try {
      const result = await this.#run(slot, waited);
      const [blockId] = await Promise.all([this.#finish(result.status), this.#remember(at, result.status)]);
      const switchedTo = await this.#moves.settle();
      this.#session.lastStatus = result.status;
      return {
        status: result.status,
        ...(blockId === undefined ? {} : { blockId }),
        ...(result.refused ? { refused: true } : {}),
        ...(result.exited ? { exited: true } : {}),
        ...(switchedTo === undefined ? {} : { switchedTo }),
      };
    } finally {
      this.#unlink();
      slot.release();
    }
  }

  async #run(slot: Slot, waited: boolean): Promise<RunResult> {
    const shell = this.#parts.shellOf(this.#session.contextId);
    const { stdin, stdout, stderr, name, args, record, cwd, env } = this.#options;
    try {
      await slot.turn;
    } catch {
      return { status: 130, refused: false, exited: false };
    }
    const recording = record !== false;
    const { signal } = this.#controller;
    const tee = (inner: ByteSink | undefined, excerpt: Excerpt): ByteSink =>
      teeSink(inner && abortableSink(inner, signal), excerpt, () => recording);
    const io = {
      stdin: stdin ?? emptySource(),
      stdout: tee(stdout, this.#stdout),
      stderr: tee(stderr, this.#stderr),
      signal,
      ...(name === undefined ? {} : { arg0: name }),
      ...(args === undefined ? {} : { args }),
    };
    const guest = cwd === undefined && env === undefined ? undefined : { cwd, env };
    try {
      await this.#announce(waited);
      return await shell.run(this.#moves.power(), this.#code, name ?? "kaish", io, guest);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await this.#complain(error instanceof KernelError ? message : `internal error: ${message}`);
      return { status: 1, refused: false, exited: false };
    }
  }

  /** The program's blocks come before those that it makes, and a fork that it makes has both. */
  async #announce(waited: boolean): Promise<void> {
    try {
      const recording = await this.#recording;
      await (waited ? recording?.running() : recording?.blockId());
    } catch {
      // A document that cannot be written is told by `#finish`; the program runs all the same.
    }
  }

  async #finish(status: number): Promise<BlockId | undefined> {
    try {
      return await (await this.#recording)?.finish(status);
    } catch (error) {
      await this.#complain(`the program was not recorded: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  async #complain(what: string): Promise<void> {
    try {
      await this.#options.stderr?.write(`${this.#options.name ?? "kaish"}: ${what}\n`);
    } catch {
      // Nobody reads it.
    }
  }

  async #remember(at: number, status: number): Promise<void> {
    const { record, name } = this.#options;
    const code = this.#code;
    // What begins with a space is the person's own business; a named program is a script, no command.
    if (record === false || name !== undefined || code.startsWith(" ") || code.trim() === "" || code.length > longestHistory)
      return;
    const entry = { contextId: this.#session.contextId, principalId: this.#session.principal.id, code, at, status };
    await this.#parts.store.commit([{ kind: "addHistory", entry }]);
  }
}

/** Aborts `controller` when `signal` is, for its reason. The answer ends that; a signal outlives many programs. */
function linked(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (signal === undefined) return () => undefined;
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return () => signal.removeEventListener("abort", abort);
}
