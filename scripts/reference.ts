/** Writes docs/commands.md from the signatures: `npm run reference`. `test/reference.test.ts` says when it is stale. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { commands } from "../src/commands/index.ts";
import type { Signature } from "../src/kernel/command.ts";
import { usage } from "../src/kernel/signature.ts";

const groups: readonly Signature["group"][] = ["shell", "data", "text", "files", "system", "vfs", "kernel", "agents", "git"];

/** The command reference as Markdown. */
export function reference(): string {
  const parts = [
    "# Commands",
    "",
    "Made from the commands' own signatures by `npm run reference`. `help NAME` prints the same in the shell.",
    "",
  ];
  for (const group of groups) {
    const members = commands
      .filter(({ signature }) => signature.group === group)
      .sort((a, b) => (a.signature.name < b.signature.name ? -1 : 1));
    if (members.length === 0) continue;
    parts.push(`## ${group}`, "", members.map(({ signature }) => `\`${signature.name}\``).join(" "), "");
    for (const { signature } of members) {
      const needs = signature.needs.length === 0 ? "nothing" : signature.needs.join(", ");
      parts.push(`### ${signature.name}`, "", "```text", usage(signature).trimEnd(), "```", "", `Needs: ${needs}.`, "");
    }
  }
  return `${parts.join("\n").trimEnd()}\n`;
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(join(resolve(import.meta.dirname, ".."), "docs/commands.md"), reference());
