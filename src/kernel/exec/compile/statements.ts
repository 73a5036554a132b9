import type { Pipeline, Statement } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import { startBackground } from "../background.ts";
import { exitWith } from "../control.ts";
import { type Exec, nonePending, type Runtime, type Unit } from "../runtime.ts";
import { runPending, runTrap } from "../traps.ts";
import { compilePipeline, tripsErrexit } from "./pipeline.ts";
import { quietly } from "./quiet.ts";
import { lineOf } from "./unit.ts";

/** Statements one after the other, until one asks to leave. */
export function compileStatements(body: readonly Statement[], unit: Unit): Exec {
  const list = body.map((statement) => compileStatement(statement, unit));
  const [first, second] = list;
  if (first === undefined) return () => 0;
  if (second === undefined) return first;
  return (rt) => {
    let status = 0;
    for (let i = 0; i < list.length; i++) {
      const result = (list[i] as Exec)(rt);
      if (typeof result !== "number") return continueList(rt, list, i, result);
      status = result;
      if (rt.leave !== null) return status;
    }
    return status;
  };
}

async function continueList(rt: Runtime, list: readonly Exec[], at: number, waiting: Promise<number>): Promise<number> {
  let status = await waiting;
  if (rt.signal.aborted) rt.checkAbort();
  for (let i = at + 1; i < list.length && rt.leave === null; i++) {
    const result = (list[i] as Exec)(rt);
    if (typeof result === "number") status = result;
    else {
      status = await result;
      if (rt.signal.aborted) rt.checkAbort();
    }
  }
  return status;
}

function compileStatement(statement: Statement, unit: Unit): Exec {
  const list = compileList(statement, unit);
  if (!statement.background) return list;
  const text = unit.source.slice(statement.span.start, statement.span.end).replace(/\s*&\s*$/, "");
  return (rt) => startBackground(rt, list, text);
}

function compileList(statement: Statement, unit: Unit): Exec {
  const last = statement.rest.at(-1)?.pipeline ?? statement.first;
  if (statement.rest.length === 0) return compileLast(last, unit);
  const parts = [{ op: "&&", pipeline: statement.first }, ...statement.rest].map(({ op, pipeline }, index, all) => ({
    op,
    exec: index === all.length - 1 ? compileLast(pipeline, unit) : quietly(compileStep(pipeline, unit)),
  }));
  const next = (rt: Runtime, index: number, status: number): MaybePromise<number> => {
    for (let i = index; i < parts.length; i++) {
      const part = parts[i];
      if (part === undefined || rt.leave !== null) return status;
      if ((part.op === "&&") !== (status === 0)) continue;
      const result = part.exec(rt);
      if (typeof result !== "number") return result.then((done) => next(rt, i + 1, done));
      status = result;
    }
    return status;
  };
  return (rt) => next(rt, 0, 0);
}

/** A pipeline: traps first, then it runs, and `$?` is its status. */
function compileStep(pipeline: Pipeline, unit: Unit): Exec {
  const exec = compilePipeline(pipeline, unit);
  const line = lineOf(unit, pipeline.span.start);
  const run: Exec = (rt) => {
    rt.line = line;
    const result = exec(rt);
    if (typeof result === "number") {
      rt.status = result;
      return result;
    }
    return result.then((status) => {
      rt.status = status;
      return status;
    });
  };
  return (rt) => {
    if (rt.pending === nonePending) return run(rt);
    return after(runPending(rt), () => (rt.leave === null ? run(rt) : rt.status));
  };
}

/** The pipeline that decides: its failure runs the ERR trap and under errexit ends the shell. */
function compileLast(pipeline: Pipeline, unit: Unit): Exec {
  const step = compileStep(pipeline, unit);
  if (!tripsErrexit(pipeline)) return step;
  return (rt) => {
    const result = step(rt);
    if (result === 0) return 0;
    if (typeof result === "number") return failed(rt, result);
    return result.then((status) => (status === 0 ? 0 : failed(rt, status)));
  };
}

function failed(rt: Runtime, status: number): MaybePromise<number> {
  if (rt.quiet > 0 || rt.leave !== null) return status;
  // As bash: a function does not inherit the ERR trap.
  const trapped = rt.traps.has("ERR") && (rt.call === null || rt.options.get("errtrace")) ? runTrap(rt, "ERR") : undefined;
  return after(trapped, () => {
    if (rt.options.errexit && rt.leave === null) rt.leave = exitWith(status);
    return status;
  });
}
