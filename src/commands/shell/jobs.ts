import { CommandError, type Context, command, type JobInfo } from "../../kernel/command.ts";
import { Report, reply } from "./reply.ts";

function state(job: JobInfo): string {
  if (job.state === "running") return "Running";
  if (job.state === "stopped") return "Stopped";
  return job.status === undefined || job.status === 0 ? "Done" : `Exit ${job.status}`;
}

function line(job: JobInfo, mark: string, pids: boolean): string {
  const process = pids ? `${String(job.pids[0] ?? "").padStart(5)} ` : " ";
  return `[${job.id}]${mark} ${process}${state(job).padEnd(24)}${job.command}${job.state === "running" ? " &" : ""}\n`;
}

/** The job a builtin was asked for: the current one when none was named. */
function jobOf(spec: string | undefined, ctx: Context<"shell">): JobInfo {
  const job = ctx.shell.job(spec ?? "%+");
  if (job === undefined) throw new CommandError(`${spec ?? "current"}: no such job`);
  return job;
}

const spec = [{ name: "job", help: "%N, %+, %-, %TEXT or a process id", optional: true, rest: true }] as const;

export const jobs = command(
  {
    name: "jobs",
    summary: "list the jobs",
    group: "shell",
    needs: ["shell"],
    args: spec,
    flags: {
      l: { help: "with process ids" },
      p: { help: "process ids only" },
      r: { help: "running ones" },
      s: { help: "stopped ones" },
    },
    json: true,
    examples: [
      { run: "jobs", stdout: "" },
      { run: "jobs --json", stdout: "[]\n" },
    ],
  },
  (input, ctx) => {
    const { l, p, r, s } = input.flags;
    const all = input.args.length === 0 ? ctx.shell.jobs() : input.args.map((one) => jobOf(one, ctx));
    const shown = all.filter((job) => (!r || job.state === "running") && (!s || job.state === "stopped"));
    const current = ctx.shell.job("%+")?.id;
    const previous = ctx.shell.job("%-")?.id;
    const mark = (job: JobInfo): string => (job.id === current ? "+" : job.id === previous ? "-" : " ");
    const value = shown.map(
      (job) =>
        new Map<string, string | number | null | readonly number[]>([
          ["id", job.id],
          ["state", job.state],
          ["status", job.status ?? null],
          ["pids", job.pids],
          ["command", job.command],
        ]),
    );
    const text = (): string => shown.map((job) => (p ? `${job.pids[0] ?? ""}\n` : line(job, mark(job), l))).join("");
    const done = ctx.emit(value, text);
    return done instanceof Promise ? done.then(() => 0) : 0;
  },
);

export const wait = command(
  {
    name: "wait",
    summary: "wait for jobs to end",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: spec,
    flags: {
      n: { help: "for the next one only" },
      f: { help: "until it has ended, not only stopped" },
      p: { value: "string", placeholder: "VAR", help: "assigns the job's process id" },
    },
    examples: [{ run: "(exit 3) & wait $!; echo $?", stdout: "3\n" }],
  },
  async (input, ctx) => {
    if (input.flags.n) return await ctx.shell.waitAny(input.args.length > 0 ? input.args : undefined);
    if (input.args.length === 0) return await ctx.shell.wait();
    let status = 0;
    for (const one of input.args) {
      const job = ctx.shell.job(one);
      if (input.flags.p !== undefined && job?.pids[0] !== undefined) ctx.shell.assign(input.flags.p, job.pids[0]);
      status = await ctx.shell.wait(one);
    }
    return status;
  },
);

export const fg = command(
  {
    name: "fg",
    summary: "bring a job to the foreground",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: [{ name: "job", help: "default: the current one", optional: true }],
    flags: {},
    examples: [{ run: "fg 2> /dev/null", help: "there is no job", status: 1 }],
  },
  async (input, ctx) => {
    const job = jobOf(input.args[0], ctx);
    await ctx.stdout.write(`${job.command}\n`);
    if (job.state === "stopped") ctx.shell.kill(`%${job.id}`, "CONT");
    return await ctx.shell.wait(`%${job.id}`);
  },
);

export const bg = command(
  {
    name: "bg",
    summary: "let stopped jobs go on in the background",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: spec,
    flags: {},
    examples: [{ run: "bg 2> /dev/null", help: "there is no job", status: 1 }],
  },
  (input, ctx) => {
    const found = input.args.length === 0 ? [jobOf(undefined, ctx)] : input.args.map((one) => jobOf(one, ctx));
    for (const job of found) ctx.shell.kill(`%${job.id}`, "CONT");
    return reply(ctx.stdout, found.map((job) => `[${job.id}]+ ${job.command} &\n`).join(""));
  },
);

export const disown = command(
  {
    name: "disown",
    summary: "forget jobs without stopping them",
    group: "shell",
    needs: ["shell"],
    parse: "posix",
    args: spec,
    flags: { a: { help: "all" }, r: { help: "running ones" }, h: { help: "keep them in the list" } },
    examples: [{ run: "disown 2> /dev/null", help: "there is no job", status: 1 }],
  },
  (input, ctx) => {
    const { a, r } = input.flags;
    const report = new Report();
    const all = a || r ? ctx.shell.jobs().filter((job) => !r || job.state === "running") : [];
    const specs = a || r ? all.map((job) => `%${job.id}`) : input.args.length > 0 ? input.args : [`%${jobOf(undefined, ctx).id}`];
    for (const one of specs) {
      try {
        ctx.shell.disown(one);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        report.fail(ctx, error.message);
      }
    }
    return report.end(ctx);
  },
);
