import type { FunctionDefinition } from "../../../parser/index.ts";
import type { Exec, FunctionValue, Unit } from "../runtime.ts";
import { withRedirects } from "./redirect.ts";

/** Defines the function when it is reached; its body is compiled at its first call. */
export function compileFunction(node: FunctionDefinition, unit: Unit): Exec {
  let body: Exec | undefined;
  const fn: FunctionValue = {
    name: node.name,
    body: (rt) => {
      body ??= withRedirects(node.redirects, unit.compilers.command(node.body, unit), unit);
      return body(rt);
    },
    params: node.params?.map((param) => ({
      param,
      defaultValue: param.defaultValue === undefined ? undefined : unit.compilers.value(param.defaultValue, unit, false),
    })),
    doc: node.doc ?? [],
    source: unit.source.slice(node.span.start, node.span.end),
  };
  return (rt) => {
    rt.ownFunctions().set(node.name, fn);
    return 0;
  };
}
