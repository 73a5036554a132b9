/** Identifiers: UUIDs in lower-case text, branded by what they name. On the wire and in the database they are 16 bytes. */
declare const brand: unique symbol;
type Id<B extends string> = string & { readonly [brand]: B };

export type PrincipalId = Id<"principal">;
export type KernelId = Id<"kernel">;
export type ContextId = Id<"context">;
export type SessionId = Id<"session">;
export type DriftId = Id<"drift">;

/** Unique within the kernel: the author is the middle part. */
export interface BlockId {
  readonly contextId: ContextId;
  readonly principalId: PrincipalId;
  /** From 1, per author and context. */
  readonly seq: number;
}
