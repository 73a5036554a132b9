import { CommandError } from "../command.ts";

/** Long option names with their letters for `$-`, in the order bash prints them. */
const letters: Readonly<Record<string, string>> = {
  allexport: "a",
  errexit: "e",
  noglob: "f",
  noexec: "n",
  nounset: "u",
  verbose: "v",
  xtrace: "x",
  noclobber: "C",
};
const names = [...Object.keys(letters), "pipefail", "trash", "errtrace", "functrace", "monitor", "posix"];
const always = "h";
const none: ReadonlySet<string> = new Set();

/** What `set` switches. The ones the executor asks at every command are fields. */
export class Options {
  errexit = false;
  nounset = false;
  xtrace = false;
  noglob = false;
  noexec = false;
  pipefail = false;
  noclobber = false;
  allexport = false;
  /** Never changed in place: copies share it. */
  private others: ReadonlySet<string> = none;

  get(name: string): boolean {
    return name in this && name !== "others" ? this[name as "errexit"] === true : this.others.has(name);
  }

  set(name: string, on: boolean): void {
    if (!names.includes(name)) throw new CommandError(`${name}: invalid option name`, 2);
    if (name in this) this[name as "errexit"] = on;
    else this.others = new Set(on ? [...this.others, name] : [...this.others].filter((other) => other !== name));
  }

  all(): Map<string, boolean> {
    return new Map([...names].sort().map((name) => [name, this.get(name)]));
  }

  /** `$-`. */
  flags(interactive: boolean): string {
    let text = "";
    for (const [name, letter] of Object.entries(letters)) if (this.get(name)) text += letter;
    return always + (interactive ? "i" : "") + text;
  }

  copy(): Options {
    const copy = new Options();
    copy.errexit = this.errexit;
    copy.nounset = this.nounset;
    copy.xtrace = this.xtrace;
    copy.noglob = this.noglob;
    copy.noexec = this.noexec;
    copy.pipefail = this.pipefail;
    copy.noclobber = this.noclobber;
    copy.allexport = this.allexport;
    copy.others = this.others;
    return copy;
  }
}
