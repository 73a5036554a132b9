import { Duplex } from "node:stream";
import { Connection, type ConnectionOptions } from "../../src/kernel/rpc/connection.ts";
import { FrameReader, writeFrame } from "../../src/kernel/rpc/frame.ts";

/** Two ends of a wire in memory. `sizes` cuts what is written into chunks of those sizes, round and round. */
export function wirePair(sizes: readonly number[] = []): readonly [Duplex, Duplex] {
  const end = (other: () => Duplex): Duplex => {
    let turn = 0;
    return new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        for (let at = 0; at < chunk.length; ) {
          const size = sizes.length === 0 ? chunk.length : sizes[turn++ % sizes.length]!;
          other().push(chunk.subarray(at, at + size));
          at += size;
        }
        done();
      },
      final(done) {
        other().push(null);
        done();
      },
      destroy(error, done) {
        other().push(null);
        done(error);
      },
    });
  };
  const left: Duplex = end(() => right);
  const right: Duplex = end(() => left);
  return [left, right];
}

export interface ConnectedPair {
  readonly client: Connection;
  readonly server: Connection;
  readonly clientEnd: Duplex;
  readonly faults: unknown[];
}

export function connectionPair(
  main: NonNullable<ConnectionOptions["main"]>,
  options: ConnectionOptions = {},
  sizes: readonly number[] = [],
): ConnectedPair {
  const [left, right] = wirePair(sizes);
  const faults: unknown[] = [];
  const server = new Connection(right, { ...options, main, onFault: (error) => faults.push(error) });
  return { client: new Connection(left), server, clientEnd: left, faults };
}

/** A client that speaks raw messages: sends frames, keeps the frames that come. */
export class RawPeer {
  readonly received: DataView[][] = [];
  readonly #stream: Duplex;
  ended = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
    const frames = new FrameReader();
    stream.on("data", (chunk: Buffer) => {
      frames.push(chunk);
      for (let frame = frames.next(); frame; frame = frames.next()) this.received.push([...frame]);
    });
    stream.on("end", () => {
      this.ended = true;
    });
    stream.on("close", () => {
      this.ended = true;
    });
    stream.on("error", () => {
      this.ended = true;
    });
  }

  send(...messages: { bytes(): Uint8Array }[]): void {
    for (const message of messages) this.sendSegments([message.bytes()]);
  }

  sendSegments(segments: readonly Uint8Array[]): void {
    const out = Buffer.alloc(16 + segments.length * 8 + segments.reduce((sum, segment) => sum + segment.length, 0));
    this.#stream.write(out.subarray(0, writeFrame(out, 0, segments)));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#stream.write(bytes);
  }
}
