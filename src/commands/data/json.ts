import { CommandError, command, toJson, toPrettyJson, type Value, ValueError } from "../../kernel/command.ts";
import type { MaybePromise } from "../../vfs/index.ts";
import { asText, emitValue, parseJson, printed, readText } from "./operand.ts";

export const fromjson = command(
  {
    name: "fromjson",
    summary: "read JSON into a value",
    description: "Takes its operand, or stdin. In $(...) the value keeps its type.",
    group: "data",
    needs: [],
    negativeOperands: true,
    args: [{ name: "json", help: "one JSON text", optional: true }],
    flags: {},
    json: true,
    examples: [
      { run: 'user=$(fromjson \'{"name":"amy","tags":["dev"]}\'); echo ${user[name]} ${user[tags][0]}', stdout: "amy dev\n" },
      { run: "echo '[1, 2]' | fromjson", stdout: "[1,2]\n" },
    ],
  },
  (input, ctx) => {
    const give = (text: string, what: string): MaybePromise<number> => {
      const value = parseJson(text, what);
      return emitValue(value, () => `${printed(value)}\n`, ctx);
    };
    const [first] = input.values;
    return first === undefined ? readText(ctx).then((text) => give(text, "stdin")) : give(asText(first, "operand"), "operand");
  },
);

export const tojson = command(
  {
    name: "tojson",
    summary: "print values as JSON",
    description: "Takes its operands, one JSON text for each, or stdin as one string without its last newline.",
    group: "data",
    needs: [],
    negativeOperands: true,
    args: [{ name: "value", help: "any value", optional: true, rest: true }],
    flags: { pretty: { short: "p", help: "over several lines" } },
    examples: [
      { run: 'x={name: amy, n: 3}; tojson $x "3"', stdout: '{"name":"amy","n":3}\n"3"\n' },
      { run: "echo 'say \"hi\"' | tojson", stdout: '"say \\"hi\\""\n' },
    ],
  },
  (input, ctx) => {
    const print = (values: readonly Value[]): MaybePromise<number> => {
      try {
        const texts = values.map((value) => (input.flags.pretty ? toPrettyJson(value) : toJson(value)));
        const out = texts.join("\n");
        return emitValue(out, () => `${out}\n`, ctx);
      } catch (error) {
        if (error instanceof ValueError) throw new CommandError(error.message, 1, { cause: error });
        throw error;
      }
    };
    if (input.values.length > 0) return print(input.values);
    return readText(ctx).then((text) => print([text.replace(/\n$/, "")]));
  },
);
