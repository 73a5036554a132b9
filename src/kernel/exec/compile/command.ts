import type { BraceGroup, Command, Subshell } from "../../../parser/index.ts";
import { withProcesses } from "../process-substitution.ts";
import type { Exec, Unit } from "../runtime.ts";
import { runFork } from "../subshell.ts";
import { compileArithCommand, compileCase, compileIf } from "./branches.ts";
import { compileCondCommand } from "./cond.ts";
import { compileFunction } from "./functions.ts";
import { compileFor, compileForArith, compileWhile } from "./loops.ts";
import { withRedirects } from "./redirect.ts";
import { compileSelect } from "./select.ts";
import { compileSimple } from "./simple.ts";

/** Any command with its redirections. */
export function compileNode(node: Command, unit: Unit): Exec {
  const exec = compileAny(node, unit);
  return hasProcess(node) ? withProcesses(exec) : exec;
}

/** A process substitution that belongs to this command, not to one inside it. */
function hasProcess(node: Command): boolean {
  const own =
    node.kind === "simple"
      ? [node.words, node.assignments, node.redirects]
      : node.kind === "for"
        ? [node.words, node.redirects]
        : node.redirects;
  return containsProcess(own);
}

function containsProcess(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  if (Array.isArray(node)) return node.some(containsProcess);
  const kind = (node as { kind?: unknown }).kind;
  if (kind === "process") return true;
  // What `$(…)` holds are commands of their own.
  return kind === "statement" ? false : Object.values(node).some(containsProcess);
}

function compileAny(node: Command, unit: Unit): Exec {
  if (node.kind === "simple") return compileSimple(node, unit);
  // A function's redirections are made when it is called.
  if (node.kind === "function") return compileFunction(node, unit);
  return withRedirects(node.redirects, compileCompound(node, unit), unit);
}

type Compound = Exclude<Command, { kind: "simple" | "function" }>;

function compileCompound(node: Compound, unit: Unit): Exec {
  switch (node.kind) {
    case "group":
      return compileGroup(node, unit);
    case "subshell":
      return compileSubshell(node, unit);
    case "if":
      return compileIf(node, unit);
    case "while":
      return compileWhile(node, unit);
    case "for":
      return compileFor(node, unit);
    case "for-arith":
      return compileForArith(node, unit);
    case "select":
      return compileSelect(node, unit);
    case "case":
      return compileCase(node, unit);
    case "cond":
      return compileCondCommand(node, unit);
    case "arith":
      return compileArithCommand(node, unit);
    default:
      return node satisfies never;
  }
}

function compileGroup(node: BraceGroup, unit: Unit): Exec {
  return unit.compilers.statements(node.body, unit);
}

function compileSubshell(node: Subshell, unit: Unit): Exec {
  const body = unit.compilers.statements(node.body, unit);
  return (rt) => {
    rt.descend();
    const status = runFork(rt.fork(false), body);
    if (typeof status === "number") {
      rt.depth--;
      return status;
    }
    return status.then((done) => {
      rt.depth--;
      return done;
    });
  };
}
