import type { Terminal } from "./terminal.ts";
import type { FrameSource, Screen } from "./view.ts";

/**
 * Loads Ink, which reads at import whether it runs in CI, and then prints nothing. We have a terminal: it is not told.
 */
export async function loadScreen(terminal: Terminal, source: FrameSource): Promise<Screen> {
  const hidden = ["CI", "CONTINUOUS_INTEGRATION", "DEV"].map((name) => [name, process.env[name]] as const);
  for (const [name] of hidden) delete process.env[name];
  try {
    const { inkScreen } = await import("./ink-screen.tsx");
    return inkScreen(terminal, source);
  } finally {
    for (const [name, value] of hidden) if (value !== undefined) process.env[name] = value;
  }
}
