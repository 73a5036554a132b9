import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { assertAgree, type Contestant, print, race, ratio, type Timing } from "./measure.ts";

interface Case {
  readonly name: string;
  readonly script: string;
  /** dash lacks it. */
  readonly bashOnly?: true;
}

const cases: readonly Case[] = [
  { name: "while, 200,000 rounds", script: "i=0\nwhile [ $i -lt 200000 ]; do i=$((i+1)); done\necho $i\n" },
  { name: "for ((;;)), 200,000 rounds", script: "s=0\nfor ((i=0;i<200000;i++)); do ((s+=i)); done\necho $s\n", bashOnly: true },
  {
    name: "arithmetic, 100,000 times",
    script: "i=0; x=7\nwhile [ $i -lt 100000 ]; do x=$(( (x*31 + i) % 65521 )); i=$((i+1)); done\necho $x\n",
  },
  {
    name: "functions, fib 17",
    script:
      "fib() { if [ $1 -lt 2 ]; then r=$1; return; fi; fib $(($1-1)); set -- $1 $r; fib $(($1-2)); r=$((r+$2)); }\nfib 17\necho $r\n",
  },
  { name: "$(echo …), 2,000 times", script: "i=0\nwhile [ $i -lt 2000 ]; do x=$(echo $i); i=$((i+1)); done\necho $x\n" },
  {
    name: "${v%…} ${v/…/…}, 50,000 times",
    script:
      "i=0; v=/usr/local/lib/file.tar.gz\nwhile [ $i -lt 50000 ]; do x=${v##*/}; y=${x%.gz}; z=${y/tar/zip}; i=$((i+1)); done\necho $z\n",
    bashOnly: true,
  },
  { name: "pipeline seq|grep|wc, 200,000 lines", script: "seq 1 200000 | grep 7 | wc -l\n" },
  { name: "while read, 50,000 lines", script: "seq 1 50000 | { n=0; while read -r x; do n=$((n+x)); done; echo $n; }\n" },
];

/** just-bash as one bundle, so that what is timed is not the TypeScript loader. */
async function bundleJustBash(root: string, folder: string): Promise<string> {
  const outfile = join(folder, "just-bash.mjs");
  await build({
    entryPoints: [join(root, "scripts/bench/just-bash.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    packages: "external",
    logLevel: "error",
  });
  return outfile;
}

function report(one: Case, timings: readonly Timing[], base: ReadonlyMap<string, number>): void {
  const net = (timing: Timing) => Math.max(0.1, timing.median - (base.get(timing.name) ?? 0));
  const kaish = timings.find((timing) => timing.name === "kaish");
  if (kaish === undefined) return;
  const others = timings
    .filter((timing) => timing !== kaish)
    .map((timing) => `${timing.name} ${ratio(net(timing), net(kaish)).padStart(8)}`);
  print(`  ${one.name.padEnd(38)} ${net(kaish).toFixed(0).padStart(6)} ms   ${others.join("   ")}`);
}

/** The same scripts in kaish and its peers; start-up is measured in the same run and subtracted. A ratio above 1 means that kaish is faster. */
export async function benchLanguage(root: string, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(root, "node_modules/.bench-"));
  try {
    const justBash = await bundleJustBash(root, folder);
    const contestants = (file: string, one?: Case): readonly Contestant[] => [
      { name: "kaish", argv: [join(root, "dist/kaish"), file] },
      { name: "bash", argv: ["bash", "--norc", file] },
      ...(one?.bashOnly === true ? [] : [{ name: "dash", argv: ["dash", file] }]),
      { name: "just-bash", argv: [process.execPath, justBash, file] },
    ];
    const nothing = join(folder, "nothing.sh");
    writeFileSync(nothing, "true\n");
    const base = new Map(race(contestants(nothing), rounds).map((timing) => [timing.name, timing.median]));
    print(`\nlanguage, start-up subtracted           kaish      how many times slower the peer is`);
    for (const [i, one] of cases.entries()) {
      const file = join(folder, `case-${i}.sh`);
      writeFileSync(file, one.script);
      const timings = race(contestants(file, one), rounds);
      assertAgree(one.name, timings);
      report(one, timings, base);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
