import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { isatty } from "node:tty";
import type { Invocation, Where } from "./cli.ts";
import { attach, defaultKernel } from "./kernels.ts";
import type { Started } from "./process.ts";
import { readStandardInput } from "./program.ts";
import { notice, runProgram } from "./run-program.ts";

type Interactive = Extract<Invocation, { kind: "interactive" }>;

/** The REPL on a terminal; a line reader where the terminal has no powers; else the program on standard input. */
export async function runInteractive(invocation: Interactive, started: Started): Promise<number> {
  const { where, plain } = invocation;
  if (plain) return runLines(where);
  if (!isatty(0)) return runProgram({ ...readStandardInput(), arg0: "kaish", args: [], where });
  if (!isatty(1) || process.env.TERM === "dumb") return runLines(where);
  return started.snapshot ? startAgain(started) : runScreen(where);
}

/** A snapshot cannot load the REPL; the launcher knows, but not every way to start kaish goes through it. */
function startAgain({ folder, argv }: Started): number {
  const done = spawnSync(process.execPath, [join(folder, "main.cjs"), ...argv], { stdio: "inherit" });
  return done.status ?? 1;
}

async function runLines(where: Where): Promise<number> {
  const { runPlain } = await import("../plain.ts");
  const attached = await attach(where, where.kernel ?? defaultKernel, { instance: "plain", interactive: true, notice });
  try {
    return await runPlain({ api: attached.api, input: process.stdin, output: process.stdout, errors: process.stderr });
  } finally {
    await attached.close();
  }
}

async function runScreen(where: Where): Promise<number> {
  const { runRepl, Terminal } = await import("../tui/repl.ts");
  const terminal = new Terminal({ input: process.stdin, output: process.stdout });
  const { foreground } = terminal;
  const attached = await attach(where, where.kernel ?? defaultKernel, {
    instance: "terminal",
    interactive: true,
    foreground,
    notice,
  });
  try {
    return await runRepl({ api: attached.api, terminal, env: process.env });
  } finally {
    await attached.close();
  }
}
