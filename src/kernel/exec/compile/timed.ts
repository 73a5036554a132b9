import { after } from "../../../vfs/index.ts";
import type { Exec } from "../runtime.ts";

/** `time`: says on stderr how long it took. Processor time is this process's. */
export function timed(exec: Exec, posix: boolean): Exec {
  return (rt) => {
    const start = performance.now();
    const cpu = process.cpuUsage();
    return after(exec(rt), (status) => {
      const real = (performance.now() - start) / 1000;
      const used = process.cpuUsage(cpu);
      const rows: readonly (readonly [string, number])[] = [
        ["real", real],
        ["user", used.user / 1e6],
        ["sys", used.system / 1e6],
      ];
      const text = rows
        .map(([name, seconds]) => (posix ? `${name} ${seconds.toFixed(2)}\n` : `${name}\t${minutes(seconds)}\n`))
        .join("");
      return after(rt.stderr.write(posix ? text : `\n${text}`), () => status);
    });
  };
}

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`;
}
