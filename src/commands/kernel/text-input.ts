import { type BaseContext, CommandError } from "../../kernel/command.ts";

/**
 * The operands joined by spaces; without any, all of standard input as UTF-8. A terminal is not read: who forgot the text would see
 * the next lines vanish in it (usage error).
 */
export async function textOf(words: readonly string[], ctx: BaseContext): Promise<string> {
  if (words.length > 0) return words.join(" ");
  if (ctx.stdin.isTty === true) throw new CommandError("missing text: give it as an operand, or through a pipe", 2);
  let text = "";
  await eachText(ctx, (part) => {
    text += part;
  });
  return text;
}

/** Standard input as UTF-8, part by part; a part never ends inside a character. */
export async function eachText(ctx: BaseContext, take: (part: string) => void | Promise<void>): Promise<void> {
  const decoder = new TextDecoder();
  for (;;) {
    const chunk = await ctx.stdin.read();
    const part = chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
    if (part !== "") await take(part);
    if (chunk === null) return;
    ctx.signal.throwIfAborted();
  }
}
