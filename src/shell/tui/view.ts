import type { Highlight } from "../../parser/index.ts";
import type { EditorState } from "./editor-state.ts";

/** All that the live region shows, as data. */
export interface View {
  readonly columns: number;
  readonly rows: number;
  readonly prompt: PromptParts;
  readonly editor: EditorState;
  /** What the parts of the editor's text are: in order, not overlapping. */
  readonly highlights: readonly Highlight[];
  /** Absent: nothing runs. */
  readonly running?: RunningView;
  /** The ends of blocks that others are writing, oldest first. */
  readonly streams: readonly string[];
}

export interface RunningView {
  /** The line the program has not ended yet. */
  readonly tail: string;
  /** It waits for a line from the person. */
  readonly reading: boolean;
  /** One line about it; empty while it is young. */
  readonly status: string;
}

export interface PromptParts {
  readonly context: string;
  /** As a person writes it: `~/src`. */
  readonly cwd: string;
  /** Of the last program. */
  readonly status: number;
}

/** The live region: rows ready to print, and where the cursor stands. */
export interface Frame {
  readonly lines: readonly string[];
  readonly cursor?: { readonly x: number; readonly y: number };
}

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
