import type { ProcessSubstitution, Statement } from "../../../parser/index.ts";
import type { MaybePromise } from "../../../vfs/index.ts";
import type { Value } from "../../command.ts";
import { stackStride } from "../control.ts";
import { Description, withDescriptor } from "../descriptors.ts";
import { startProcess } from "../process-substitution.ts";
import type { Exec, Runtime, Unit } from "../runtime.ts";
import { Capture } from "../streams.ts";
import { runFork } from "../subshell.ts";
import { withRedirects } from "./redirect.ts";

/** `$(…)`: runs the program in a subshell and gives what it wrote, or the one value it gave. */
export function compileSubstitution(body: readonly Statement[], unit: Unit): (rt: Runtime) => MaybePromise<Value> {
  const exec = readsFile(body, unit) ?? unit.compilers.statements(body, unit);
  return (rt) => {
    rt.descend();
    const child = rt.fork(false);
    // As bash: errexit does not reach into `$(…)`.
    if (rt.shopts.get("inherit_errexit") !== true) child.options.errexit = false;
    const capture = new Capture();
    const outer = child.fds;
    child.fds = withDescriptor(outer, 1, new Description({ sink: capture }));
    void outer[1]?.release();
    const ended = rt.depth % stackStride === 0 ? Promise.resolve().then(() => runFork(child, exec)) : runFork(child, exec);
    if (ended instanceof Promise) {
      return ended.then((status) => finish(rt, capture, status));
    }
    return finish(rt, capture, ended);
  };
}

function finish(rt: Runtime, capture: Capture, status: number): Value {
  rt.depth--;
  rt.status = status;
  rt.pipeStatus = null;
  rt.substitutionStatus = status;
  rt.checkAbort();
  return capture.take();
}

/** `$(<file)` reads the file. */
function readsFile(body: readonly Statement[], unit: Unit): Exec | undefined {
  const [statement] = body;
  if (statement === undefined || body.length > 1 || statement.rest.length > 0 || statement.first.stages.length > 1)
    return undefined;
  const command = statement.first.stages[0]?.command;
  if (command?.kind !== "simple" || command.words.length > 0 || command.assignments.length > 0) return undefined;
  const [redirect] = command.redirects;
  if (redirect?.kind !== "redirect" || redirect.op !== "<" || command.redirects.length > 1) return undefined;
  return withRedirects(command.redirects, copyInput, unit);
}

async function copyInput(rt: Runtime): Promise<number> {
  const source = rt.stdin;
  if (source === undefined) return 1;
  for (;;) {
    const chunk = await source.read();
    if (chunk === null) return 0;
    await rt.stdout.write(chunk);
  }
}

/** `<(…)` and `>(…)`: the path of a pipe to or from a program that runs beside the command. */
export function compileProcess(part: ProcessSubstitution, unit: Unit): (rt: Runtime) => MaybePromise<Value> {
  const exec = unit.compilers.statements(part.body, unit);
  return (rt) => startProcess(rt, part.op, exec);
}
