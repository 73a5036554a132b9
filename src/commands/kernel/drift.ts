import type { Context, Input } from "../../kernel/command.ts";
import { blockLine } from "./document.ts";
import { blockRecord, firstLine, Lineages, record, type Staged, table, time } from "./show.ts";
import { textOf } from "./text-input.ts";
import { verbCommand } from "./verbs.ts";

type KernelContext = Context<"kernel">;

export const drift = verbCommand({
  name: "drift",
  summary: "carry findings from one context to another",
  description:
    "A push is staged, and delivered by flush; pull and merge are delivered at once. What arrives is a drift block that says where it came from, how, and by which model.",
  needs: ["kernel"],
  flags: {
    summarize: { help: "push: a summary of this context instead; TEXT is its focus" },
    now: { help: "push: deliver at once" },
    all: { help: "queue, flush: what any context staged" },
    into: { value: "string", placeholder: "CTX", help: "merge: into this context instead of the parent" },
  },
  verbs: {
    ls: { summary: "list the contexts one can drift to", args: [], run: list },
    push: {
      summary: "stage TEXT, or standard input, for CTX",
      args: [
        { name: "ctx", help: "who gets it", means: "context" },
        { name: "text", help: "what was found", optional: true, rest: true },
      ],
      flags: ["summarize", "now"],
      run: push,
    },
    queue: { summary: "show what is staged", args: [], flags: ["all"], run: queue },
    cancel: { summary: "take a staged item back", args: [{ name: "n", help: "its number" }], run: cancel },
    flush: { summary: "deliver what is staged", args: [], flags: ["all"], run: flush },
    pull: {
      summary: "get a summary of CTX here",
      args: [
        { name: "ctx", help: "whose", means: "context" },
        { name: "question", help: "what to look for", optional: true, rest: true },
      ],
      run: pull,
    },
    merge: {
      summary: "summarise a fork into its parent",
      args: [{ name: "source", help: "the fork; default this context", optional: true, means: "context" }],
      flags: ["into"],
      run: merge,
    },
    history: { summary: "show what came here and what left", args: [], run: history },
  },
  examples: [
    {
      run: "fork debug >/dev/null; drift push main 'the cache is never cleared' >/dev/null; drift flush; context switch main; block_read last",
      stdout: "delivered 1\nthe cache is never cleared\n",
    },
    { run: "fork debug >/dev/null; drift push main one; drift cancel 1; drift queue", stdout: "staged 1 for main\ncancelled 1\n" },
    { run: "drift push nowhere text", status: 1, help: "an unknown context: the message names those there are" },
  ],
});

async function lineagesOf(ctx: KernelContext): Promise<Lineages> {
  return new Lineages(await ctx.kernel.api.listContexts());
}

async function list(_args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  const contexts = await ctx.kernel.api.listContexts();
  const current = (await ctx.kernel.api.info()).context.id;
  const staged = await ctx.kernel.api.driftQueue({ all: true });
  const lineages = new Lineages(contexts);
  const rows = contexts.map((one) => ({
    one,
    incoming: staged.filter((item) => item.target === one.id).length,
    outgoing: staged.filter((item) => item.source === one.id).length,
  }));
  const value = rows.map(({ one, incoming, outgoing }) =>
    record({
      label: one.label,
      id: one.shortId,
      lineage: lineages.path(one.id),
      model: one.model,
      incoming,
      outgoing,
      current: one.id === current,
    }),
  );
  await ctx.emit(value, () =>
    table(
      ["", "LABEL", "ID", "LINEAGE", "MODEL", "STAGED IN", "OUT"],
      rows.map(({ one, incoming, outgoing }) => [
        one.id === current ? "*" : "",
        one.label,
        one.shortId,
        lineages.path(one.id),
        one.model ?? "-",
        String(incoming),
        String(outgoing),
      ]),
    ),
  );
  return 0;
}

function stagedRecord(item: Staged, lineages: Lineages) {
  return record({
    number: item.number,
    id: item.id,
    source: lineages.label(item.source),
    target: lineages.label(item.target),
    kind: item.kind,
    state: item.state,
    attempts: item.attempts,
    staged: time(item.stagedAt),
    model: item.sourceModel,
    content: item.content,
  });
}

async function push(args: readonly string[], input: Input, ctx: KernelContext): Promise<number> {
  const [target = "", ...words] = args;
  const summarize = input.flags.summarize === true;
  const now = input.flags.now === true;
  const content = summarize ? words.join(" ") : await textOf(words, ctx);
  const item = await ctx.kernel.api.driftPush(target, content, { summarize, now });
  const lineages = await lineagesOf(ctx);
  const label = lineages.label(item.target);
  await ctx.emit(stagedRecord(item, lineages), () => (now ? `delivered to ${label}\n` : `staged ${item.number} for ${label}\n`));
  return 0;
}

async function queue(_args: readonly string[], input: Input, ctx: KernelContext): Promise<number> {
  const items = await ctx.kernel.api.driftQueue({ all: input.flags.all === true });
  const lineages = await lineagesOf(ctx);
  await ctx.emit(
    items.map((item) => stagedRecord(item, lineages)),
    () =>
      table(
        ["N", "FROM", "TO", "KIND", "TRIES", "TEXT"],
        items.map((item) => [
          String(item.number),
          lineages.label(item.source),
          lineages.label(item.target),
          item.kind,
          String(item.attempts),
          firstLine(item.content),
        ]),
      ),
  );
  return 0;
}

async function cancel(args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  const item = await ctx.kernel.api.driftCancel(args[0] ?? "");
  const lineages = await lineagesOf(ctx);
  await ctx.emit(stagedRecord(item, lineages), () => `cancelled ${item.number}\n`);
  return 0;
}

async function flush(_args: readonly string[], input: Input, ctx: KernelContext): Promise<number> {
  const { delivered, failed } = await ctx.kernel.api.driftFlush({ all: input.flags.all === true });
  const value = record({ delivered: [...delivered], failed: failed.map((one) => record({ id: one.id, error: one.error })) });
  await ctx.emit(value, () => `delivered ${delivered.length}\n`);
  for (const { id, error } of failed) await ctx.stderr.write(`${ctx.name}: ${id}: ${error}\n`);
  return failed.length === 0 ? 0 : 1;
}

async function pull(args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  const [source = "", ...words] = args;
  const question = words.length === 0 ? undefined : words.join(" ");
  return printed(ctx, await ctx.kernel.api.driftPull(source, question));
}

async function merge(args: readonly string[], input: Input, ctx: KernelContext): Promise<number> {
  const { into } = input.flags;
  return printed(ctx, await ctx.kernel.api.driftMerge(args[0] ?? ".", typeof into === "string" ? into : undefined));
}

async function printed(
  ctx: KernelContext,
  block: Awaited<ReturnType<KernelContext["kernel"]["api"]["driftPull"]>>,
): Promise<number> {
  const lineages = await lineagesOf(ctx);
  const text = block.content.endsWith("\n") ? block.content : `${block.content}\n`;
  await ctx.emit(blockRecord(block, lineages, ctx.kernel), () => `${ctx.kernel.blockName(block.id)}\n${text}`);
  return 0;
}

async function history(_args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  const blocks = await ctx.kernel.api.driftHistory();
  const lineages = await lineagesOf(ctx);
  await ctx.emit(
    blocks.map((block) => blockRecord(block, lineages, ctx.kernel)),
    () =>
      table(
        ["WHEN", "TO", "WHAT"],
        blocks.map((block) => [time(block.createdAt), lineages.label(block.id.contextId), blockLine(block, lineages, ctx.kernel)]),
      ),
  );
  return 0;
}
