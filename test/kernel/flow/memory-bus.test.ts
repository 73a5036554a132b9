import { memoryBus } from "../../../src/kernel/flow/index.ts";
import { busContract } from "./bus-contract.ts";

busContract("memory bus", memoryBus);
