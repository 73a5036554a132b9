import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, root } from "../guards/source-tree.ts";

/** The tests that start the real binary test what is in the source: `dist/` is built again when it is older. */
export function ensureBuilt(): void {
  const built = join(root, "dist/kaish");
  const inputs = [...filesBelow("src", [".ts", ".tsx"]), "scripts/build.mjs", "scripts/launcher.sh", "package.json"];
  const newest = Math.max(...inputs.map((path) => statSync(join(root, path)).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  const done = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`scripts/build.mjs failed:\n${done.stderr}`);
}
