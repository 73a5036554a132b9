import type { Readable, Writable } from "node:stream";
import type { ByteSink, ByteSource } from "../command.ts";

/** Copies a source into a child's input until either ends. `stop`: the child is gone, so nothing more is taken. */
export function feed(source: ByteSource, input: Writable): { stop(): void } {
  let stopped = false;
  // A child that does not read to the end is no error.
  input.on("error", () => {
    stopped = true;
  });
  const copy = async (): Promise<void> => {
    while (!stopped) {
      const chunk = await source.read();
      if (stopped) {
        if (chunk !== null) source.unread(chunk);
        return;
      }
      if (chunk === null) break;
      if (!input.write(chunk)) await room(input);
    }
    input.end();
  };
  void copy().catch(() => input.destroy());
  return {
    stop() {
      stopped = true;
      input.destroy();
    },
  };
}

function room(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      stream.off("drain", go);
      stream.off("close", go);
      resolve();
    };
    stream.once("drain", go);
    stream.once("close", go);
  });
}

/** Copies a child's output into a sink to its end. `broken`: nobody reads the sink, so the child's end was closed. */
export async function drain(output: Readable, sink: ByteSink): Promise<"done" | "broken"> {
  try {
    for await (const chunk of output) await sink.write(chunk as Uint8Array);
    return "done";
  } catch {
    output.destroy();
    return "broken";
  }
}
