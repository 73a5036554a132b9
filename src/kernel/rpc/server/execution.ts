/** Programs that a peer runs, with its streams. */
import { VfsError } from "../../../vfs/index.ts";
import type { Execution, KernelApi } from "../../api.ts";
import { KernelError } from "../../errors.ts";
import type { ByteSource } from "../../streams.ts";
import { keep, serve } from "../capability.ts";
import { type ExecOutcome, putExecFailure, putExecOutcome, readExecOptions } from "../codec/exec.ts";
import { bytesOf, putBytes } from "../codec/values.ts";
import * as wire from "../generated/kaijutsu.ts";
import { type OutputFd, OutputPump } from "../output-pump.ts";
import type { PendingAnswer } from "../questions.ts";
import { type Pull, PulledStdin, PushedStdin } from "../remote-stdin.ts";

const nothing = new Uint8Array(0);

/** A program runs; what is told when it ends goes through here. */
interface ExecReport {
  readonly output: (fd: OutputFd, bytes: Uint8Array) => Promise<void>;
  readonly exit: (fill: (result: wire.ExecResult) => void) => Promise<void>;
}

/** Waits for the program and for its output to be taken, then reports. Never rejects: who is gone is not told. */
async function report(execution: Execution, pump: OutputPump, to: ExecReport, unread: () => Uint8Array): Promise<void> {
  let fill: (result: wire.ExecResult) => void;
  try {
    const outcome: ExecOutcome = { result: await execution.done, unread: unread() };
    fill = (result) => putExecOutcome(result, outcome);
  } catch (error) {
    fill = (result) => putExecFailure(result, error);
  }
  await pump.drained();
  await to.exit(fill).catch(() => {});
}

function pullFrom(stream: wire.ExecStream$Client): () => Pull {
  return () => {
    const asked = stream.readStdin();
    const answer = asked.pipeline.answer as unknown as PendingAnswer<wire.ExecStream_ReadStdin$Results>;
    const chunk = asked
      .promise()
      .then((results) => ({ bytes: results._hasChunk() ? bytesOf(results.chunk) : nothing, end: results.end }));
    return { chunk, cancel: () => answer.cancel() };
  };
}

/** The object a caller steers its program with. */
function steering(execution: Execution, stdin: ByteSource | undefined): wire.Execution$Client {
  const pushed = (): PushedStdin => {
    if (stdin instanceof PushedStdin) return stdin;
    throw new KernelError("illegal", "the program's input is not written by the caller");
  };
  const capability = serve<wire.Execution$Server$Target>(wire.Execution$Client, {
    async writeStdin(params) {
      try {
        if (params._hasChunk()) await pushed().write(bytesOf(params.chunk));
      } catch (error) {
        throw error instanceof VfsError ? new KernelError("io", error.message, { errno: error.code }, { cause: error }) : error;
      }
    },
    closeStdin: () => pushed().end(),
    signal(params) {
      const name = params.name.replace(/^SIG/, "");
      if (!["INT", "TERM", "HUP", "QUIT"].includes(name)) throw new KernelError("invalid", `cannot send signal ${params.name}`);
      execution.interrupt();
    },
  });
  return new wire.Execution$Client(capability);
}

function sourceFor(request: wire.ExecRequest, stream: wire.ExecStream$Client): ByteSource | undefined {
  switch (request.stdin) {
    case wire.StdinMode.PULLED:
      return new PulledStdin(pullFrom(stream), request.stdinTty);
    case wire.StdinMode.PUSHED:
      return new PushedStdin();
    default:
      return undefined;
  }
}

/** Runs a request; the caller's stream is kept until the exit was told. */
export function runStreaming(
  api: KernelApi,
  params: wire.Kernel_ExecuteStreaming$Params,
): { execution: Execution; steering: wire.Execution$Client } {
  const { request } = params;
  const stream = new wire.ExecStream$Client(keep(params.callback.client));
  const to: ExecReport = {
    async output(fd, bytes) {
      const fill = (chunk: { _initChunk(length: number): Parameters<typeof putBytes>[0] }) =>
        putBytes(chunk._initChunk(bytes.length), bytes);
      await (fd === 1 ? stream.onStdout(fill) : stream.onStderr(fill)).promise();
    },
    async exit(fill) {
      await stream.onExit((exit) => fill(exit._initResult())).promise();
    },
  };
  const pump = new OutputPump(to.output);
  const stdin = sourceFor(request, stream);
  const columns = request.columns > 0 ? { columns: request.columns } : {};
  const execution = api.execute(request.code, {
    ...readExecOptions(request),
    ...(stdin ? { stdin } : {}),
    ...(request.wantStdout ? { stdout: pump.sink(1, { isTty: request.stdoutTty, ...columns }) } : {}),
    ...(request.wantStderr ? { stderr: pump.sink(2, { isTty: request.stderrTty }) } : {}),
  });
  const unread = () => (stdin instanceof PulledStdin ? stdin.takeUnread() : nothing);
  void report(execution, pump, to, unread).then(() => stream.client.close());
  return { execution, steering: steering(execution, stdin) };
}

/** Runs `code` for everybody who listens to the session's output. */
export function runBroadcast(
  api: KernelApi,
  code: string,
  execId: bigint,
  listeners: ReadonlySet<wire.KernelOutput$Client>,
): Execution {
  const all = async (tell: (listener: wire.KernelOutput$Client) => Promise<unknown>) => {
    await Promise.allSettled([...listeners].map(tell));
  };
  const to: ExecReport = {
    output: (fd, bytes) =>
      all((listener) => {
        const fill = (out: wire.KernelOutput_OnStdout$Params | wire.KernelOutput_OnStderr$Params) => {
          out.execId = execId;
          putBytes(out._initChunk(bytes.length), bytes);
        };
        return (fd === 1 ? listener.onStdout(fill) : listener.onStderr(fill)).promise();
      }),
    exit: (fill) =>
      all((listener) =>
        listener
          .onExit((out) => {
            out.execId = execId;
            fill(out._initResult());
          })
          .promise(),
      ),
  };
  const pump = new OutputPump(to.output);
  const execution = api.execute(code, { stdout: pump.sink(1), stderr: pump.sink(2) });
  void report(execution, pump, to, () => nothing);
  return execution;
}
