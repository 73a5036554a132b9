import type { Context, Input } from "../../kernel/command.ts";
import { record, table, time } from "./show.ts";
import { verbCommand } from "./verbs.ts";

type KernelContext = Context<"kernel">;

export const kernel = verbCommand({
  name: "kernel",
  summary: "list kernels, tell about this one",
  needs: ["kernel"],
  flags: {},
  verbs: {
    ls: {
      summary: "list the kernels of this machine",
      args: [{ name: "text", help: "only those whose name has it", optional: true }],
      run: list,
    },
    info: { summary: "tell about the kernel we are in", args: [], run: info },
  },
  examples: [{ run: "k=$(kernel info --json); echo ${k[context]}", stdout: "main\n" }],
});

async function list(args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  const [text = ""] = args;
  const entries = (await ctx.kernel.listKernels()).filter((entry) => entry.kernel.label.includes(text));
  const value = entries.map(({ kernel: one, pid, socket, current }) =>
    record({ label: one.label, id: one.id, created: time(one.createdAt), pid, socket, current }),
  );
  await ctx.emit(value, () =>
    table(
      ["", "LABEL", "ID", "CREATED", "HOST"],
      entries.map(({ kernel: one, pid, current }) => [
        current ? "*" : "",
        one.label,
        one.id.slice(24),
        time(one.createdAt),
        pid === undefined ? "-" : `process ${pid}`,
      ]),
    ),
  );
  return 0;
}

async function info(_args: readonly string[], _input: Input, ctx: KernelContext): Promise<number> {
  const { kernel: one, context, session, ephemeral } = await ctx.kernel.api.info();
  const who = await ctx.kernel.api.whoami();
  const members = (await ctx.kernel.api.listMembers()).filter((member) => member.status !== "away");
  const names = members.map((member) => `${member.nick}@${member.instance}`);
  const value = record({
    label: one.label,
    id: one.id,
    context: context.label,
    user: who.username,
    instance: session.instance,
    ephemeral,
    members: names,
  });
  const lines: [string, string][] = [
    ["kernel", `${one.label} (${one.id})${ephemeral ? ", gone at exit" : ""}`],
    ["context", `${context.label} (${context.shortId})`],
    ["you", `${who.username}@${session.instance}`],
    ["here", names.join(", ")],
  ];
  await ctx.emit(value, () => lines.map(([name, text]) => `${name.padEnd(8)} ${text}\n`).join(""));
  return 0;
}
