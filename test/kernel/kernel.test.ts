import { apiContract } from "./api-contract.ts";
import { openTestKernel } from "./harness.ts";

apiContract("in process, ephemeral", async () => {
  const { hosted, close } = await openTestKernel();
  return { world: hosted, close };
});

apiContract("in process, on disk", async () => {
  const { hosted, close } = await openTestKernel({ name: "test" });
  return { world: hosted, close };
});
