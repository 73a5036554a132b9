import { child, dirname, type FileHandle, type Vfs, VfsError } from "../../../vfs/index.ts";
import { randomName } from "./random-name.ts";
import { type Steps, wait } from "./steps.ts";

/** A file that is being written beside the one it will replace. */
export interface Replacement {
  readonly handle: FileHandle;
  /** Puts it in place: readers see the old content or the new, never a part. The mode of a replaced file is kept. */
  commit(): Steps<void>;
  /** Forgets it. Harmless after `commit`. */
  discard(): Steps<void>;
}

/**
 * Begins to replace the file at `path` (absolute; symlinks are followed). What is no regular file is opened and written as it is.
 */
export function* replaceFile(vfs: Vfs, path: string, mode = 0o666): Steps<Replacement> {
  let target = path;
  let oldMode: number | undefined;
  let shared = false;
  try {
    target = yield* wait(vfs.realpath(path));
    const stat = yield* wait(vfs.stat(target));
    if (stat.kind === "directory") throw new VfsError("EISDIR", path);
    if (stat.kind !== "file") return inPlace(yield* wait(vfs.open(target, { write: true, truncate: true })));
    oldMode = stat.mode;
    shared = stat.nlink > 1;
    // Who may not write the file may not replace it either.
    const probe = yield* wait(vfs.open(target, { write: true }));
    yield* wait(probe.close());
  } catch (error) {
    if (!(error instanceof VfsError) || error.code !== "ENOENT") throw error;
  }
  // Another name of the file must see the new content too; a new file has nothing to protect.
  if (shared || oldMode === undefined)
    return inPlace(yield* wait(vfs.open(path, { write: true, create: true, truncate: true, mode })));
  return yield* beside(vfs, target, oldMode);
}

function inPlace(handle: FileHandle): Replacement {
  return {
    handle,
    *commit() {
      yield* wait(handle.close());
    },
    *discard() {
      yield* closed(handle);
    },
  };
}

function* beside(vfs: Vfs, target: string, mode: number): Steps<Replacement> {
  const { temporary, handle } = yield* temporaryFile(vfs, target);
  let settled = false;
  return {
    handle,
    *commit() {
      yield* wait(vfs.setattr(temporary, { mode }));
      yield* wait(handle.close());
      yield* wait(vfs.rename(temporary, target));
      settled = true;
    },
    *discard() {
      if (settled) return;
      settled = true;
      yield* closed(handle);
      yield* wait(vfs.unlink(temporary));
    },
  };
}

function* temporaryFile(vfs: Vfs, target: string): Steps<{ readonly temporary: string; readonly handle: FileHandle }> {
  for (;;) {
    const name = `.kaish-${randomName(10)}`;
    const temporary = child(dirname(target), name);
    try {
      return { temporary, handle: yield* wait(vfs.open(temporary, { write: true, create: true, exclusive: true, mode: 0o600 })) };
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== "EEXIST") throw error;
    }
  }
}

function* closed(handle: FileHandle): Steps<void> {
  try {
    yield* wait(handle.close());
  } catch {
    // It was closed.
  }
}
