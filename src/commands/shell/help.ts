import { CommandError, type Context, command, nearest, type Signature, usage } from "../../kernel/command.ts";
import { reply } from "./reply.ts";

const groups: Readonly<Record<Signature["group"], string>> = {
  shell: "The language",
  data: "Values",
  text: "Text",
  files: "Files",
  system: "System",
  vfs: "Mounts",
  kernel: "Kernel, contexts, blocks and drift",
  agents: "Models and agents",
  git: "Git",
};

function overview(signatures: readonly Signature[]): string {
  let out = "";
  for (const [group, title] of Object.entries(groups)) {
    const members = signatures.filter((one) => one.group === group).sort((a, b) => (a.name < b.name ? -1 : 1));
    if (members.length === 0) continue;
    const width = Math.max(...members.map((one) => one.name.length));
    out += `${title}\n${members.map((one) => `  ${one.name.padEnd(width)}  ${one.summary}\n`).join("")}\n`;
  }
  return `${out}help NAME tells more.\n`;
}

/** The `##` lines above a function, or what it is. */
function functionHelp(name: string, ctx: Context<"shell">): string | undefined {
  const source = ctx.shell.functionSource(name);
  return source === undefined ? undefined : `${name} is a function\n${source}\n`;
}

export const help = command(
  {
    name: "help",
    summary: "list the commands, or explain some",
    group: "shell",
    needs: ["shell"],
    args: [{ name: "name", help: "a command or function", optional: true, rest: true, means: "command" }],
    flags: {},
    examples: [
      { run: "help pwd | head -n 2", stdout: "Usage: pwd [FLAG]... [IGNORED]...\nPrint the working directory.\n" },
      { run: "help no-such-command", status: 1 },
    ],
  },
  (input, ctx) => {
    const signatures = ctx.shell.signatures();
    if (input.args.length === 0) return reply(ctx.stdout, overview(signatures));
    const texts = input.args.map((name) => {
      const known = signatures.find((one) => one.name === name || one.aliases?.includes(name) === true);
      const text = functionHelp(name, ctx) ?? (known === undefined ? undefined : usage(known));
      if (text !== undefined) return text;
      const near = nearest(name, [...signatures.map((one) => one.name), ...ctx.shell.functionNames()]);
      const hint = near.length === 0 ? "" : `; near: ${near.join(", ")}`;
      throw new CommandError(`no help topics match \`${name}'${hint}`);
    });
    return reply(ctx.stdout, texts.join("\n"));
  },
);
