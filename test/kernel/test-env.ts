/** The environment a test kernel's shells see: nothing of the tester's own but PATH. */
export function testEnv(home: string): Map<string, string> {
  return new Map([
    ["PATH", process.env.PATH ?? "/usr/bin:/bin"],
    ["HOME", home],
    ["LC_ALL", "C.UTF-8"],
    ["KAISH_HOME", home],
  ]);
}
