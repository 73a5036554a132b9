/** Cap'n Proto RPC, level 1, over a byte stream: both sides may offer an object and call the other's. */
import type { Duplex } from "node:stream";
import { KernelError } from "../errors.ts";
import { Answers } from "./answers.ts";
import type { ServedCapability } from "./capability.ts";
import {
  abortMessage,
  disembargoEcho,
  readDescriptor,
  readException,
  readTarget,
  type Sendable,
  tag,
  unimplementedFrame,
} from "./envelope.ts";
import { toException } from "./fault.ts";
import { defaultFrameLimits, type Frame, type FrameLimits, FrameReader } from "./frame.ts";
import { Outbox } from "./outbox.ts";
import { Questions } from "./questions.ts";
import type { Client } from "./runtime.ts";
import { CapTransfer, ImportedCapability } from "./transfer.ts";
import { validateMessage } from "./validate.ts";
import { WireReader, type WireStruct } from "./wire.ts";

export interface ConnectionLimits extends FrameLimits {
  readonly maxOpenCalls: number;
  /** Bytes waiting to be sent before no more calls are taken (a server only: two peers that both stop would wait for ever). */
  readonly pauseBytes: number;
  /** Bytes waiting to be sent before the peer counts as not reading, and is cut off. */
  readonly maxUnsentBytes: number;
}

const defaultLimits: ConnectionLimits = {
  ...defaultFrameLimits,
  maxOpenCalls: 10_000,
  pauseBytes: 1024 * 1024,
  maxUnsentBytes: 192 * 1024 * 1024,
};

export interface ConnectionOptions {
  /** What this side offers. */
  readonly main?: ServedCapability;
  readonly limits?: Partial<ConnectionLimits>;
  /** Called once; the error tells why. */
  readonly onClose?: (error: KernelError) => void;
  /** Faults of ours in handlers; the peer is told nothing of them. */
  readonly onFault?: (error: unknown) => void;
}

export class Connection {
  readonly #stream: Duplex;
  readonly #main: ServedCapability | undefined;
  readonly #onClose: (error: KernelError) => void;
  readonly #frames: FrameReader;
  readonly #outbox: Outbox;
  readonly #transfer: CapTransfer;
  readonly #questions: Questions;
  readonly #answers: Answers;
  #paused = false;
  #closed: KernelError | undefined;

  constructor(stream: Duplex, options: ConnectionOptions = {}) {
    const limits = { ...defaultLimits, ...options.limits };
    this.#stream = stream;
    this.#main = options.main;
    this.#onClose = options.onClose ?? (() => {});
    this.#frames = new FrameReader(limits);
    this.#outbox = new Outbox(
      stream,
      { pauseBytes: limits.pauseBytes, maxBytes: limits.maxUnsentBytes },
      {
        overflow: () => this.#shutDown(new KernelError("refused", "the peer does not read what it is sent"), false),
        paused: (paused) => this.#pause(paused && options.main !== undefined),
      },
    );
    const send = (message: Sendable) => this.#outbox.send([message.bytes()]);
    const onFault = options.onFault ?? (() => {});
    this.#transfer = new CapTransfer(
      {
        send,
        call: (importId, call) => this.#questions.call(importId, call),
        answered: (questionId, path) => this.#answers.resolved(questionId, path),
      },
      onFault,
    );
    this.#questions = new Questions(send, this.#transfer, limits.maxBytes);
    this.#answers = new Answers(send, this.#transfer, {
      maxOpenCalls: limits.maxOpenCalls,
      maxBytes: limits.maxBytes,
      onFault,
    });
    stream.on("data", (chunk: Uint8Array) => this.#received(chunk));
    stream.on("end", () => this.#shutDown(new KernelError("disconnected", "the peer closed the connection"), false));
    stream.on("close", () => this.#shutDown(new KernelError("disconnected", "the connection was closed"), false));
    stream.on("error", (error) => {
      this.#shutDown(new KernelError("disconnected", `the connection broke: ${error.message}`, {}, { cause: error }), false);
    });
  }

  /** The peer's main object. */
  bootstrap(): Promise<Client> {
    return this.#questions.bootstrap();
  }

  /** Ends the connection: what is written is sent, what waits rejects with `disconnected`. */
  close(): void {
    this.#shutDown(new KernelError("disconnected", "the connection was closed"), false);
  }

  /** Entries of the four tables. */
  get tables(): { readonly questions: number; readonly answers: number; readonly imports: number; readonly exports: number } {
    return {
      questions: this.#questions.size,
      answers: this.#answers.size,
      imports: this.#transfer.imports.size,
      exports: this.#transfer.exports.size,
    };
  }

  #pause(paused: boolean): void {
    if (paused === this.#paused || this.#closed) return;
    this.#paused = paused;
    if (paused) {
      this.#stream.pause();
      return;
    }
    this.#stream.resume();
    // What was read before the pause; not from within the flush that ended it.
    setImmediate(() => this.#work());
  }

  #received(chunk: Uint8Array): void {
    if (this.#closed) return;
    this.#frames.push(chunk);
    this.#work();
  }

  /** Takes the frames that are there. Any error here means that the peer does not speak the protocol. */
  #work(): void {
    try {
      while (!this.#closed && !this.#paused) {
        const frame = this.#frames.next();
        if (!frame) return;
        this.#handle(frame);
      }
    } catch (error) {
      this.#shutDown(
        error instanceof KernelError ? error : new KernelError("invalid", "protocol error", {}, { cause: error }),
        true,
      );
    }
  }

  #handle(frame: Frame): void {
    validateMessage(frame);
    const reader = new WireReader(frame);
    const root = reader.root();
    const body = reader.struct(root, 0);
    switch (reader.uint16(root, 0)) {
      case tag.call:
        this.#answers.called(frame, reader, body);
        return;
      case tag.return:
        this.#questions.returned(frame, reader, body);
        return;
      case tag.finish:
        this.#answers.finish(reader.uint32(body, 0), reader.trueBit(body, 4));
        return;
      case tag.release:
        this.#release(reader.uint32(body, 0), reader.uint32(body, 4));
        return;
      case tag.bootstrap:
        this.#answers.bootstrap(reader.uint32(body, 0), this.#main);
        return;
      case tag.resolve:
        this.#resolve(reader, body);
        return;
      case tag.disembargo:
        this.#disembargo(reader, body);
        return;
      case tag.abort:
        this.#shutDown(new KernelError("disconnected", `the peer gave up: ${readException(reader, body).reason}`), false);
        return;
      case tag.unimplemented:
        if (reader.uint16(body, 0) === tag.call) this.#questions.unimplemented(reader.uint32(reader.struct(body, 0), 0));
        return;
      default:
        this.#outbox.send(unimplementedFrame(frame));
    }
  }

  #release(id: number, count: number): void {
    if (!this.#transfer.exports.release(id, count))
      throw new KernelError("invalid", `protocol error: released export ${id}, which is not held`);
  }

  /** A promise we imported became something. We go on through the promise, so the reference to that is let go of. */
  #resolve(reader: WireReader, body: WireStruct): void {
    if (reader.uint16(body, 4) !== 0) return;
    for (const cap of this.#transfer.receive([readDescriptor(reader, reader.struct(body, 0))])) cap?.close();
  }

  /** The peer asks to hear when its calls through an answer of ours have come back to it. */
  #disembargo(reader: WireReader, body: WireStruct): void {
    if (reader.uint16(body, 4) !== 0) return;
    const target = readTarget(reader, reader.struct(body, 0));
    const cap = target.kind === "promisedAnswer" ? this.#answers.resolved(target.questionId, target.path) : undefined;
    if (!(cap instanceof ImportedCapability))
      throw new KernelError("invalid", "protocol error: disembargo of what is not the peer's");
    this.#outbox.send([disembargoEcho({ importedCap: cap.id }, reader.uint32(body, 0)).bytes()]);
  }

  #shutDown(error: KernelError, tellPeer: boolean): void {
    if (this.#closed) return;
    this.#closed = error;
    if (tellPeer) this.#outbox.send([abortMessage(toException(error)).bytes()]);
    this.#outbox.flush();
    this.#outbox.clear();
    if (this.#stream.writableNeedDrain) this.#stream.destroy();
    else this.#stream.end(() => this.#stream.destroy());
    const reason = error.code === "disconnected" ? error : new KernelError("disconnected", error.message, {}, { cause: error });
    this.#questions.shutDown(reason);
    this.#answers.shutDown(reason);
    this.#transfer.shutDown();
    this.#onClose(error);
  }
}
