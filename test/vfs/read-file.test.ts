import { expect, it } from "vitest";
import { type FileHandle, mountTable, readFile, VfsError } from "../../src/vfs/index.ts";
import { memoryBackend } from "../../src/vfs/memory-backend.ts";
import { put } from "./backend-contract.ts";

it("reads files longer than a chunk", async () => {
  const table = mountTable(memoryBackend(), { writable: true });
  const text = "žluťoučký kůň\n".repeat(20_000);
  await put(table, "/f", text);
  await put(table, "/empty", "");
  expect((await readFile(table, "/f")).toString("utf8") === text).toBe(true);
  expect((await readFile(table, "/empty")).length).toBe(0);
  await expect((async () => readFile(table, "/none"))()).rejects.toThrow(VfsError);
});

it.each([true, false])("closes the file when a read fails (it waits: %s)", async (waits) => {
  const table = mountTable(memoryBackend(), { writable: true });
  await put(table, "/f", "text");
  let closed = 0;
  const failing = (handle: FileHandle): FileHandle =>
    Object.assign(Object.create(handle) as FileHandle, {
      read: () => {
        const error = new VfsError("EIO", "/f");
        if (waits) return Promise.reject(error);
        throw error;
      },
      close: () => {
        closed++;
        return handle.close();
      },
    });
  const open: typeof table.open = async (path, flags) => failing(await table.open(path, flags));
  await expect((async () => readFile(Object.assign(Object.create(table), { open }), "/f"))()).rejects.toThrow("Input/output error");
  expect(closed).toBe(1);
});
