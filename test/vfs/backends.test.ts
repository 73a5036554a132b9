import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { localBackend } from "../../src/vfs/index.ts";
import { memoryBackend } from "../../src/vfs/memory-backend.ts";
import { put, readContract, writeContract } from "./backend-contract.ts";

const scratch = mkdtempSync(join(tmpdir(), "kaish-vfs-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;
function freshDirectory(): string {
  const path = join(scratch, String(++count));
  mkdirSync(path);
  return path;
}

describe("memory", () => {
  writeContract(async () => memoryBackend());
  readContract(async () => {
    const b = memoryBackend();
    await put(b, "/hello", "hello");
    await b.mkdir("/dir");
    await put(b, "/dir/inner", "");
    await b.symlink("hello", "/link");
    return b;
  });
});

describe("local", () => {
  writeContract(async () => localBackend(freshDirectory()));
  readContract(async () => {
    const root = freshDirectory();
    writeFileSync(join(root, "hello"), "hello");
    mkdirSync(join(root, "dir"));
    writeFileSync(join(root, "dir/inner"), "");
    symlinkSync("hello", join(root, "link"));
    return localBackend(root);
  });
});
