import type { Exec } from "../runtime.ts";

/** Something whose failure never trips errexit, nor what it calls. */
export function quietly(exec: Exec): Exec {
  return (rt) => {
    rt.quiet++;
    const result = exec(rt);
    if (typeof result === "number") {
      rt.quiet--;
      return result;
    }
    return result.then((status) => {
      rt.quiet--;
      return status;
    });
  };
}
