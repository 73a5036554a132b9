let linear = false;

/**
 * Makes V8 turn to its linear engine when a regular expression backtracks too much. Call it before the first `RegExp` is made
 * from a pattern of a user; the flag holds for the process.
 */
export function allowLinearFallback(): void {
  if (linear) return;
  linear = true;
  process.getBuiltinModule("node:v8").setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
}
