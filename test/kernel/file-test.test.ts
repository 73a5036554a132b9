import { expect, it } from "vitest";
import { compareFiles, testFile } from "../../src/kernel/file-test.ts";
import { mountTable } from "../../src/vfs/index.ts";
import { memoryBackend } from "../../src/vfs/memory-backend.ts";
import { put } from "../vfs/backend-contract.ts";

it("knows that nothing of a read-only mount can be written", async () => {
  const table = mountTable(memoryBackend(), { writable: true });
  await put(table, "/f", "text");
  const kept = memoryBackend();
  await put(kept, "/f", "text");
  table.mount("/kept", kept, { writable: false });
  expect(await testFile(table, "-w", "/f")).toBe(true);
  expect(await testFile(table, "-w", "/kept/f")).toBe(false);
  expect(await testFile(table, "-r", "/kept/f")).toBe(true);
  expect(await testFile(table, "-e", "")).toBe(false);
  expect(await compareFiles(table, "-ef", "/f", "/f")).toBe(true);
  expect(await compareFiles(table, "-ef", "/f", "/none")).toBe(false);
  expect(await compareFiles(table, "-nt", "/f", "")).toBe(true);
});
