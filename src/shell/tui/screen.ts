import type { Terminal } from "./terminal.ts";
import type { Frame } from "./view.ts";

/** What the screen shows: a frame at a time, and when there is another. */
export interface FrameSource {
  frame(): Frame;
  subscribe(listener: () => void): () => void;
}

/** The live region at the bottom of the terminal, and text above it. */
export interface Screen {
  mount(): void;
  /** Takes the region off the terminal; what follows continues where it stood. */
  unmount(): void;
  /** Prints above the region. Whole lines while mounted. */
  print(text: string): void;
  /** The terminal's size changed and the frame is already a new one. */
  resized(): void;
}

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
