import type { MaybePromise } from "../vfs/index.ts";

/** A stream of bytes to read. The reader may call `close` early; a writer at the other end then gets EPIPE. */
export interface ByteSource {
  /** The next chunk (never empty), or null at the end. The chunk is the reader's to keep. Answers at once when bytes are there. */
  read(): MaybePromise<Uint8Array | null>;
  close(): void;
  /** Puts bytes back to be read next (`read` takes one line and leaves the rest). */
  unread(chunk: Uint8Array): void;
  readonly isTty?: boolean | undefined;
  /** The process's own descriptor behind this stream: a child process inherits it. Absent once bytes were put back. */
  readonly hostFd?: number | undefined;
}

/** A stream of bytes to write. A string is written as UTF-8. */
export interface ByteSink {
  /**
   * Takes all of `chunk`, which the writer must not change afterwards. A promise means the buffer is full: await it before
   * the next write. Throws or rejects with `VfsError` EPIPE when nobody will read.
   */
  write(chunk: Uint8Array | string): MaybePromise<void>;
  readonly isTty?: boolean | undefined;
  /** The process's own descriptor behind this stream: a child process inherits it. */
  readonly hostFd?: number | undefined;
  /** Columns of the terminal behind it, where there is one. */
  readonly columns?: number | undefined;
}
