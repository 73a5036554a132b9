import { CommandError, type Context, command, type ShellPower, toText } from "../../kernel/command.ts";
import { namePattern } from "./names.ts";
import { reply } from "./reply.ts";

/** Where in a bundle (`-abc`) a shell is: OPTIND as it was left, and the next letter's place in that argument. */
const places = new WeakMap<ShellPower, { readonly index: number; readonly letter: number }>();

interface Step {
  /** What the variable gets: a letter, `?` or `:`. */
  readonly letter: string;
  readonly argument?: string;
  readonly error?: string;
  readonly index: number;
  readonly nextLetter: number;
}

/** The next option of `args`, undefined at their end. `index` counts from 1, as OPTIND. */
function next(spec: string, args: readonly string[], index: number, letterAt: number): Step | undefined {
  const silent = spec.startsWith(":");
  const arg = args[index - 1];
  if (letterAt === 0 && (arg === undefined || !arg.startsWith("-") || arg === "-" || arg === "--")) return undefined;
  const text = arg ?? "";
  const at = letterAt === 0 ? 1 : letterAt;
  const letter = text.charAt(at);
  const last = at + 1 >= text.length;
  const after = last ? { index: index + 1, nextLetter: 0 } : { index, nextLetter: at + 1 };
  const known = letter === ":" ? -1 : spec.indexOf(letter, silent ? 1 : 0);
  if (known < 0) {
    if (silent) return { letter: "?", argument: letter, ...after };
    return { letter: "?", error: `illegal option -- ${letter}`, ...after };
  }
  if (spec[known + 1] !== ":") return { letter, ...after };
  if (!last) return { letter, argument: text.slice(at + 1), index: index + 1, nextLetter: 0 };
  const value = args[index];
  if (value !== undefined) return { letter, argument: value, index: index + 2, nextLetter: 0 };
  if (silent) return { letter: ":", argument: letter, index: index + 1, nextLetter: 0 };
  return { letter: "?", error: `option requires an argument -- ${letter}`, index: index + 1, nextLetter: 0 };
}

function put(shell: ShellPower, name: string, step: Step): void {
  shell.assign("OPTIND", String(step.index));
  places.set(shell, { index: step.index, letter: step.nextLetter });
  if (step.argument === undefined) shell.unset("OPTARG");
  else shell.assign("OPTARG", step.argument);
  shell.assign(name, step.letter);
}

function optind(ctx: Context<"shell">): number {
  const value = Number(toText(ctx.shell.get("OPTIND") ?? "1"));
  return Number.isInteger(value) && value > 0 ? value : 1;
}

export const getopts = command(
  {
    name: "getopts",
    summary: "take the next option of a script or function",
    description:
      "A letter with : after it takes a value, found in OPTARG. A : in front makes errors silent. At the end the status is 1 and OPTIND is the first operand.",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [
      { name: "letters", help: "the options, as ab:c" },
      { name: "name", help: "the variable that gets the letter", means: "variable" },
      { name: "argument", help: "instead of the parameters", optional: true, rest: true },
    ],
    flags: {},
    examples: [
      {
        run: 'set -- -v -o out file; while getopts vo: f; do echo "$f $OPTARG"; done; shift $((OPTIND-1)); echo $1',
        stdout: "v \no out\nfile\n",
      },
    ],
  },
  (input, ctx) => {
    const [spec = "", name = "", ...given] = input.args;
    const { shell } = ctx;
    const args = given.length > 0 ? given : shell.positional();
    const index = optind(ctx);
    const place = places.get(shell);
    const letter = place?.index === index ? place.letter : 0;
    const step = next(spec, args, index, letter);
    if (!namePattern.test(name)) throw new CommandError(`\`${name}': not a valid identifier`);
    if (step === undefined) {
      const end = args[index - 1] === "--" ? index + 1 : index;
      put(shell, name, { letter: "?", index: end, nextLetter: 0 });
      return 1;
    }
    put(shell, name, step);
    const quiet = toText(shell.get("OPTERR") ?? "1") === "0";
    return step.error === undefined || quiet ? 0 : reply(ctx.stderr, `${shell.arg0}: ${step.error}\n`);
  },
);
