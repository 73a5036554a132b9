import { Box, type Instance, render, Transform, useCursor, useStdout } from "ink";
import { memo, useLayoutEffect, useSyncExternalStore } from "react";
import { InkOutput } from "./ink-output.ts";
import type { Terminal } from "./terminal.ts";
import type { FrameSource, Screen } from "./view.ts";

interface RowsProps {
  readonly lines: readonly string[];
}

/**
 * Rows that are ready to print. Ink keeps every text it ever measured, so it is given the same blank rows each time, and the
 * real ones come in when it prints.
 */
const Rows = memo(function Rows({ lines }: RowsProps) {
  return <Transform transform={(_blank, index) => lines[index] ?? ""}>{lines.map(() => "·").join("\n")}</Transform>;
});

interface LiveProps {
  readonly source: FrameSource;
  onWrite(write: ((text: string) => void) | null): void;
}

function Live({ source, onWrite }: LiveProps) {
  const frame = useSyncExternalStore(source.subscribe, source.frame);
  const { write } = useStdout();
  const { setCursorPosition } = useCursor();
  setCursorPosition(frame.cursor);
  useLayoutEffect(() => {
    onWrite(write);
    return () => onWrite(null);
  }, [write, onWrite]);
  return (
    <Box flexDirection="column">
      <Rows lines={frame.lines} />
    </Box>
  );
}

/** Ink draws the live region only; committed text goes above it through Ink's own `write`, never through `<Static>`. */
export function inkScreen(terminal: Terminal, source: FrameSource): Screen {
  const output = new InkOutput(terminal);
  let instance: Instance | null = null;
  let write: ((text: string) => void) | null = null;
  const onWrite = (next: typeof write): void => {
    write = next;
  };
  const live = <Live source={source} onWrite={onWrite} />;
  return {
    mount() {
      instance ??= render(live, {
        stdout: output as unknown as NodeJS.WriteStream,
        exitOnCtrlC: false,
        patchConsole: false,
        // No pace of Ink's own: it would print a frame of the past below committed text. The source has one.
        maxFps: 0,
      });
    },
    unmount() {
      instance?.clear();
      output.muted = true;
      instance?.unmount();
      output.muted = false;
      instance = null;
    },
    print(text) {
      // What the source told of is drawn first, in this same turn.
      instance?.rerender(live);
      if (write === null) terminal.output.write(text);
      else write(text);
    },
    resized() {
      output.emit("resize");
    },
  };
}
