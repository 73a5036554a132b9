import type { Command } from "../kernel/command.ts";
import { ls } from "./files/ls.ts";
import { blockAppend, blockCreate, blockList, blockRead, blockStatus } from "./kernel/blocks.ts";
import { context } from "./kernel/context.ts";
import { drift } from "./kernel/drift.ts";
import { fork, thread } from "./kernel/fork.ts";
import { kernel } from "./kernel/kernel.ts";
import { cat } from "./text/cat.ts";
import { grep } from "./text/grep.ts";
import { head } from "./text/head.ts";
import { mount, mounts, unmount } from "./vfs/mount.ts";

/** Every builtin, in the order of its folder and name. */
export const commands: readonly Command[] = [
  ls,
  cat,
  grep,
  head,
  blockAppend,
  blockCreate,
  blockList,
  blockRead,
  blockStatus,
  context,
  drift,
  fork,
  thread,
  kernel,
  mount,
  mounts,
  unmount,
];

let table: ReadonlyMap<string, Command> | undefined;

/** The builtins by every name they answer to. */
export function commandTable(): ReadonlyMap<string, Command> {
  table ??= new Map(
    commands.flatMap((one) => [one.signature.name, ...(one.signature.aliases ?? [])].map((name) => [name, one] as const)),
  );
  return table;
}
