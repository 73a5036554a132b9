import type { Pipeline, Stage } from "../../../parser/index.ts";
import type { MaybePromise } from "../../../vfs/index.ts";
import { ensure } from "../control.ts";
import { Description, type Descriptors, withDescriptor } from "../descriptors.ts";
import type { Exec, Runtime, Unit } from "../runtime.ts";
import { Pipe } from "../streams.ts";
import { runFork } from "../subshell.ts";
import { quietly } from "./quiet.ts";
import { timed } from "./timed.ts";

/** True where bash asks errexit after this pipeline: groups and loops leave it to what is in them. */
export function tripsErrexit(pipeline: Pipeline): boolean {
  if (pipeline.negated) return false;
  const [only] = pipeline.stages;
  if (pipeline.stages.length !== 1 || only === undefined) return true;
  const kind = only.command.kind;
  return kind === "simple" || kind === "subshell" || kind === "cond" || kind === "arith";
}

export function compilePipeline(pipeline: Pipeline, unit: Unit): Exec {
  const [only] = pipeline.stages;
  let exec: Exec;
  if (only === undefined) exec = () => 0;
  else exec = pipeline.stages.length === 1 ? compileSingle(only, unit) : compileStages(pipeline.stages, unit);
  if (pipeline.negated) exec = negate(exec);
  return pipeline.timed === undefined ? exec : timed(exec, pipeline.timed === "p");
}

function compileSingle(stage: Stage, unit: Unit): Exec {
  const exec = unit.compilers.command(stage.command, unit);
  return (rt) => {
    const result = exec(rt);
    if (typeof result === "number") {
      rt.pipeStatus = null;
      return result;
    }
    return result.then((status) => {
      rt.pipeStatus = null;
      return status;
    });
  };
}

function negate(exec: Exec): Exec {
  const run = quietly(exec);
  return (rt) => {
    const result = run(rt);
    const flip = (status: number): number => (rt.leave === null ? (status === 0 ? 1 : 0) : status);
    return typeof result === "number" ? flip(result) : result.then(flip);
  };
}

// ── Several stages ────────────────────────────────────────────────────────────────────────────

interface CompiledStage {
  readonly exec: Exec;
  readonly pipesStderr: boolean;
}

/** Every stage but the last runs in a subshell of its own; the last one in this shell. */
function compileStages(stages: readonly Stage[], unit: Unit): Exec {
  const compiled = stages.map((stage) => ({ exec: unit.compilers.command(stage.command, unit), pipesStderr: stage.pipesStderr }));
  const last = compiled.pop() as CompiledStage;
  return (rt) => {
    const statuses: MaybePromise<number>[] = [];
    let input: Description | undefined;
    for (const stage of compiled) {
      const pipe = new Pipe();
      statuses.push(startStage(rt, stage, input, pipe));
      input = new Description({ source: pipe.source }, () => pipe.breakOff());
    }
    const end = runLast(rt, last.exec, input as Description);
    if (typeof end === "number" && statuses.every((status) => typeof status === "number")) {
      return conclude(rt, [...(statuses as number[]), end]);
    }
    return collect(rt, statuses, end);
  };
}

function startStage(rt: Runtime, stage: CompiledStage, input: Description | undefined, pipe: Pipe): MaybePromise<number> {
  const child = rt.fork(true);
  const output = new Description({ sink: pipe.sink }, () => pipe.end());
  replace(child, 1, output);
  if (stage.pipesStderr) replace(child, 2, output.retain());
  if (input !== undefined) replace(child, 0, input);
  return runFork(child, stage.exec);
}

/** Gives a fork a descriptor in place of the one it had. */
function replace(child: Runtime, fd: number, description: Description): void {
  const old = child.fds[fd];
  child.fds = withDescriptor(child.fds, fd, description);
  void old?.release();
}

function runLast(rt: Runtime, exec: Exec, input: Description): MaybePromise<number> {
  const saved: Descriptors = rt.fds;
  rt.fds = withDescriptor(saved, 0, input);
  return ensure(
    () => exec(rt),
    () => {
      // What `exec` changed in the last stage stays, but for its input.
      rt.fds = withDescriptor(rt.fds, 0, saved[0]);
      return input.release();
    },
  );
}

async function collect(rt: Runtime, statuses: readonly MaybePromise<number>[], end: MaybePromise<number>): Promise<number> {
  let last: MaybePromise<number>;
  try {
    last = await end;
  } finally {
    await Promise.all(statuses);
  }
  return conclude(rt, [...(await Promise.all(statuses)), last]);
}

function conclude(rt: Runtime, statuses: readonly number[]): number {
  if (rt.signal.aborted) rt.checkAbort();
  rt.pipeStatus = statuses;
  const last = statuses.at(-1) ?? 0;
  if (!rt.options.pipefail) return last;
  return statuses.findLast((status) => status !== 0) ?? 0;
}
