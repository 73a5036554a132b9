import type { FileHandle, MaybePromise } from "./backend.ts";
import { after, isPromise, rescue } from "./maybe.ts";
import type { VfsReader } from "./vfs.ts";

/** All bytes of a file. Throws VfsError. */
export function readFile(vfs: VfsReader, path: string): MaybePromise<Buffer> {
  return after(vfs.open(path, { read: true }), (handle) => {
    const bytes = rescue(
      () => drain(handle),
      (error) =>
        after(handle.close(), () => {
          throw error;
        }),
    );
    return after(bytes, (done) => after(handle.close(), () => done));
  });
}

function drain(handle: FileHandle): MaybePromise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = handle.read(65_536);
    if (isPromise(chunk)) return drainLater(handle, chunks, chunk);
    if (chunk.length === 0) return Buffer.concat(chunks);
    chunks.push(chunk);
  }
}

async function drainLater(handle: FileHandle, chunks: Uint8Array[], first: Promise<Uint8Array>): Promise<Buffer> {
  for (let chunk = await first; chunk.length > 0; chunk = await handle.read(65_536)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
