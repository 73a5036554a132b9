import { isUtf8 } from "node:buffer";
import { type ByteSource, CommandError, type Context, command, type Input, toText, type Value } from "../../kernel/command.ts";
import { after, type MaybePromise } from "../../vfs/index.ts";
import { type ReadLine, splitFields, withoutBackslashes } from "./field-split.ts";
import { type Progress, type Taken, takeBytes } from "./read-bytes.ts";

type ReadContext = Context<"shell" | "clock">;

/** Text without the NULs, which no variable holds; what is no text stays bytes. */
function decode(bytes: Uint8Array): Value {
  const clean = bytes.includes(0) ? bytes.filter((byte) => byte !== 0) : bytes;
  return isUtf8(clean) ? Buffer.from(clean.buffer, clean.byteOffset, clean.length).toString("utf8") : clean.slice();
}

/** How many bytes the first `count` characters take; -1 while there are fewer. */
function characters(count: number, raw: boolean): (bytes: Uint8Array) => number {
  return (bytes) => {
    let at = 0;
    let left = count;
    while (left > 0) {
      if (!raw && bytes[at] === 0x5c) at++;
      const byte = bytes[at];
      if (byte === undefined) return -1;
      at += byte < 0xc2 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 1;
      if (at > bytes.length) return -1;
      left--;
    }
    return at;
  };
}

function assign(names: readonly string[], list: string | undefined, line: ReadLine, exact: boolean, ctx: ReadContext): void {
  const ifsValue = ctx.shell.get("IFS");
  const ifs = ifsValue === undefined ? " \t\n" : toText(ifsValue ?? "");
  if (list !== undefined) {
    ctx.shell.set(list, { value: exact ? [line.text] : splitFields(line, ifs, Number.POSITIVE_INFINITY) });
  } else if (names.length === 0) ctx.shell.assign("REPLY", line.text);
  else {
    const fields = exact ? [line.text] : splitFields(line, ifs, names.length);
    names.forEach((name, i) => {
      ctx.shell.assign(name, fields[i] ?? "");
    });
  }
}

/** Waits for `taken`, no longer than `seconds`; then `progress` has what came. */
async function within(taken: Promise<Taken>, seconds: number, progress: Progress, ctx: ReadContext): Promise<Taken | "late"> {
  const stop = new AbortController();
  const timer = ctx.clock.sleep(seconds * 1000, AbortSignal.any([ctx.signal, stop.signal])).then(
    () => "late" as const,
    () => "late" as const,
  );
  try {
    return await Promise.race([taken, timer]);
  } finally {
    progress.closed = true;
    stop.abort();
  }
}

/** `read -t 0`: whether there is something to read at once. */
function ready(source: ByteSource): number {
  const chunk = source.read();
  if (chunk instanceof Promise) {
    chunk.then(
      (late) => late !== null && source.unread(late),
      () => {},
    );
    return 1;
  }
  if (chunk !== null) source.unread(chunk);
  return 0;
}

const flags = {
  r: { help: "backslashes are ordinary" },
  p: { value: "string", placeholder: "TEXT", help: "a prompt, at a terminal" },
  d: { value: "string", placeholder: "CHAR", help: "ends at this instead of a newline; '' is NUL" },
  n: { value: "int", placeholder: "COUNT", help: "at most so many characters" },
  N: { value: "int", placeholder: "COUNT", help: "exactly so many characters, whatever they are" },
  t: { value: "number", placeholder: "SECONDS", help: "give up after this time" },
  s: { help: "do not show what is typed" },
  a: { value: "string", placeholder: "NAME", help: "all fields as a list" },
  u: { value: "int", placeholder: "FD", help: "from this descriptor" },
  e: { help: "with line editing" },
} as const;

function run(input: Input<typeof flags>, ctx: ReadContext): MaybePromise<number> {
  const { r, p, d, n, N, t, u } = input.flags;
  const source = u === undefined ? ctx.stdin : ctx.shell.source(u);
  if (source === undefined) throw new CommandError(`${u}: invalid file descriptor: Bad file descriptor`);
  for (const name of input.args) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*(?:\[.+\])?$/s.test(name)) throw new CommandError(`\`${name}': not a valid identifier`);
  }
  if (t !== undefined && t < 0) throw new CommandError(`${t}: invalid timeout specification`);
  if (t === 0) return ready(source);
  const prompted = p !== undefined && source.isTty === true ? ctx.stderr.write(p) : undefined;
  const delimiter = N !== undefined ? undefined : d === undefined ? 10 : (Buffer.from(d)[0] ?? 0);
  const count = N ?? n;
  if (count === 0) return 0;
  const enough = count === undefined ? undefined : characters(count, r);
  const progress: Progress = { bytes: new Uint8Array(0), closed: false };
  const finish = (taken: Taken | "late"): number => {
    store(taken === "late" ? progress.bytes : taken.bytes, input, ctx);
    if (taken === "late") return 142;
    return taken.complete ? 0 : 1;
  };
  return after(prompted, () => {
    const taken = takeBytes(source, delimiter, !r, enough, progress);
    if (!(taken instanceof Promise)) return finish(taken);
    if (t === undefined) return taken.then(finish);
    return within(taken, t, progress, ctx).then(finish);
  });
}

function store(bytes: Uint8Array, input: Input<typeof flags>, ctx: ReadContext): void {
  const { r, a, N } = input.flags;
  const value = decode(bytes);
  if (typeof value === "string") assign(input.args, a, r ? { text: value } : withoutBackslashes(value), N !== undefined, ctx);
  else if (a === undefined && input.args.length <= 1) ctx.shell.assign(input.args[0] ?? "REPLY", value);
  else assign(input.args, a, { text: Buffer.from(bytes).toString("utf8") }, N !== undefined, ctx);
}

export const read = command(
  {
    name: "read",
    summary: "read a line into variables",
    description:
      "The line is split by $IFS; the last name takes the rest. Without a name it goes to REPLY as it is. At the end of the input the status is 1.",
    group: "shell",
    needs: ["shell", "clock"],
    parse: "posix",
    args: [{ name: "name", help: "a variable", optional: true, rest: true, means: "variable" }],
    flags,
    examples: [
      { run: "printf 'a b c\\n' | while read -r x y; do echo \"$y\"; done", stdout: "b c\n" },
      { run: "IFS=: read -r user rest <<< amy:x:1; echo $user", stdout: "amy\n" },
    ],
  },
  run,
);
