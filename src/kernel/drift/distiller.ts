import type { BlockSnapshot } from "../types.ts";

export interface DistillRequest {
  /** The source's blocks, in order; excluded and ephemeral ones already left out. */
  readonly blocks: readonly BlockSnapshot[];
  /** What the reader wants to know. */
  readonly question?: string;
  readonly signal?: AbortSignal;
}

/** Makes a briefing of at most 500 words from a conversation. Rejects with `KernelError`; never answers an empty text. */
export interface Distiller {
  distill(request: DistillRequest): Promise<{ readonly text: string; readonly model: string }>;
}
