import { commandTable } from "../../commands/index.ts";
import { createScriptShell } from "../../kernel/script-shell.ts";
import { prepareParser } from "../../parser/index.ts";
import { parseCommandLine } from "./cli.ts";

/** What most programs begin with. It must not wait, nor touch a file: a snapshot holds no handles. */
const sample = `
set -u; x=1; xs=[a b]; f() { local y=$1; return 0; }
if [ $x -lt 2 ] && [[ $x == 1* ]]; then echo "$(echo a) \${x:-b} \${xs[0]}" >&2; fi
for i in a b; do y=\${i%b}; f "$y"; done
while ((x < 3)); do x=$((x+1)); done
case $x in 3) : ;; esac
`;

/**
 * Runs what every start runs, while a start-up snapshot is made: V8 keeps the code it has compiled in the snapshot, so that the process
 * started from it need not compile it again.
 */
export function warmUp(verbs: ReadonlySet<string>): void {
  prepareParser();
  const silent = () => undefined;
  parseCommandLine(["-c", "true"], { version: "", verbs, out: silent, err: silent });
  const sink = { write: silent };
  const io = {
    stdin: { read: () => null, close: silent, unread: silent },
    stdout: sink,
    stderr: sink,
    signal: new AbortController().signal,
  };
  const shell = createScriptShell({
    commands: commandTable(),
    cwd: "/",
    env: new Map([["PATH", "/bin"]]),
    arg0: "kaish",
    args: [],
    loadKernel: () => {
      throw new Error("a snapshot has no kernel");
    },
  });
  const result = shell.run(sample, "-c", io);
  if (result instanceof Promise || result.status !== 0) throw new Error("the start-up sample failed or waited");
}
