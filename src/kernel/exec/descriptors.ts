import type { MaybePromise } from "../../vfs/index.ts";
import type { ByteSink, ByteSource } from "../command.ts";

/** An open file, pipe end or stream that descriptors point to. It is closed when its last holder has let go. */
export class Description {
  readonly source: ByteSource | undefined;
  readonly sink: ByteSink | undefined;
  private holders = 1;
  private readonly onClose: (() => MaybePromise<void>) | undefined;

  constructor(ends: { source?: ByteSource | undefined; sink?: ByteSink | undefined }, onClose?: () => MaybePromise<void>) {
    this.source = ends.source;
    this.sink = ends.sink;
    this.onClose = onClose;
  }

  retain(): this {
    this.holders++;
    return this;
  }

  release(): MaybePromise<void> {
    if (--this.holders === 0) return this.onClose?.();
  }
}

/** Descriptor numbers to what they point to. A table is never changed once a command has it: a redirection makes a new one. */
export type Descriptors = readonly (Description | undefined)[];

export function withDescriptor(table: Descriptors, fd: number, description: Description | undefined): Descriptors {
  const next = table.slice();
  while (next.length < fd) next.push(undefined);
  next[fd] = description;
  return next;
}

export function retainAll(table: Descriptors): Descriptors {
  for (const description of table) description?.retain();
  return table;
}

export function releaseAll(table: Descriptors): MaybePromise<void> {
  let waiting: Promise<void> | undefined;
  for (const description of table) {
    const closing = description?.release();
    if (closing instanceof Promise) waiting = waiting === undefined ? closing : Promise.all([waiting, closing]).then(() => {});
  }
  return waiting;
}

export function streams(stdin: ByteSource, stdout: ByteSink, stderr: ByteSink): Descriptors {
  return [new Description({ source: stdin }), new Description({ sink: stdout }), new Description({ sink: stderr })];
}
