import type { ByteSink, ByteSource, ExecPower } from "../command.ts";
import { assign } from "./assign.ts";
import { shared } from "./control.ts";
import { Description, withDescriptor } from "./descriptors.ts";
import type { Runtime } from "./runtime.ts";
import { runFork } from "./subshell.ts";

/** Runs commands for a command, each in a subshell of its own. */
export function forkExec(rt: Runtime): ExecPower {
  return {
    async run(argv, options = {}) {
      const child = rt.fork(true);
      if (options.signal !== undefined) child.signal = shared(AbortSignal.any([rt.signal, options.signal]));
      if (options.env !== undefined) hideExports(child, options.env);
      for (const [name, value] of options.env ?? []) {
        assign(child, name, value);
        const slot = child.variables.write(name);
        slot.exported = true;
        slot.refresh();
      }
      give(child, 0, { source: options.stdin });
      give(child, 1, { sink: options.stdout });
      give(child, 2, { sink: options.stderr });
      return runFork(child, (within) => rt.shared.invoke(within, argv, {}));
    },
  };
}

/** What is exported and not in `env` stays a variable and is given to no program. */
function hideExports(child: Runtime, env: ReadonlyMap<string, string>): void {
  for (const [name, { exported }] of [...child.variables.entries()]) {
    if (!exported || env.has(name)) continue;
    const slot = child.variables.write(name);
    slot.exported = false;
    slot.refresh();
  }
}

function give(child: Runtime, fd: number, ends: { source?: ByteSource | undefined; sink?: ByteSink | undefined }): void {
  if (ends.source === undefined && ends.sink === undefined) return;
  void child.fds[fd]?.release();
  child.fds = withDescriptor(child.fds, fd, new Description(ends));
}
