import { CommandError, command, isList, isRecord, typeName } from "../../kernel/command.ts";
import { isPromise } from "../../vfs/index.ts";
import { emitList, emitValue, itemsOf, structure } from "./operand.ts";

const operand = [{ name: "value", help: "a list or record; without it stdin is read as JSON", optional: true }] as const;

export const keys = command(
  {
    name: "keys",
    summary: "list a record's keys, or a list's indices",
    group: "data",
    needs: [],
    args: operand,
    flags: {},
    json: true,
    examples: [{ run: "u={name: amy, age: 3}; keys $u", stdout: "name\nage\n" }],
  },
  (input, ctx) => {
    const give = (value: Awaited<ReturnType<typeof structure>>) => {
      if (isRecord(value)) return emitList([...value.keys()], ctx);
      if (isList(value)) return emitList([...value.keys()], ctx);
      throw new CommandError(`needs a record or list, got a ${typeName(value)}`);
    };
    const value = structure(input.values, ctx);
    return isPromise(value) ? value.then(give) : give(value);
  },
);

export const values = command(
  {
    name: "values",
    summary: "list a record's values, or a list's elements",
    group: "data",
    needs: [],
    args: operand,
    flags: {},
    json: true,
    examples: [{ run: "u={name: amy, tags: [a b]}; values $u", stdout: 'amy\n["a","b"]\n' }],
  },
  (input, ctx) => {
    const give = (value: Awaited<ReturnType<typeof structure>>) => {
      const items = itemsOf(value);
      if (items === undefined) throw new CommandError(`needs a record or list, got a ${typeName(value)}`);
      return emitList(items, ctx);
    };
    const value = structure(input.values, ctx);
    return isPromise(value) ? value.then(give) : give(value);
  },
);

export const typeofCommand = command(
  {
    name: "typeof",
    summary: "print the type of a value",
    description: "One of null, bool, number, string, list, record, bytes.",
    group: "data",
    needs: [],
    negativeOperands: true,
    args: [{ name: "value", help: "any value" }],
    flags: {},
    examples: [{ run: "n=42 zip=01234 xs=[a b]; typeof $n; typeof $zip; typeof $xs", stdout: "number\nstring\nlist\n" }],
  },
  (input, ctx) => {
    const name = typeName(input.values[0] ?? null);
    return emitValue(name, () => `${name}\n`, ctx);
  },
);

export const push = command(
  {
    name: "push",
    summary: "add elements to the end of a list",
    group: "data",
    needs: ["shell"],
    negativeOperands: true,
    args: [
      { name: "name", help: "the variable; one that is not set becomes a list", means: "variable" },
      { name: "value", help: "what to add; a list is added as one element", rest: true },
    ],
    flags: {},
    examples: [{ run: "xs=[apple]; push xs kiwi 'green apple'; echo ${#xs} ${xs[-1]}", stdout: "3 green apple\n" }],
  },
  (input, ctx) => {
    const [name = ""] = input.args;
    const old = ctx.shell.get(name) ?? [];
    if (!isList(old)) throw new CommandError(`${name}: needs a list, is a ${typeName(old)}`);
    ctx.shell.set(name, { value: [...old, ...input.values.slice(1)] });
    return 0;
  },
);
