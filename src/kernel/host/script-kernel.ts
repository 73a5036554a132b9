import type { Shell } from "../exec/shell.ts";
import type { RunningProgram, ScriptKernel, ScriptTurn } from "../script-shell.ts";
import { ProgramMoves } from "../session/program-moves.ts";
import { Recording } from "../session/recording.ts";
import type { HostedKernel } from "./hosted-kernel.ts";

/** Gives a kernel's default context the shell that runs already, and records its programs there. */
export async function scriptKernel(hosted: HostedKernel, shell: Shell): Promise<ScriptKernel> {
  const { parts } = hosted;
  const session = await hosted.attach(await hosted.whoami(), { instance: "script" });
  const own = parts.shellOf(session.contextId);
  own.adopt(shell);
  return {
    async begin({ code, stdout, stderr }: RunningProgram): Promise<ScriptTurn> {
      // Others who want this context's shell wait until the program has ended.
      const slot = own.enter(parts.closing);
      await slot.turn;
      const document = await parts.documents.open(session.contextId);
      const recording = new Recording({ document, principalId: session.principal.id, code, stdout, stderr, status: "running" });
      // If it could not be made, `end` says so; the program goes on.
      await recording.blockId().catch(() => undefined);
      const moves = new ProgramMoves(parts, session);
      const power = moves.power();
      own.use(power);
      return {
        power,
        async end(status) {
          try {
            await recording.finish(status);
            await moves.settle();
            await own.save();
          } finally {
            slot.release();
          }
        },
      };
    },
    close: () => hosted.close(),
  };
}
