export type { Distiller } from "./distiller.ts";
export { openDrift } from "./durable-router.ts";
export { extractiveDistiller } from "./extractive.ts";
export type { DriftRouter } from "./router.ts";
