import { type CheckEnvironment, check, type Diagnostic, formatDiagnostic, type Program, parse } from "../../parser/index.ts";
import type { Signature } from "../declaration.ts";
import { flagTable } from "../signature.ts";
import type { Runtime } from "./runtime.ts";

type CheckedSignature = NonNullable<ReturnType<CheckEnvironment["signatureOf"]>>;

/** What is wrong with a program, and the program if it may run. */
export interface Checked {
  /** Absent when a finding is an error. */
  readonly program?: Program;
  /** In the order of the text. */
  readonly findings: readonly Diagnostic[];
}

const known = new WeakMap<Signature, CheckedSignature>();

function checkedSignature(signature: Signature): CheckedSignature {
  const found = known.get(signature);
  if (found !== undefined) return found;
  const { short, long } = flagTable(signature);
  const flags = new Map<string, "switch" | "value" | "optional">();
  for (const [spelling, { flag }] of [...short, ...long]) {
    flags.set(spelling, flag.optional !== undefined ? "optional" : flag.value === undefined ? "switch" : "value");
  }
  const numbers = signature.numeric !== undefined || signature.negativeOperands === true;
  const made: CheckedSignature = { flags, parse: signature.parse ?? "gnu", numbers };
  known.set(signature, made);
  return made;
}

/** Parses a program and looks it over for the session as it is now: its functions and aliases hide builtins. */
export function checkText(rt: Runtime, source: string): Checked {
  const { program, diagnostics } = parse(source);
  if (program === undefined || diagnostics.some(isError)) return { findings: diagnostics };
  const { host, interactive } = rt.shared;
  const findings = check(program, {
    signatureOf(name) {
      if (rt.functions.has(name) || (interactive && rt.aliases.has(name))) return undefined;
      const command = host.commands.get(name);
      return command === undefined ? undefined : checkedSignature(command.signature);
    },
  });
  const all = [...diagnostics, ...findings].sort((a, b) => a.span.start - b.span.start);
  return all.some(isError) ? { findings: all } : { program, findings: all };
}

/** A finding with its frame, whole lines. */
export function framed(finding: Diagnostic, source: string, name: string): string {
  return `${formatDiagnostic(finding, source, name)}\n`;
}

export function isError(finding: Diagnostic): boolean {
  return finding.severity === "error";
}
