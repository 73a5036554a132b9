import { after, join, type MaybePromise, normalise, VfsError } from "../../vfs/index.ts";
import {
  type ByteSink,
  type ByteSource,
  CommandError,
  type Finding,
  type Found,
  type JobInfo,
  type Leave,
  type ShellPower,
  type Signature,
  type Value,
  type Variable,
  type VariableChange,
} from "../command.ts";
import { toText } from "../value.ts";
import { append, assign, checkExport } from "./assign.ts";
import { checkText, framed } from "./checking.ts";
import { ensure, Fault } from "./control.ts";
import { findProgram } from "./external.ts";
import { jobInfo } from "./jobs.ts";
import { keywords } from "./keywords.ts";
import type { Runtime } from "./runtime.ts";
import { sendSignal } from "./self-signal.ts";
import { withShopt } from "./shopts.ts";
import { signalNumber } from "./signals.ts";
import { runText } from "./source.ts";
import { special } from "./special.ts";
import { assignTarget, unsetTarget } from "./target.ts";
import type { Slot } from "./variables.ts";

const views = new WeakMap<Runtime, ShellPower>();

/** The language's state of one shell, as the builtins of the language see it. */
export function shellPower(rt: Runtime): ShellPower {
  let view = views.get(rt);
  if (view === undefined) {
    view = new View(rt);
    views.set(rt, view);
  }
  return view;
}

/** Faults of the executor are failures of the command that asked. */
function asCommandError<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Fault) throw new CommandError(error.message, error.status, { cause: error });
    throw error;
  }
}

class View implements ShellPower {
  readonly #rt: Runtime;

  constructor(rt: Runtime) {
    this.#rt = rt;
  }

  get(name: string): Value | undefined {
    const own = special(name);
    return own === undefined ? this.#rt.variables.value(name) : own(this.#rt);
  }

  variable(name: string): Variable | undefined {
    const slot = this.#rt.variables.get(name);
    return slot === undefined ? undefined : describe(name, slot);
  }

  variables(): readonly Variable[] {
    return [...this.#rt.variables.entries()].map(([name, slot]) => describe(name, slot));
  }

  set(name: string, change: VariableChange): void {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new CommandError(`\`${name}': not a valid identifier`);
    asCommandError(() => setVariable(this.#rt, name, change));
  }

  unset(name: string): boolean {
    return asCommandError(() => unsetTarget(this.#rt, name));
  }

  assign(target: string, value: Value): void {
    asCommandError(() => assignTarget(this.#rt, target, value));
  }

  positional(): readonly string[] {
    return this.#rt.positional.map(toText);
  }

  setPositional(args: readonly string[]): void {
    this.#rt.positional = args;
  }

  get arg0(): string {
    return this.#rt.arg0;
  }

  option(name: string): boolean {
    return this.#rt.options.get(name);
  }

  setOption(name: string, on: boolean): void {
    this.#rt.options.set(name, on);
    // Nothing after `set -n` runs.
    if (name === "noexec" && on && !this.#rt.shared.interactive) this.#rt.leave = { kind: "exit", status: 0 };
  }

  options(): ReadonlyMap<string, boolean> {
    return this.#rt.options.all();
  }

  shopts(): ReadonlyMap<string, boolean> {
    return this.#rt.shopts;
  }

  setShopt(name: string, on: boolean): void {
    this.#rt.shopts = withShopt(this.#rt.shopts, name, on);
  }

  arith(text: string): Value {
    return asCommandError(() => this.#rt.shared.compilers.evaluate(this.#rt, text));
  }

  get lastStatus(): number {
    return this.#rt.status;
  }

  get interactive(): boolean {
    return this.#rt.shared.interactive;
  }

  functionNames(): readonly string[] {
    return [...this.#rt.functions.keys()].sort();
  }

  functionSource(name: string): string | undefined {
    return this.#rt.functions.get(name)?.source;
  }

  unsetFunction(name: string): boolean {
    return this.#rt.ownFunctions().delete(name);
  }

  aliases(): ReadonlyMap<string, string> {
    return this.#rt.aliases;
  }

  setAlias(name: string, text: string | undefined): void {
    if (text === undefined) this.#rt.ownAliases().delete(name);
    else this.#rt.ownAliases().set(name, text);
  }

  find(name: string): MaybePromise<readonly Found[]> {
    const rt = this.#rt;
    const found: Found[] = [];
    const alias = rt.aliases.get(name);
    if (alias !== undefined) found.push({ kind: "alias", text: alias });
    if (keywords.has(name)) found.push({ kind: "keyword" });
    const fn = rt.functions.get(name);
    if (fn !== undefined) found.push({ kind: "function", source: fn.source });
    const command = rt.shared.host.commands.get(name);
    if (command !== undefined) found.push({ kind: "builtin", signature: command.signature });
    return after(findProgram(rt, name), (path) => {
      if (path !== undefined) found.push({ kind: "file", path });
      return found;
    });
  }

  signatures(): readonly Signature[] {
    return [...new Set([...this.#rt.shared.host.commands.values()].map((command) => command.signature))];
  }

  rehash(): void {
    this.#rt.shared.programs.clear();
  }

  chdir(path: string): MaybePromise<void> {
    return changeDirectory(this.#rt, path);
  }

  get umask(): number {
    return this.#rt.umask;
  }

  set umask(mask: number) {
    this.#rt.umask = mask & 0o777;
  }

  leave(how: Leave): void {
    this.#rt.leave = how.kind === "exit" || how.kind === "return" ? { kind: how.kind, status: how.status & 255 } : how;
  }

  get loopDepth(): number {
    return this.#rt.loopDepth;
  }

  get inFunction(): boolean {
    return this.#rt.call !== null;
  }

  get inSource(): boolean {
    return this.#rt.sourceDepth > 0;
  }

  runSource(text: string, name: string, args?: readonly string[]): MaybePromise<number> {
    return runSource(this.#rt, text, name, args);
  }

  runCommand(argv: readonly Value[], options?: { functions?: boolean }): MaybePromise<number> {
    return this.#rt.shared.invoke(this.#rt, argv, options ?? {});
  }

  trap(condition: string): string | undefined {
    return this.#rt.traps.get(condition);
  }

  setTrap(condition: string, text: string | undefined): void {
    const traps = new Map(this.#rt.traps);
    if (text === undefined) traps.delete(condition);
    else traps.set(condition, text);
    this.#rt.traps = traps;
  }

  traps(): ReadonlyMap<string, string> {
    return this.#rt.traps;
  }

  source(fd: number): ByteSource | undefined {
    return this.#rt.fds[fd]?.source;
  }

  sink(fd: number): ByteSink | undefined {
    return this.#rt.fds[fd]?.sink;
  }

  jobs(): readonly JobInfo[] {
    return this.#rt.jobs.list().map(jobInfo);
  }

  job(spec: string): JobInfo | undefined {
    const job = this.#rt.jobs.find(spec);
    return job === undefined ? undefined : jobInfo(job);
  }

  wait(spec?: string): Promise<number> {
    return this.#interruptible((signal) => this.#rt.jobs.wait(spec, signal));
  }

  waitAny(specs?: readonly string[]): Promise<number> {
    return this.#interruptible((signal) => this.#rt.jobs.waitAny(specs, signal));
  }

  /** `wait` ends at once when a trapped signal comes, with 128 and its number (POSIX). */
  async #interruptible(wait: (signal: AbortSignal) => Promise<number>): Promise<number> {
    const rt = this.#rt;
    const woken = new AbortController();
    let status: number | undefined;
    rt.wake = (name) => {
      status = 128 + (signalNumber(name)?.value ?? 0);
      woken.abort();
    };
    try {
      return await wait(AbortSignal.any([rt.signal, woken.signal]));
    } catch (error) {
      if (status === undefined) throw error;
      return status;
    } finally {
      rt.wake = null;
    }
  }

  kill(spec: string, signal: string): void {
    if (!sendSignal(this.#rt, spec, signal)) this.#rt.jobs.kill(spec, signal);
  }

  disown(spec?: string): void {
    for (const job of spec === undefined ? this.#rt.jobs.list() : [this.#rt.jobs.find(spec)]) {
      if (job === undefined) throw new CommandError(`${spec}: no such job`);
      job.disowned = true;
    }
  }

  check(source: string, name: string): readonly Finding[] {
    return checkText(this.#rt, source).findings.map((found) => ({
      severity: found.severity,
      text: framed(found, source, name),
    }));
  }
}

function describe(name: string, slot: Slot): Variable {
  const { value, exported, readonly, integer, casing } = slot;
  return { name, value, exported, readonly, integer, ...(casing === undefined ? {} : { casing }) };
}

function setVariable(rt: Runtime, name: string, change: VariableChange): void {
  const call = rt.call;
  let slot: Slot;
  if (change.local === true && call !== null) {
    call.hidden ??= new Map();
    slot = rt.variables.hide(name, call.hidden);
  } else slot = rt.variables.write(name);
  if (slot.readonly && (change.value !== undefined || change.readonly === false))
    throw new CommandError(`${name}: readonly variable`);
  if (change.integer !== undefined) slot.integer = change.integer;
  if ("casing" in change) slot.casing = change.casing;
  slot.refresh();
  if (change.exported === true) checkExport(name, change.value ?? slot.value);
  if (change.value !== undefined) {
    if (change.append === true) append(rt, name, change.value);
    else assign(rt, name, change.value);
  }
  if (change.exported !== undefined) slot.exported = change.exported;
  if (change.readonly !== undefined) slot.readonly = change.readonly;
  slot.refresh();
}

function runSource(rt: Runtime, text: string, name: string, args: readonly string[] | undefined): MaybePromise<number> {
  rt.descend();
  const { positional } = rt;
  rt.sourceDepth++;
  if (args !== undefined) rt.positional = args;
  return ensure(
    () =>
      after(runText(rt, text, name), (status) => {
        const leave = rt.leave;
        if (leave?.kind !== "return") return status;
        rt.leave = null;
        return leave.status;
      }),
    () => {
      rt.depth--;
      rt.sourceDepth--;
      if (args !== undefined) rt.positional = positional;
    },
  );
}

/** `cd`: by text, as bash's logical directory. */
export function changeDirectory(rt: Runtime, path: string): MaybePromise<void> {
  const target = normalise(join(rt.cwd, path));
  return after(rt.shared.host.vfs.stat(target), (stat) => {
    if (stat.kind !== "directory") throw new VfsError("ENOTDIR", path);
    const old = rt.cwd;
    rt.cwd = target;
    assign(rt, "OLDPWD", old);
    assign(rt, "PWD", target);
    return undefined;
  });
}
