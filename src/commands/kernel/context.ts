import type { Context, Input, Value } from "../../kernel/command.ts";
import { documentText } from "./document.ts";
import { blockRecord, type ContextInfo, contextRecord, Lineages, table, time } from "./show.ts";
import { verbCommand } from "./verbs.ts";

type KernelContext = Context<"kernel">;

export const context = verbCommand({
  name: "context",
  summary: "list, make, show and switch contexts",
  description:
    "A context is one conversation with one document. It is named by its label, its short id, a prefix of its id, `.` (this one) or `.parent`.",
  needs: ["kernel"],
  flags: {
    full: { help: "show: do not fold long programs and outputs" },
    last: { short: "n", value: "int", placeholder: "N", help: "show: the last N blocks only" },
  },
  verbs: {
    ls: { summary: "list the contexts", args: [], run: list },
    tree: { summary: "show which was forked from which", args: [], run: tree },
    new: { summary: "make an empty context", args: [{ name: "label", help: "its name" }], run: make },
    switch: { summary: "go on in another context", args: [{ name: "context", help: "where to", means: "context" }], run: switchTo },
    info: { summary: "tell about one", args: [{ name: "context", help: "which", optional: true, means: "context" }], run: info },
    show: {
      summary: "print its whole document, drift with where it came from",
      args: [{ name: "context", help: "which", optional: true, means: "context" }],
      flags: ["full", "last"],
      run: show,
    },
  },
  examples: [
    { run: "context new ideas >/dev/null; for c in $(context ls --json); do echo ${c[label]}; done", stdout: "main\nideas\n" },
    {
      run: "context new ideas >/dev/null; context switch ideas; here=$(context info --json); echo ${here[label]}",
      stdout: "ideas\n",
    },
    { run: "context swich ideas", status: 2, help: "no such verb: the message lists them" },
  ],
});

async function known(ctx: KernelContext): Promise<{ contexts: readonly ContextInfo[]; lineages: Lineages; current: ContextInfo }> {
  const contexts = await ctx.kernel.api.listContexts();
  const current = (await ctx.kernel.api.info()).context;
  return { contexts, lineages: new Lineages(contexts), current };
}

async function list(_args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  const { contexts, lineages, current } = await known(ctx);
  const value = contexts.map((one) => contextRecord(one, lineages, current.id));
  const row = (one: ContextInfo): string[] => [
    one.id === current.id ? "*" : "",
    one.label,
    one.shortId,
    one.parentId === undefined ? "-" : `${one.forkKind ?? "fork"} of ${lineages.label(one.parentId)}`,
    one.model ?? "-",
    one.cwd,
  ];
  await ctx.emit(value, () => table(["", "LABEL", "ID", "FROM", "MODEL", "CWD"], contexts.map(row)));
  return 0;
}

async function tree(_args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  const { contexts, current } = await known(ctx);
  const children = (parent: string | undefined): readonly ContextInfo[] => contexts.filter((one) => one.parentId === parent);
  const value = (one: ContextInfo): Value =>
    new Map<string, Value>([
      ["label", one.label],
      ["id", one.shortId],
      ["children", children(one.id).map(value)],
    ]);
  const lines = (one: ContextInfo, lead: string, own: string): string => {
    const below = children(one.id);
    const mark = one.id === current.id ? " *" : "";
    const rest = below.map((child, at) => {
      const last = at === below.length - 1;
      return lines(child, lead + (last ? "   " : "│  "), lead + (last ? "└─ " : "├─ "));
    });
    return `${own}${one.label} (${one.shortId})${one.forkKind === "thread" ? " thread" : ""}${mark}\n${rest.join("")}`;
  };
  const roots = children(undefined);
  await ctx.emit(roots.map(value), () => roots.map((one) => lines(one, "", "")).join(""));
  return 0;
}

async function make(args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  const made = await ctx.kernel.api.createContext(args[0] ?? "");
  const { lineages, current } = await known(ctx);
  await ctx.emit(contextRecord(made, lineages, current.id), () => `${made.label} (${made.shortId})\n`);
  return 0;
}

async function switchTo(args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  await ctx.kernel.switchTo(await ctx.kernel.api.joinContext(args[0] ?? "."));
  return 0;
}

async function info(args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  const one = await ctx.kernel.api.resolveContext(args[0] ?? ".");
  const { lineages, current } = await known(ctx);
  const fields: [string, string][] = [
    ["label", one.label],
    ["id", one.shortId],
    ["lineage", lineages.path(one.id)],
    ["cwd", one.cwd],
    ["model", one.model ?? "-"],
    ["created", `${time(one.createdAt)} by ${ctx.kernel.principalName(one.createdBy)}`],
  ];
  await ctx.emit(contextRecord(one, lineages, current.id), () =>
    fields.map(([name, text]) => `${name.padEnd(8)} ${text}\n`).join(""),
  );
  return 0;
}

async function show(args: readonly string[], input: Input, ctx: KernelContext): Promise<number> {
  const limit = input.flags.last;
  const blocks = await ctx.kernel.api.listBlocks(typeof limit === "number" ? { limit } : {}, args[0] ?? ".");
  const { lineages } = await known(ctx);
  const value = blocks.map((block) => blockRecord(block, lineages, ctx.kernel));
  await ctx.emit(value, () => documentText(blocks, lineages, ctx.kernel, input.flags.full === true));
  return 0;
}
