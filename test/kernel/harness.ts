import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { commandTable } from "../../src/commands/index.ts";
import { emptySource } from "../../src/kernel/exec/streams.ts";
import type { HostedKernel } from "../../src/kernel/host/hosted-kernel.ts";
import { type KernelOptions, openKernel } from "../../src/kernel/kernel.ts";
import { createScriptShell, type ScriptShell } from "../../src/kernel/script-shell.ts";
import { collector, type Outcome } from "./api-contract.ts";
import { testEnv } from "./test-env.ts";

export interface TestKernel {
  readonly hosted: HostedKernel;
  /** A fresh folder of the host, where sessions start; all that the kernel keeps is below `home`. */
  readonly folder: string;
  readonly home: string;
  /** Closes the kernel and removes both folders. */
  readonly close: () => Promise<void>;
}

/** A kernel over the host's files in a fresh folder: ephemeral, unless named. */
export async function openTestKernel(options: Partial<KernelOptions> = {}): Promise<TestKernel> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "kaish-test-")));
  const folder = mkdtempSync(join(root, "work-"));
  const home = mkdtempSync(join(root, "home-"));
  const hosted = await openKernel({ commands: commandTable(), env: testEnv(home), cwd: folder, ...options });
  return {
    hosted,
    folder,
    home,
    close: async () => {
      await hosted.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export interface Script {
  readonly shell: ScriptShell;
  readonly folder: string;
  /** How often the kernel was loaded. */
  loads: number;
  run(code: string): Promise<Outcome>;
}

/** A script shell in a fresh folder; it ends with the test. */
export function openScript(args: readonly string[] = []): Script {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "kaish-script-")));
  const stderr = collector();
  const io = () => ({ stdin: emptySource(), stdout: collector(), stderr, signal: new AbortController().signal });
  const made: Script = {
    folder,
    loads: 0,
    shell: createScriptShell({
      commands: commandTable(),
      cwd: folder,
      env: testEnv(folder),
      arg0: "test.kai",
      args,
      loadKernel: () => {
        made.loads++;
        return import("../../src/kernel/kernel.ts");
      },
    }),
    run: async (code) => {
      const stdout = collector();
      const errors = collector();
      const { status } = await made.shell.run(code, "test.kai", { ...io(), stdout, stderr: errors });
      return { stdout: stdout.text(), stderr: errors.text(), status };
    },
  };
  onTestFinished(async () => {
    await made.shell.close(io());
    rmSync(folder, { recursive: true, force: true });
  });
  return made;
}
