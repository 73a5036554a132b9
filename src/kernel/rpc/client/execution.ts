/** Programs run in another process, with this process's streams. */
import type { ExecuteOptions, ExecuteResult, Execution } from "../../api.ts";
import { KernelError } from "../../errors.ts";
import type { ByteSink, ByteSource } from "../../streams.ts";
import { serve } from "../capability.ts";
import { putExecRequest, readExecOutcome } from "../codec/exec.ts";
import { bytesOf, putBytes } from "../codec/values.ts";
import * as wire from "../generated/kaijutsu.ts";

let executions = 0;

type OutputParams = wire.ExecStream_OnStdout$Params | wire.ExecStream_OnStderr$Params;

/**
 * Writes what comes, one after the other; the answer to a message is that it was taken. Once the program is interrupted, a
 * sink that does not take its bytes loses what comes meanwhile, so that it cannot keep the program from ending.
 */
class Writer {
  readonly #sink: ByteSink | undefined;
  #last: Promise<void> = Promise.resolve();
  /** Answers the message whose bytes the sink has not taken. */
  #give: (() => void) | undefined;
  #interrupted = false;

  constructor(sink: ByteSink | undefined) {
    this.#sink = sink;
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#give?.();
  }

  write(params: OutputParams): Promise<void> {
    if (this.#interrupted && this.#give) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => () => {
        this.#give = undefined;
        done();
      };
      this.#give = resolve;
      // The bytes are a view of the message, which nobody changes.
      const written = this.#last.then(async () => {
        if (params._hasChunk()) await this.#sink?.write(bytesOf(params.chunk));
      });
      this.#last = written.catch(() => {});
      written.then(settle(resolve), (error) => settle(() => reject(error))());
      if (this.#interrupted) setImmediate(resolve);
    });
  }
}

/** Answers the kernel's questions for input. A read that is under way when the program ends gives its bytes back. */
function reader(stdin: ByteSource | undefined) {
  return async (
    _params: wire.ExecStream_ReadStdin$Params,
    results: wire.ExecStream_ReadStdin$Results,
    call: { readonly signal: AbortSignal },
  ) => {
    const chunk = stdin ? await stdin.read() : null;
    if (chunk === null) results.end = true;
    else if (call.signal.aborted) stdin?.unread(chunk);
    else putBytes(results._initChunk(chunk.length), chunk);
  };
}

/**
 * A program on its way. Invariants: 1. `done` settles once: with the exit the kernel tells, or with the error that made that
 * impossible. 2. an interrupt asked for before the kernel knows the program is delivered when it does.
 */
export class RemoteExecution implements Execution {
  readonly id = ++executions;
  readonly done: Promise<ExecuteResult>;
  #interrupted = false;
  #steering: wire.Execution$Client | undefined;
  #writers: readonly Writer[] = [];
  #ended = false;

  constructor(kernel: () => wire.Kernel$Client, code: string, options: ExecuteOptions) {
    this.done = this.#run(kernel, code, options);
    // Whoever does not wait for the end is not told of a broken connection either.
    this.done.catch(() => {});
  }

  interrupt(): void {
    this.#interrupted = true;
    for (const writer of this.#writers) writer.interrupt();
    this.#deliver();
  }

  #deliver(): void {
    if (!this.#interrupted || !this.#steering || this.#ended) return;
    this.#steering
      .signal((params) => {
        params.name = "INT";
      })
      .promise()
      .catch(() => {});
  }

  async #run(kernel: () => wire.Kernel$Client, code: string, options: ExecuteOptions): Promise<ExecuteResult> {
    const { stdin, stdout, stderr, signal } = options;
    let exited: (result: ExecuteResult) => void = () => {};
    let failed: (error: unknown) => void = () => {};
    const exit = new Promise<ExecuteResult>((resolve, reject) => {
      exited = resolve;
      failed = reject;
    });
    exit.catch(() => {});
    const out = new Writer(stdout);
    const err = new Writer(stderr);
    this.#writers = [out, err];
    const stream = serve<wire.ExecStream$Server$Target>(
      wire.ExecStream$Client,
      {
        onStdout: (params) => out.write(params),
        onStderr: (params) => err.write(params),
        readStdin: reader(stdin),
        onExit(params) {
          try {
            const { result, unread } = readExecOutcome(params.result);
            if (unread.length > 0) stdin?.unread(unread);
            exited(result);
          } catch (error) {
            failed(error);
          }
        },
      },
      () => failed(new KernelError("disconnected", "the kernel went away while the program ran")),
    );
    const interrupt = () => this.interrupt();
    try {
      const started = await kernel()
        .executeStreaming((params) => {
          putExecRequest(params._initRequest(), code, options);
          params.callback = new wire.ExecStream$Client(stream);
        })
        .promise();
      this.#steering = started.execution;
      // It may have been aborted while the kernel was asked.
      if (signal?.aborted) this.#interrupted = true;
      signal?.addEventListener("abort", interrupt, { once: true });
      this.#deliver();
      return await exit;
    } finally {
      this.#ended = true;
      signal?.removeEventListener("abort", interrupt);
      this.#steering?.client.close();
    }
  }
}
