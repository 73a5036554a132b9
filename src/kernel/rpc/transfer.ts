/** Capabilities crossing a connection: what we export, what we import, and the descriptors that name them in a message. */
import { KernelError } from "../errors.ts";
import { type Duplicable, rejectedAnswer, ServedCapability } from "./capability.ts";
import { type CapDescriptor, releaseMessage, type Sendable } from "./envelope.ts";
import type { Answer } from "./runtime.ts";
import * as $ from "./runtime.ts";
import { ExportTable, type ImportEntry, ImportTable } from "./tables.ts";

/** What an imported capability needs of its connection. */
export interface Peer {
  readonly send: (message: Sendable) => void;
  readonly call: <P extends $.Struct, R extends $.Struct>(importId: number, call: $.Call<P, R>) => Answer<R>;
  /** A capability the peer takes from the results of a call of its that we still work on or keep. */
  readonly answered: (questionId: number, path: readonly number[]) => $.Client | undefined;
}

export class CapTransfer {
  readonly exports: ExportTable;
  readonly imports = new ImportTable();
  readonly #peer: Peer;
  #closed = false;

  constructor(peer: Peer, onFault: (error: unknown) => void) {
    this.#peer = peer;
    this.exports = new ExportTable(onFault);
  }

  /** Names `caps` for the peer; each of ours counts as exported once more and its id is added to `exported`. */
  describe(caps: readonly ($.Client | null)[], exported: number[]): CapDescriptor[] {
    return caps.map((cap) => {
      if (cap instanceof ServedCapability) {
        const id = this.exports.add(cap);
        exported.push(id);
        return { kind: "senderHosted", id };
      }
      if (cap instanceof ImportedCapability && cap.transfer === this) return { kind: "receiverHosted", id: cap.id };
      if (cap === null || cap instanceof $.NullCapability) return { kind: "none" };
      throw new KernelError("unimplemented", "a capability of another connection cannot be passed on");
    });
  }

  /** The capabilities a message brings; each must be closed, or it goes when it is collected. */
  receive(descriptors: readonly CapDescriptor[]): ($.Client | null)[] {
    return descriptors.map((descriptor) => this.#receiveOne(descriptor));
  }

  #receiveOne(descriptor: CapDescriptor): $.Client | null {
    switch (descriptor.kind) {
      case "senderHosted":
      case "senderPromise":
        return new ImportedCapability(this, this.imports.received(descriptor.id));
      case "receiverHosted": {
        const own = this.exports.get(descriptor.id);
        if (!own) throw new KernelError("invalid", `malformed message: there is no export ${descriptor.id}`);
        return own;
      }
      case "receiverAnswer":
        return this.#peer.answered(descriptor.questionId, descriptor.path) ?? null;
      case "none":
      case "unknown":
        return null;
      default:
        return descriptor satisfies never;
    }
  }

  call<P extends $.Struct, R extends $.Struct>(id: number, call: $.Call<P, R>): Answer<R> {
    return this.#peer.call(id, call);
  }

  /** One handle of `entry` is gone. */
  closed(entry: ImportEntry): void {
    if (this.#closed) return;
    const count = this.imports.closed(entry);
    if (count > 0) this.#peer.send(releaseMessage(entry.id, count));
  }

  /** The connection is over: everything the peer held is let go of. */
  shutDown(): void {
    this.#closed = true;
    this.imports.clear();
    this.exports.clear();
  }
}

interface Held {
  readonly transfer: CapTransfer;
  readonly entry: ImportEntry;
}

/** Releases what somebody forgot to close. */
const forgotten = new FinalizationRegistry<Held>(({ transfer, entry }) => transfer.closed(entry));

/** One handle on an object of the peer. Whoever holds it closes it. */
export class ImportedCapability implements Duplicable {
  readonly transfer: CapTransfer;
  readonly #entry: ImportEntry;
  #open = true;

  constructor(transfer: CapTransfer, entry: ImportEntry) {
    this.transfer = transfer;
    this.#entry = entry;
    entry.handles++;
    forgotten.register(this, { transfer, entry }, this);
  }

  get id(): number {
    return this.#entry.id;
  }

  call<P extends $.Struct, R extends $.Struct>(call: $.Call<P, R>): Answer<R> {
    if (!this.#open) return rejectedAnswer(new KernelError("invalid", "the capability was closed"));
    return this.transfer.call(this.#entry.id, call);
  }

  duplicate(): ImportedCapability {
    return new ImportedCapability(this.transfer, this.#entry);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    forgotten.unregister(this);
    this.transfer.closed(this.#entry);
  }
}
