import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { evaluateTest, type TestWorld } from "../../../src/commands/shell/test-expression.ts";
import { CommandError, type ShellPower, type Value } from "../../../src/kernel/command.ts";
import { mountTable } from "../../../src/vfs/index.ts";
import { memoryBackend } from "../../../src/vfs/memory-backend.ts";

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A directory with d/, f (3 bytes), empty (mode 0), l -> f, broken -> nowhere, x (mode 0755, newer than f). */
async function world(): Promise<TestWorld> {
  const vfs = mountTable(memoryBackend(), { writable: true });
  const write = async (path: string, text: string, mode: number, mtimeMs: number) => {
    const handle = await vfs.open(path, { write: true, create: true, mode });
    await handle.write(Buffer.from(text));
    await handle.close();
    await vfs.setattr(path, { mtimeMs, mode });
  };
  await vfs.mkdir("/d");
  await write("/f", "abc", 0o644, 1_000_000);
  await write("/empty", "", 0o644, 1_000_000);
  await write("/x", "#!", 0o755, 2_000_000);
  await vfs.symlink("f", "/l");
  await vfs.symlink("nowhere", "/broken");
  const variables = new Map<string, Value>([
    ["set", "x"],
    ["empty", ""],
    ["list", ["a", "b"]],
    ["map", new Map([["k", "v"]])],
  ]);
  const shell = {
    get: (name: string) => variables.get(name),
    options: () =>
      new Map([
        ["errexit", false],
        ["hashall", true],
      ]),
  };
  return { vfs, shell: shell as unknown as ShellPower, resolve: (path) => `/${path}`, isTerminal: () => false };
}

const operands = ["", "a", "!", "(", ")", "-n", "-z", "=", "-a", "-o", "3", "-eq", "-f", "]"];

/** Every shape of up to three operands, and some longer ones. */
function shapes(): string[][] {
  const all: string[][] = [[], ...operands.map((a) => [a])];
  for (const a of operands) for (const b of operands) all.push([a, b]);
  for (const a of ["", "a", "!", "(", "-n", "3"])
    for (const b of operands) for (const c of ["", "a", ")", "=", "-z", "3"]) all.push([a, b, c]);
  const long =
    "! a = a|! -z a b|( -n a )|( a = a )|a = a -a b = b|a = b -o b = b|a = b -a c = c -o d = d|( a = b -o c = c ) -a d = d|! ( a = b )|! a = b -a c = c|-n a -a -z b|a -a b -a |a -o|( a|( a = a|a = b c|a b c d e|-n = -a -z =|! ! a|! ! ! a|1 -lt 2 -a 2 -lt 3|-f f -a -d d|a -a ! b|( ! a )|( ( a ) )|( ( a ) -o b )|-z -o a|! -f nope -a a|a = a -o b -x c";
  for (const line of long.split("|")) all.push(line.split(" "));
  const files =
    "-e f|-f f|-f d|-d d|-d f|-e nope|-L l|-h l|-f l|-L f|-e broken|-L broken|-s f|-s empty|-x x|-x f|-x d|-r f|-w f|-p f|-S f|-b f|-c f|-u f|-g f|-k f|-O f|-e |x -nt f|f -nt x|f -ot x|f -nt nope|nope -nt f|nope -ot f|f -ef l|f -ef x|f -nt f|-a f|-a nope";
  const others =
    "-v set|-v unset|-v empty|-v list|-v list[1]|-v list[5]|-v map[k]|-v map[z]|-o errexit|-o nosuch|-t 99|-t x|3 -eq 03|-1 -lt 0|+3 -eq 3|3 -eq x|x -eq 3| 3 -eq 3|9223372036854775807 -gt 9223372036854775806|a < b|b < a|a > B|é > z|10 -le 9|1.5 -eq 1|0x10 -eq 16| -eq 0|a == a|a != a|a =~ a|a -xx b|-q a";
  for (const line of [...files.split("|"), ...others.split("|")]) all.push(line.split(" "));
  return all;
}

it("answers as bash", async () => {
  const rows = shapes();
  const setup = `cd "$(mktemp -d)"; trap 'rm -rf "$PWD"' EXIT; mkdir d; printf abc > f; : > empty; printf '#!' > x; chmod 755 x; ln -s f l; ln -s nowhere broken
touch -d @1000 f empty; touch -d @2000 x; set=x empty= list=(a b); declare -A map=([k]=v)`;
  const script = `${setup}\n${rows.map((row) => `test ${row.map(quote).join(" ")}; echo $?`).join("\n")}`;
  const bash = spawnSync("bash", ["--norc"], {
    input: script,
    encoding: "utf8",
    env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" },
  });
  const expected = bash.stdout.trim().split("\n");
  const here = await world();
  const got: string[] = [];
  for (const row of rows) {
    try {
      got.push((await evaluateTest(row, here)) ? "0" : "1");
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      got.push(String(error.status));
    }
  }
  const show = (answers: readonly string[]): string[] => rows.map((row, i) => `test ${row.map(quote).join(" ")} => ${answers[i]}`);
  expect(rows.length).toBeGreaterThan(500);
  expect(show(got)).toEqual(show(expected));
});

it("answers at once when it asks no file", async () => {
  expect(evaluateTest(["a", "=", "a"], await world())).toBe(true);
  expect(evaluateTest(["-f", "f"], await world())).toBe(true);
});
