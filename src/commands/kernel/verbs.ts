import {
  type Arg,
  type Command,
  CommandError,
  type Context,
  command,
  type Example,
  type Flag,
  type Input,
  type Power,
} from "../../kernel/command.ts";
import { rescued } from "./errors.ts";

/** One verb of a command such as `drift`. */
interface Verb<P extends Power> {
  readonly summary: string;
  readonly args: readonly Arg[];
  /** Names of the command's flags that it takes. */
  readonly flags?: readonly string[];
  /** `args` are the operands after the verb, as many as `args` allows. */
  readonly run: (args: readonly string[], input: Input, ctx: Context<P>) => Promise<number>;
}

export interface VerbCommand<P extends Power> {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly needs: readonly P[];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly verbs: Readonly<Record<string, Verb<P>>>;
  readonly examples: readonly Example[];
}

/** Declares a command whose first operand says what to do; its help lists every verb. All print records, so all take `--json`. */
export function verbCommand<const P extends Power>(declared: VerbCommand<P>): Command {
  const { name, summary, needs, flags, verbs, examples } = declared;
  const lines = Object.entries(verbs).map(([verb, one]): [string, string] => [usageOf(name, verb, one, flags), one.summary]);
  const width = Math.min(52, Math.max(...lines.map(([usage]) => usage.length)));
  const list = lines.map(([usage, help]) => `  ${usage.padEnd(width)}  ${help}\n`).join("");
  const names = Object.keys(verbs);
  return command(
    {
      name,
      summary,
      description: `${declared.description === undefined ? "" : `${declared.description}\n\n`}Verbs:\n${list}`,
      group: "kernel",
      needs,
      args: [
        { name: "verb", help: names.join(", "), values: names },
        { name: "operand", help: "what the verb takes", optional: true, rest: true, means: "context" },
      ],
      flags,
      examples,
      json: true,
    },
    (input, ctx) => {
      const [verb = "", ...args] = input.args;
      const known = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
      if (known === undefined) throw new CommandError(`no verb '${verb}'; there is: ${names.join(", ")}`, 2);
      check(verb, known, args, input, flags);
      return rescued(() => known.run(args, input as Input, ctx as Context<P>));
    },
  );
}

function usageOf<P extends Power>(name: string, verb: string, one: Verb<P>, flags: Readonly<Record<string, Flag>>): string {
  const operands = one.args.map((arg) => {
    const text = `${arg.name.toUpperCase()}${arg.rest === true ? "..." : ""}`;
    return arg.optional === true ? ` [${text}]` : ` ${text}`;
  });
  const own = (one.flags ?? []).map((flag) => {
    const value = flags[flag]?.value;
    return ` [--${flag}${value === undefined ? "" : ` ${flags[flag]?.placeholder ?? value.toUpperCase()}`}]`;
  });
  return `${name} ${verb}${operands.join("")}${own.join("")}`;
}

/** Throws for operands and flags that the verb does not take. */
function check<P extends Power>(
  verb: string,
  one: Verb<P>,
  args: readonly string[],
  input: { readonly flags: Readonly<Record<string, unknown>> },
  flags: Readonly<Record<string, Flag>>,
): void {
  const missing = one.args.find((arg, at) => arg.optional !== true && args[at] === undefined);
  if (missing !== undefined) throw new CommandError(`${verb}: missing ${missing.name.toUpperCase()}`, 2);
  const rest = one.args.at(-1)?.rest === true;
  if (!rest && args.length > one.args.length) throw new CommandError(`${verb}: too many operands: '${args[one.args.length]}'`, 2);
  for (const flag of Object.keys(flags)) {
    const given = input.flags[flag];
    const absent = given === undefined || given === false || given === 0 || (Array.isArray(given) && given.length === 0);
    if (!absent && one.flags?.includes(flag) !== true) throw new CommandError(`${verb}: takes no --${flag}`, 2);
  }
}
