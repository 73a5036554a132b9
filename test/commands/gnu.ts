import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Command } from "../../src/kernel/command.ts";
import { localBackend, mountTable } from "../../src/vfs/index.ts";
import { runCommand } from "./harness.ts";

/** Arguments as one line: words, '…', and $'…' with \n \t \\ \xHH. */
export function words(line: string): string[] {
  const out: string[] = [];
  const token = /(\$'(?:[^'\\]|\\.)*'|'[^']*'|[^\s'])+/gs;
  for (const [word] of line.matchAll(token)) {
    out.push(
      word.replace(/\$'((?:[^'\\]|\\.)*)'|'([^']*)'/gs, (_all, escaped: string | undefined, plain: string | undefined) =>
        escaped === undefined
          ? (plain ?? "")
          : escaped.replace(/\\(x[0-9a-fA-F]{2}|.)/gs, (_m, c: string) =>
              c.startsWith("x") ? String.fromCharCode(Number.parseInt(c.slice(1), 16)) : ({ n: "\n", t: "\t" }[c] ?? c),
            ),
      ),
    );
  }
  return out;
}

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "kaish-gnu-")));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;

/** A directory with files of many kinds, the same each time. */
export function fixture(): string {
  const root = join(scratch, String(++count));
  mkdirSync(root);
  const put = (name: string, content: string | Uint8Array) => writeFileSync(join(root, name), content);
  put("a", "apple\nBanana\ncherry\n\nbanana split\napple\n");
  put("b", "one 1\ntwo 2\nthree 3\nfour 4\nfive 5\nsix 6\nseven 7\neight 8\nnine 9\nten 10\neleven 11\ntwelve 12\n");
  put("nonl", "first\nlast without newline");
  put("empty", "");
  put("blank", "\n\n\na\n\n\n\nb\n\n");
  put("utf8", "žluťoučký kůň\nnaïve café\n日本語 テキスト\nemoji 🐎🐴 end\nASCII only\nÉCOLE école\n");
  put("latin1", Buffer.from("plain\ncaf\xe9 bytes\nplain again\n", "latin1"));
  put("bin", Buffer.from([1, 2, 0, 3, 104, 105, 10, 0, 255, 254, 104, 105, 10]));
  put("crlf", "one\r\ntwo\r\nthree\r\n");
  put("tabs", "a\tb\tc\nd\te\tf\n\tg\nno tabs\n");
  put("csv", "name,age,city\nbob,30,Praha\nalice,25,Brno\ncarol,35,\n\ndave\n");
  put("nums", "10\n9\n-1\n2.5\n1e3\n  7\nabc\n100\n0\n\n-10\n+5\n");
  put("sizes", "1K\n2M\n3G\n500\n1.5K\n10\n");
  put("keys", "b 2 x\na 10 y\nc 1 z\na 2 w\nB 3 v\nb 2 a\n");
  put("dups", "a\na\nb\nB\nb\nc\nc\nc\n1 x\n2 x\n2 y\n");
  put("versions", "v1.10\nv1.9\nv1.2.3\nv1.2\nfile10.txt\nfile9.txt\nfile1.txt\n1.0~rc1\n1.0\n");
  put("controls", Buffer.from(Array.from({ length: 256 }, (_, i) => i)));
  mkdirSync(join(root, "d"));
  mkdirSync(join(root, "d/sub"));
  mkdirSync(join(root, "d/none"));
  put("d/x.txt", "hit one\nmiss\n");
  put("d/y.md", "hit two\nhit three\n");
  put("d/sub/z.txt", "deep hit\n");
  put("d/.hidden", "hidden hit\n");
  put("sp ace", "space\n");
  put("new\nline", "newline\n");
  put("-dash", "dash\n");
  symlinkSync("a", join(root, "link"));
  symlinkSync("d", join(root, "dlink"));
  symlinkSync("nowhere", join(root, "dangling"));
  chmodSync(join(root, "b"), 0o755);
  const names = readdirSync(root, { recursive: true }) as string[];
  for (const [index, name] of names.sort().entries()) {
    const path = join(root, name);
    if (!lstatSync(path).isSymbolicLink()) utimesSync(path, 1_600_000_000 + index * 1000, 1_600_000_000 + index * 1000);
  }
  return root;
}

/** What is below a directory, for comparing: names, kinds, modes, contents. */
export function tree(root: string, below = ""): string[] {
  return readdirSync(join(root, below))
    .sort()
    .flatMap((name) => {
      const path = below === "" ? name : `${below}/${name}`;
      const stat = lstatSync(join(root, path));
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isDirectory()) return [`${path}/ ${mode}`, ...tree(root, path)];
      if (stat.isSymbolicLink()) return [`${path} -> ${readlinkSync(join(root, path))}`];
      return [`${path} ${mode} ${stat.nlink} ${readFileSync(join(root, path)).toString("latin1")}`];
    });
}

export interface Row {
  readonly args: string;
  readonly stdin?: string | Uint8Array;
  /** The order of lines is not promised. */
  readonly unordered?: boolean;
  /** Status where GNU's is another, on purpose. */
  readonly status?: number;
  /** GNU leaves something half-done that we do not. */
  readonly otherTree?: boolean;
  /** GNU also warns. */
  readonly warns?: boolean;
  /** The tree below must be the same afterwards. */
  readonly changes?: boolean;
}

const toRow = (row: string | readonly [string, string | Uint8Array] | Row): Row =>
  typeof row === "string" ? { args: row } : Array.isArray(row) ? { args: row[0] as string, stdin: row[1] as string } : (row as Row);

let shared: string | undefined;

/** Each row runs in the GNU tool and in ours: stdout and status must be the same, and stderr empty or not alike. */
export function sameAsGnu(
  command: Command,
  rows: readonly (string | readonly [string, string | Uint8Array] | Row)[],
  program?: string,
): void {
  const name = program ?? command.signature.name;
  test.each(rows.map(toRow).map((row) => [`${name} ${row.args}`, row] as const))("%s", async (_title, row) => {
    const changes = row.changes === true;
    const theirs = changes ? fixture() : (shared ??= fixture());
    const ours = changes ? fixture() : theirs;
    const stdin = row.stdin === undefined ? Buffer.alloc(0) : Buffer.from(row.stdin as Uint8Array);
    const argv = words(row.args);
    const gnu = spawnSync(name, argv, {
      cwd: theirs,
      input: stdin,
      env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8", TZ: process.env.TZ },
      maxBuffer: 1 << 28,
    });
    const vfs = mountTable(localBackend("/"), { writable: true });
    const ran = await runCommand(command, argv, { stdin, vfs, cwd: ours, name });
    const show = (data: Uint8Array) => {
      const text = Buffer.from(data).toString("latin1").replaceAll(theirs, "ROOT").replaceAll(ours, "ROOT");
      return row.unordered
        ? text
            .split(/[\n\0]/)
            .sort()
            .join("\n")
        : text;
    };
    expect(show(ran.stdout)).toBe(show(gnu.stdout));
    expect(ran.status, ran.stderr).toBe(row.status ?? gnu.status);
    expect(ran.stderr !== "", `ours: ${ran.stderr} theirs: ${gnu.stderr}`).toBe(gnu.stderr.length > 0 && row.warns !== true);
    if (changes && row.otherTree !== true) expect(tree(ours)).toEqual(tree(theirs));
  });
}
