/**
 * Where kaish starts: the only place that wires parts together. `scripts/build.mjs` calls `start` from the bundle, either in an
 * ordinary process or while a start-up snapshot is made of it.
 */
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { startupSnapshot } from "node:v8";
import { runInvocation, verbs } from "./main/run.ts";
import { warmUp } from "./main/warm-up.ts";

/** What bundles that are loaded later share with this one; they look it up by `Symbol.for("kaish")`. */
interface Registry {
  /** Modules of this bundle by source path. */
  readonly modules: Readonly<Record<string, unknown>>;
  /** Loads a CommonJS bundle that lies beside this one. */
  load(name: string): unknown;
}

/** Begins the process, or the process that a snapshot is started as. */
export function start(modules: Registry["modules"]): void {
  if (startupSnapshot.isBuildingSnapshot()) {
    warmUp(verbs());
    // The launcher names the folder, for a snapshot does not know where it lies.
    startupSnapshot.setDeserializeMainFunction(() => boot(modules, process.argv[1] ?? "", process.argv.slice(2), true));
  } else {
    boot(modules, dirname(process.argv[1] ?? ""), process.argv.slice(2), false);
  }
}

function boot(modules: Registry["modules"], folder: string, argv: readonly string[], snapshot: boolean): void {
  const require = createRequire(join(resolve(folder), "main.cjs"));
  const registry: Registry = { modules, load: (name) => require(`./${name}`) };
  Object.defineProperty(globalThis, Symbol.for("kaish"), { value: registry });
  void runInvocation({ argv, folder: resolve(folder), snapshot });
}
