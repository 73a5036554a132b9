import { after, type FileHandle, join, type MaybePromise, type OpenFlags, VfsError } from "../../vfs/index.ts";
import { Fault } from "./control.ts";
import { Description } from "./descriptors.ts";
import type { Runtime } from "./runtime.ts";
import { createFile, deviceNumber } from "./scoped-vfs.ts";
import { emptySource, HandleSink, HandleSource, nullSink } from "./streams.ts";

/** Thrown where a redirection cannot be made: the command does not run, status 1. */
export class RedirectError extends Fault {}

type FileOp = "<" | ">" | ">>" | ">|" | "<>";

const flags: Readonly<Record<FileOp, OpenFlags>> = {
  "<": { read: true },
  ">": { write: true, create: true, truncate: true },
  ">|": { write: true, create: true, truncate: true },
  ">>": { write: true, create: true, append: true },
  "<>": { read: true, write: true, create: true },
};

/** Opens what a redirection names. Throws VfsError with the path as written. */
export function openTarget(rt: Runtime, path: string, op: FileOp): MaybePromise<Description> {
  if (path === "/dev/null") return new Description({ source: emptySource(), sink: nullSink });
  const device = deviceNumber(path);
  if (device !== undefined) {
    const description = rt.fds[device];
    if (description === undefined) throw new VfsError("ENOENT", path);
    return description.retain();
  }
  if (path === "") throw new VfsError("ENOENT", "");
  if (op === ">" && rt.options.noclobber) return openNew(rt, path);
  return open(rt, path, op, flags[op]);
}

function open(rt: Runtime, path: string, op: FileOp, how: OpenFlags): MaybePromise<Description> {
  const describe = (handle: FileHandle) => describeHandle(handle, op);
  const named = (error: unknown): never => {
    throw error instanceof VfsError ? new VfsError(error.code, path, { cause: error }) : error;
  };
  try {
    const handle = createFile(rt, join(rt.cwd, path), how);
    return handle instanceof Promise ? handle.then(describe, named) : describe(handle);
  } catch (error) {
    return named(error);
  }
}

function describeHandle(handle: FileHandle, op: FileOp): MaybePromise<Description> {
  if (op !== "<") {
    const source = op === "<>" ? new HandleSource(handle, false) : undefined;
    return new Description({ source, sink: new HandleSink(handle) }, () => handle.close());
  }
  if (handle.hostFd === undefined) return new Description({ source: new HandleSource(handle, false) }, () => handle.close());
  return after(
    handle.stat(),
    (stat) => new Description({ source: new HandleSource(handle, stat.kind === "file") }, () => handle.close()),
  );
}

/** `>` under noclobber: a plain file that is there stays. */
function openNew(rt: Runtime, path: string): MaybePromise<Description> {
  const taken = (error: unknown): MaybePromise<Description> => {
    if (!(error instanceof VfsError) || error.code !== "EEXIST") throw error;
    return after(rt.shared.host.vfs.stat(join(rt.cwd, path)), (stat) => {
      if (stat.kind === "file") throw new RedirectError(`${path}: cannot overwrite existing file`);
      return open(rt, path, ">", flags[">"]);
    });
  };
  try {
    const opened = open(rt, path, ">", { write: true, create: true, exclusive: true });
    return opened instanceof Promise ? opened.catch(taken) : opened;
  } catch (error) {
    return taken(error);
  }
}
