import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandTable } from "../../src/commands/index.ts";
import type { HostedKernel } from "../../src/kernel/host/hosted-kernel.ts";
import { type KernelOptions, openKernel } from "../../src/kernel/kernel.ts";

export interface TestKernel {
  readonly hosted: HostedKernel;
  /** A fresh folder of the host, where sessions start; all that the kernel keeps is below `home`. */
  readonly folder: string;
  readonly home: string;
  /** Closes the kernel and removes both folders. */
  readonly close: () => Promise<void>;
}

/** The environment a test kernel's shells see: nothing of the tester's own but PATH. */
export function testEnv(home: string): Map<string, string> {
  return new Map([
    ["PATH", process.env.PATH ?? "/usr/bin:/bin"],
    ["HOME", home],
    ["LC_ALL", "C.UTF-8"],
    ["KAISH_HOME", home],
  ]);
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
