import { describe, expect, test } from "vitest";
import { cp } from "../../../src/commands/files/cp.ts";
import { mkdir } from "../../../src/commands/files/mkdir.ts";
import { mv } from "../../../src/commands/files/mv.ts";
import { rm } from "../../../src/commands/files/rm.ts";
import { rmdir } from "../../../src/commands/files/rmdir.ts";
import { mountTable } from "../../../src/vfs/index.ts";
import { memoryBackend } from "../../../src/vfs/memory-backend.ts";
import { get, put } from "../../vfs/backend-contract.ts";
import { type Row, sameAsGnu } from "../gnu.ts";
import { runCommand } from "../harness.ts";

const changing = (rows: readonly (string | Row)[]): Row[] =>
  rows.map((row) => (typeof row === "string" ? { args: row, changes: true } : { ...row, changes: true }));

describe("mkdir", () => {
  sameAsGnu(
    mkdir,
    changing([
      "new",
      "new1 new2",
      "-p x/y/z",
      "-pv x/y/z",
      "-v new",
      "a",
      "d",
      "-p d",
      "-p a",
      "-p a/x",
      "none/x",
      "-m 700 new",
      "-m u=rwx,go= new",
      "-m 1777 new",
      "-p -m 700 x/y",
      "new/",
      "-p new//deep/",
      { args: "-m zzz new", status: 2 },
      { args: "", status: 2 },
      "d/x a/x ok",
      "-p dlink/new",
      "-p dangling",
      "'sp ace2' $'new\\nline2'",
      "-p .",
      "-p d/..",
    ]),
  );
});

describe("rmdir", () => {
  sameAsGnu(
    rmdir,
    changing([
      "d/none",
      "d",
      "a",
      "none",
      "-p d/none",
      "-v d/none",
      "-v d",
      "--ignore-fail-on-non-empty d",
      "d/none/",
      "dlink",
      ".",
      "d/none d/sub",
      { args: "", status: 2 },
    ]),
  );
});

describe("rm", () => {
  sameAsGnu(
    rm,
    changing(
      [
        "a",
        "a b none",
        "-f none a",
        "d",
        "-r d",
        "-rf d none",
        { args: "-rv d", unordered: true },
        "-v a b",
        "-d d/none",
        "-d d",
        "link",
        "dlink",
        "dangling",
        "-r dlink",
        "-r dlink/",
        "dlink/",
        "-- -dash",
        "-dash",
        "./-dash",
        { args: "-r .", warns: false },
        "-r d/..",
        "-f",
        { args: "", status: 2 },
        "$'new\\nline'",
        "'sp ace' utf8",
        "a/",
        "-r a/x",
        "-f a/x",
        "-R d/sub d/none",
        { args: "-i a", stdin: "y\n" },
        { args: "-i a b", stdin: "n\ny\n" },
        { args: "-ri d/sub", stdin: "y\ny\ny\n" },
        "-rf -v a",
        "d a",
      ].map((row) => (row === "-dash" ? { args: "-dash", status: 2 } : row)),
    ),
  );

  test("never the root", async () => {
    const vfs = mountTable(memoryBackend(), { writable: true });
    await put(vfs, "/f", "kept");
    for (const name of ["/", "//", "/./", "/none/.."]) {
      const ran = await runCommand(rm, ["-rf", name], { vfs });
      expect([name, ran.status, await get(vfs, "/f")]).toEqual([name, name === "/none/.." ? 1 : 1, "kept"]);
    }
  });
});

describe("cp", () => {
  sameAsGnu(
    cp,
    changing([
      "a new",
      "a b d",
      "a b",
      "-v a new",
      "a none/x",
      "none new",
      "d new",
      "-r d new",
      "-r d none",
      { args: "-rv d new", unordered: true },
      { args: "-r d d", otherTree: true },
      { args: "-r d d/sub", otherTree: true },
      "-r a d",
      "-R d/sub d/none",
      "a a",
      "a link",
      "link new",
      "-P link new",
      "-d link new",
      "-r dlink new",
      "-rL dlink new",
      "-rH dlink new",
      "-L link new",
      "dangling new",
      "-P dangling new",
      "a dangling",
      "-n a b",
      "-n a new",
      "-t d a b",
      "-T a new",
      "-T a d",
      "-rT d new",
      "-p b new",
      "-a d new",
      "-a link dangling d",
      "b new",
      "-f a b",
      "a b none",
      "a b csv",
      "d/x.txt .",
      "d/x.txt d/y.md d/none",
      "-r d/x.txt d new",
      "bin new",
      "controls a",
      "'sp ace' $'new\\nline' d",
      { args: "a", status: 2 },
      { args: "", status: 2 },
      "a d/",
      "a new/",
      "-u a b",
      "-u b a",
      "-l a new",
      "-s a new",
      "--remove-destination a link",
      "a d/x.txt",
      "d/x.txt a b d",
      "-r d/. new",
      "empty a",
      { args: "-i a b", stdin: "n\n" },
      { args: "-i a b", stdin: "y\n" },
      "-r d a",
      "a a d",
      "--preserve b new",
      "/dev/null new",
      "/dev/null a",
    ]),
  );

  test("a file that is replaced is never seen half-written, and keeps its mode", async () => {
    const vfs = mountTable(memoryBackend(), { writable: true });
    await put(vfs, "/old", "old content");
    await vfs.setattr("/old", { mode: 0o751 });
    await put(vfs, "/new", "n".repeat(300_000));
    const seen = new Set<string>();
    const watching = new Proxy(vfs, {
      get: (target, name) => {
        const own = Reflect.get(target, name, target) as (...args: unknown[]) => unknown;
        if (name !== "open") return typeof own === "function" ? own.bind(target) : own;
        return async (path: string, flags: object) => {
          const handle = await vfs.open(path, flags);
          const read = handle.read.bind(handle);
          handle.read = async (length: number) => {
            seen.add((await get(vfs, "/old")).slice(0, 3));
            return read(length);
          };
          return handle;
        };
      },
    });
    const ran = await runCommand(cp, ["new", "old"], { vfs: watching });
    expect(ran.status, ran.stderr).toBe(0);
    expect([...seen]).toEqual(["old"]);
    expect((await get(vfs, "/old")).length).toBe(300_000);
    expect((await vfs.stat("/old")).mode).toBe(0o751);
    expect((await vfs.readdir("/")).map((entry) => entry.name).sort()).toEqual(["new", "old"]);
  });
});

describe("mv", () => {
  sameAsGnu(
    mv,
    changing([
      "a new",
      "a b",
      "a b d",
      "d new",
      "d d/sub",
      "a none/x",
      "none new",
      "a a",
      "link new",
      "dangling new",
      "-v a new",
      "-v a b d",
      "-n a b",
      "-n a new",
      "-t d a b",
      "-T a new",
      "-T a d",
      "d a",
      "a d/sub",
      "d/sub new",
      "d/sub d/none",
      "-T d/sub d/none",
      "-T d/none d/sub",
      "a b none",
      "a b csv",
      { args: "a", status: 2 },
      { args: "", status: 2 },
      "-f a b",
      "-u a b",
      "-u b a",
      "a new/",
      "d new/",
      "dlink new",
      "'sp ace' $'new\\nline' d",
      "d/x.txt .",
      "a link",
      "link a",
      { args: "-i a b", stdin: "n\n" },
      { args: "-i a b", stdin: "y\n" },
      "d/sub/z.txt d/x.txt d/none",
      "d/x.txt d/y.md none",
    ]),
  );

  test("between mounts: copies, then removes", async () => {
    const vfs = mountTable(memoryBackend(), { writable: true });
    vfs.mount("/m", memoryBackend(), { writable: true });
    await vfs.mkdir("/d");
    await vfs.mkdir("/d/e");
    await put(vfs, "/d/e/f", "deep");
    await vfs.setattr("/d/e/f", { mode: 0o600, mtimeMs: 1_000_000_000_000 });
    await vfs.symlink("e/f", "/d/l");
    const ran = await runCommand(mv, ["-v", "d", "/m/x"], { vfs });
    expect(ran.status, ran.stderr).toBe(0);
    expect(await get(vfs, "/m/x/e/f")).toBe("deep");
    expect(await vfs.stat("/m/x/e/f")).toMatchObject({ mode: 0o600, mtimeMs: 1_000_000_000_000 });
    expect(await vfs.readlink("/m/x/l")).toBe("e/f");
    expect((await vfs.readdir("/")).map((entry) => entry.name)).toEqual(["m"]);
    await put(vfs, "/keep", "kept");
    vfs.mount("/ro", memoryBackend(), { writable: false });
    const failed = await runCommand(mv, ["keep", "/ro/x"], { vfs });
    expect([failed.status, failed.stderr]).toEqual([1, "mv: cannot create regular file '/ro/x': Read-only file system\n"]);
    expect(await get(vfs, "/keep")).toBe("kept");
  });
});
