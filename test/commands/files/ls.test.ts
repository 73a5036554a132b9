import { describe, expect, test } from "vitest";
import { ls } from "../../../src/commands/files/ls.ts";
import { localBackend, mountTable } from "../../../src/vfs/index.ts";
import { fixture, sameAsGnu } from "../gnu.ts";
import { runCommand } from "../harness.ts";

describe("ls", () => {
  sameAsGnu(ls, [
    "",
    "-a",
    "-A",
    "-1",
    "-l",
    "-la",
    "-lA d",
    "-R",
    "-lR d",
    "-d",
    "-d d a",
    "-ld d dlink",
    "-lh",
    "-t",
    "-tr",
    "-S",
    "-Sr",
    "-r",
    "-F",
    "-p",
    "-lF",
    "a b",
    "a d",
    "d a none",
    "none",
    "d dlink",
    "-d dlink",
    "-l dlink",
    "dlink/",
    "-L",
    "-lL link a",
    "dangling",
    "-l dangling",
    "-L dangling",
    "-H dlink",
    "-i a",
    "-li a b",
    "-s",
    "-ls",
    "-sh",
    "-n",
    "-ln d",
    "-g",
    "-o",
    "-lG",
    "-C",
    "-C -w 40",
    "-m",
    "-m -w 30",
    "-Q",
    "-X",
    "-v",
    "-U d/none",
    "--group-directories-first",
    "--full-time b",
    "-l --time-style=long-iso",
    "-l --time-style=iso",
    "-l --time-style=+%Y/%m",
    "-lt d",
    "-R d/none d/sub",
    { args: "--no-such", status: 2 },
    "-lu d",
    "-CF",
    "-l --time-style=+x /dev/null -d",
    "--color=never d",
    "--sort=size",
    "-1a d",
    "-d .",
    "-d d/ /",
    "-R -a d",
  ]);

  test("records", async () => {
    const root = fixture();
    const vfs = mountTable(localBackend("/"), { writable: true });
    const ran = await runCommand(ls, ["--json", "d/sub", "link"], { vfs, cwd: root });
    const [link, file] = JSON.parse(ran.stdout.toString());
    expect(file).toMatchObject({ name: "z.txt", type: "file", size: 9, mode: "0644" });
    expect(link).toMatchObject({ name: "link" });
  });

  test("a terminal gets columns and quoted names", async () => {
    const root = fixture();
    const vfs = mountTable(localBackend("/"), { writable: true });
    const ran = await runCommand(ls, ["sp ace", "a", "new\nline"], { vfs, cwd: root, stdout: { isTty: true, columns: 80 } });
    expect(ran.stdout.toString()).toBe("a  'new'$'\\n''line'  'sp ace'\n");
  });
});
