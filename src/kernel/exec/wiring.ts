import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { ByteSink, ByteSource } from "../command.ts";
import { inputPipe, outputPipe } from "./fifo.ts";
import { drain, feed } from "./pump.ts";
import type { Runtime } from "./runtime.ts";
import { HandleSource, nullSink } from "./streams.ts";

interface Pumps {
  readonly input: { stop(): void } | undefined;
  readonly outputs: readonly Promise<void>[];
}

/** What a child gets for each descriptor of the shell. */
export interface Wiring {
  readonly stdio: readonly ("pipe" | "ignore" | number)[];
  /** The child runs: lets its ends go here and starts to copy. */
  start(child: ChildProcess): Pumps;
  /** There is no child. */
  cancel(): void;
}

/** One descriptor of the child. */
interface Line {
  readonly stdio: "pipe" | "ignore" | number;
  readonly start?: (child: ChildProcess) => { readonly input?: { stop(): void }; readonly output?: Promise<void> };
  readonly cancel?: () => void;
}

/** Descriptors of the process are inherited; every other stream goes through a pipe that is copied from or to. */
export function wire(rt: Runtime): Wiring {
  const lines = rt.fds.map((description, fd): Line => {
    if (description === undefined) return { stdio: "ignore" };
    const { source, sink } = description;
    if (source !== undefined && (fd === 0 || sink === undefined)) return inputLine(source, fd);
    return sink === undefined ? { stdio: "ignore" } : outputLine(sink, fd);
  });
  return {
    stdio: lines.map((line) => line.stdio),
    start(child) {
      const started = lines.map((line) => line.start?.(child));
      return {
        input: started.find((line) => line?.input !== undefined)?.input,
        outputs: started.map((line) => line?.output).filter((output) => output !== undefined),
      };
    },
    cancel() {
      for (const line of lines) line.cancel?.();
    },
  };
}

function inputLine(source: ByteSource, fd: number): Line {
  const lent = source instanceof HandleSource ? source.lend() : source.hostFd;
  if (lent !== undefined) return { stdio: lent };
  const pipe = inputPipe();
  if (pipe === undefined) return { stdio: "pipe", start: (child) => ({ input: feed(source, child.stdio[fd] as Writable) }) };
  return {
    stdio: pipe.childFd,
    start() {
      pipe.started();
      const pump = feed(source, pipe.socket);
      return {
        input: {
          stop() {
            pump.stop();
            source.unread(pipe.finish());
          },
        },
      };
    },
    cancel: () => pipe.socket.destroy(),
  };
}

function outputLine(sink: ByteSink, fd: number): Line {
  if (sink === nullSink) return { stdio: "ignore" };
  if (sink.hostFd !== undefined) return { stdio: sink.hostFd };
  const pipe = outputPipe();
  if (pipe === undefined) return { stdio: "pipe", start: (child) => ({ output: drain(child.stdio[fd] as Readable, sink) }) };
  return {
    stdio: pipe.childFd,
    start() {
      pipe.started();
      return { output: drain(pipe.socket, sink) };
    },
    cancel: () => pipe.socket.destroy(),
  };
}
