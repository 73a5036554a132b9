import { commandTable } from "../../commands/index.ts";
import { createScriptShell } from "../../kernel/script-shell.ts";
import type { Where } from "./cli.ts";
import { attach } from "./kernels.ts";
import { environment, interruption, standardStreams, workingDirectory } from "./process.ts";
import type { ProgramText } from "./program.ts";

export interface ProgramCall extends ProgramText {
  readonly arg0: string;
  readonly args: readonly string[];
  readonly where: Where;
}

/** Runs a program and answers its status: in an ephemeral kernel, or in the one that `where` names. */
export async function runProgram(call: ProgramCall): Promise<number> {
  return call.where.kernel === undefined && call.where.connect === undefined ? runAlone(call) : runInKernel(call);
}

async function runAlone({ source, name, arg0, args }: ProgramCall): Promise<number> {
  const streams = standardStreams();
  const shell = createScriptShell({
    commands: commandTable(),
    cwd: workingDirectory(),
    env: environment(),
    arg0,
    args,
    loadKernel: () => import("../../kernel/kernel.ts"),
  });
  const stop = interruption((signal) => shell.signal(signal));
  await shell.run(source, name, { ...streams, signal: stop.signal });
  const status = await shell.close({ ...streams, signal: new AbortController().signal });
  return stop.status() ?? status;
}

/** A script runs in a copy of the context's shell, where the caller is; `-c` runs in the context's shell itself. */
async function runInKernel({ source, name, arg0, args, where }: ProgramCall): Promise<number> {
  const streams = standardStreams();
  const stop = interruption();
  const attached = await attach(where, where.kernel ?? "", { instance: "script", notice });
  try {
    const isScript = name !== "-c";
    const { done } = attached.api.execute(source, {
      ...streams,
      signal: stop.signal,
      name: arg0,
      args,
      ...(isScript ? { cwd: workingDirectory(), env: Object.fromEntries(environment()) } : {}),
    });
    const { status } = await done;
    return stop.status() ?? status;
  } finally {
    await attached.close();
  }
}

export function notice(sentence: string): void {
  process.stderr.write(`kaish: ${sentence}\n`);
}
