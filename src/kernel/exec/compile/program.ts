import type { Program, Statement } from "../../../parser/index.ts";
import { guard } from "../failure.ts";
import type { Exec, Runtime, Unit } from "../runtime.ts";

/**
 * A whole program. As bash reads it line by line, an error of the program itself (a division by zero, a glob without a
 * match) drops what is left of its line and goes on with the next.
 */
export function compileProgram(program: Program, unit: Unit): Exec {
  const lines = splitLines(program.body, unit.source).map((body) => unit.compilers.statements(body, unit));
  const run = (rt: Runtime, from: number, before: number): number | Promise<number> => {
    let status = before;
    for (let i = from; i < lines.length; i++) {
      if (rt.leave !== null) return status;
      const result = guard(rt, () => (lines[i] as Exec)(rt));
      if (typeof result !== "number") {
        return result.then((done) => {
          if (rt.signal.aborted) rt.checkAbort();
          return run(rt, i + 1, done);
        });
      }
      status = result;
    }
    return status;
  };
  return (rt) => run(rt, 0, 0);
}

function splitLines(body: readonly Statement[], source: string): Statement[][] {
  const lines: Statement[][] = [];
  let end = 0;
  for (const statement of body) {
    const line = lines.at(-1);
    if (line === undefined || source.slice(end, statement.span.start).includes("\n")) lines.push([statement]);
    else line.push(statement);
    end = statement.span.end;
  }
  return lines;
}
