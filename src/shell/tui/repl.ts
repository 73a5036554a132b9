import type { KernelApi } from "../../kernel/index.ts";
import { type Highlight, highlight, parse } from "../../parser/index.ts";
import { Repl } from "./repl-session.ts";
import type { Terminal } from "./terminal.ts";
import { themeFor } from "./theme.ts";

export { Terminal, type TerminalOptions } from "./terminal.ts";

export interface ReplOptions {
  /** Where the person starts. The REPL does not detach it. */
  readonly api: KernelApi;
  /** Opened by the REPL if it is not open yet, and closed at its end. Its `foreground` is the kernel's `ShellHost.foreground`. */
  readonly terminal: Terminal;
  /** HOME, NO_COLOR, TERM. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: what the parser says. */
  isIncomplete?(text: string): boolean;
  /** What the parts of the typed text are, for their colours. Default: what the lexer says. */
  highlight?(text: string): readonly Highlight[];
}

/**
 * The REPL on a terminal. Resolves with the exit status when the person leaves: what `exit` was given, else the status
 * of the last program; 143 and 129 when it was told to end by SIGTERM or SIGHUP.
 */
export async function runRepl(options: ReplOptions): Promise<number> {
  options.terminal.open();
  const repl = new Repl({
    terminal: options.terminal,
    theme: themeFor(options.env),
    home: options.env.HOME ?? "",
    isIncomplete: (text) => (options.isIncomplete ?? parserSaysIncomplete)(text),
    highlight: (text) => (options.highlight ?? highlight)(text),
  });
  try {
    return await repl.run(options.api);
  } finally {
    options.terminal.close();
  }
}

function parserSaysIncomplete(text: string): boolean {
  return parse(text).incomplete;
}
