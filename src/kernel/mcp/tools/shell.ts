import { z } from "zod";
import { bytesSource } from "../../exec/index.ts";
import { Excerpt, teeSink } from "../../session/excerpt.ts";
import { blockAddress, mcpTool } from "../tool.ts";

function statusWord(exitCode: number, timedOut: boolean): string {
  if (timedOut) return "timed_out";
  if (exitCode === 0) return "ok";
  if (exitCode === 2) return "usage";
  if (exitCode === 126) return "refused";
  if (exitCode === 127) return "not_found";
  return exitCode > 128 ? "signalled" : "failed";
}

export const shellTool = mcpTool(
  {
    name: "shell",
    title: "Run a shell program",
    description:
      "Runs a kai (bash-like) program in this session's context and answers its output. The program is checked whole before its first " +
      "command runs. The call and its result are recorded as blocks. A non-zero exit code is a result, not an error.",
    input: {
      script: z.string().describe("the program, as many lines as needed"),
      cwd: z.string().optional().describe("working directory for this call"),
      env: z.record(z.string(), z.string()).optional().describe("exported variables for this call"),
      stdin: z.string().optional().describe("text on standard input"),
      timeout_ms: z.number().int().positive().optional().describe("stop after so many milliseconds, exit code 124"),
    },
    output: {
      stdout: z.string(),
      stderr: z.string(),
      exit_code: z.number(),
      status: z.string().describe("ok, failed, usage, refused, not_found, signalled or timed_out"),
      truncated: z.boolean().describe("the middle of stdout or stderr was left out"),
      block_id: z.string().optional().describe("the block that holds the result"),
      elapsed_ms: z.number(),
    },
    effect: "destroys",
  },
  async (args, { session, signal }) => {
    const stdout = new Excerpt();
    const stderr = new Excerpt();
    const timeout = args.timeout_ms === undefined ? undefined : AbortSignal.timeout(args.timeout_ms);
    const started = Date.now();
    const result = await session.api.execute(args.script, {
      stdin: bytesSource(args.stdin ?? ""),
      stdout: teeSink(undefined, stdout, () => true),
      stderr: teeSink(undefined, stderr, () => true),
      signal: timeout === undefined ? signal : AbortSignal.any([signal, timeout]),
      ...(args.cwd === undefined ? {} : { cwd: args.cwd }),
      ...(args.env === undefined ? {} : { env: args.env }),
    }).done;
    const timedOut = timeout?.aborted === true;
    const exitCode = timedOut ? 124 : result.status;
    const printed = stdout.finish();
    const complained = stderr.finish();
    return {
      structured: {
        stdout: printed,
        stderr: complained,
        exit_code: exitCode,
        status: statusWord(exitCode, timedOut),
        truncated: stdout.truncated || stderr.truncated,
        ...(result.blockId === undefined ? {} : { block_id: blockAddress(result.blockId) }),
        elapsed_ms: Date.now() - started,
      },
      text: `${printed}${complained === "" ? "" : `\n[stderr]\n${complained}`}${exitCode === 0 ? "" : `\n[exit ${exitCode}]`}`,
    };
  },
);
