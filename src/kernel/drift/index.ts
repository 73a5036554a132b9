import type { Documents } from "../blocks/index.ts";
import type { Contexts } from "../contexts/index.ts";
import type { EventBus } from "../flow/index.ts";
import type { Store } from "../state/index.ts";
import type { Context } from "../types.ts";
import type { Distiller } from "./distiller.ts";
import type { DriftRouter } from "./router.ts";

export type { Distiller, DistillRequest } from "./distiller.ts";
export type { DriftRouter, FlushResult, MergeRequest, PullRequest, PushRequest } from "./router.ts";

export interface DriftOptions {
  readonly store: Store;
  readonly bus: EventBus;
  readonly documents: Documents;
  readonly contexts: Contexts;
  /** The source context's own model, else the extractive distiller. */
  readonly distillerOf: (source: Context) => Distiller;
  readonly now?: () => number;
}

/** Resumes what a crash left in delivery. */
export declare function openDrift(options: DriftOptions): Promise<DriftRouter>;
/** Sentence ranking without a model; `model` is `local/extractive`. */
export declare function extractiveDistiller(): Distiller;
