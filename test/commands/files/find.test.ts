import { describe, expect, test } from "vitest";
import { find } from "../../../src/commands/files/find.ts";
import { localBackend, mountTable } from "../../../src/vfs/index.ts";
import { memoryBackend } from "../../../src/vfs/memory-backend.ts";
import { put } from "../../vfs/backend-contract.ts";
import { fixture, type Row, sameAsGnu } from "../gnu.ts";
import { runCommand } from "../harness.ts";

const unordered = (rows: readonly (string | Row)[]): Row[] =>
  rows.map((row) => (typeof row === "string" ? { args: row, unordered: true } : { unordered: true, ...row }));

describe("find", () => {
  sameAsGnu(
    find,
    unordered([
      "",
      ".",
      "d",
      "d a",
      "none",
      "d none",
      "d/",
      "./d",
      "/dev/null",
      "-name '*.txt'",
      "d -name '*.txt'",
      "d -name x.txt",
      "d -iname X.TXT",
      "d -path 'd/s*'",
      "d -wholename '*/z*'",
      "d -ipath 'D/S*'",
      "d -type f",
      "d -type d",
      ". -type l",
      "d -type f,d",
      "d -maxdepth 1",
      "d -maxdepth 0",
      "d -mindepth 1",
      "d -mindepth 1 -maxdepth 1",
      "-empty",
      "d -empty",
      "d -not -name '*.txt'",
      "d ! -name '*.txt'",
      "d -name x.txt -o -name y.md",
      "d '(' -name x.txt -o -name y.md ')' -type f",
      "d -name x.txt -a -type f",
      "d -type f -print",
      "d -print0",
      "d -name x.txt -print -o -name y.md -print",
      "d -name sub -prune -o -print",
      "d -name sub -prune -o -type f -print",
      "d -depth",
      "d -false",
      "d -true",
      ". -size +100c",
      ". -size -2 -type f",
      ". -size 5c",
      ". -size 1k -type f",
      ". -perm 755",
      ". -perm -u+x -type f",
      ". -perm /111 -type f",
      ". -perm -644 -type f",
      "d -newer a",
      ". -newer d/x.txt -type f",
      ". -mtime +1 -type f",
      "d -mtime -1",
      ". -newermt 2020-09-13 -type f",
      ". -mmin +10 -type f",
      "d -links 1",
      "-samefile a",
      "-lname 'a*'",
      "-user root -maxdepth 1",
      "d -printf '%p\\n'",
      "d -printf '%f %h %P %d %y %s %m %M\\n'",
      "d -printf '[%10f] [%-10f] %%\\n'",
      ". -type l -printf '%p -> %l %Y\\n'",
      "d -type f -printf '%TY-%Tm-%Td %T@\\n'",
      "d -printf '%H|%P\\n'",
      "d -printf 'x\\ty\\0'",
      "-L dlink",
      "dlink",
      "-H dlink",
      "-L . -name x.txt",
      "-L . -type l",
      ". -regex '.*/[xy]\\..*'",
      ". -regex './d/.+md'",
      "d -iregex '.*MD'",
      ". -regex './new.line'",
      ". -regex './new[^x]line'",
      ". -regex './d/x\\+.txt'",
      ". -regex './d/x+\\.t?xt'",
      "-name '[a-c]'",
      "-name '?'",
      "-name '*[!a-z]*'",
      "-name '.*'",
      "-name 'sp ace'",
      "-name $'new\\nline' -print0",
      "-name '*line*'",
      { args: "-nonsense", status: 2 },
      { args: "-name", status: 2 },
      { args: "d '('", status: 2 },
      { args: "-type z", status: 2 },
      { args: "-size x", status: 2 },
      { args: "d -name x y", status: 2 },
      { args: "-maxdepth x", status: 2 },
      "d -type f , -name sub -print",
      { args: "d -delete", changes: true },
      { args: "d -name '*.txt' -delete", changes: true },
      { args: "d -type d -delete", changes: true },
      { args: "d -name sub -prune -delete", changes: true, otherTree: true },
      "d -inum 1",
      "d -uid 0 -gid 0",
      "d -readable -type f",
      "d -executable",
      "d -xdev -name x.txt",
      "d d/sub",
      "d/x.txt -type f",
      "d -name x.txt -quit",
      "-newer none",
    ]),
  );

  test("-exec runs for each file, -exec + with many", async () => {
    const root = fixture();
    const vfs = mountTable(localBackend("/"), { writable: true });
    const calls: (readonly string[])[] = [];
    const exec = async (argv: readonly string[]) => {
      calls.push(argv);
      return argv.includes("d/x.txt") ? 1 : 0;
    };
    const each = await runCommand(find, ["d", "-type", "f", "-exec", "echo", "<{}>", ";", "-print"], { vfs, cwd: root, exec });
    expect(calls).toEqual([
      ["echo", "<d/.hidden>"],
      ["echo", "<d/sub/z.txt>"],
      ["echo", "<d/x.txt>"],
      ["echo", "<d/y.md>"],
    ]);
    expect(each.stdout.toString()).toBe("d/.hidden\nd/sub/z.txt\nd/x.txt\nd/y.md\n");
    expect(each.status).toBe(0);
    calls.length = 0;
    const failing = await runCommand(find, ["d", "-name", "x.txt", "-exec", "test", "{}", ";", "-print"], { vfs, cwd: root, exec });
    expect([failing.stdout.toString(), failing.status]).toEqual(["", 0]);
    calls.length = 0;
    const many = await runCommand(find, ["d", "-name", "?.*", "-exec", "cat", "{}", "+"], { vfs, cwd: root, exec });
    expect(calls).toEqual([["cat", "d/sub/z.txt", "d/x.txt", "d/y.md"]]);
    expect(many.status).toBe(1);
  });

  test("-exec + never passes more than fits", async () => {
    const memory = memoryBackend();
    const long = "n".repeat(200);
    for (let i = 0; i < 1500; i++) await put(memory, `/${long}${i}`, "");
    const calls: number[] = [];
    const exec = async (argv: readonly string[]) => calls.push(argv.length - 1) && 0;
    await runCommand(find, ["/", "-type", "f", "-exec", "x", "{}", "+"], { vfs: mountTable(memory, { writable: true }), exec });
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.reduce((sum, count) => sum + count)).toBe(1500);
  });
});
