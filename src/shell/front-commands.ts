import type { KernelApi } from "../kernel/index.ts";

/** What a command of the front end asks of the REPL beside printing. */
export interface FrontResult {
  /** Plain text, whole lines. */
  readonly text: string;
  readonly status: number;
  readonly leave?: boolean;
  /** Go on in this context. */
  readonly moveTo?: KernelApi;
}

interface FrontCommand {
  readonly usage: string;
  readonly summary: string;
  run(api: KernelApi, words: readonly string[]): Promise<FrontResult>;
}

const commands: ReadonlyMap<string, FrontCommand> = new Map<string, FrontCommand>([
  ["/help", { usage: "/help", summary: "show this", run: async () => ({ text: helpText(), status: 0 }) }],
  ["/context", { usage: "/context [NAME]", summary: "list the contexts, or go to one", run: runContext }],
  ["/quit", { usage: "/quit", summary: "leave; ctrl-d does too", run: async () => ({ text: "", status: 0, leave: true }) }],
]);

/**
 * Runs `line` if it is a command of the front end: its first word is exactly the name of one, and no such path exists. Null:
 * it is shell code.
 */
export async function runFrontCommand(api: KernelApi, line: string): Promise<FrontResult | null> {
  const words = line.trim().split(/\s+/);
  const command = commands.get(words[0] ?? "");
  if (command === undefined) return null;
  const exists = await api.execute(`test -e ${words[0]}`, { record: false }).done;
  if (exists.status === 0) return null;
  return command.run(api, words.slice(1));
}

function helpText(): string {
  const rows = [...commands.values()].map((command) => `  ${command.usage.padEnd(18)}${command.summary}\n`);
  return `Type shell code; \`help\` lists its commands. Of this front end:\n${rows.join("")}  ${"ctrl-c".padEnd(18)}stop what runs (twice: hard)\n  ${"tab, ctrl-r".padEnd(18)}complete, search the history\n`;
}

async function runContext(api: KernelApi, words: readonly string[]): Promise<FrontResult> {
  const [address] = words;
  if (address === undefined) {
    const [info, contexts] = await Promise.all([api.info(), api.listContexts()]);
    const rows = contexts.map((context) => `${context.id === info.context.id ? "*" : " "} ${context.label}  ${context.shortId}\n`);
    return { text: rows.join(""), status: 0 };
  }
  return { text: "", status: 0, moveTo: await api.joinContext(address) };
}
