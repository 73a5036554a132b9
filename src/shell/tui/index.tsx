/** The door of the terminal front end; loaded when a person opens the REPL, and never for a script. */
export { type ReplOptions, runRepl } from "./repl.ts";
export { Terminal, type TerminalOptions } from "./terminal.ts";
export type { Highlight } from "./view.ts";
