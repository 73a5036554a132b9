import type { Assignment, Word } from "../../../parser/index.ts";
import { after } from "../control.ts";
import { Operand } from "../operand.ts";
import type { Fields, Unit, ValueOf } from "../runtime.ts";
import { bareText } from "./constant.ts";
import { compileFields } from "./fields.ts";

/** Builtins whose operands `name=value` are assignments. */
export const declarationNames: ReadonlySet<string> = new Set(["declare", "typeset", "local", "export", "readonly"]);

/** An operand of a declaration builtin: `name=value` is evaluated as an assignment would be. */
export function compileOperand(word: Word, words: readonly Word[], unit: Unit): Fields {
  const node = word.assignment;
  if (node === undefined) return compileFields(word, unit);
  const value = compileAssigned(node, words, unit);
  const end = node.value === undefined ? node.span.end : node.value.span.start;
  const written = unit.source.slice(node.span.start, end);
  const prefix = written.endsWith("=") ? written : `${node.name}${node.op}`;
  return (rt, out) =>
    after(value(rt), (assigned) => {
      out.push(new Operand(prefix, assigned));
      return undefined;
    });
}

function compileAssigned(node: Assignment, words: readonly Word[], unit: Unit): ValueOf {
  const value = node.value;
  if (value === undefined) return () => "";
  return unit.compilers.value(value, unit, value.kind === "list" && words.some(asksForRecord));
}

/** `-A` among the flags. */
function asksForRecord(word: Word): boolean {
  return /^-[A-Za-z]*A/.test(bareText(word) ?? "");
}
