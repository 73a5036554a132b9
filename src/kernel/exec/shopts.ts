import { CommandError } from "../command.ts";

/** What `shopt` knows. The ones that are on describe what the language always does. */
export const defaultShopts: ReadonlyMap<string, boolean> = new Map([
  ["autocd", false],
  ["dotglob", false],
  ["expand_aliases", false],
  ["extglob", true],
  ["failglob", true],
  ["globstar", true],
  ["inherit_errexit", false],
  ["lastpipe", true],
  ["nocaseglob", false],
  ["nocasematch", false],
  ["nullglob", false],
]);

const fixed: ReadonlySet<string> = new Set(["extglob", "failglob", "globstar", "lastpipe"]);

export function withShopt(shopts: ReadonlyMap<string, boolean>, name: string, on: boolean): ReadonlyMap<string, boolean> {
  const now = shopts.get(name);
  if (now === undefined) throw new CommandError(`${name}: invalid shell option name`);
  if (fixed.has(name) && !on) throw new CommandError(`${name}: is always on in this language`);
  return new Map(shopts).set(name, on);
}
