/** Programs run in another process, with this process's streams. */
import type { ExecuteOptions, ExecuteResult, Execution } from "../../api.ts";
import { KernelError } from "../../errors.ts";
import type { ByteSink, ByteSource } from "../../streams.ts";
import { serve } from "../capability.ts";
import { putExecRequest, readExecOutcome } from "../codec/exec.ts";
import { bytesOf, putBytes } from "../codec/values.ts";
import * as wire from "../generated/kaijutsu.ts";

let executions = 0;

/** Writes what comes, one after the other; the answer to a message is that it was taken. */
function writer(
  sink: ByteSink | undefined,
): (params: wire.ExecStream_OnStdout$Params | wire.ExecStream_OnStderr$Params) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (params) => {
    // The bytes are a view of the message, which nobody changes.
    const write = async () => {
      if (sink && params._hasChunk()) await sink.write(bytesOf(params.chunk));
    };
    const written = last.then(write);
    last = written.catch(() => {});
    return written;
  };
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
  #ended = false;

  constructor(kernel: () => wire.Kernel$Client, code: string, options: ExecuteOptions) {
    this.done = this.#run(kernel, code, options);
    // Whoever does not wait for the end is not told of a broken connection either.
    this.done.catch(() => {});
  }

  interrupt(): void {
    this.#interrupted = true;
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
    const stream = serve<wire.ExecStream$Server$Target>(
      wire.ExecStream$Client,
      {
        onStdout: writer(stdout),
        onStderr: writer(stderr),
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
