import { join } from "node:path";
import { print, race, ratio } from "./measure.ts";

/** Start-up against bare node and bash. The goal of this stage: at most 1.6 × bare node. */
export function benchStartup(root: string, rounds: number): void {
  const timings = race(
    [
      { name: "node -e 0", argv: [process.execPath, "-e", "0"] },
      { name: "bash -c true", argv: ["bash", "-c", "true"] },
      { name: "kaish -c true", argv: [join(root, "dist/kaish"), "-c", "true"] },
      { name: "kaish -c 'echo $(echo hi)'", argv: [join(root, "dist/kaish"), "-c", "echo $(echo hi)"] },
      { name: "kaish, without the snapshot", argv: [process.execPath, join(root, "dist/main.cjs"), "-c", "true"] },
    ],
    rounds,
  );
  const node = timings[0]?.median ?? 0;
  print("start-up                              ms   / bare node");
  for (const timing of timings)
    print(`  ${timing.name.padEnd(30)} ${timing.median.toFixed(1).padStart(7)}   ${ratio(timing.median, node)}`);
}
