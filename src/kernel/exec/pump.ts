import type { Readable, Writable } from "node:stream";
import type { ByteSink, ByteSource } from "../command.ts";
import type { CancellableSource } from "./streams.ts";

/** Copies a source into a child's input until either ends. `stop`: the child is gone, so nothing more is taken. */
export function feed(source: ByteSource, input: Writable): { stop(): void } {
  let stopped = false;
  let unsent: Uint8Array | undefined;
  // A child that does not read to the end is no error.
  input.on("error", () => {
    stopped = true;
  });
  const copy = async (): Promise<void> => {
    while (!stopped) {
      const chunk = await source.read();
      if (chunk === null) break;
      if (stopped) {
        source.unread(chunk);
        return;
      }
      // In small pieces, so that a chunk is either in the pipe or still here.
      for (let at = 0; at < chunk.length && !stopped; at += pieceSize) {
        const piece = chunk.subarray(at, at + pieceSize);
        unsent = chunk.subarray(at);
        const written = write(input, piece);
        // Already in the pipe, though its callback comes later.
        if (input.writableLength === 0) unsent = chunk.subarray(at + pieceSize);
        await written;
        if (!stopped) unsent = chunk.subarray(at + pieceSize);
      }
    }
    if (!stopped) input.end();
  };
  void copy().catch(() => input.destroy());
  return {
    stop() {
      stopped = true;
      // A read that still waits must not take what the next reader is to have.
      if ("cancel" in source) (source as CancellableSource).cancel();
      input.destroy();
      if (unsent !== undefined && unsent.length > 0) source.unread(unsent);
      unsent = undefined;
    },
  };
}

/** What Linux writes to a pipe as a whole. */
const pieceSize = 4096;

/** Resolves when the piece is in the pipe, or the pipe is gone. */
function write(stream: Writable, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write(piece, () => resolve());
  });
}

/** Copies a child's output into a sink to its end. When nobody reads the sink, the child's end is closed. */
export async function drain(output: Readable, sink: ByteSink): Promise<void> {
  try {
    for await (const chunk of output) await sink.write(chunk as Uint8Array);
  } catch {
    output.destroy();
  }
}
