import { rmSync } from "node:fs";
import { join } from "node:path";
import { connect, serveSocket } from "../../src/kernel/rpc/index.ts";
import { apiContract } from "../kernel/api-contract.ts";
import { openTestKernel } from "../kernel/harness.ts";
import { socketPlace } from "./fake-world.ts";

apiContract("over a socket", async () => {
  const { hosted, close } = await openTestKernel();
  const { path, remove } = socketPlace();
  const server = await serveSocket(() => hosted, path);
  const world = await connect(path);
  return {
    world,
    close: async () => {
      await world.close();
      await server.close();
      await close();
      remove();
      rmSync(join(path, ".."), { recursive: true, force: true });
    },
  };
});
