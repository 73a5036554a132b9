/**
 * Objects that a peer may call. `serve` makes one from a generated interface and a table of methods; what the table leaves
 * out answers `unimplemented` and names the method.
 */
import { KernelError } from "../errors.ts";
import type { Answer } from "./runtime.ts";
import * as $ from "./runtime.ts";

/** Of one call, for its handler. */
export interface CallContext {
  /** Aborted when the caller takes the call back or leaves. */
  readonly signal: AbortSignal;
}

/** A generated `X$Server$Target` made partial, synchronous where nothing waits. `results` is filled in place. */
export type Handlers<Target> = {
  readonly [Name in keyof Target]?: Target[Name] extends (params: infer P, results: infer R) => Promise<void>
    ? (params: P, results: R, call: CallContext) => void | Promise<void>
    : never;
};

export type Handler = (params: $.Struct, results: $.Struct, call: CallContext) => void | Promise<void>;

export type AnyMethod = $.Method<$.Struct, $.Struct>;

/** The static side of a generated client class. */
export interface InterfaceClass {
  readonly interfaceId: bigint;
  readonly methods: readonly unknown[];
}

/** An object of ours. The connections that export it count its holders; `dropped` runs once, when the last has let go. */
export class ServedCapability implements $.Client {
  readonly interfaceId: bigint;
  readonly methods: readonly AnyMethod[];
  readonly #handlers: Readonly<Record<string, Handler | undefined>>;
  #dropped: (() => void) | undefined;

  constructor(shape: InterfaceClass, handlers: Readonly<Record<string, Handler | undefined>>, dropped?: () => void) {
    this.interfaceId = shape.interfaceId;
    this.methods = shape.methods as readonly AnyMethod[];
    this.#handlers = handlers;
    this.#dropped = dropped;
  }

  handler(method: AnyMethod): Handler | undefined {
    return this.#handlers[method.methodName ?? ""];
  }

  /** Told by the connection when nobody outside holds it any more. */
  drop(): void {
    const dropped = this.#dropped;
    this.#dropped = undefined;
    dropped?.();
  }

  /** A peer handed our own object back to us. */
  call<P extends $.Struct, R extends $.Struct>(_call: $.Call<P, R>): Answer<R> {
    return rejectedAnswer(new KernelError("unimplemented", "a capability of one's own cannot be called through the peer"));
  }

  close(): void {}
}

export function serve<Target>(shape: InterfaceClass, handlers: Handlers<Target>, dropped?: () => void): ServedCapability {
  return new ServedCapability(shape, handlers as unknown as Readonly<Record<string, Handler | undefined>>, dropped);
}

export function rejectedAnswer<R extends $.Struct>(error: KernelError): Answer<R> {
  return {
    struct: () => Promise.reject(error),
    pipelineCall: () => rejectedAnswer(error),
    pipelineClose: () => {},
  };
}

/** Something that can be held once more; whoever duplicates closes the duplicate. */
export interface Duplicable extends $.Client {
  duplicate(): $.Client;
}

/** Keeps a capability from a call's parameters beyond the call. Throws `KernelError` invalid for a null one. */
export function keep(client: $.Client): $.Client {
  if (client instanceof $.NullCapability) throw new KernelError("invalid", "a capability is missing: null was given");
  return "duplicate" in client ? (client as Duplicable).duplicate() : client;
}
