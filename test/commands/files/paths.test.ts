import { describe, expect, test } from "vitest";
import { basename } from "../../../src/commands/files/basename.ts";
import { chmod } from "../../../src/commands/files/chmod.ts";
import { dirname } from "../../../src/commands/files/dirname.ts";
import { ln } from "../../../src/commands/files/ln.ts";
import { mktemp } from "../../../src/commands/files/mktemp.ts";
import { readlink } from "../../../src/commands/files/readlink.ts";
import { realpath } from "../../../src/commands/files/realpath.ts";
import { stat } from "../../../src/commands/files/stat.ts";
import { touch } from "../../../src/commands/files/touch.ts";
import { mountTable } from "../../../src/vfs/index.ts";
import { memoryBackend } from "../../../src/vfs/memory-backend.ts";
import { type Row, sameAsGnu } from "../gnu.ts";
import { runCommand } from "../harness.ts";

const changing = (rows: readonly (string | Row)[]): Row[] =>
  rows.map((row) => (typeof row === "string" ? { args: row, changes: true } : { ...row, changes: true }));

describe("basename", () => {
  sameAsGnu(basename, [
    "/a/b",
    "a",
    "/",
    "//",
    "a/",
    "a.txt .txt",
    ".txt .txt",
    "-a a/b c/d",
    "-s .c a.c b.c",
    "-z a/b",
    "''",
    "'a b/c d'",
    { args: "", status: 2 },
    { args: "a b c", status: 2 },
    "-- -a",
    "a.txt ''",
  ]);
});
describe("dirname", () => {
  sameAsGnu(dirname, [
    "/a/b",
    "a",
    "/",
    "//",
    "a/",
    "a//b//",
    "/a",
    "a/b c/d",
    "-z a/b",
    "''",
    ".",
    "..",
    "../a",
    { args: "", status: 2 },
  ]);
});
describe("readlink", () => {
  sameAsGnu(readlink, [
    "link",
    "dlink",
    "a",
    "none",
    "-f link",
    "-f dlink/sub",
    "-f none",
    "-f none/x",
    "-e none",
    "-m none/x/y",
    "-f dangling",
    "-e dangling",
    "-n link",
    "-v a",
    "link dlink",
    "-z link",
    "-f a/x",
    "-f d/../a",
    "-f .",
    "-m a/x",
    "-f d/",
    { args: "", status: 2 },
  ]);
});
describe("realpath", () => {
  sameAsGnu(realpath, [
    "link",
    "dlink/sub",
    "none",
    "none/x",
    "-e none",
    "-m none/x/../y",
    "-s link",
    "-s dlink/../a",
    "--relative-to=d a",
    "--relative-to=. d/sub",
    "--relative-to=d/sub d",
    "--relative-base=d d/sub a",
    "-q none/x",
    "a b",
    "-z a",
    "/",
    ".",
    "..",
    "a/x",
    { args: "", status: 2 },
  ]);
});
describe("ln", () => {
  sameAsGnu(
    ln,
    changing([
      "-s a new",
      "-s a b",
      "-sf a b",
      "a new",
      "a b",
      "-f a b",
      "-s a d",
      "-s a b d",
      "-s ../a d/l",
      "d new",
      "-s d new",
      "-sn d dlink",
      "-sfn a dlink",
      "-sT a new",
      "-sT a d",
      "-st d a b",
      "-sr a d/l",
      "-sr d/sub/z.txt new",
      "none new",
      "-s none new",
      "-v a new",
      "-sv a new",
      "link new",
      "-L link new",
      "-s d/x.txt",
      "-s a none/x",
      "-f a a",
      "a b none",
      { args: "", status: 2 },
      "'sp ace' new",
    ]),
  );
});
describe("touch", () => {
  sameAsGnu(
    touch,
    changing([
      "new",
      "a new",
      "-c new",
      "none/x",
      "d",
      "-t 202001020304.05 a",
      "-d '2020-01-02 03:04:05' new",
      "-d @1000000000 new",
      "-r b new",
      "-r none new",
      "-d nonsense new",
      "link",
      "dangling",
      "-m -d 2001-02-03 a",
      "-t 99 a",
      "a/",
      "$'new\\nline2'",
      { args: "", status: 2 },
    ]),
  );

  test.each([
    [["-d", "2020-01-02T03:04:05Z", "/f"], 1577934245000, 1577934245000],
    [["-md", "@5", "/f"], undefined, 5000],
    [["-ad", "@5", "/f"], 5000, undefined],
    [
      ["-d", "@7", "-r", "/none", "-t", "202001020304", "/f"],
      new Date(2020, 0, 2, 3, 4).getTime(),
      new Date(2020, 0, 2, 3, 4).getTime(),
    ],
    [["-d", "2020-01-02 03:04 +0200", "/f"], 1577927040000, 1577927040000],
  ] as const)("%j", async (argv, atime, mtime) => {
    const vfs = mountTable(memoryBackend(), { writable: true });
    const ran = await runCommand(touch, argv, { vfs });
    expect(ran.stderr).toBe("");
    const info = await vfs.stat("/f");
    if (atime !== undefined) expect(info.atimeMs).toBe(atime);
    else expect(info.atimeMs).toBeGreaterThan(1e12);
    if (mtime !== undefined) expect(info.mtimeMs).toBe(mtime);
    else expect(info.mtimeMs).toBeGreaterThan(1e12);
  });
});
describe("chmod", () => {
  sameAsGnu(
    chmod,
    changing([
      "600 a",
      "u+x a",
      "+x a",
      "-x b",
      "go-r a",
      "a=r a",
      "u=rwx,go=rx a",
      "u=g a",
      "o+w,g-r a",
      "-w a",
      "=r a",
      "-R 700 d",
      "-R go-rx d",
      "-R a+X d",
      "u+s a",
      "g+s d",
      "+t d",
      "1755 d",
      "4755 a",
      "0 a",
      { args: "none a", status: 2 },
      "600 none",
      "-v 600 a",
      "-v 644 a",
      "-c 600 a b",
      "-c 644 a",
      "--reference=b a",
      { args: "zz a", status: 2 },
      { args: "600", status: 2 },
      { args: "", status: 2 },
      "600 link",
      "600 dangling",
      "-f 600 none",
      "u+rwX,go-w a b",
      "00755 d",
      "a+r,u-w -- a",
      "ug=o a",
      "u+w+x a",
      "644 a none",
    ]),
  );
});
describe("stat", () => {
  sameAsGnu(stat, [
    "-c %n a",
    "-c '%s %a %A %F' a b d link empty",
    "-c '%u %U %g %G %h' a",
    "-c %i a",
    "-c '%f %b %B' a",
    "-c '%Y %y' a",
    "-c %N link a 'sp ace'",
    "-Lc %F link",
    "-c %F /dev/null",
    "-c '%t %T' /dev/null",
    "--printf='%n\\t%s\\n' a b",
    "none",
    "-c %s none a",
    "-c '[%10s] [%-5s] [%05s]' a",
    "-c '%%' a",
    "-c '%d %D' a",
    "-c %04a a",
    "-c %#a a",
    { args: "", status: 2 },
    "-c '%X %x' b",
  ]);

  test("the whole card", async () => {
    const vfs = mountTable(memoryBackend(), { writable: true });
    await runCommand(touch, ["-d", "2020-01-02T03:04:05Z", "/f"], { vfs });
    const ran = await runCommand(stat, ["/f"], { vfs });
    expect(ran.stdout.toString()).toMatch(
      /^ {2}File: \/f\n {2}Size: 0 +\tBlocks: 0 +IO Block: 4096 +regular empty file\nDevice: .*\nAccess: \(0644\/-rw-r--r--\) {2}Uid: /,
    );
    const json = JSON.parse((await runCommand(stat, ["--json", "/f"], { vfs })).stdout.toString());
    expect(json).toMatchObject([{ name: "/f", type: "file", size: 0, modified: "2020-01-02T03:04:05.000Z" }]);
  });
});
describe("mktemp", () => {
  test.each([
    [[], /^\/tmp\/tmp\.[A-Za-z0-9]{10}\n$/, "file"],
    [["-d"], /^\/tmp\/tmp\.[A-Za-z0-9]{10}\n$/, "directory"],
    [["xXXXXX"], /^x[A-Za-z0-9]{5}\n$/, "file"],
    [["-p", "/d", "aXXXb"], /^\/d\/a[A-Za-z0-9]{3}b\n$/, "file"],
    [["--suffix=.txt", "aXXX"], /^a[A-Za-z0-9]{3}\.txt\n$/, "file"],
    [["-t", "aXXX"], /^\/tmp\/a[A-Za-z0-9]{3}\n$/, "file"],
    [["-u"], /^\/tmp\/tmp\.[A-Za-z0-9]{10}\n$/, undefined],
  ] as const)("%j", async (argv, shape, kind) => {
    const vfs = mountTable(memoryBackend(), { writable: true });
    await vfs.mkdir("/tmp");
    await vfs.mkdir("/d");
    const one = await runCommand(mktemp, argv, { vfs });
    const two = await runCommand(mktemp, argv, { vfs });
    expect(one.stdout.toString()).toMatch(shape);
    expect(one.stdout.toString()).not.toBe(two.stdout.toString());
    const path = one.stdout.toString().trim();
    if (kind === undefined) return await expect((async () => vfs.stat(path))()).rejects.toMatchObject({ code: "ENOENT" });
    expect(await vfs.stat(path.startsWith("/") ? path : `/${path}`)).toMatchObject({ kind, mode: kind === "file" ? 0o600 : 0o700 });
  });

  test.each([["aXX"], ["a"], ["none/aXXX"]])("%s fails", async (template) => {
    expect((await runCommand(mktemp, [template])).status).toBe(1);
  });
});
