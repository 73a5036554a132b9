import type { Assignment, Word } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import { Operand } from "../operand.ts";
import type { Exec, Fields, Runtime, Unit, ValueOf } from "../runtime.ts";
import type { Hidden } from "../variables.ts";
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

/**
 * `local a=1 b`, which every function begins with, without the way through the builtin: the same for plain names and values.
 * What is not plain at run time goes the general way. Undefined where it never is.
 */
export function compileLocal(words: readonly Word[], general: Exec, unit: Unit): Exec | undefined {
  const locals: { readonly name: string; readonly value: ValueOf | undefined }[] = [];
  for (const word of words.slice(1)) {
    const node = word.assignment;
    const name = node?.name ?? bareText(word);
    if (name === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || word.spread) return undefined;
    if (node !== undefined && (node.op !== "=" || node.subscripts.length > 0)) return undefined;
    locals.push({ name, value: node === undefined ? undefined : compileAssigned(node, [], unit) });
  }
  if (locals.length === 0) return undefined;
  return (rt) => {
    const { call } = rt;
    if (call === null || rt.options.xtrace || rt.options.allexport || rt.functions.has("local")) return general(rt);
    for (const { name } of locals) if (rt.variables.get(name)?.plain === false) return general(rt);
    call.hidden ??= new Map();
    return declareFrom(rt, locals, 0, call.hidden);
  };
}

function declareFrom(
  rt: Runtime,
  locals: readonly { readonly name: string; readonly value: ValueOf | undefined }[],
  from: number,
  hidden: Hidden,
): MaybePromise<number> {
  for (let i = from; i < locals.length; i++) {
    const local = locals[i];
    if (local === undefined) break;
    const value = local.value?.(rt);
    if (value instanceof Promise) {
      return value.then((later) => {
        rt.variables.hide(local.name, hidden).value = later;
        return declareFrom(rt, locals, i + 1, hidden);
      });
    }
    const slot = rt.variables.hide(local.name, hidden);
    if (value !== undefined) slot.value = value;
  }
  return 0;
}
