import type { Document } from "../blocks/document.ts";
import type { BlockId, PrincipalId } from "../ids.ts";
import type { Status } from "../types.ts";
import { type Excerpt, keptBytes } from "./excerpt.ts";

/** In UTF-16 units. */
const longestCode = 1024 * 1024;

/** Where the output of a program is on its way to its blocks. */
export interface RecordingStart {
  readonly document: Document;
  readonly principalId: PrincipalId;
  readonly code: string;
  readonly stdout: Excerpt;
  readonly stderr: Excerpt;
  /** `pending` while it waits for its turn. */
  readonly status: "pending" | "running";
}

/**
 * Keeps one program as a call block and a result block whose text streams. Writing is never waited for by the program: what
 * comes while one append is on its way to disk is the next append.
 */
export class Recording {
  readonly #start: RecordingStart;
  readonly #result: Promise<BlockId>;
  /** The append under way; undefined when none is. */
  #pump: Promise<void> | undefined;
  /** Text was lost on its way to disk. */
  #failure: { readonly error: unknown } | undefined;

  constructor(start: RecordingStart) {
    this.#start = start;
    this.#result = this.#create();
    // Whoever needs the block hears of the failure from `blockId`, `running` or `finish`.
    this.#result.catch(() => undefined);
    start.stdout.onFresh = () => this.#schedule();
    this.#schedule();
  }

  async #create(): Promise<BlockId> {
    const { document, principalId, code, status } = this.#start;
    const call = await document.create(principalId, {
      role: "user",
      kind: "toolCall",
      toolKind: "shell",
      content: shortened(code),
    });
    const result = await document.create(principalId, {
      role: "tool",
      kind: "toolResult",
      toolKind: "shell",
      parentId: call.id,
      after: call.id,
      status,
    });
    return result.id;
  }

  /** The result block, once it is on disk. */
  blockId(): Promise<BlockId> {
    return this.#result;
  }

  /** Its turn has come. */
  async running(): Promise<void> {
    await this.#patch({ status: "running" });
  }

  /** Resolves when everything is on disk. Rejects with what kept it from getting there. */
  async finish(exitCode: number): Promise<BlockId> {
    const { document, principalId, stdout, stderr } = this.#start;
    stdout.onFresh = undefined;
    const id = await this.#result;
    const rest = stdout.finish();
    const errors = stderr.finish();
    const failed = exitCode !== 0;
    const status: Status = failed ? "error" : "done";
    // Nothing waits for the append by itself: the end of the block takes what is still being batched with it.
    await Promise.all([
      this.#pump,
      rest === "" ? undefined : document.append(principalId, id, rest),
      this.#patch({
        status,
        exitCode,
        isError: failed,
        ...(errors === "" ? {} : { stderr: errors }),
        ...(stdout.truncated || stderr.truncated ? { truncated: true } : {}),
      }),
    ]);
    if (this.#failure !== undefined) throw this.#failure.error;
    return id;
  }

  async #patch(patch: Parameters<Document["patch"]>[2]): Promise<void> {
    const { document, principalId } = this.#start;
    await document.patch(principalId, await this.#result, patch);
  }

  #schedule(): void {
    if (this.#pump !== undefined || this.#failure !== undefined) return;
    this.#pump = this.#drain()
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .then(() => {
        this.#pump = undefined;
        if (this.#start.stdout.fresh) this.#schedule();
      });
  }

  async #drain(): Promise<void> {
    const { document, principalId, stdout } = this.#start;
    const id = await this.#result;
    for (;;) {
      // What is written in the same turn of the event loop goes together.
      await new Promise((resolve) => setImmediate(resolve));
      const text = stdout.drain();
      if (text === "") return;
      await document.append(principalId, id, text);
    }
  }
}

/** A program as its block shows it: a huge one (generated text) with its middle left out. */
function shortened(code: string): string {
  if (code.length <= longestCode) return code;
  const left = code.length - 2 * keptBytes;
  return `${wellFormed(code.slice(0, keptBytes))}\n… ${left} characters left out …\n${wellFormed(code.slice(-keptBytes))}`;
}

/** Without half a surrogate pair at either end. */
function wellFormed(text: string): string {
  return text.replace(/^[\udc00-\udfff]/, "").replace(/[\ud800-\udbff]$/, "");
}
