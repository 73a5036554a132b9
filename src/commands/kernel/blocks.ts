import { type Command, CommandError, type Context, command } from "../../kernel/command.ts";
import { blockLine } from "./document.ts";
import { rescued } from "./errors.ts";
import { blockRecord, Lineages, table } from "./show.ts";
import { eachText, textOf } from "./text-input.ts";

const kinds = ["text", "thinking", "toolCall", "toolResult", "drift"] as const;
const roles = ["user", "model", "system", "tool"] as const;
const statuses = ["pending", "running", "done", "error"] as const;

function oneOf<T extends string>(what: string, given: string | undefined, known: readonly T[]): T | undefined {
  const found = known.find((one) => one === given);
  if (given !== undefined && found === undefined) throw new CommandError(`no ${what} '${given}'; there is: ${known.join(", ")}`, 2);
  return found;
}

const blockArg = { name: "block", help: "`ctx/author/N`, `author/N`, N (your own) or `last`", means: "block" } as const;
const textArg = { name: "text", help: "the text; without it, standard input", optional: true, rest: true } as const;

export const blockCreate: Command = command(
  {
    name: "block_create",
    summary: "add a block to this context's document",
    group: "kernel",
    needs: ["kernel"],
    args: [textArg],
    flags: {
      kind: { short: "k", value: "string", help: `${kinds.join(", ")}; default text` },
      role: { short: "r", value: "string", help: `${roles.join(", ")}; default user` },
      status: { short: "s", value: "string", help: `${statuses.join(", ")}; default done` },
      parent: { value: "string", placeholder: "BLOCK", help: "the block it belongs to" },
      after: { value: "string", placeholder: "BLOCK", help: "place it after this block; default at the end" },
    },
    examples: [
      { run: "block_create hello world >/dev/null; block_read last", stdout: "hello world\n" },
      { run: "printf 'a\\nb\\n' | block_create --role system >/dev/null; block_read last", stdout: "a\nb\n" },
      { run: "block_create --kind riddle x", status: 2 },
    ],
    json: true,
  },
  ({ flags, args }, ctx) =>
    rescued(async () => {
      const { api } = ctx.kernel;
      const kind = oneOf("kind", flags.kind, kinds) ?? "text";
      const role = oneOf("role", flags.role, roles) ?? "user";
      const status = oneOf("status", flags.status, statuses);
      const parentId = flags.parent === undefined ? undefined : await api.resolveBlock(flags.parent);
      const after = flags.after === undefined ? undefined : await api.resolveBlock(flags.after);
      const block = await api.createBlock({
        kind,
        role,
        content: await textOf(args, ctx),
        ...(status === undefined ? {} : { status }),
        ...(parentId === undefined ? {} : { parentId }),
        ...(after === undefined ? {} : { after }),
      });
      const lineages = new Lineages(await api.listContexts());
      await ctx.emit(blockRecord(block, lineages, ctx.kernel), () => `${ctx.kernel.blockName(block.id)}\n`);
      return 0;
    }),
);

export const blockRead: Command = command(
  {
    name: "block_read",
    summary: "print a block's text",
    group: "kernel",
    needs: ["kernel"],
    args: [blockArg],
    flags: { number: { short: "n", help: "number the lines, from 0" } },
    examples: [
      { run: "block_create one >/dev/null; block_read last", stdout: "one\n" },
      { run: "printf 'a\\nb\\n' | block_create >/dev/null; block_read -n last", stdout: "0\ta\n1\tb\n" },
      { run: "block_read 99", status: 1 },
    ],
    json: true,
  },
  ({ flags, args }, ctx) =>
    rescued(async () => {
      const { api } = ctx.kernel;
      const block = await api.readBlock(await api.resolveBlock(args[0] ?? "last"));
      const lineages = new Lineages(await api.listContexts());
      await ctx.emit(blockRecord(block, lineages, ctx.kernel), () =>
        flags.number ? numbered(block.content) : withEnd(block.content),
      );
      return 0;
    }),
);

function withEnd(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function numbered(text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  return text === "" ? "" : lines.map((line, at) => `${at}\t${line}\n`).join("");
}

export const blockAppend: Command = command(
  {
    name: "block_append",
    summary: "add text to the end of a block",
    group: "kernel",
    needs: ["kernel"],
    args: [blockArg, textArg],
    flags: {},
    examples: [
      { run: "block_create --status running one >/dev/null; block_append last ', two'; block_read last", stdout: "one, two\n" },
      { run: "block_create --status running '' >/dev/null; seq 3 | block_append last; block_read last", stdout: "1\n2\n3\n" },
    ],
  },
  ({ args }, ctx) =>
    rescued(async () => {
      const { api } = ctx.kernel;
      const [name = "last", ...words] = args;
      const id = await api.resolveBlock(name);
      if (words.length > 0) await api.appendBlock(id, words.join(" "));
      else await eachText(ctx, (part) => api.appendBlock(id, part));
      return 0;
    }),
);

export const blockStatus: Command = command(
  {
    name: "block_status",
    summary: "set a block's status",
    group: "kernel",
    needs: ["kernel"],
    args: [blockArg, { name: "status", help: statuses.join(", "), values: statuses }],
    flags: {},
    examples: [
      {
        run: "block_create --status running x >/dev/null; block_status last done; b=$(block_read last --json); echo ${b[status]}",
        stdout: "done\n",
      },
      { run: "block_create x >/dev/null; block_status last running", status: 1, help: "a block that is done stays so" },
    ],
  },
  ({ args }, ctx) =>
    rescued(async () => {
      const status = oneOf("status", args[1], statuses);
      if (status === undefined) throw new CommandError("missing STATUS", 2);
      await ctx.kernel.api.patchBlock(await ctx.kernel.api.resolveBlock(args[0] ?? "last"), { status });
      return 0;
    }),
);

export const blockList: Command = command(
  {
    name: "block_list",
    summary: "list the blocks of a document, drift with where it came from",
    group: "kernel",
    needs: ["kernel"],
    args: [],
    flags: {
      kind: { short: "k", value: "string", help: kinds.join(", ") },
      role: { short: "r", value: "string", help: roles.join(", ") },
      status: { short: "s", value: "string", help: statuses.join(", ") },
      parent: { value: "string", placeholder: "BLOCK", help: "only what belongs to this block" },
      last: { short: "n", value: "int", placeholder: "N", help: "the last N" },
      context: { short: "c", value: "string", placeholder: "CTX", help: "of this context; default here" },
    },
    examples: [
      {
        run: "block_create one >/dev/null; block_create two >/dev/null; for b in $(block_list --kind text --json); do echo ${b[content]}; done",
        stdout: "one\ntwo\n",
      },
      { run: "block_list --kind drift", stdout: "" },
    ],
    json: true,
  },
  ({ flags }, ctx) =>
    rescued(async () => {
      const blocks = await ctx.kernel.api.listBlocks(await filterOf(flags, ctx), flags.context);
      const lineages = new Lineages(await ctx.kernel.api.listContexts());
      const rows = blocks.map((block) => [
        ctx.kernel.blockName(block.id),
        block.kind,
        block.role,
        block.status,
        blockLine(block, lineages, ctx.kernel),
      ]);
      await ctx.emit(
        blocks.map((block) => blockRecord(block, lineages, ctx.kernel)),
        () => table(["BLOCK", "KIND", "ROLE", "STATUS", "TEXT"], rows),
      );
      return 0;
    }),
);

interface ListFlags {
  readonly kind: string | undefined;
  readonly role: string | undefined;
  readonly status: string | undefined;
  readonly parent: string | undefined;
  readonly last: number | undefined;
}

async function filterOf(flags: ListFlags, ctx: Context<"kernel">) {
  const kind = oneOf("kind", flags.kind, kinds);
  const role = oneOf("role", flags.role, roles);
  const status = oneOf("status", flags.status, statuses);
  const parentId = flags.parent === undefined ? undefined : await ctx.kernel.api.resolveBlock(flags.parent);
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(role === undefined ? {} : { role }),
    ...(status === undefined ? {} : { status }),
    ...(parentId === undefined ? {} : { parentId }),
    ...(flags.last === undefined ? {} : { limit: flags.last }),
  };
}
