/** Calls of ours that wait for an answer. */
import { KernelError } from "../errors.ts";
import { rejectedAnswer } from "./capability.ts";
import {
  beginCall,
  bootstrapMessage,
  finishMessage,
  readCapTable,
  readException,
  type Sendable,
  writeCapTable,
} from "./envelope.ts";
import { fromException } from "./fault.ts";
import type { Frame } from "./frame.ts";
import { InMessage, initStruct, readStruct } from "./message.ts";
import type { Answer } from "./runtime.ts";
import * as $ from "./runtime.ts";
import { IdTable } from "./tables.ts";
import type { CapTransfer } from "./transfer.ts";
import type { WireReader, WireStruct } from "./wire.ts";

/** What a finished call brings: the message, and where in it the pointer to the content lies. */
interface Results {
  readonly message: InMessage;
  readonly segmentId: number;
  readonly offset: number;
}

interface Question {
  readonly id: number;
  readonly paramExports: number[];
  /** Undefined once it was taken back: the entry then only keeps the id until the answer comes. */
  settle: { readonly resolve: (results: Results) => void; readonly reject: (error: KernelError) => void } | undefined;
}

/** An answer whose call can be taken back: it rejects with `cancelled`, and the peer's handler is told. */
export interface PendingAnswer<R extends $.Struct> extends Answer<R> {
  cancel(): void;
}

export class Questions {
  readonly #table = new IdTable<Question>();
  readonly #send: (message: Sendable) => void;
  readonly #transfer: CapTransfer;
  readonly #maxBytes: number;
  #closed: KernelError | undefined;

  /** `maxBytes`: of one message; a call that is larger rejects. */
  constructor(send: (message: Sendable) => void, transfer: CapTransfer, maxBytes: number) {
    this.#send = send;
    this.#transfer = transfer;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#table.size;
  }

  /** A call to be; `read` makes what its promise resolves with. */
  #open<T>(read: (results: Results) => T): { question: Question; answer: Promise<T> } {
    let settle: Question["settle"];
    const answer = new Promise<T>((resolve, reject) => {
      const take = (results: Results) => {
        try {
          resolve(read(results));
        } catch (error) {
          reject(error);
        }
      };
      settle = { resolve: take, reject };
    });
    // A caller that does not wait for its answer is no fault.
    answer.catch(() => {});
    return { question: this.#table.add((id) => ({ id, paramExports: [], settle })), answer };
  }

  /** The peer's main object. */
  async bootstrap(): Promise<$.Client> {
    if (this.#closed) throw this.#closed;
    const { question, answer } = this.#open(({ message, segmentId, offset }) => {
      const pointer = new $.Pointer(message.getSegment(segmentId), offset);
      const cap = message._capnp.capTable?.[$.utils.getInterfacePointer(pointer)];
      if ($.utils.isNull(pointer) || !cap) throw new KernelError("invalid", "the peer offers nothing");
      return cap;
    });
    this.#send(bootstrapMessage(question.id));
    return answer;
  }

  call<P extends $.Struct, R extends $.Struct>(importId: number, call: $.Call<P, R>): Answer<R> {
    if (this.#closed) return rejectedAnswer(this.#closed);
    const { method } = call;
    const { question, answer } = this.#open(({ message, segmentId, offset }) =>
      readStruct(message, segmentId, offset, method.ResultsClass),
    );
    const payload = beginCall(question.id, importId, method.interfaceId, method.methodId);
    try {
      const params = initStruct(payload.message, payload.contentOffset, method.ParamsClass);
      if ("paramsFunc" in call) call.paramsFunc?.(params);
      payload.message.checkSize(this.#maxBytes);
      writeCapTable(payload.message, payload.payloadWord, this.#transfer.describe(payload.message.caps, question.paramExports));
    } catch (error) {
      this.#table.delete(question.id);
      for (const id of question.paramExports) this.#transfer.exports.release(id, 1);
      const message = error instanceof Error ? error.message : String(error);
      return rejectedAnswer(error instanceof KernelError ? error : new KernelError("internal", message, {}, { cause: error }));
    }
    this.#send(payload.message);
    return this.#answer(question, answer);
  }

  #answer<R extends $.Struct>(question: Question, answer: Promise<R>): PendingAnswer<R> {
    return {
      struct: () => answer,
      pipelineCall: () => rejectedAnswer(new KernelError("unimplemented", "calls on an answer that is not there yet are not sent")),
      pipelineClose: () => {},
      cancel: () => this.#cancel(question),
    };
  }

  #cancel(question: Question): void {
    const settle = question.settle;
    if (!settle || this.#closed) return;
    question.settle = undefined;
    this.#send(finishMessage(question.id, true));
    settle.reject(new KernelError("cancelled", "the call was taken back"));
  }

  /** A Return came. Throws for an answer to nothing. */
  returned(frame: Frame, reader: WireReader, body: WireStruct): void {
    const question = this.#table.get(reader.uint32(body, 0));
    if (!question)
      throw new KernelError("invalid", `protocol error: an answer to call ${reader.uint32(body, 0)}, which is not open`);
    this.#table.delete(question.id);
    if (reader.trueBit(body, 4)) for (const id of question.paramExports) this.#transfer.exports.release(id, 1);
    const { settle } = question;
    // Taken back: its Finish said that the results are not wanted.
    if (!settle) return;
    const which = reader.uint16(body, 6);
    this.#send(finishMessage(question.id, which !== 0));
    switch (which) {
      case 0: {
        const payload = reader.struct(body, 0);
        const message = new InMessage(frame);
        message.setCaps(this.#transfer.receive(readCapTable(reader, payload)));
        if (payload.pointerCount === 0) settle.reject(new KernelError("invalid", "malformed message: results are missing"));
        else settle.resolve({ message, segmentId: payload.segmentId, offset: payload.pointers });
        return;
      }
      case 1:
        settle.reject(fromException(readException(reader, reader.struct(body, 0))));
        return;
      case 2:
        settle.reject(new KernelError("cancelled", "the call was cancelled"));
        return;
      default:
        settle.reject(new KernelError("unimplemented", "the answer was sent elsewhere"));
    }
  }

  /** The peer does not know the call it got. */
  unimplemented(questionId: number): void {
    const question = this.#table.get(questionId);
    if (!question) return;
    this.#table.delete(questionId);
    for (const id of question.paramExports) this.#transfer.exports.release(id, 1);
    question.settle?.reject(new KernelError("unimplemented", "the peer does not know this call"));
  }

  /** Every call waiting, and every later one, rejects with `error`. */
  shutDown(error: KernelError): void {
    this.#closed = error;
    for (const question of this.#table.drain()) question.settle?.reject(error);
  }
}
