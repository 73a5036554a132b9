import type { BaseContext } from "../../../kernel/command.ts";
import { type FileStat, type MaybePromise, type Vfs, VfsError, type VfsReader } from "../../../vfs/index.ts";
import { next } from "./input.ts";
import { type Steps, wait } from "./steps.ts";

/** What a command that changes files is given. */
export type WriteContext = BaseContext & { readonly vfs: Vfs };

/** Undefined if nothing is there (ENOENT or ENOTDIR); other errors are thrown. */
export function* statOrNothing(look: () => MaybePromise<FileStat>): Steps<FileStat | undefined> {
  try {
    return yield* wait(look());
  } catch (error) {
    if (error instanceof VfsError && (error.code === "ENOENT" || error.code === "ENOTDIR")) return undefined;
    throw error;
  }
}

export function* isDirectory(vfs: VfsReader, path: string): Steps<boolean> {
  try {
    return (yield* wait(vfs.stat(path))).kind === "directory";
  } catch {
    return false;
  }
}

export function sameFile(a: FileStat, b: FileStat): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.ino !== 0;
}

/** `directory/name`, as messages show it. */
export function below(directory: string, name: string): string {
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

/** Asks on stderr, reads one line of standard input: whether it begins with y. */
export function* ask(ctx: BaseContext, question: string): Steps<boolean> {
  yield* wait(ctx.stderr.write(`${ctx.name}: ${question} `));
  let line = "";
  for (;;) {
    const chunk = yield* next(ctx.stdin);
    if (chunk === null) break;
    const end = chunk.indexOf(10);
    line += Buffer.from(end < 0 ? chunk : chunk.subarray(0, end)).toString("utf8");
    if (end < 0) continue;
    ctx.stdin.unread(chunk.subarray(end + 1));
    break;
  }
  return /^\s*y/i.test(line);
}
