import { type Command, CommandError, type Context, command } from "../../kernel/command.ts";
import { rescued } from "./errors.ts";
import { contextRecord, Lineages } from "./show.ts";

const args = [{ name: "label", help: "the name of the new context; default this one's with a number", optional: true }] as const;
const common = {
  name: { value: "string", placeholder: "LABEL", help: "the label, as a flag" },
  stay: { help: "do not go there" },
} as const;

export const fork: Command = command(
  {
    name: "fork",
    summary: "copy this context and go on in the copy",
    description:
      "The copy has the document and the shell's variables, and lives its own life from then on. For now it sees the same mounts: what is written to files is seen on both sides.",
    group: "kernel",
    needs: ["kernel"],
    args,
    flags: { ...common, at: { value: "int", placeholder: "VERSION", help: "copy the document as it was at this version" } },
    examples: [
      {
        run: 'fork debug >/dev/null; here=$(context info --json); echo "${here[label]} of ${here[parent]}"',
        stdout: "debug of main\n",
      },
      { run: "fork debug --stay >/dev/null; here=$(context info --json); echo ${here[label]}", stdout: "main\n" },
    ],
    json: true,
  },
  ({ flags, args: operands }, ctx) =>
    rescued(async () => {
      const label = labelOf(operands, flags.name);
      const { at } = flags;
      const api = await ctx.kernel.api.fork({ ...(label === undefined ? {} : { label }), ...(at === undefined ? {} : { at }) });
      return moved(ctx, api, flags.stay);
    }),
);

export const thread: Command = command(
  {
    name: "thread",
    summary: "start a context beside this one and go on there",
    description: "It is linked to this one and sees the same files, with an empty document and a fresh shell.",
    group: "kernel",
    needs: ["kernel"],
    args,
    flags: common,
    examples: [
      {
        run: "block_create kept >/dev/null; thread side >/dev/null; block_list --kind text; here=$(context info --json); echo ${here[forkKind]}",
        stdout: "thread\n",
      },
    ],
    json: true,
  },
  ({ flags, args: operands }, ctx) =>
    rescued(async () => moved(ctx, await ctx.kernel.api.thread(labelOf(operands, flags.name)), flags.stay)),
);

function labelOf(operands: readonly string[], flag: string | undefined): string | undefined {
  if (flag !== undefined && operands[0] !== undefined && operands[0] !== flag) {
    throw new CommandError(`two labels: '${operands[0]}' and '${flag}'`, 2);
  }
  return operands[0] ?? flag;
}

async function moved(ctx: Context<"kernel">, api: Context<"kernel">["kernel"]["api"], stay: boolean): Promise<number> {
  const made = (await api.info()).context;
  const contexts = await api.listContexts();
  const lineages = new Lineages(contexts);
  if (stay) await api.detach();
  else await ctx.kernel.switchTo(api);
  const current = (await ctx.kernel.api.info()).context.id;
  await ctx.emit(contextRecord(made, lineages, current), () => `${made.label} (${made.shortId}): ${lineages.path(made.id)}\n`);
  return 0;
}
