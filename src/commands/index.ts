import type { Command } from "../kernel/command.ts";
import { keys, push, typeofCommand, values } from "./data/items.ts";
import { fromjson, tojson } from "./data/json.ts";
import { lines, words } from "./data/words.ts";
import { basename } from "./files/basename.ts";
import { chmod } from "./files/chmod.ts";
import { cp } from "./files/cp.ts";
import { dirname } from "./files/dirname.ts";
import { find } from "./files/find.ts";
import { ln } from "./files/ln.ts";
import { ls } from "./files/ls.ts";
import { mkdir } from "./files/mkdir.ts";
import { mktemp } from "./files/mktemp.ts";
import { mv } from "./files/mv.ts";
import { readlink } from "./files/readlink.ts";
import { realpath } from "./files/realpath.ts";
import { rm } from "./files/rm.ts";
import { rmdir } from "./files/rmdir.ts";
import { stat } from "./files/stat.ts";
import { touch } from "./files/touch.ts";
import { blockAppend, blockCreate, blockList, blockRead, blockStatus } from "./kernel/blocks.ts";
import { context } from "./kernel/context.ts";
import { drift } from "./kernel/drift.ts";
import { fork, thread } from "./kernel/fork.ts";
import { kernel } from "./kernel/kernel.ts";
import { alias, unalias } from "./shell/alias.ts";
import { cd, pwd } from "./shell/cd.ts";
import { breakCommand, continueCommand, exit, returnCommand, shift } from "./shell/control.ts";
import { declare, exportCommand, local, readonly, unset } from "./shell/declare.ts";
import { dirs, popd, pushd } from "./shell/dirs.ts";
import { echo } from "./shell/echo.ts";
import { getopts } from "./shell/getopts.ts";
import { help } from "./shell/help.ts";
import { bg, disown, fg, jobs, wait } from "./shell/jobs.ts";
import { mapfile } from "./shell/mapfile.ts";
import { printf } from "./shell/printf.ts";
import { read } from "./shell/read.ts";
import { builtin, check, exec, letCommand, source } from "./shell/run.ts";
import { set, shopt } from "./shell/set.ts";
import { bracket, test } from "./shell/test.ts";
import { kill, trap } from "./shell/trap.ts";
import { colon, falseCommand, trueCommand } from "./shell/true.ts";
import { commandCommand, hash, type, which } from "./shell/type.ts";
import { umask } from "./shell/umask.ts";
import { date } from "./system/date.ts";
import { env, printenv } from "./system/env.ts";
import { sleep, timeout } from "./system/sleep.ts";
import { xargs } from "./system/xargs.ts";
import { cat } from "./text/cat.ts";
import { cut } from "./text/cut.ts";
import { grep } from "./text/grep.ts";
import { head } from "./text/head.ts";
import { nl } from "./text/nl.ts";
import { paste } from "./text/paste.ts";
import { rev } from "./text/rev.ts";
import { seq } from "./text/seq.ts";
import { sort } from "./text/sort.ts";
import { tac } from "./text/tac.ts";
import { tail } from "./text/tail.ts";
import { tee } from "./text/tee.ts";
import { tr } from "./text/tr.ts";
import { uniq } from "./text/uniq.ts";
import { wc } from "./text/wc.ts";
import { yes } from "./text/yes.ts";
import { mount, mounts, unmount } from "./vfs/mount.ts";

/** Every builtin, in the order of its folder and name. */
export const commands: readonly Command[] = [
  keys,
  push,
  typeofCommand,
  values,
  fromjson,
  tojson,
  lines,
  words,
  env,
  printenv,
  xargs,
  date,
  sleep,
  timeout,
  alias,
  unalias,
  cd,
  pwd,
  breakCommand,
  continueCommand,
  exit,
  returnCommand,
  shift,
  declare,
  exportCommand,
  local,
  readonly,
  unset,
  dirs,
  popd,
  pushd,
  echo,
  getopts,
  help,
  bg,
  disown,
  fg,
  jobs,
  wait,
  mapfile,
  printf,
  read,
  builtin,
  check,
  exec,
  letCommand,
  source,
  set,
  shopt,
  bracket,
  test,
  kill,
  trap,
  colon,
  falseCommand,
  trueCommand,
  commandCommand,
  hash,
  type,
  which,
  umask,
  ls,
  basename,
  chmod,
  cp,
  dirname,
  find,
  ln,
  mkdir,
  mktemp,
  mv,
  readlink,
  realpath,
  rm,
  rmdir,
  stat,
  touch,
  cat,
  grep,
  head,
  cut,
  nl,
  paste,
  rev,
  seq,
  sort,
  tac,
  tail,
  tee,
  tr,
  uniq,
  wc,
  yes,
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
