import { CommandError, command } from "../../kernel/command.ts";
import { reply } from "./reply.ts";

/** `u=rwx,g=rx,o=rx`: what a mask lets through. */
function symbolic(mask: number): string {
  const bits = (shift: number): string => ["r", "w", "x"].filter((_letter, i) => ((mask >> shift) & (4 >> i)) === 0).join("");
  return `u=${bits(6)},g=${bits(3)},o=${bits(0)}`;
}

/** A mask given as octal or as `u=rwx,g-w`; undefined for neither. */
function parseMask(text: string, old: number): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8) & 0o777;
  let allowed = ~old & 0o777;
  for (const clause of text.split(",")) {
    const match = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
    if (match === null) return undefined;
    const [, who = "", operator = "", what = ""] = match;
    const bits = (what.includes("r") ? 4 : 0) | (what.includes("w") ? 2 : 0) | (what.includes("x") ? 1 : 0);
    for (const [letter, shift] of [
      ["u", 6],
      ["g", 3],
      ["o", 0],
    ] as const) {
      if (who !== "" && !who.includes(letter) && !who.includes("a")) continue;
      if (operator === "=") allowed &= ~(7 << shift);
      allowed = operator === "-" ? allowed & ~(bits << shift) : allowed | (bits << shift);
    }
  }
  return ~allowed & 0o777;
}

export const umask = command(
  {
    name: "umask",
    summary: "print or set which permissions new files do not get",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [{ name: "mask", help: "octal (022) or symbolic (u=rwx,g=rx,o=)", optional: true }],
    flags: { S: { help: "print in letters" }, p: { help: "print as a command" } },
    examples: [
      { run: "umask 027; umask", stdout: "0027\n" },
      { run: "umask 022; umask -S", stdout: "u=rwx,g=rx,o=rx\n" },
    ],
  },
  (input, ctx) => {
    const { S, p } = input.flags;
    const [text] = input.args;
    if (text !== undefined) {
      const mask = parseMask(text, ctx.shell.umask);
      if (mask === undefined)
        throw new CommandError(`${text}: ${/^[0-9]/.test(text) ? "octal number out of range" : "invalid symbolic mode"}`);
      ctx.shell.umask = mask;
      return 0;
    }
    const shown = S ? symbolic(ctx.shell.umask) : ctx.shell.umask.toString(8).padStart(4, "0");
    return reply(ctx.stdout, `${p ? `umask ${S ? "-S " : ""}` : ""}${shown}\n`);
  },
);
