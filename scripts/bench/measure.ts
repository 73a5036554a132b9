import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";

export interface Contestant {
  readonly name: string;
  readonly argv: readonly string[];
  /** Standard input, if it wants some. */
  readonly input?: string;
}

export interface Timing {
  readonly name: string;
  /** Milliseconds, the median of the rounds. */
  readonly median: number;
  readonly stdout: string;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function once(contestant: Contestant): { ms: number; stdout: string } {
  const [command = "", ...args] = contestant.argv;
  const began = performance.now();
  const done = spawnSync(command, args, { encoding: "utf8", input: contestant.input ?? "", maxBuffer: 1 << 28, timeout: 120_000 });
  const ms = performance.now() - began;
  if (done.status !== 0) {
    throw new Error(
      `${contestant.name}: ${contestant.argv.join(" ").slice(0, 200)} exited ${done.status ?? done.signal}: ${done.stderr.slice(0, 400)}`,
    );
  }
  return { ms, stdout: done.stdout };
}

/** Runs the contestants in turn, round after round, so that a busy machine is busy for all of them. */
export function race(contestants: readonly Contestant[], rounds: number): readonly Timing[] {
  const times = contestants.map(() => [] as number[]);
  const outputs = contestants.map((contestant) => once(contestant).stdout);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) times[i]?.push(once(contestant).ms);
  }
  return contestants.map((contestant, i) => ({ name: contestant.name, median: median(times[i] ?? []), stdout: outputs[i] ?? "" }));
}

/** Fails the benchmark when two contestants did not give the same answer. */
export function assertAgree(what: string, timings: readonly { readonly name: string; readonly stdout: string }[]): void {
  const [first, ...rest] = timings;
  for (const other of rest) {
    if (first !== undefined && other.stdout !== first.stdout) {
      throw new Error(
        `${what}: ${first.name} and ${other.name} disagree: ${JSON.stringify(first.stdout.slice(0, 80))} / ${JSON.stringify(other.stdout.slice(0, 80))}`,
      );
    }
  }
}

export function ratio(a: number, b: number): string {
  return b <= 0 ? "–" : `${(a / b).toFixed(2)}×`;
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
