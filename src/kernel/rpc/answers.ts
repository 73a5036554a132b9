/** Calls of the peer that we work on, and answers it has not finished with. */
import { KernelError } from "../errors.ts";
import { type AnyMethod, type CallContext, type Handler, ServedCapability } from "./capability.ts";
import {
  beginResults,
  canceledReturn,
  exceptionReturn,
  type OpenPayload,
  readCapTable,
  readTarget,
  type Sendable,
  writeCapTable,
} from "./envelope.ts";
import { toException } from "./fault.ts";
import type { Frame } from "./frame.ts";
import { InMessage, initStruct, type OutMessage, readStruct } from "./message.ts";
import * as $ from "./runtime.ts";
import type { CapTransfer } from "./transfer.ts";
import type { WireReader, WireStruct } from "./wire.ts";

/** What later calls may be addressed to: the capability at a path of pointer fields in the results. */
type Resolve = (path: readonly number[]) => $.Client | undefined;

/**
 * One call of the peer. 1. Exactly one Return is sent for it. 2. The entry goes when both that and the peer's Finish happened.
 * 3. Its parameters' capabilities are closed when it settles. 4. Calls waiting for its results keep it from being aborted.
 */
class Answer implements CallContext {
  readonly id: number;
  returned = false;
  finished = false;
  resolve: Resolve | undefined;
  readonly resultExports: number[] = [];
  readonly waiting: (() => void)[] = [];
  #controller: AbortController | undefined;
  #aborted: KernelError | undefined;

  constructor(id: number) {
    this.id = id;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted && !this.#controller.signal.aborted) this.#controller.abort(this.#aborted);
    return this.#controller.signal;
  }

  abort(reason: KernelError): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }
}

interface IncomingCall {
  readonly answer: Answer;
  readonly interfaceId: bigint;
  readonly methodId: number;
  readonly message: InMessage;
  readonly caps: readonly ($.Client | null)[];
  readonly payload: WireStruct;
}

export interface AnswersOptions {
  /** Answers the peer has not finished with, at most; a call more is refused. */
  readonly maxOpenCalls: number;
  /** Of one message; an answer that is larger becomes the error that says so. */
  readonly maxBytes: number;
  /** Told of an error that is no `KernelError`: the peer only learns that there was one. */
  readonly onFault: (error: unknown) => void;
}

export class Answers {
  readonly #entries = new Map<number, Answer>();
  readonly #send: (message: Sendable) => void;
  readonly #transfer: CapTransfer;
  readonly #options: AnswersOptions;
  #closed = false;

  constructor(send: (message: Sendable) => void, transfer: CapTransfer, options: AnswersOptions) {
    this.#send = send;
    this.#transfer = transfer;
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The capability at `path` of an answer that is there. */
  resolved(questionId: number, path: readonly number[]): $.Client | undefined {
    return this.#entries.get(questionId)?.resolve?.(path);
  }

  #open(id: number): Answer {
    if (this.#entries.has(id)) throw new KernelError("invalid", `protocol error: call ${id} is open already`);
    const answer = new Answer(id);
    this.#entries.set(id, answer);
    return answer;
  }

  bootstrap(questionId: number, main: ServedCapability | undefined): void {
    const answer = this.#open(questionId);
    if (!main) {
      this.#fail(answer, new KernelError("unimplemented", "nothing is offered on this connection"));
      return;
    }
    const out = beginResults(questionId);
    const index = out.message.addCap(main);
    $.utils.setInterfacePointer(index, new $.Pointer(out.message.segment, out.contentOffset));
    this.#succeed(answer, out, (path) => (path.length === 0 ? main : undefined));
  }

  called(frame: Frame, reader: WireReader, body: WireStruct): void {
    const questionId = reader.uint32(body, 0);
    const payload = reader.struct(body, 1);
    const caps = this.#transfer.receive(readCapTable(reader, payload));
    if (this.#entries.size >= this.#options.maxOpenCalls && !this.#entries.has(questionId)) {
      closeAll(caps);
      const error = new KernelError("refused", `too many open calls: at most ${this.#options.maxOpenCalls}`);
      this.#send(exceptionReturn(questionId, { ...toException(error), type: 1 }));
      return;
    }
    const message = new InMessage(frame);
    message.setCaps(caps);
    const call: IncomingCall = {
      answer: this.#open(questionId),
      interfaceId: reader.uint64(body, 8),
      methodId: reader.uint16(body, 4),
      message,
      caps,
      payload,
    };
    if (reader.uint16(body, 6) !== 0)
      this.#refuse(call, new KernelError("unimplemented", "results can only be sent to the caller"));
    else this.#route(call, reader, body);
  }

  #route(call: IncomingCall, reader: WireReader, body: WireStruct): void {
    const target = readTarget(reader, reader.struct(body, 0));
    switch (target.kind) {
      case "importedCap":
        this.#start(call, this.#transfer.exports.get(target.id));
        return;
      case "promisedAnswer": {
        const answer = this.#entries.get(target.questionId);
        const run = () => this.#start(call, answer?.resolve?.(target.path));
        if (answer && !answer.returned && answer !== call.answer) answer.waiting.push(run);
        else run();
        return;
      }
      case "unknown":
        this.#refuse(call, new KernelError("unimplemented", "unknown kind of call target"));
        return;
      default:
        target satisfies never;
    }
  }

  #start(call: IncomingCall, target: $.Client | undefined): void {
    if (this.#closed) return;
    try {
      const { method, handler } = this.#find(call, target);
      const params = readStruct(call.message, call.payload.segmentId, call.payload.pointers, method.ParamsClass);
      const out = beginResults(call.answer.id);
      const results = initStruct(out.message, out.contentOffset, method.ResultsClass);
      const pending = handler(params, results, call.answer);
      if (pending)
        pending.then(
          () => this.#finishCall(call, out, results),
          (error) => this.#refuse(call, error, out),
        );
      else this.#finishCall(call, out, results);
    } catch (error) {
      this.#refuse(call, error);
    }
  }

  #find(call: IncomingCall, target: $.Client | undefined): { method: AnyMethod; handler: Handler } {
    if (!target) throw new KernelError("invalid", "the call's target is not held by the caller");
    if (!(target instanceof ServedCapability)) throw new KernelError("unimplemented", "calls are not forwarded");
    if (target.interfaceId !== call.interfaceId) throw new KernelError("unimplemented", "the target does not have this interface");
    const method = target.methods[call.methodId];
    if (!method) throw new KernelError("unimplemented", `there is no method ${call.methodId}`);
    const handler = target.handler(method);
    if (handler) return { method, handler };
    const name = method.methodName ?? "";
    throw new KernelError("unimplemented", `${name} is not implemented yet`, { method: name });
  }

  #finishCall(call: IncomingCall, out: OpenPayload, results: $.Struct): void {
    closeAll(call.caps);
    this.#succeed(call.answer, out, out.message.caps.length === 0 ? () => undefined : (path) => capAt(results, path));
  }

  #succeed(answer: Answer, out: OpenPayload, resolve: Resolve): void {
    if (this.#closed) {
      this.#discard(out.message);
      return;
    }
    answer.resolve = resolve;
    if (answer.finished) {
      this.#settle(answer, canceledReturn(answer.id));
      this.#discard(out.message);
      return;
    }
    try {
      out.message.checkSize(this.#options.maxBytes);
      writeCapTable(out.message, out.payloadWord, this.#transfer.describe(out.message.caps, answer.resultExports));
    } catch (error) {
      this.#discard(out.message);
      this.#fail(answer, error);
      return;
    }
    this.#settle(answer, out.message);
  }

  #refuse(call: IncomingCall, error: unknown, out?: OpenPayload): void {
    closeAll(call.caps);
    if (out) this.#discard(out.message);
    this.#fail(call.answer, error);
  }

  #fail(answer: Answer, error: unknown): void {
    if (this.#closed) return;
    if (!(error instanceof KernelError)) this.#options.onFault(error);
    this.#settle(answer, answer.finished ? canceledReturn(answer.id) : exceptionReturn(answer.id, toException(error)));
  }

  #settle(answer: Answer, message: OutMessage): void {
    answer.returned = true;
    this.#send(message);
    for (const run of answer.waiting.splice(0)) run();
    if (answer.finished) this.#entries.delete(answer.id);
  }

  /** Results that nobody gets: objects made for them have no holder. */
  #discard(message: OutMessage): void {
    for (const cap of message.caps) {
      if (cap instanceof ServedCapability && !this.#transfer.exports.has(cap)) cap.drop();
    }
  }

  /** The peer is done with an answer, or takes its call back. An unknown id was a refused call. */
  finish(questionId: number, releaseResultCaps: boolean): void {
    const answer = this.#entries.get(questionId);
    if (!answer) return;
    answer.finished = true;
    if (!answer.returned) {
      if (answer.waiting.length === 0) answer.abort(new KernelError("cancelled", "the caller took the call back"));
      return;
    }
    this.#entries.delete(questionId);
    if (releaseResultCaps) for (const id of answer.resultExports) this.#transfer.exports.release(id, 1);
  }

  /** The peer is gone: what still runs is told, and its results go nowhere. */
  shutDown(error: KernelError): void {
    this.#closed = true;
    for (const answer of this.#entries.values()) if (!answer.returned) answer.abort(error);
    this.#entries.clear();
  }
}

function closeAll(caps: readonly ($.Client | null)[]): void {
  for (const cap of caps) cap?.close();
}

/** Follows pointer fields from `results` to a capability. */
function capAt(results: $.Struct, path: readonly number[]): $.Client | undefined {
  let struct = results;
  for (const field of path.slice(0, -1)) {
    if (!$.utils.hasPointer(field, struct)) return undefined;
    struct = $.utils.getStruct(field, $.Struct as unknown as $.StructCtor<$.Struct>, struct);
  }
  const last = path.at(-1);
  return last === undefined ? undefined : $.utils.getInterfaceClientOrNullAt(last, struct);
}
