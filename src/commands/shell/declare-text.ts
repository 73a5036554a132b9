import {
  doubleQuote,
  isList,
  isRecord,
  isScalar,
  quoteWhereNeeded,
  toJson,
  toText,
  type Value,
  type Variable,
} from "../../kernel/command.ts";

function element(value: Value): string {
  return doubleQuote(isScalar(value) ? toText(value) : toJson(value));
}

/** A value as an assignment would write it: `"text"`, `([0]="a" [1]="b")`, `([k]="v" )`. */
function assigned(value: Value): string {
  if (isList(value)) return `(${value.map((item, i) => `[${i}]=${element(item)}`).join(" ")})`;
  if (isRecord(value)) {
    const key = (name: string): string => (/^[A-Za-z0-9_.-]+$/.test(name) ? name : doubleQuote(name));
    return `(${[...value].map(([name, item]) => `[${key(name)}]=${element(item)} `).join("")})`;
  }
  return doubleQuote(toText(value));
}

/** The letters of a variable's attributes, in bash's order. */
export function attributes(variable: Variable): string {
  const { value } = variable;
  const letters = [
    isList(value) ? "a" : isRecord(value) ? "A" : "",
    variable.integer ? "i" : "",
    variable.casing === "lower" ? "l" : "",
    variable.readonly ? "r" : "",
    variable.casing === "upper" ? "u" : "",
    variable.exported ? "x" : "",
  ].join("");
  return letters === "" ? "--" : `-${letters}`;
}

/** `declare -x name="value"`, as `declare -p` prints it. */
export function declaration(variable: Variable, verb = "declare"): string {
  const head = `${verb} ${attributes(variable)} ${variable.name}`;
  return variable.value === undefined ? `${head}\n` : `${head}=${assigned(variable.value)}\n`;
}

/** `name=value`, as `set` and a bare `declare` print it. */
export function assignment({ name, value }: Variable): string {
  if (value === undefined) return "";
  return `${name}=${isScalar(value) ? quoteWhereNeeded(toText(value)) : assigned(value)}\n`;
}

export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
