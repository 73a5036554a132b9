import { type ByteSource, CommandError, type Context, command } from "../../kernel/command.ts";
import { delimited, type ItemReader, quotedItems, type XargsItem } from "./xargs-items.ts";

/** Characters of one command line, as GNU. */
const lineLimit = 131_072;

const nothing: ByteSource = { read: () => null, unread: () => {}, close: () => {} };

interface Plan {
  readonly argv: readonly string[];
  readonly most: number;
  readonly lines: number;
  /** The text that each item takes the place of. */
  readonly replace: string | undefined;
  readonly trace: boolean;
  readonly parallel: number;
  readonly runEmpty: boolean;
}

/** `\n`, `\t`, `\0`, `\x2c`, or one character. */
function delimiterOf(text: string): string {
  const named: Readonly<Record<string, string>> = { "\\n": "\n", "\\t": "\t", "\\0": "\0", "\\\\": "\\", "\\r": "\r" };
  const known = named[text];
  if (known !== undefined) return known;
  const hex = /^\\x([0-9a-fA-F]{1,2})$/.exec(text);
  if (hex !== null) return String.fromCharCode(Number.parseInt(hex[1] ?? "0", 16));
  if ([...text].length !== 1) throw new CommandError(`invalid input delimiter specification ${text}`, 2);
  return text;
}

async function* itemsOf(ctx: Context<"exec">, reader: ItemReader): AsyncGenerator<XargsItem> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (;;) {
    const chunk = await ctx.stdin.read();
    if (chunk === null) break;
    yield* reader.push(decoder.decode(chunk, { stream: true }));
  }
  yield* reader.push(decoder.decode());
  yield* reader.end();
}

/** Groups items into command lines. */
async function* batches(items: AsyncIterable<XargsItem>, plan: Plan): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  let lines = 0;
  const fixed = plan.argv.reduce((sum, arg) => sum + arg.length + 1, 0);
  let size = fixed;
  let any = false;
  for await (const { text, endsLine } of items) {
    if (batch.length > 0 && size + text.length + 1 > lineLimit) {
      yield batch;
      batch = [];
      size = fixed;
      lines = 0;
    }
    batch.push(text);
    any = true;
    size += text.length + 1;
    if (endsLine) lines++;
    if (batch.length >= plan.most || lines >= plan.lines) {
      yield batch;
      batch = [];
      size = fixed;
      lines = 0;
    }
  }
  if (batch.length > 0 || (!any && plan.runEmpty && plan.replace === undefined)) yield batch;
}

/** Runs every batch, `parallel` at a time. Answers xargs's own status. */
async function runAll(ctx: Context<"exec">, plan: Plan, reader: ItemReader): Promise<number> {
  let status = 0;
  let stop = false;
  const running = new Set<Promise<void>>();
  const start = async (batch: readonly string[]): Promise<void> => {
    const { replace } = plan;
    const argv =
      replace === undefined ? [...plan.argv, ...batch] : plan.argv.map((arg) => arg.replaceAll(replace, () => batch[0] ?? ""));
    if (plan.trace) await ctx.stderr.write(`${argv.join(" ")}\n`);
    const code = await ctx.exec.run(argv, { stdin: nothing });
    if (code === 0) return;
    stop ||= code >= 126;
    const own = code === 255 ? 124 : code > 127 ? 125 : code >= 126 ? code : 123;
    if (status === 0 || own > 123) status = own;
  };
  for await (const batch of batches(itemsOf(ctx, reader), plan)) {
    if (stop || ctx.signal.aborted) break;
    const job: Promise<void> = start(batch).finally(() => running.delete(job));
    running.add(job);
    if (running.size >= plan.parallel) await Promise.race(running);
  }
  await Promise.all(running);
  return status;
}

export const xargs = command(
  {
    name: "xargs",
    summary: "run a command with arguments read from stdin",
    description:
      "Items are apart by blanks and newlines; quotes and backslashes protect them. The command is echo if none is given.",
    group: "system",
    needs: ["exec"],
    parse: "posix",
    args: [
      { name: "command", help: "what to run", optional: true, means: "command" },
      { name: "argument", help: "its first arguments", optional: true, rest: true },
    ],
    flags: {
      null: { short: "0", help: "items end at NUL and nothing is special" },
      delimiter: { short: "d", value: "string", placeholder: "CHAR", help: "items end at this and nothing is special" },
      "max-args": { short: "n", value: "int", help: "at most so many items for one command" },
      "max-lines": { short: "L", value: "int", help: "at most so many lines for one command" },
      replace: {
        short: "I",
        value: "string",
        placeholder: "TEXT",
        help: "one command for each line, which takes the place of TEXT",
      },
      "max-procs": { short: "P", value: "int", help: "so many commands at a time; 0 is no limit" },
      "no-run-if-empty": { short: "r", help: "run nothing when there are no items" },
      verbose: { short: "t", help: "print each command on stderr" },
    },
    examples: [
      { run: "printf 'a b\\nc\\n' | xargs echo got", stdout: "got a b c\n" },
      { run: "printf '1\\n2\\n' | xargs -I{} echo 'item {}'", stdout: "item 1\nitem 2\n" },
    ],
  },
  (input, ctx) => {
    const { replace, delimiter, null: nul, verbose } = input.flags;
    for (const name of ["max-args", "max-lines"] as const) {
      const value = input.flags[name];
      if (value !== undefined && value < 1) throw new CommandError(`value ${value} for --${name} should be >= 1`, 2);
    }
    const parallel = input.flags["max-procs"] ?? 1;
    const plan: Plan = {
      argv: input.args.length > 0 ? input.args : ["echo"],
      most: replace === undefined ? (input.flags["max-args"] ?? Number.POSITIVE_INFINITY) : 1,
      lines: input.flags["max-lines"] ?? Number.POSITIVE_INFINITY,
      replace,
      trace: verbose,
      parallel: parallel <= 0 ? Number.POSITIVE_INFINITY : parallel,
      runEmpty: !input.flags["no-run-if-empty"],
    };
    const separator = nul ? "\0" : delimiter === undefined ? undefined : delimiterOf(delimiter);
    return runAll(ctx, plan, separator === undefined ? quotedItems(replace !== undefined) : delimited(separator));
  },
);
