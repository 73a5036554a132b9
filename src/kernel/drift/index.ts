export type { Distiller, DistillRequest } from "./distiller.ts";
export { type DriftOptions, openDrift } from "./durable-router.ts";
export { extractiveDistiller } from "./extractive.ts";
export type { DriftRouter, FlushResult, MergeRequest, PullRequest, PushRequest } from "./router.ts";
