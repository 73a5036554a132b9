import { after, type MaybePromise } from "../../vfs/index.ts";
import type { ByteSink } from "../command.ts";
import { shared } from "./control.ts";
import { Description, type Descriptors, withDescriptor } from "./descriptors.ts";
import type { Exec, Runtime } from "./runtime.ts";
import { emptySource } from "./streams.ts";
import { runFork } from "./subshell.ts";

/** `cmd &`: runs beside this shell as a job. */
export function startBackground(rt: Runtime, exec: Exec, text: string): MaybePromise<number> {
  const child = rt.fork(true);
  const controller = new AbortController();
  child.signal = shared(controller.signal);
  child.quiet = 0;
  // Without job control a background command does not read the shell's input.
  const input = child.fds[0];
  child.fds = withDescriptor(child.fds, 0, new Description({ source: emptySource() }));
  void input?.release();
  child.fds = withoutTerminal(child.fds);
  const deliver = (name: string): boolean => child.trapped(name);
  const pid = rt.shared.nextPid++;
  // It starts when this shell waits for something, not in the middle of a statement.
  const job = rt.jobs.add(pid, text, controller, deliver, () => Promise.resolve().then(() => runFork(child, exec)));
  rt.lastBackground = pid;
  rt.status = 0;
  rt.pipeStatus = null;
  if (!rt.shared.interactive || rt.subshells > 0) return 0;
  return after(rt.stderr.write(`[${job.id}] ${pid}\n`), () => 0);
}

/** A job never has the terminal itself: what its programs print goes through our sinks, between what others print. */
function withoutTerminal(table: Descriptors): Descriptors {
  return table.map((description) => {
    const sink = description?.sink;
    if (description === undefined || sink?.isTty !== true || sink.hostFd === undefined) return description;
    const hidden: ByteSink = { write: (chunk) => sink.write(chunk), isTty: true, columns: sink.columns };
    return new Description({ sink: hidden }, () => description.release());
  });
}
