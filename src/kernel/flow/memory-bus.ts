import type { EventBus } from "./event-bus.ts";

export declare function memoryBus(): EventBus;
