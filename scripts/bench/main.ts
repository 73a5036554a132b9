/**
 * `npm run bench`: kaish against named peers in the same run. Absolute times on a shared machine prove nothing; the ratios are what
 * to read. It fails when two contestants disagree about the answer. `npm run bench -- start-up language` runs those parts only.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { benchBlocks } from "./blocks.ts";
import { benchLanguage } from "./language.ts";
import { print } from "./measure.ts";
import { benchRpc } from "./rpc.ts";
import { benchStartup } from "./startup.ts";

const root = resolve(import.meta.dirname, "../..");
const parts: Readonly<Record<string, () => void | Promise<void>>> = {
  "start-up": () => benchStartup(root, 15),
  language: () => benchLanguage(root, 5),
  blocks: benchBlocks,
  rpc: benchRpc,
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in parts));
if (unknown !== undefined || !existsSync(join(root, "dist/kaish"))) {
  print(
    unknown === undefined ? "bench: run npm ci first" : `bench: no part '${unknown}'; there are: ${Object.keys(parts).join(", ")}`,
  );
  process.exitCode = 2;
} else {
  for (const [name, run] of Object.entries(parts)) {
    if (asked.length === 0 || asked.includes(name)) await run();
  }
}
