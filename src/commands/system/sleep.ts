import { command } from "../../kernel/command.ts";
import { parseDuration, pause } from "../support/time/duration.ts";

export const sleep = command(
  {
    name: "sleep",
    summary: "wait for some time",
    group: "system",
    needs: ["clock"],
    args: [{ name: "time", help: "seconds, fractions too, or with s, m, h, d; several are added", rest: true }],
    flags: {},
    examples: [{ run: "sleep 0.01; echo awake", stdout: "awake\n" }],
  },
  (input, ctx) => {
    const ms = input.args.map(parseDuration).reduce((a, b) => a + b, 0);
    return ms === 0 ? 0 : pause(ctx.clock, ms, ctx.signal).then(() => 0);
  },
);

export const timeout = command(
  {
    name: "timeout",
    summary: "run a command with a time limit",
    description: "Past the limit the command is stopped and the status is 124. A limit of 0 is none.",
    group: "shell",
    needs: ["exec", "clock"],
    parse: "posix",
    args: [
      { name: "limit", help: "seconds, or with s, m, h, d" },
      { name: "command", help: "what to run", means: "command" },
      { name: "argument", help: "its arguments", optional: true, rest: true },
    ],
    flags: {},
    examples: [
      { run: "timeout 0.05 sleep 100", status: 124 },
      { run: "timeout 10 echo quick", stdout: "quick\n" },
    ],
  },
  async (input, ctx) => {
    const [limit = "", ...argv] = input.args;
    const ms = parseDuration(limit);
    if (ms === 0) return await ctx.exec.run(argv);
    const over = new AbortController();
    const done = new AbortController();
    const timer = pause(ctx.clock, ms, AbortSignal.any([ctx.signal, done.signal])).then(
      () => over.abort(new DOMException("time is over", "TimeoutError")),
      () => {},
    );
    try {
      const status = await ctx.exec.run(argv, { signal: AbortSignal.any([ctx.signal, over.signal]) });
      return over.signal.aborted ? 124 : status;
    } finally {
      done.abort();
      await timer;
    }
  },
);
