import { execFileSync, spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { localBackend, mountTable } from "../../src/vfs/index.ts";
import { memoryBackend } from "../../src/vfs/memory-backend.ts";
import { codeOf, get, put } from "./backend-contract.ts";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "kaish-local-")));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;
let home: string;
let root: string;
beforeEach(() => {
  home = join(scratch, String(++count));
  root = join(home, "root");
  mkdirSync(join(home, "outside"), { recursive: true });
  mkdirSync(join(root, "sub"), { recursive: true });
  writeFileSync(join(home, "outside/secret"), "secret");
  writeFileSync(join(root, "f"), "inside");
});

describe("a local backend stays inside its root", () => {
  test("links that lead out lead into the table's tree, or nowhere", async () => {
    symlinkSync(join(home, "outside/secret"), join(root, "absolute"));
    symlinkSync("../outside/secret", join(root, "relative"));
    symlinkSync("../outside", join(root, "directory"));
    symlinkSync("../../../../../../../../etc/passwd", join(root, "far"));
    const tree = mountTable(memoryBackend(), { writable: true });
    tree.mount("/m", localBackend(root), { writable: true });
    for (const path of [
      "/m/absolute",
      "/m/relative",
      "/m/directory/secret",
      "/m/far",
      "/m/../outside/secret",
      "/m/sub/../../outside/secret",
    ]) {
      expect([path, await codeOf(() => tree.stat(path))]).toEqual([path, "ENOENT"]);
      expect([path, await codeOf(() => tree.open(path, { read: true }))]).toEqual([path, "ENOENT"]);
    }
    expect(await codeOf(() => put(tree, "/m/directory/new", "x"))).toBe("ENOENT");
    expect(await codeOf(() => tree.rename("/m/f", "/m/directory/f"))).toBe("ENOENT");
    // A dangling link is created where it points to in the tree: not on the host.
    await tree.mkdir("/etc");
    await put(tree, "/m/far", "ours");
    expect(await get(tree, "/etc/passwd")).toBe("ours");
    expect(readdirSync(join(home, "outside"))).toEqual(["secret"]);
  });

  test("the backend itself refuses a directory that is a link to outside, whoever asks", async () => {
    const backend = localBackend(root);
    symlinkSync("../outside", join(root, "way"));
    const acts = [
      () => backend.lstat("/way/secret"),
      () => backend.open("/way/secret", { read: true }),
      () => backend.open("/way/new", { write: true, create: true }),
      () => backend.readdir("/way"),
      () => backend.mkdir("/way/d"),
      () => backend.unlink("/way/secret"),
      () => backend.rename("/way/secret", "/stolen"),
      () => backend.rename("/f", "/way/f"),
      () => backend.link("/way/secret", "/stolen"),
      () => backend.symlink("x", "/way/l"),
      () => backend.setattr("/way/secret", { mode: 0o777 }),
      () => backend.truncate("/way/secret", 0),
    ];
    for (const act of acts) expect(["EACCES", "ENOTDIR"]).toContain(await codeOf(act));
    expect(backend.plain?.("/way")).toBe(false);
    expect(readFileSync(join(home, "outside/secret"), "utf8")).toBe("secret");
    expect(readdirSync(join(home, "outside"))).toEqual(["secret"]);
  });

  test("a directory swapped for a link meanwhile does not open the way", async () => {
    writeFileSync(join(root, "sub/secret"), "harmless");
    const swapper = spawn(process.execPath, [
      "-e",
      `const fs = require("fs"); const [root, outside] = process.argv.slice(1);
       fs.symlinkSync(outside, root + "/link");
       process.stdout.write("ready");
       for (;;) { try { fs.renameSync(root + "/sub", root + "/real"); fs.renameSync(root + "/link", root + "/sub"); fs.renameSync(root + "/sub", root + "/link"); fs.renameSync(root + "/real", root + "/sub"); } catch {} }`,
      root,
      join(home, "outside"),
    ]);
    try {
      await new Promise((resolve) => swapper.stdout.once("data", resolve));
      const tree = mountTable(localBackend(root), { writable: true });
      let read = 0;
      for (let i = 0; i < 3000; i++) {
        try {
          const content = await get(tree, "/sub/secret");
          expect(content).toBe("harmless");
          read++;
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(ENOENT|EACCES|ENOTDIR|ELOOP|EINVAL)$/);
        }
      }
      expect(read).toBeGreaterThan(0);
    } finally {
      swapper.kill("SIGKILL");
    }
  });

  test("a root that is a link is resolved once; a file is no root", async () => {
    symlinkSync("root", join(home, "alias"));
    const backend = localBackend(join(home, "alias"));
    expect(backend.source).toBe(root);
    expect(backend.hostPath("/sub")).toBe(join(root, "sub"));
    expect(await get(backend, "/f")).toBe("inside");
    expect(await codeOf(() => localBackend(join(root, "f")))).toBe("ENOTDIR");
    expect(await codeOf(() => localBackend(join(root, "none")))).toBe("ENOENT");
  });

  test("an external program finds the directory that a tree path names", async () => {
    const tree = mountTable(memoryBackend(), { writable: true });
    tree.mount("/m", localBackend(root), { writable: true });
    await tree.symlink("/m/sub", "/here");
    expect(await tree.hostPath("/here")).toBe(join(root, "sub"));
    expect(await tree.hostPath("/")).toBeUndefined();
  });
});

describe("named pipes", () => {
  test("opening, reading and writing wait without stopping the event loop", async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    const backend = localBackend(root);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    try {
      const opening = backend.open("/pipe", { read: true });
      expect(opening).toBeInstanceOf(Promise);
      while (turns < 3) await new Promise((resolve) => setImmediate(resolve));
      const writing = backend.open("/pipe", { write: true });
      const [reader, writer] = await Promise.all([opening, writing]);
      expect((await reader.stat()).kind).toBe("fifo");
      const first = reader.read(100);
      const before = turns;
      while (turns < before + 3) await new Promise((resolve) => setImmediate(resolve));
      await writer.write(Buffer.from("through"));
      expect(Buffer.from(await first).toString()).toBe("through");
      await writer.write(Buffer.from("abcdef"));
      expect(Buffer.from(await reader.read(4)).toString()).toBe("abcd");
      expect(Buffer.from(await reader.read(4)).toString()).toBe("ef");
      await writer.close();
      expect((await reader.read(10)).length).toBe(0);
      await reader.close();
    } finally {
      clearInterval(timer);
    }
  });
});

test("a mount that vanishes says so", async () => {
  const tree = mountTable(memoryBackend(), { writable: true });
  tree.mount("/m", localBackend(root), { writable: true });
  renameSync(root, join(home, "moved"));
  expect(await codeOf(() => tree.readdir("/m"))).toBe("ENOENT");
  expect(await codeOf(() => tree.open("/m/f", { read: true }))).toBe("ENOENT");
});
