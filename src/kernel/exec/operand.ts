import type { Value } from "../command.ts";
import { toText } from "../value.ts";

/**
 * `name=value` as an operand of a declaration builtin, on its way through argument parsing. A map, because records are
 * never taken for flags.
 */
export class Operand extends Map<string, Value> {
  readonly assigned: Value;
  readonly #prefix: string;

  constructor(prefix: string, assigned: Value) {
    super();
    this.#prefix = prefix;
    this.assigned = assigned;
  }

  /** `name=value` as text; for `-x` and for commands that are no declaration builtins. */
  get text(): string {
    return this.#prefix + toText(this.assigned);
  }
}
