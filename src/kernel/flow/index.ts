export type { EventBus } from "./event-bus.ts";
export { memoryBus } from "./memory-bus.ts";
