import { Message as CapnpMessage } from "capnp-es";
import * as rpc from "capnp-es/capnp/rpc";
import { describe, expect, it } from "vitest";
import {
  abortMessage,
  beginCall,
  beginResults,
  bootstrapMessage,
  canceledReturn,
  disembargoEcho,
  exceptionReturn,
  finishMessage,
  readCapTable,
  readException,
  readTarget,
  releaseMessage,
  type Sendable,
  tag,
  unimplementedFrame,
  writeCapTable,
} from "../../src/kernel/rpc/envelope.ts";
import { headerBytes, writeFrame } from "../../src/kernel/rpc/frame.ts";
import * as wire from "../../src/kernel/rpc/generated/kaijutsu.ts";
import { initStruct } from "../../src/kernel/rpc/message.ts";
import { validateMessage } from "../../src/kernel/rpc/validate.ts";
import { WireReader } from "../../src/kernel/rpc/wire.ts";

/** Reads what we wrote with the classes compiled from rpc.capnp itself. */
function theirs(segments: readonly Uint8Array[]): rpc.Message {
  const frame = Buffer.alloc(headerBytes(segments.length) + segments.reduce((sum, one) => sum + one.length, 0));
  writeFrame(frame, 0, segments);
  validateMessage(segments.map((one) => new DataView(one.buffer, one.byteOffset, one.byteLength)));
  return new CapnpMessage(frame, false).getRoot(rpc.Message);
}
const sent = (message: Sendable) => theirs([message.bytes()]);

/** Reads with our reader what those classes wrote. */
function ours(build: (root: rpc.Message) => void): { reader: WireReader; kind: number; body: ReturnType<WireReader["root"]> } {
  const message = new CapnpMessage();
  build(message.initRoot(rpc.Message));
  const bytes = message.toArrayBuffer();
  const views = [new DataView(bytes, 8)];
  validateMessage(views);
  const reader = new WireReader(views);
  const root = reader.root();
  return { reader, kind: reader.uint16(root, 0), body: reader.struct(root, 0) };
}

const exception = { reason: "žluť", type: 3, detail: '{"code":"x"}' };

describe("what we write is rpc.capnp", () => {
  it("Call", () => {
    const { message, contentOffset, payloadWord } = beginCall(7, 3, 0xfedcba9876543210n, 101);
    initStruct(message, contentOffset, wire.World_Hello$Params).peer = "me";
    writeCapTable(message, payloadWord, [
      { kind: "senderHosted", id: 5 },
      { kind: "none" },
      { kind: "receiverHosted", id: 0xffffffff },
    ]);
    const { call } = sent(message);
    expect([call.questionId, call.interfaceId, call.methodId]).toEqual([7, 0xfedcba9876543210n, 101]);
    expect(call.target.importedCap).toBe(3);
    expect(call.sendResultsTo.which()).toBe(rpc.Call_SendResultsTo.CALLER);
    const table = call.params.capTable;
    expect(table.length).toBe(3);
    expect(table.get(0).senderHosted).toBe(5);
    expect(table.get(0).attachedFd).toBe(255);
    expect(table.get(1)._isNone).toBe(true);
    expect(table.get(2).receiverHosted).toBe(0xffffffff);
  });

  it("Return, with results, an exception, or cancelled", () => {
    const open = beginResults(9);
    initStruct(open.message, open.contentOffset, wire.World_Hello$Results).server = "x";
    writeCapTable(open.message, open.payloadWord, [{ kind: "senderHosted", id: 1 }]);
    const results = sent(open.message).return;
    expect([results.answerId, results.releaseParamCaps, results.which()]).toEqual([9, false, rpc.Return.RESULTS]);
    expect(results.results.capTable.get(0).senderHosted).toBe(1);
    const failed = sent(exceptionReturn(9, exception)).return;
    expect([failed.answerId, failed.releaseParamCaps, failed.which()]).toEqual([9, false, rpc.Return.EXCEPTION]);
    expect([failed.exception.reason, failed.exception.type, failed.exception.trace]).toEqual(["žluť", 3, '{"code":"x"}']);
    expect(sent(canceledReturn(4)).return.which()).toBe(rpc.Return.CANCELED);
  });

  it("Bootstrap, Finish, Release, Abort, Disembargo", () => {
    expect(sent(bootstrapMessage(2)).bootstrap.questionId).toBe(2);
    for (const release of [true, false]) {
      const { finish } = sent(finishMessage(0xfffffffe, release));
      expect([finish.questionId, finish.releaseResultCaps]).toEqual([0xfffffffe, release]);
    }
    const { release } = sent(releaseMessage(3, 4));
    expect([release.id, release.referenceCount]).toEqual([3, 4]);
    expect(sent(abortMessage(exception)).abort.reason).toBe("žluť");
    const { disembargo } = sent(disembargoEcho({ importedCap: 6 }, 77));
    expect([disembargo.target.importedCap, disembargo.context.receiverLoopback]).toEqual([6, 77]);
  });

  it("Unimplemented, around the message it answers", () => {
    const bytes = bootstrapMessage(12).bytes().slice();
    const inner = theirs(unimplementedFrame([new DataView(bytes.buffer)])).unimplemented;
    expect(inner.bootstrap.questionId).toBe(12);
  });
});

describe("what rpc.capnp's classes write, we read", () => {
  it("a call on a promised answer, with every kind of capability", () => {
    const { reader, kind, body } = ours((root) => {
      const call = root._initCall();
      call.questionId = 5;
      call.interfaceId = 2n ** 63n + 1n;
      call.methodId = 65_535;
      const promised = call._initTarget()._initPromisedAnswer();
      promised.questionId = 4;
      const ops = promised._initTransform(3);
      ops.get(0).noop = true;
      ops.get(1).getPointerField = 2;
      ops.get(2).getPointerField = 0;
      const table = call._initParams()._initCapTable(6);
      table.get(0).none = true;
      table.get(1).senderHosted = 1;
      table.get(2).senderPromise = 2;
      table.get(3).receiverHosted = 3;
      const answer = table.get(4)._initReceiverAnswer();
      answer.questionId = 8;
      answer._initTransform(1).get(0).getPointerField = 6;
      table.get(5)._initThirdPartyHosted().vineId = 9;
    });
    expect(kind).toBe(tag.call);
    expect([reader.uint32(body, 0), reader.uint64(body, 8), reader.uint16(body, 4)]).toEqual([5, 2n ** 63n + 1n, 65_535]);
    expect(readTarget(reader, reader.struct(body, 0))).toEqual({ kind: "promisedAnswer", questionId: 4, path: [2, 0] });
    expect(readCapTable(reader, reader.struct(body, 1))).toEqual([
      { kind: "none" },
      { kind: "senderHosted", id: 1 },
      { kind: "senderPromise", id: 2 },
      { kind: "receiverHosted", id: 3 },
      { kind: "receiverAnswer", questionId: 8, path: [6] },
      { kind: "senderHosted", id: 9 },
    ]);
  });

  it("defaults that are true", () => {
    for (const value of [true, false]) {
      const finish = ours((root) => {
        root._initFinish().releaseResultCaps = value;
      });
      expect(finish.reader.trueBit(finish.body, 4)).toBe(value);
      const returned = ours((root) => {
        root._initReturn().releaseParamCaps = value;
      });
      expect(returned.reader.trueBit(returned.body, 4)).toBe(value);
    }
  });

  it("an exception", () => {
    const { reader, body } = ours((root) => {
      const abort = root._initAbort();
      abort.reason = "why 🎉";
      abort.type = 2;
    });
    expect(readException(reader, body)).toEqual({ reason: "why 🎉", type: 2, detail: "" });
  });

  it("a table too long to be honest is refused", () => {
    const { reader, body } = ours((root) => {
      root._initCall()._initParams()._initCapTable(5000);
    });
    expect(() => readCapTable(reader, reader.struct(body, 1))).toThrow(expect.objectContaining({ code: "tooLarge" }));
  });
});
