import type { SelectCommand } from "../../../parser/index.ts";
import type { Value } from "../../command.ts";
import { toText } from "../../value.ts";
import { assign } from "../assign.ts";
import type { Exec, Fields, Runtime, Unit } from "../runtime.ts";
import { compileHead } from "./loops.ts";

/** `select x in words`: a numbered menu on stderr, the answer from stdin, until `break` or the end of input. */
export function compileSelect(node: SelectCommand, unit: Unit): Exec {
  const values: Fields = node.words === undefined ? parameters : compileHead(node.words, unit);
  const body = unit.compilers.statements(node.body, unit);
  return async (rt) => {
    const list: Value[] = [];
    await values(rt, list);
    if (list.length === 0) return 0;
    rt.loopDepth++;
    try {
      return await rounds(rt, node.name, list, body);
    } finally {
      rt.loopDepth--;
    }
  };
}

const parameters: Fields = (rt, out) => {
  for (const value of rt.positional) out.push(value);
};

async function rounds(rt: Runtime, name: string, list: readonly Value[], body: Exec): Promise<number> {
  let status = 0;
  let shows = true;
  for (;;) {
    if (shows) await rt.stderr.write(menu(list));
    await rt.stderr.write(toText(rt.variables.value("PS3") ?? "#? "));
    const line = await readLine(rt);
    if (line === undefined) {
      await rt.stdout.write("\n");
      return 1;
    }
    shows = line === "";
    if (shows) continue;
    assign(rt, "REPLY", line);
    assign(rt, name, /^[0-9]+$/.test(line) ? (list[Number(line) - 1] ?? "") : "");
    status = await body(rt);
    const leave = rt.leave;
    if (leave === null) continue;
    if (leave.kind !== "break" && leave.kind !== "continue") return status;
    rt.leave = leave.levels > 1 ? { kind: leave.kind, levels: leave.levels - 1 } : null;
    if (leave.kind === "break" || leave.levels > 1) return status;
  }
}

function menu(list: readonly Value[]): string {
  const width = String(list.length).length;
  return list.map((value, index) => `${String(index + 1).padStart(width)}) ${toText(value)}\n`).join("");
}

async function readLine(rt: Runtime): Promise<string | undefined> {
  const source = rt.stdin;
  if (source === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for (;;) {
    const chunk = await source.read();
    if (chunk === null) return parts.length === 0 ? undefined : Buffer.concat(parts).toString("utf8");
    const end = chunk.indexOf(10);
    if (end < 0) {
      parts.push(chunk);
      continue;
    }
    parts.push(chunk.subarray(0, end));
    source.unread(chunk.subarray(end + 1));
    return Buffer.concat(parts).toString("utf8");
  }
}
