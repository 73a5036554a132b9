import { after, join, type MaybePromise, reader, type Vfs, type VfsReader } from "../../vfs/index.ts";
import type { BaseContext, ByteSink, ByteSource, Command, ExecPower, Input, Power, Signature, Value } from "../command.ts";
import { toJson, toText } from "../value.ts";
import { forkExec } from "./exec-power.ts";
import { shellPower } from "./power.ts";
import type { Runtime } from "./runtime.ts";
import { scopedVfs } from "./scoped-vfs.ts";
import { Capture, emptySource } from "./streams.ts";

/** What every command gets. One object for each call. */
class CallContext implements BaseContext {
  readonly name: string;
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly signal: AbortSignal;
  readonly cwd: string;
  readonly #rt: Runtime;
  readonly #json: boolean;
  readonly #typed: boolean;

  constructor(rt: Runtime, name: string, input: Input, typed: boolean) {
    this.name = name;
    this.stdin = rt.stdin ?? emptySource();
    this.stdout = rt.stdout;
    this.stderr = rt.stderr;
    this.signal = rt.signal;
    this.cwd = rt.cwd;
    this.#rt = rt;
    this.#json = input.json;
    this.#typed = typed || input.json;
  }

  env(name: string): string | undefined {
    const slot = this.#rt.variables.get(name);
    return slot === undefined || !slot.exported || slot.value === undefined ? undefined : toText(slot.value);
  }

  resolve(path: string): string {
    return join(this.cwd, path);
  }

  emit(value: Value, text: () => string): MaybePromise<void> {
    const printed = this.#json ? `${toJson(value)}\n` : text();
    if (this.#typed && this.stdout instanceof Capture) this.stdout.emit(value, printed);
    else return this.stdout.write(printed);
  }
}

const readers = new WeakMap<Vfs, VfsReader>();

function readerOf(vfs: Vfs): VfsReader {
  let view = readers.get(vfs);
  if (view === undefined) {
    view = reader(vfs);
    readers.set(vfs, view);
  }
  return view;
}

type Grant = (rt: Runtime, context: CallContext) => MaybePromise<object>;

const grants: Readonly<Record<Power, Grant>> = {
  "vfs.read": (rt) => ({ vfs: readerOf(scopedVfs(rt)) }),
  "vfs.write": (rt) => ({ vfs: scopedVfs(rt) }),
  mounts: (rt) => ({ mountTable: rt.shared.host.vfs }),
  exec: (rt) => ({ exec: forkExec(rt) satisfies ExecPower }),
  net: () => ({}),
  kernel: (rt) => after(rt.shared.host.kernel(), (kernel) => ({ kernel })),
  tty: () => ({}),
  clock: (rt) => ({ clock: rt.shared.host.clock }),
  shell: (rt) => ({ shell: shellPower(rt) }),
};

/** Commands whose result stays a value in `$(…)` without `--json`: those that no POSIX shell has. */
function keepsValues(signature: Signature): boolean {
  const group = signature.group;
  return (
    (group === "data" && signature.name !== "jq") || group === "kernel" || group === "vfs" || group === "agents" || group === "git"
  );
}

/** The context of one call: the base and exactly the powers that the signature needs. */
export function contextFor(rt: Runtime, command: Command, name: string, input: Input): MaybePromise<BaseContext> {
  const { needs } = command.signature;
  const context = new CallContext(rt, name, input, keepsValues(command.signature));
  let waiting: Promise<void> | undefined;
  for (const power of needs) {
    if (power === "vfs.read" && needs.includes("vfs.write")) continue;
    const granted = grants[power](rt, context);
    if (granted instanceof Promise) {
      const before = waiting;
      waiting = granted.then(async (given) => {
        await before;
        Object.assign(context, given);
      });
    } else Object.assign(context, granted);
  }
  return waiting === undefined ? context : waiting.then(() => context);
}
