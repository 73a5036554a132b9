import type { Value } from "../command.ts";
import { toText } from "../value.ts";
import type { Runtime } from "./runtime.ts";

export type Reader = (rt: Runtime) => Value | undefined;

/** Parameters and variables that are worked out when they are read. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["?", (rt) => rt.status],
  ["#", (rt) => rt.positional.length],
  ["$", () => process.pid],
  ["!", (rt) => rt.lastBackground],
  ["-", (rt) => rt.options.flags(rt.shared.interactive)],
  ["_", (rt) => rt.lastArgument],
  ["0", (rt) => rt.arg0],
  ["@", (rt) => rt.positional.map(toText).join(" ")],
  ["*", (rt) => rt.positional.map(toText).join(separator(rt))],
  ["RANDOM", random],
  ["SRANDOM", () => Math.floor(Math.random() * 2 ** 32)],
  ["SECONDS", (rt) => Math.floor((Date.now() - rt.secondsBase) / 1000)],
  ["EPOCHSECONDS", () => Math.floor(Date.now() / 1000)],
  ["EPOCHREALTIME", () => (Date.now() / 1000).toFixed(6)],
  ["BASHPID", () => process.pid],
  ["PPID", () => process.ppid],
  ["UID", () => process.getuid?.() ?? 0],
  ["EUID", () => process.geteuid?.() ?? 0],
  ["SHLVL", (rt) => rt.variables.value("SHLVL") ?? 1],
  ["BASH_SUBSHELL", (rt) => rt.subshells],
  ["PIPESTATUS", (rt) => rt.pipeStatus ?? [rt.status]],
  ["FUNCNAME", functionNames],
]);

/** The reader of a name that is not an ordinary variable. */
export function special(name: string): Reader | undefined {
  const reader = readers.get(name);
  if (reader !== undefined) return reader;
  if (/^[1-9][0-9]*$/.test(name)) {
    const index = Number(name) - 1;
    return (rt) => rt.positional[index];
  }
  return undefined;
}

/** What `"$*"` joins with: the first character of IFS, a space when it is unset. */
export function separator(rt: Runtime): string {
  const ifs = rt.variables.value("IFS");
  return ifs === undefined ? " " : toText(ifs).slice(0, 1);
}

/** A number from 0 to 32767; the same seed gives the same numbers. */
function random(rt: Runtime): number {
  rt.seed = (Math.imul(rt.seed, 1103515245) + 12345) & 0x7fffffff;
  return (rt.seed >>> 16) & 0x7fff;
}

function functionNames(rt: Runtime): Value | undefined {
  const names: string[] = [];
  for (let call = rt.call; call !== null; call = call.caller) names.push(call.name);
  return names.length === 0 ? undefined : names;
}

/** Assigning to these changes what they read. False for any other name. */
export function assignSpecial(rt: Runtime, name: string, value: Value): boolean {
  if (name === "RANDOM") rt.seed = Math.trunc(Number(toText(value))) || 0;
  else if (name === "SECONDS") rt.secondsBase = Date.now() - (Math.trunc(Number(toText(value))) || 0) * 1000;
  else if (name === "PATH") {
    rt.shared.programs.clear();
    return false;
  } else return readOnlyNames.has(name);
  return true;
}

/** Assignments to these are ignored, as bash does. */
const readOnlyNames: ReadonlySet<string> = new Set([
  "PIPESTATUS",
  "FUNCNAME",
  "BASHPID",
  "EPOCHSECONDS",
  "EPOCHREALTIME",
  "BASH_SUBSHELL",
]);
