import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type Backend, type FileStat, localBackend, type MountTable, mountTable, reader } from "../../src/vfs/index.ts";
import { memoryBackend } from "../../src/vfs/memory-backend.ts";
import { codeOf, get, put } from "./backend-contract.ts";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "kaish-mounts-")));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;
function freshDirectory(): string {
  const path = join(scratch, String(++count));
  mkdirSync(path);
  return path;
}

/** A backend that answers with promises only, as a remote one would. */
function slow(backend: Backend): Backend {
  return new Proxy(backend, {
    get(target, name) {
      if (name === "plain" || name === "direct") return undefined;
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== "function" || name === "hostPath") return typeof value === "function" ? value.bind(target) : value;
      return async (...args: unknown[]) => (value as (...args: unknown[]) => unknown).apply(target, args);
    },
  });
}

const kinds: readonly [string, () => Backend][] = [
  ["memory", () => memoryBackend()],
  ["local", () => localBackend(freshDirectory())],
  ["slow", () => slow(memoryBackend())],
];

describe.each(kinds)("a tree over %s", (_name, make) => {
  let tree: MountTable;
  let inner: Backend;

  beforeEach(async () => {
    tree = mountTable(make(), { writable: true });
    inner = make();
    await put(inner, "/f", "inner");
    await inner.mkdir("/d");
    await put(inner, "/d/g", "deep");
    await tree.mkdir("/home");
    await put(tree, "/home/x", "home");
    tree.mount("/mnt/in", inner, { writable: true });
    tree.mount("/mnt/ro", inner, { writable: false });
  });

  test("a mount shows in its parents, which need not exist", async () => {
    expect(await tree.readdir("/")).toContainEqual({ name: "mnt", kind: "directory" });
    expect(await tree.readdir("/mnt")).toEqual([
      { name: "in", kind: "directory" },
      { name: "ro", kind: "directory" },
    ]);
    expect((await tree.stat("/mnt")).kind).toBe("directory");
    expect((await tree.lstat("/mnt/in")).kind).toBe("directory");
    expect(await get(tree, "/mnt/in/d/g")).toBe("deep");
    expect(await codeOf(() => put(tree, "/mnt/x", ""))).toBe("EROFS");
    expect(await codeOf(() => tree.mkdir("/mnt/x"))).toBe("EROFS");
    expect(await codeOf(() => tree.mkdir("/mnt"))).toBe("EEXIST");
    expect(tree.mounts().map((mount) => mount.path)).toEqual(["/", "/mnt/in", "/mnt/ro"]);
  });

  test("the longest prefix wins; mounts nest; a name that only begins the same is outside", async () => {
    const deeper = make();
    await put(deeper, "/z", "z");
    tree.mount("/mnt/in/d/deeper", deeper, { writable: true });
    expect(await get(tree, "/mnt/in/d/deeper/z")).toBe("z");
    expect((await tree.readdir("/mnt/in/d")).map((entry) => entry.name).sort()).toEqual(["deeper", "g"]);
    expect(await codeOf(() => tree.unmount("/mnt/in"))).toBe("EBUSY");
    tree.unmount("/mnt/in/d/deeper");
    expect((await tree.readdir("/mnt/in/d")).map((entry) => entry.name)).toEqual(["g"]);
    await tree.mkdir("/home/in");
    tree.mount("/home/i", inner, { writable: true });
    await put(tree, "/home/in/q", "own");
    expect(await get(tree, "/home/in/q")).toBe("own");
    expect(await codeOf(() => inner.lstat("/n"))).toBe("ENOENT");
  });

  test.each([
    ["unmount /", (t: MountTable) => t.unmount("/"), "EBUSY"],
    ["unmount nothing", (t: MountTable) => t.unmount("/home"), "EINVAL"],
    ["mount twice", (t: MountTable) => t.mount("/mnt/in", memoryBackend(), { writable: true }), "EBUSY"],
    ["mount a relative path", (t: MountTable) => t.mount("x", memoryBackend(), { writable: true }), "EINVAL"],
    ["remove a mount point", (t: MountTable) => t.rmdir("/mnt/in"), "EBUSY"],
    ["unlink a mount point", (t: MountTable) => t.unlink("/mnt/in"), "EBUSY"],
    ["remove what is above one", (t: MountTable) => t.rmdir("/mnt"), "EBUSY"],
    ["remove /", (t: MountTable) => t.rmdir("/"), "EBUSY"],
    ["rename a mount point", (t: MountTable) => t.rename("/mnt/in", "/home/in"), "EBUSY"],
    ["rename onto a mount point", (t: MountTable) => t.rename("/home", "/mnt/in"), "EBUSY"],
    ["rename across", (t: MountTable) => t.rename("/home/x", "/mnt/in/x"), "EXDEV"],
    ["rename back across", (t: MountTable) => t.rename("/mnt/in/f", "/home/f"), "EXDEV"],
    ["link across", (t: MountTable) => t.link("/home/x", "/mnt/in/x"), "EXDEV"],
    ["rename a file as a directory", (t: MountTable) => t.rename("/home/x/", "/home/y"), "ENOTDIR"],
    ["read a file as a directory", (t: MountTable) => t.stat("/home/x/"), "ENOTDIR"],
    ["below a file", (t: MountTable) => t.stat("/home/x/y"), "ENOTDIR"],
    [".. of a file", (t: MountTable) => t.stat("/home/x/.."), "ENOTDIR"],
    [". of a file", (t: MountTable) => t.stat("/home/x/."), "ENOTDIR"],
    [".. of nothing", (t: MountTable) => t.stat("/home/none/../x"), "ENOENT"],
    ["an empty path", (t: MountTable) => t.stat(""), "ENOENT"],
    ["a long name", (t: MountTable) => t.stat(`/${"n".repeat(256)}`), "ENAMETOOLONG"],
    ["a long name in bytes", (t: MountTable) => t.stat(`/${"ů".repeat(128)}`), "ENAMETOOLONG"],
    ["a name of 255 bytes", (t: MountTable) => t.stat(`/${"n".repeat(255)}`), "ENOENT"],
    ["a long path", (t: MountTable) => t.stat("/x".repeat(2048)), "ENAMETOOLONG"],
    ["rmdir of .", (t: MountTable) => t.rmdir("/home/."), "EINVAL"],
    ["open a directory to write", (t: MountTable) => t.open("/mnt/in", { write: true }), "EISDIR"],
    ["create with a slash", (t: MountTable) => t.open("/home/new/", { write: true, create: true }), "EISDIR"],
  ])("%s", async (_name2, act, code) => {
    expect(await codeOf(() => act(tree))).toBe(code);
  });

  test("mkdir takes a trailing slash, .. goes up across a mount", async () => {
    await tree.mkdir("/home/new/");
    expect((await tree.stat("/home/new/")).kind).toBe("directory");
    expect(await get(tree, "/mnt/in/../../home/x")).toBe("home");
    expect(await get(tree, "/../../home/.//x")).toBe("home");
    expect(await tree.realpath("/mnt/in/d/../..")).toBe("/mnt");
  });

  const readOnly: readonly [string, (t: MountTable) => unknown, string][] = [
    ["write", (t) => t.open("/mnt/ro/f", { write: true }), "EROFS"],
    ["append", (t) => t.open("/mnt/ro/f", { append: true }), "EROFS"],
    ["truncating open", (t) => t.open("/mnt/ro/f", { read: true, truncate: true }), "EROFS"],
    ["create", (t) => t.open("/mnt/ro/n", { write: true, create: true }), "EROFS"],
    ["create what exists, to read", (t) => t.open("/mnt/ro/f", { read: true, create: true }), "ok"],
    ["exclusive create of what exists", (t) => t.open("/mnt/ro/f", { write: true, create: true, exclusive: true }), "EEXIST"],
    ["mkdir", (t) => t.mkdir("/mnt/ro/n"), "EROFS"],
    ["mkdir of what exists", (t) => t.mkdir("/mnt/ro/d"), "EEXIST"],
    ["rmdir", (t) => t.rmdir("/mnt/ro/d"), "EROFS"],
    ["unlink", (t) => t.unlink("/mnt/ro/f"), "EROFS"],
    ["unlink nothing", (t) => t.unlink("/mnt/ro/none"), "ENOENT"],
    ["rename", (t) => t.rename("/mnt/ro/f", "/mnt/ro/g"), "EROFS"],
    ["link", (t) => t.link("/mnt/ro/f", "/mnt/ro/g"), "EROFS"],
    ["symlink", (t) => t.symlink("f", "/mnt/ro/g"), "EROFS"],
    ["chmod", (t) => t.setattr("/mnt/ro/f", { mode: 0o600 }), "EROFS"],
    ["truncate", (t) => t.truncate("/mnt/ro/f", 0), "EROFS"],
    ["read", (t) => t.open("/mnt/ro/f", { read: true }), "ok"],
  ];
  test.each(readOnly)("read-only: %s", async (_name2, act, code) => {
    expect(await codeOf(() => act(tree))).toBe(code);
    expect(await get(tree, "/mnt/ro/f")).toBe("inner");
  });

  test("links resolve in the tree: relative, absolute, across mounts, dangling, circular", async () => {
    await tree.symlink("../../mnt/in/d", "/home/rel");
    await tree.symlink("/home", "/mnt/in/away");
    await tree.symlink("x", "/home/same");
    await tree.symlink("later", "/home/dangling");
    await tree.symlink("loop2", "/home/loop1");
    await tree.symlink("loop1", "/home/loop2");
    await tree.symlink("../../../../../../../home/x", "/mnt/in/up");
    expect(await get(tree, "/home/rel/g")).toBe("deep");
    expect(await get(tree, "/mnt/in/away/same")).toBe("home");
    expect(await get(tree, "/mnt/in/up")).toBe("home");
    expect(await tree.realpath("/home/rel/g")).toBe("/mnt/in/d/g");
    expect(await tree.realpath("/mnt/in/away/rel/../f")).toBe("/mnt/in/f");
    expect((await tree.lstat("/home/rel")).kind).toBe("symlink");
    expect((await tree.lstat("/home/rel/")).kind).toBe("directory");
    expect((await tree.readdir("/home/rel")).map((entry) => entry.name)).toEqual(["g"]);
    expect(await tree.readlink("/home/rel")).toBe("../../mnt/in/d");
    expect(await codeOf(() => tree.stat("/home/loop1"))).toBe("ELOOP");
    expect(await codeOf(() => tree.stat("/home/loop1/x"))).toBe("ELOOP");
    expect(await codeOf(() => tree.stat("/home/dangling"))).toBe("ENOENT");
    await put(tree, "/home/dangling", "made");
    expect(await get(tree, "/home/later")).toBe("made");
    await put(tree, "/mnt/in/away/x", "changed");
    expect(await get(tree, "/home/x")).toBe("changed");
    await tree.unlink("/home/rel");
    expect(await get(tree, "/mnt/in/d/g")).toBe("deep");
    expect(await codeOf(() => tree.unlink("/home/same/"))).toBe("ENOTDIR");
    await tree.setattr("/home/same", { mode: 0o600 });
    expect((await tree.stat("/home/x")).mode).toBe(0o600);
  });

  test("forty links are followed, forty-one are not", async () => {
    await put(tree, "/home/l0", "end");
    for (let i = 1; i <= 41; i++) await tree.symlink(`l${i - 1}`, `/home/l${i}`);
    expect(await get(tree, "/home/l40")).toBe("end");
    expect(await codeOf(() => tree.stat("/home/l41"))).toBe("ELOOP");
  });

  test("an error names the path as it was asked", async () => {
    await expect((async () => tree.open("/mnt/in/none", { read: true }))()).rejects.toMatchObject({
      path: "/mnt/in/none",
      code: "ENOENT",
    });
    await expect((async () => tree.rmdir("/mnt/in/d"))()).rejects.toMatchObject({ path: "/mnt/in/d", code: "ENOTEMPTY" });
  });

  test("a reader cannot write, by type or by trick", async () => {
    const view = reader(tree);
    expect(await get(view, "/home/x")).toBe("home");
    expect(Object.keys(view)).not.toContain("unlink");
    for (const flags of [{ write: true }, { append: true }, { create: true }, { truncate: true }]) {
      expect(await codeOf(() => view.open("/home/x", flags))).toBe("EACCES");
    }
  });
});

describe("the host's own tree", () => {
  let home: string;
  let tree: MountTable;
  beforeEach(() => {
    home = freshDirectory();
    writeFileSync(join(home, "f"), "file");
    mkdirSync(join(home, "d"));
    symlinkSync("f", join(home, "l"));
    symlinkSync("/kaish-test-mount/inside", join(home, "tomount"));
    tree = mountTable(localBackend("/"), { writable: true });
  });

  test("passes through, links and all", async () => {
    expect(await get(tree, `${home}/l`)).toBe("file");
    expect(await get(tree, `${home}/d/../l`)).toBe("file");
    expect(await tree.realpath(`${home}/l`)).toBe(`${home}/f`);
    expect(await tree.hostPath(home)).toBe(home);
    expect(await codeOf(() => tree.stat(`${home}/none`))).toBe("ENOENT");
    expect(await codeOf(() => tree.stat(`${home}/f/`))).toBe("ENOTDIR");
    expect(await codeOf(() => tree.readdir(`${home}/f`))).toBe("ENOTDIR");
    expect((await tree.readdir(`${home}/d/..`)).length).toBe(4);
    expect(await codeOf(() => tree.open(`${home}/f`, { write: true, create: true, exclusive: true }))).toBe("EEXIST");
  });

  test("a host's link leads into a mount, and a mount hides the host", async () => {
    expect(await codeOf(() => tree.stat(`${home}/tomount`))).toBe("ENOENT");
    const memory = memoryBackend();
    await put(memory, "/inside", "in memory");
    tree.mount("/kaish-test-mount", memory, { writable: true });
    expect(await get(tree, `${home}/tomount`)).toBe("in memory");
    expect((await tree.readdir("/")).map((entry) => entry.name)).toContain("kaish-test-mount");
    symlinkSync(`${home}/d/inside`, join(home, "hidden"));
    writeFileSync(join(home, "d/inside"), "on the host");
    expect(await get(tree, `${home}/hidden`)).toBe("on the host");
    tree.mount(`${home}/d`, memory, { writable: true });
    expect(await get(tree, `${home}/hidden`)).toBe("in memory");
    expect(await get(tree, `${home}/d/inside`)).toBe("in memory");
    expect(await tree.hostPath(`${home}/d`)).toBeUndefined();
  });

  test("a block device is storage: a read-only mount does not let it be written", async () => {
    const inner = memoryBackend();
    const kindOf = (kind: FileStat["kind"]) =>
      new Proxy(inner, {
        get(target, key) {
          if (key === "lstat")
            return async (path: string) => ({ ...(await target.lstat(path)), ...(path === "/disk" ? { kind } : {}) });
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    await (await inner.open("/disk", { write: true, create: true })).close();
    const open = (kind: FileStat["kind"]) => mountTable(kindOf(kind), { writable: false }).open("/disk", { write: true });
    expect(await codeOf(() => open("block"))).toBe("EROFS");
    await (await open("character")).close();
  });

  test("devices read and write, also where the mount is read-only", async () => {
    const readOnly = mountTable(localBackend("/"), { writable: false });
    for (const t of [tree, readOnly]) {
      const zero = await t.open("/dev/zero", { read: true });
      expect(await zero.read(4)).toEqual(Buffer.alloc(4));
      expect(await zero.read(4, 1000)).toEqual(Buffer.alloc(4));
      await zero.close();
      const sink = await t.open("/dev/null", { write: true, create: true, truncate: true });
      await sink.write(Buffer.from("gone"));
      await sink.write(Buffer.from("gone"), 10);
      await sink.close();
      const nothing = await t.open("/dev/null", { read: true });
      expect((await nothing.read(10)).length).toBe(0);
      await nothing.close();
    }
    const full = await tree.open("/dev/full", { write: true });
    expect(await codeOf(() => full.write(Buffer.from("x")))).toBe("ENOSPC");
    await full.close();
    expect(await codeOf(() => readOnly.open(`${home}/f`, { write: true }))).toBe("EROFS");
  });
});
