import { isUtf8 } from "node:buffer";
import { CommandError, command, isList, type Value } from "../../kernel/command.ts";
import { takeBytes } from "./read-bytes.ts";

function decode(bytes: Uint8Array): Value {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8") : bytes.slice();
}

export const mapfile = command(
  {
    name: "mapfile",
    summary: "read lines into a list",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [{ name: "name", help: "the list; default MAPFILE", optional: true, means: "variable" }],
    flags: {
      t: { help: "without the newlines" },
      d: { value: "string", placeholder: "CHAR", help: "lines end at this instead of a newline; '' is NUL" },
      n: { value: "int", placeholder: "COUNT", help: "at most so many lines; 0 is all" },
      O: { value: "int", placeholder: "INDEX", help: "put the first line here and keep what is before" },
      s: { value: "int", placeholder: "COUNT", help: "skip so many lines" },
      u: { value: "int", placeholder: "FD", help: "from this descriptor" },
    },
    aliases: ["readarray"],
    examples: [{ run: "printf 'a\\nb c\\n' | mapfile -t xs; echo ${#xs} ${xs[1]}", stdout: "2 b c\n" }],
  },
  async (input, ctx) => {
    const { t, d, n, O, s, u } = input.flags;
    const source = u === undefined ? ctx.stdin : ctx.shell.source(u);
    if (source === undefined) throw new CommandError(`${u}: invalid file descriptor: Bad file descriptor`);
    const name = input.args[0] ?? "MAPFILE";
    const old = O === undefined ? undefined : ctx.shell.get(name);
    const lines: Value[] = [];
    for (let i = 0; i < (O ?? 0); i++) lines.push(isList(old) ? (old[i] ?? "") : "");
    const delimiter = d === undefined ? 10 : (Buffer.from(d)[0] ?? 0);
    let skip = s ?? 0;
    const most = n === undefined || n === 0 ? Number.POSITIVE_INFINITY : n + lines.length;
    while (lines.length < most) {
      const taken = takeBytes(source, delimiter, false);
      const { bytes, complete } = taken instanceof Promise ? await taken : taken;
      if (!complete && bytes.length === 0) break;
      if (skip > 0) skip--;
      else lines.push(decode(complete && !t ? Buffer.concat([bytes, Buffer.from([delimiter])]) : bytes));
      if (!complete) break;
    }
    if (O !== undefined && isList(old)) lines.push(...old.slice(lines.length));
    ctx.shell.set(name, { value: lines });
    return 0;
  },
);
