export type { EventBus, SubscribeOptions, Subscriber, Subscription } from "./event-bus.ts";
export { memoryBus } from "./memory-bus.ts";
