import { after, type MaybePromise } from "../../vfs/index.ts";
import { checkText, framed, isError } from "./checking.ts";
import { compileProgram } from "./compile/program.ts";
import type { Exec, Runtime, Unit } from "./runtime.ts";

/** A program ready to run, or why it is refused: rendered diagnostics. Warnings are for `--check` and stay silent here. */
export type Prepared = { readonly kind: "ready"; readonly exec: Exec } | { readonly kind: "refused"; readonly text: string };

export function prepare(rt: Runtime, source: string, name: string): Prepared {
  const { program, findings } = checkText(rt, source);
  if (program === undefined) {
    const errors = findings.filter(isError);
    return { kind: "refused", text: errors.map((error) => framed(error, source, name)).join("") };
  }
  return { kind: "ready", exec: compileProgram(program, unitOf(rt, source, name)) };
}

function unitOf(rt: Runtime, source: string, name: string): Unit {
  const { host, interactive, compilers } = rt.shared;
  return { source, name, commands: host.commands, interactive, compilers };
}

/** Parses, checks and runs a text in this shell; a refused one is status 2. */
export function runText(rt: Runtime, source: string, name: string): MaybePromise<number> {
  const prepared = prepare(rt, source, name);
  if (prepared.kind === "ready") return prepared.exec(rt);
  rt.status = 2;
  return after(rt.stderr.write(prepared.text), () => 2);
}
