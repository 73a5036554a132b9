/** The executor's door. */
export { Killed } from "./control.ts";
export { createShell } from "./create-shell.ts";
export { hostSink, hostSource } from "./host-streams.ts";
export type { RunIo, RunResult, Shell, ShellHost, ShellInit } from "./shell.ts";
export { bytesSource } from "./streams.ts";
