import type { JobInfo } from "../command.ts";
import { CommandError } from "../command.ts";
import { Killed } from "./control.ts";
import { signalNumber } from "./signals.ts";

/** How long jobs may go on when their shell ends. */
const graceMs = 100;

/** A job in the background. `done` never rejects. */
export interface Job {
  readonly id: number;
  /** What `$!` gives: above every process id of the host, so it never means a stranger. */
  readonly pid: number;
  readonly command: string;
  readonly controller: AbortController;
  readonly done: Promise<number>;
  status: number | undefined;
  /** Runs a trap of the job instead of ending it; false if it has none for that signal. */
  readonly deliver: (name: string) => boolean;
  disowned: boolean;
}

/** The jobs of one shell. A finished job stays until it was waited for or listed. */
export class JobTable {
  private readonly jobs = new Map<number, Job>();
  private readonly statuses = new Map<number, number>();

  add(
    pid: number,
    command: string,
    controller: AbortController,
    deliver: (name: string) => boolean,
    run: () => Promise<number>,
  ): Job {
    let id = 1;
    for (const used of this.jobs.keys()) if (used >= id) id = used + 1;
    const job: Job = { id, pid, command, controller, status: undefined, deliver, disowned: false, done: run() };
    this.jobs.set(id, job);
    void job.done.then((status) => {
      job.status = status;
      this.statuses.set(pid, status);
    });
    return job;
  }

  list(): Job[] {
    return [...this.jobs.values()].filter((job) => !job.disowned);
  }

  get running(): boolean {
    return this.list().some((job) => job.status === undefined);
  }

  forget(job: Job): void {
    this.jobs.delete(job.id);
  }

  find(spec: string): Job | undefined {
    const jobs = this.list();
    if (!spec.startsWith("%")) return jobs.find((job) => String(job.pid) === spec);
    const name = spec.slice(1);
    if (name === "" || name === "%" || name === "+") return jobs.at(-1);
    if (name === "-") return jobs.at(-2) ?? jobs.at(-1);
    if (/^\d+$/.test(name)) return jobs.find((job) => job.id === Number(name));
    return jobs.find((job) => (name.startsWith("?") ? job.command.includes(name.slice(1)) : job.command.startsWith(name)));
  }

  /** Answers the status, or 127 if there was never such a job. Rejects with the signal's reason when it is aborted. */
  async wait(spec: string | undefined, signal: AbortSignal): Promise<number> {
    if (spec !== undefined) {
      const job = this.find(spec);
      if (job === undefined) return this.statuses.get(Number(spec)) ?? 127;
      const status = await untilAborted(job.done, signal);
      this.forget(job);
      return status;
    }
    for (const job of this.list()) {
      await untilAborted(job.done, signal);
      this.forget(job);
    }
    return 0;
  }

  /** Waits for the next job to end among `specs`, or among all; 127 if there is none. */
  async waitAny(specs: readonly string[] | undefined, signal: AbortSignal): Promise<number> {
    const jobs = specs === undefined ? this.list() : specs.map((spec) => this.find(spec)).filter((job) => job !== undefined);
    if (jobs.length === 0) return 127;
    const ended = await untilAborted(Promise.race(jobs.map((job) => job.done.then(() => job))), signal);
    this.forget(ended);
    return ended.status ?? (await ended.done);
  }

  /** Throws CommandError for an unknown job or signal. */
  kill(spec: string, signal: string): void {
    const number = signalNumber(signal);
    if (number === undefined) throw new CommandError(`${signal}: invalid signal specification`);
    const job = this.find(spec);
    if (job === undefined) killProcess(spec, number.value);
    else if (number.value !== 0 && !job.deliver(number.name)) job.controller.abort(new Killed(number.value));
  }

  /** Ends every job that is not disowned: those that are about to end by themselves get a moment for it. */
  async stopAll(): Promise<void> {
    const running = () => this.list().filter((job) => job.status === undefined);
    if (running().length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const moment = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([moment, Promise.all(running().map((job) => job.done))]);
    clearTimeout(timer);
    for (const job of running()) job.controller.abort(new Killed(1));
  }
}

/** Another process of the host. */
function killProcess(spec: string, signal: number): void {
  if (!/^-?[0-9]+$/.test(spec)) throw new CommandError(`${spec}: no such job`);
  try {
    process.kill(Number(spec), signal);
  } catch (error) {
    const denied = (error as { code?: unknown }).code === "EPERM";
    throw new CommandError(`(${spec}) - ${denied ? "Operation not permitted" : "No such process"}`, 1, { cause: error });
  }
}

export function jobInfo(job: Job): JobInfo {
  const base = { id: job.id, command: job.command, pids: [job.pid] };
  return job.status === undefined ? { ...base, state: "running" } : { ...base, state: "done", status: job.status };
}

/** The promise's result, or the signal's reason as a rejection. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
