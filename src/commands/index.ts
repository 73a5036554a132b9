import type { Command } from "../kernel/command.ts";
import { ls } from "./files/ls.ts";
import { cat } from "./text/cat.ts";
import { grep } from "./text/grep.ts";
import { head } from "./text/head.ts";

/** Every builtin, in the order of its folder and name. */
export const commands: readonly Command[] = [ls, cat, grep, head];
