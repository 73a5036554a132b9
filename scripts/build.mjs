/**
 * Builds dist/: one CommonJS bundle that starts (main.cjs), bundles that it loads when they are needed, a V8 start-up
 * snapshot of the first, and the launcher. A module that main.cjs holds is never bundled twice: the other bundles take it from
 * a registry, so that a class such as KernelError is one class everywhere.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
/** Everything is made here and then takes the place of `dist` at once: whoever runs the old one meanwhile keeps it whole. */
const dist = join(root, `dist-${process.pid}`);

/** Source files that start a bundle of their own, loaded by `import()` in the source. */
const lazyBundles = {
  "src/kernel/kernel.ts": "kernel.cjs",
  "src/kernel/rpc/index.ts": "rpc.cjs",
  "src/kernel/mcp/index.ts": "mcp.cjs",
  "src/shell/plain.ts": "plain.cjs",
  "src/shell/tui/repl.ts": "tui.mjs",
};

const shared = {
  bundle: true,
  platform: "node",
  target: "node20.19",
  absWorkingDir: root,
  minifySyntax: true,
  // Names stay as they are: kaish.log shows stacks.
  minifyWhitespace: true,
  logLevel: "warning",
  legalComments: "none",
  metafile: true,
  external: ["better-sqlite3"],
};

const sourceOf = (path) => relative(root, path).replaceAll("\\", "/");

/** `import("…/kernel.ts")` becomes a load of kernel.cjs through the registry's `load`, which the start-up code sets. */
const lazyPlugin = {
  name: "lazy",
  setup(b) {
    b.onResolve({ filter: /^\.\.?\// }, (args) => {
      if (args.kind !== "dynamic-import") return undefined;
      const target = lazyBundles[sourceOf(resolve(args.resolveDir, args.path))];
      if (target === undefined) return { errors: [{ text: `${args.path} is not listed in lazyBundles` }] };
      // An ES module is left to node's own import(), which a snapshot does not have.
      return target.endsWith(".mjs") ? { path: `./${target}`, external: true } : { path: target, namespace: "lazy" };
    });
    b.onLoad({ filter: /.*/, namespace: "lazy" }, (args) => ({
      contents: `module.exports = globalThis[Symbol.for("kaish")].load(${JSON.stringify(args.path)});`,
      loader: "js",
    }));
  },
};

/** Takes what main.cjs holds from the registry; `asked` collects which modules that is. */
const registryPlugin = (owned, asked) => ({
  name: "registry",
  setup(b) {
    b.onResolve({ filter: /^\.\.?\// }, (args) => {
      const path = sourceOf(resolve(args.resolveDir, args.path));
      return owned.has(path) && args.kind !== "entry-point" ? { path, namespace: "registry" } : undefined;
    });
    b.onLoad({ filter: /.*/, namespace: "registry" }, (args) => {
      asked.add(args.path);
      return { contents: `module.exports = globalThis[Symbol.for("kaish")].modules[${JSON.stringify(args.path)}];`, loader: "js" };
    });
  },
});

/** Ink asks for the React developer tools only under DEV=true; the bundle has none. */
const devtoolsPlugin = {
  name: "devtools",
  setup(b) {
    b.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: "devtools", namespace: "empty" }));
    b.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "export default {};" }));
  },
};

/** The modules of ours that main.cjs holds. */
async function ownedModules() {
  const probe = await build({
    ...shared,
    entryPoints: ["src/shell/main.ts"],
    format: "cjs",
    write: false,
    outdir: dist,
    plugins: [lazyPlugin],
  });
  return new Set(Object.keys(probe.metafile.inputs).filter((path) => path.startsWith("src/") && path !== "src/shell/main.ts"));
}

async function buildMain(modules) {
  const lines = modules.map((path, i) => `import * as m${i} from "./${path}";`);
  const table = modules.map((path, i) => `${JSON.stringify(path)}: m${i}`).join(", ");
  await build({
    ...shared,
    stdin: {
      contents: `${lines.join("\n")}\nimport { start } from "./src/shell/main.ts";\nstart({ ${table} });\n`,
      resolveDir: root,
      sourcefile: "entry.ts",
      loader: "ts",
    },
    format: "cjs",
    outfile: join(dist, "main.cjs"),
    plugins: [lazyPlugin],
  });
}

/** Builds the bundles that are loaded later, and answers which modules they take from main.cjs. */
async function buildLazy(owned) {
  const asked = new Set();
  for (const [entry, output] of Object.entries(lazyBundles)) {
    const esm = output.endsWith(".mjs");
    const banner =
      'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';
    await build({
      ...shared,
      entryPoints: [entry],
      format: esm ? "esm" : "cjs",
      outfile: join(dist, output),
      plugins: [registryPlugin(owned, asked), devtoolsPlugin],
      ...(esm ? { banner: { js: banner }, define: { "process.env.NODE_ENV": '"production"' }, minify: true } : {}),
    });
  }
  return [...asked].sort();
}

/** Without a snapshot kaish still starts, only slower; so a node that cannot make one is no failure. */
function buildSnapshot() {
  const blob = join(dist, "kaish.blob");
  const made = spawnSync(process.execPath, ["--snapshot-blob", blob, "--build-snapshot", join(dist, "main.cjs")], {
    cwd: dist,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  if (made.status !== 0) {
    rmSync(blob, { force: true });
    process.stderr.write(`build: no start-up snapshot (${made.stderr.trim().split("\n")[0]}); kaish will start the ordinary way\n`);
    return;
  }
  const node = statSync(process.execPath);
  writeFileSync(join(dist, "kaish.stamp"), `${node.dev}:${node.ino}:${node.size}:${Math.floor(node.mtimeMs / 1000)}\n`);
}

mkdirSync(dist);
try {
  await buildMain(await buildLazy(await ownedModules()));
  buildSnapshot();
  copyFileSync(join(root, "scripts/launcher.sh"), join(dist, "kaish"));
  chmodSync(join(dist, "kaish"), 0o755);
  const final = join(root, "dist");
  const old = `${dist}-old`;
  if (existsSync(final)) renameSync(final, old);
  renameSync(dist, final);
  rmSync(old, { recursive: true, force: true });
} finally {
  rmSync(dist, { recursive: true, force: true });
}
