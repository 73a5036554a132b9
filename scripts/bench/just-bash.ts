/** Runs one program in just-bash, as its own process, with its limits raised: `tsx just-bash.ts FILE`. */
import { readFileSync } from "node:fs";
import { Bash } from "just-bash";

const limit = 1_000_000_000;
const bash = new Bash({
  defenseInDepth: false,
  executionLimits: {
    maxCommandCount: limit,
    maxLoopIterations: limit,
    maxCallDepth: 10_000,
    maxWorkUnits: limit,
    maxArrayElements: 10_000_000,
    maxGlobOperations: limit,
    maxTraversalWork: limit,
  },
});
const result = await bash.exec(readFileSync(process.argv[2] ?? "", "utf8"));
process.stdout.write(result.stdout);
process.stderr.write(result.stderr);
process.exitCode = result.exitCode;
