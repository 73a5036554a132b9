import { expect, test } from "vitest";
import type { Backend, FileHandle } from "../../src/vfs/index.ts";
import { VfsError } from "../../src/vfs/index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

/** The code of the VfsError that `act` ends with; fails if it ends well or with anything else. */
export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    expect(error).toBeInstanceOf(VfsError);
    return (error as VfsError).code;
  }
  return "ok";
}

export async function readAll(handle: FileHandle): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = await handle.read(7);
    if (part.length === 0) return Buffer.concat(parts);
    parts.push(part);
  }
}

export async function put(backend: Pick<Backend, "open">, path: string, content: string | Uint8Array): Promise<void> {
  const handle = await backend.open(path, { write: true, create: true, truncate: true });
  await handle.write(typeof content === "string" ? bytes(content) : content);
  await handle.close();
}

export async function get(backend: Pick<Backend, "open">, path: string): Promise<string> {
  const handle = await backend.open(path, { read: true });
  try {
    return text(await readAll(handle));
  } finally {
    await handle.close();
  }
}

/** What every backend promises for reading. `make` answers one that holds `hello` (5 bytes "hello"), `dir/inner`, `link` → `hello`. */
export function readContract(make: () => Promise<Backend>): void {
  test("tells what is there", async () => {
    const b = await make();
    expect(await b.lstat("/")).toMatchObject({ kind: "directory" });
    expect(await b.lstat("/hello")).toMatchObject({ kind: "file", size: 5, nlink: 1 });
    expect(await b.lstat("/link")).toMatchObject({ kind: "symlink" });
    expect(await b.readlink("/link")).toBe("hello");
    const entries = [...(await b.readdir("/"))].sort((x, y) => (x.name < y.name ? -1 : 1));
    expect(entries).toEqual([
      { name: "dir", kind: "directory" },
      { name: "hello", kind: "file" },
      { name: "link", kind: "symlink" },
    ]);
  });

  test.each([
    ["lstat of nothing", (b: Backend) => b.lstat("/none"), "ENOENT"],
    ["lstat below a file", (b: Backend) => b.lstat("/hello/x"), "ENOTDIR"],
    ["lstat below nothing", (b: Backend) => b.lstat("/none/x"), "ENOENT"],
    ["readdir of a file", (b: Backend) => b.readdir("/hello"), "ENOTDIR"],
    ["readdir of a link", (b: Backend) => b.readdir("/link"), "ENOTDIR"],
    ["readdir of nothing", (b: Backend) => b.readdir("/none"), "ENOENT"],
    ["readlink of a file", (b: Backend) => b.readlink("/hello"), "EINVAL"],
    ["readlink of nothing", (b: Backend) => b.readlink("/none"), "ENOENT"],
    ["open of nothing", (b: Backend) => b.open("/none", { read: true }), "ENOENT"],
    ["open of a link", (b: Backend) => b.open("/link", { read: true }), "ELOOP"],
    ["statfs of nothing", (b: Backend) => b.statfs("/none"), "ENOENT"],
  ])("%s", async (_name, act, code) => {
    const b = await make();
    expect(await codeOf(() => act(b))).toBe(code);
  });

  test("a directory opens for reading and refuses the read", async () => {
    const b = await make();
    const handle = await b.open("/dir", { read: true });
    expect(await codeOf(() => handle.read(1))).toBe("EISDIR");
    expect((await handle.stat()).kind).toBe("directory");
    await handle.close();
  });

  test("reads by its own offset and by position, and is empty at the end", async () => {
    const b = await make();
    const handle = await b.open("/hello", { read: true });
    expect(text(await handle.read(2))).toBe("he");
    expect(text(await handle.read(3, 1))).toBe("ell");
    expect(text(await handle.read(100))).toBe("llo");
    expect((await handle.read(10)).length).toBe(0);
    expect((await handle.read(10, 99)).length).toBe(0);
    expect((await handle.stat()).size).toBe(5);
    await handle.close();
    for (const act of [() => handle.read(1), () => handle.stat(), () => handle.close(), () => handle.write(bytes("x"))]) {
      expect(await codeOf(act)).toBe("EBADF");
    }
  });

  test("plain means: a directory, and no link on the way", async () => {
    const b = await make();
    if (b.plain === undefined) return;
    expect(b.plain("/dir")).toBe(true);
    expect(b.plain("/")).toBe(true);
    expect(b.plain("/hello")).toBe(false);
    expect(b.plain("/none")).toBe(false);
    expect(b.plain("/link")).toBe(false);
  });
}

/** What every writable backend promises. `make` answers an empty one. */
export function writeContract(make: () => Promise<Backend>): void {
  test("writes, appends, truncates", async () => {
    const b = await make();
    await put(b, "/f", "hello");
    const handle = await b.open("/f", { read: true, write: true });
    await handle.write(bytes("J"));
    await handle.write(bytes("y!"), 4);
    expect(await get(b, "/f")).toBe("Jelly!");
    await handle.truncate(2);
    await handle.sync();
    await handle.close();
    const more = await b.open("/f", { append: true });
    await more.write(bytes("llo"));
    await put(b, "/g", "other");
    await more.write(bytes("w"));
    await more.close();
    expect(await get(b, "/f")).toBe("Jellow");
    await b.truncate("/f", 8);
    expect(await get(b, "/f")).toBe("Jellow\0\0");
    await (await b.open("/f", { write: true, truncate: true })).close();
    expect((await b.lstat("/f")).size).toBe(0);
  });

  test("a hole reads as zeros", async () => {
    const b = await make();
    const handle = await b.open("/f", { write: true, create: true });
    await handle.write(bytes("x"), 4);
    await handle.close();
    expect(await get(b, "/f")).toBe("\0\0\0\0x");
  });

  test("bytes come back unharmed", async () => {
    const b = await make();
    const all = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) & 255);
    await put(b, "/f", all);
    const handle = await b.open("/f", { read: true });
    expect(Buffer.compare(await readAll(handle), all)).toBe(0);
    await handle.close();
  });

  test("an open file outlives its name", async () => {
    const b = await make();
    await put(b, "/f", "still");
    const handle = await b.open("/f", { read: true });
    await b.unlink("/f");
    expect(await codeOf(() => b.lstat("/f"))).toBe("ENOENT");
    expect(text(await handle.read(10))).toBe("still");
    await handle.close();
  });

  test("a handle does only what it was opened for", async () => {
    const b = await make();
    const handle = await b.open("/f", { write: true, create: true });
    expect(await codeOf(() => handle.read(1))).toBe("EBADF");
    await handle.close();
    const reading = await b.open("/f", { read: true });
    expect(await codeOf(() => reading.write(bytes("x")))).toBe("EBADF");
    await reading.close();
  });

  test("modes, owners and times", async () => {
    const b = await make();
    await (await b.open("/f", { write: true, create: true, mode: 0o755 })).close();
    expect((await b.lstat("/f")).mode).toBe(0o755);
    await b.setattr("/f", { mode: 0o640 });
    expect((await b.lstat("/f")).mode).toBe(0o640);
    await b.setattr("/f", { mtimeMs: 1_000_000_000_000 });
    const before = await b.lstat("/f");
    expect(before.mtimeMs).toBe(1_000_000_000_000);
    await b.setattr("/f", { atimeMs: 2_000_000_000_000 });
    expect(await b.lstat("/f")).toMatchObject({ mtimeMs: 1_000_000_000_000, atimeMs: 2_000_000_000_000 });
    await b.mkdir("/d", 0o700);
    expect((await b.lstat("/d")).mode).toBe(0o700);
  });

  test("hard links share one file", async () => {
    const b = await make();
    await put(b, "/f", "one");
    await b.link("/f", "/g");
    await put(b, "/g", "two");
    expect(await get(b, "/f")).toBe("two");
    expect((await b.lstat("/f")).nlink).toBe(2);
    expect((await b.lstat("/f")).ino).toBe((await b.lstat("/g")).ino);
    await b.rename("/f", "/g");
    expect(await get(b, "/f")).toBe("two");
  });

  test("rename replaces, and moves whole trees", async () => {
    const b = await make();
    await put(b, "/f", "new");
    await put(b, "/g", "old");
    await b.rename("/f", "/g");
    expect(await get(b, "/g")).toBe("new");
    await b.mkdir("/d");
    await b.mkdir("/d/e");
    await put(b, "/d/e/f", "deep");
    await b.mkdir("/empty");
    await b.rename("/d", "/empty");
    expect(await get(b, "/empty/e/f")).toBe("deep");
    expect(await codeOf(() => b.lstat("/d"))).toBe("ENOENT");
  });

  const names = ["a b", "new\nline", "žluťoučký 🐎 日本", "-rf", "*", "quote'\"", "\\", "ｗｉｄｅ", "e\u0301"];
  test.each(names)("name %j", async (name) => {
    const b = await make();
    await put(b, `/${name}`, name);
    expect(await b.readdir("/")).toEqual([{ name, kind: "file" }]);
    await b.mkdir("/d");
    await b.rename(`/${name}`, `/d/${name}`);
    expect(await get(b, `/d/${name}`)).toBe(name);
    await b.symlink(name, "/l");
    expect(await b.readlink("/l")).toBe(name);
  });

  type Case = readonly [string, (b: Backend) => unknown, string];
  const cases: readonly Case[] = [
    ["mkdir over a file", (b) => b.mkdir("/f"), "EEXIST"],
    ["mkdir over a link", (b) => b.mkdir("/dangling"), "EEXIST"],
    ["mkdir below nothing", (b) => b.mkdir("/none/d"), "ENOENT"],
    ["mkdir below a file", (b) => b.mkdir("/f/d"), "ENOTDIR"],
    ["rmdir of a full directory", (b) => b.rmdir("/full"), "ENOTEMPTY"],
    ["rmdir of a file", (b) => b.rmdir("/f"), "ENOTDIR"],
    ["rmdir of a link", (b) => b.rmdir("/tofull"), "ENOTDIR"],
    ["rmdir of nothing", (b) => b.rmdir("/none"), "ENOENT"],
    ["rmdir", (b) => b.rmdir("/empty"), "ok"],
    ["unlink of a directory", (b) => b.unlink("/empty"), "EISDIR"],
    ["unlink of nothing", (b) => b.unlink("/none"), "ENOENT"],
    ["unlink of a link", (b) => b.unlink("/tofull"), "ok"],
    ["rename of nothing", (b) => b.rename("/none", "/x"), "ENOENT"],
    ["rename to below nothing", (b) => b.rename("/f", "/none/x"), "ENOENT"],
    ["rename to below a file", (b) => b.rename("/empty", "/f/x"), "ENOTDIR"],
    ["rename of a file over a directory", (b) => b.rename("/f", "/empty"), "EISDIR"],
    ["rename of a directory over a file", (b) => b.rename("/empty", "/f"), "ENOTDIR"],
    ["rename over a full directory", (b) => b.rename("/empty", "/full"), "ENOTEMPTY"],
    ["rename over an empty directory", (b) => b.rename("/full", "/empty"), "ok"],
    ["rename into itself", (b) => b.rename("/full", "/full/x"), "EINVAL"],
    ["rename to itself", (b) => b.rename("/full", "/full"), "ok"],
    ["link to nothing", (b) => b.link("/none", "/x"), "ENOENT"],
    ["link over a file", (b) => b.link("/f", "/full"), "EEXIST"],
    ["link of a directory", (b) => b.link("/full", "/x"), "EPERM"],
    ["symlink over a file", (b) => b.symlink("t", "/f"), "EEXIST"],
    ["symlink below nothing", (b) => b.symlink("t", "/none/l"), "ENOENT"],
    ["empty symlink", (b) => b.symlink("", "/l"), "ENOENT"],
    ["open to write a directory", (b) => b.open("/full", { write: true }), "EISDIR"],
    ["open to create a directory", (b) => b.open("/full", { write: true, create: true }), "EISDIR"],
    ["exclusive open of a file", (b) => b.open("/f", { write: true, create: true, exclusive: true }), "EEXIST"],
    ["exclusive open of a link", (b) => b.open("/dangling", { write: true, create: true, exclusive: true }), "EEXIST"],
    ["create below nothing", (b) => b.open("/none/x", { write: true, create: true }), "ENOENT"],
    ["create below a file", (b) => b.open("/f/x", { write: true, create: true }), "ENOTDIR"],
    ["write to nothing", (b) => b.open("/none", { write: true }), "ENOENT"],
    ["truncate nothing", (b) => b.truncate("/none", 0), "ENOENT"],
    ["truncate a directory", (b) => b.truncate("/full", 0), "EISDIR"],
    ["setattr of nothing", (b) => b.setattr("/none", { mode: 0o600 }), "ENOENT"],
  ];
  test.each(cases)("%s", async (_name, act, code) => {
    const b = await make();
    await put(b, "/f", "file");
    await b.mkdir("/empty");
    await b.mkdir("/full");
    await put(b, "/full/x1", "");
    await b.symlink("full", "/tofull");
    await b.symlink("nowhere", "/dangling");
    expect(await codeOf(() => act(b))).toBe(code);
  });

  test("ten thousand entries", async () => {
    const b = await make();
    for (let i = 0; i < 10_000; i++) await (await b.open(`/${i}`, { write: true, create: true })).close();
    expect((await b.readdir("/")).length).toBe(10_000);
  });
}
