import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { echo } from "../../../src/commands/shell/echo.ts";
import { printf } from "../../../src/commands/shell/printf.ts";
import { runCommand } from "../harness.ts";

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Each row in one bash: stdout and status. */
function bash(rows: readonly (readonly string[])[]): string[] {
  const script = rows.map((row) => `${row.map(quote).join(" ")}; printf '\\036%s\\035' $?`).join("\n");
  const result = spawnSync("bash", ["--norc"], { input: script, env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8", TZ: "UTC" } });
  return result.stdout.toString("latin1").split("\x1d").slice(0, -1);
}

async function ours(row: readonly string[]): Promise<string> {
  const [name, ...argv] = row;
  const ran = await runCommand(name === "echo" ? echo : printf, argv, { env: { TZ: "UTC" } });
  return `${ran.stdout.toString("latin1")}\x1e${ran.status}`;
}

async function compare(rows: readonly (readonly string[])[]): Promise<void> {
  const expected = bash(rows);
  const got = await Promise.all(rows.map(ours));
  const show = (answers: readonly string[]): string[] =>
    rows.map((row, i) => `${JSON.stringify(row)} => ${JSON.stringify(answers[i])}`);
  expect(show(got)).toEqual(show(expected));
}

describe("echo and printf as bash", () => {
  it("echo", async () => {
    const rows = [
      "a b",
      "",
      "-n a",
      "-e a\\tb",
      "-ne x\\n",
      "-E a\\tb",
      "-e a\\cb c",
      "-x a",
      "- a",
      "-- a",
      "-nn a",
      "-neE a\\t",
      "-e \\0101\\x41\\u00e9\\U1f600\\e[0m\\q\\\\",
      "-e \\xff\\0377",
      "-e \\x",
      "-e a\\",
      "-e \\07x\\08",
      "--help",
      "--version",
      "-n -e a\\tb",
      "a -n",
    ];
    await compare(rows.map((row) => ["echo", ...(row === "" ? [] : row.split(" "))]));
  });

  it("strings, escapes and reuse", async () => {
    const rows: string[][] = [
      ["%s"],
      ["%s", "a"],
      ["%s\\n", "a", "b", "c"],
      ["%s %s\\n", "a", "b", "c"],
      ["x\\n", "a", "b"],
      ["%5s|%-5s|", "ab", "cd"],
      ["%.2s|", "abcdef"],
      ["%5.1s|", "abc"],
      ["%*s|", "5", "a"],
      ["%-*s|", "5", "a"],
      ["%*s|", "-5", "a"],
      ["%.*s|", "2", "abcdef"],
      ["%.*s|", "-1", "abc"],
      ["%5s|", "é"],
      ["%.1s|", "é"],
      ["%.2s|", "éa"],
      ["%c%c", "abc", "d"],
      ["%c|"],
      ["%3c|", "x"],
      ["%%"],
      ["%5%|"],
      ["%"],
      ["%z", "a"],
      ["a%y b"],
      ["%s%z%s", "a", "b"],
      ["\\101\\x41\\u00e9\\n"],
      ["\\0101"],
      ["\\\"\\'\\?"],
      ["\\q"],
      ["a\\"],
      ["\\e"],
      ["%b", "a\\tb"],
      ["%b", "\\0101\\101"],
      ["%b|", "a\\cb"],
      ["%b%s", "a\\c", "z"],
      ["%5b|", "\\t"],
      ["%b", "\\xff"],
      ["\\xff\\n"],
      ["\\c x"],
      ["%b", "\\'"],
      ["%s", "\\n"],
      [
        "%q ",
        "",
        "a b",
        "it's",
        "a\nb",
        "é",
        "~x",
        "a~",
        "#a",
        "a#",
        "$x",
        "a=b",
        "a:b",
        "a,b",
        "[x]",
        "{a}",
        "a;b",
        "\x01",
        "x!y",
        "a^b",
        "-n",
        "=~",
        ":~",
        "a\\b",
        "\x7f",
        "\te",
      ],
      ["--", "%s", "a"],
      ["-x"],
      ["%s", "-n"],
      [],
      ["--"],
      ["%d %s\\n", "1", "a", "2", "b"],
      ["%s", "a b", "c"],
      ["\\1234"],
      ["\\8"],
      ["\\x"],
      ["\\u41 \\U0001f600"],
      ["%-q|", "a b"],
      ["%8q|", "a b"],
    ];
    await compare(rows.map((row) => ["printf", ...row]));
  });

  it("integers", async () => {
    const conversions = [
      "%d",
      "%i",
      "%5d|",
      "%-5d|",
      "%05d",
      "%+d",
      "% d",
      "%.3d",
      "%5.3d|",
      "%05.3d|",
      "%u",
      "%o",
      "%x",
      "%X",
      "%#x",
      "%#o",
      "%#X",
      "%08x",
      "%#08x",
      "%ld",
      "%.0d|",
    ];
    const operands = ["0", "42", "-7", "010", "0x1f", "'a", "9223372036854775807"];
    await compare(conversions.flatMap((conversion) => operands.map((operand) => ["printf", conversion, operand])));
    const odd = [
      "",
      " 12",
      "12 ",
      "12abc",
      "abc",
      "0x",
      "08",
      "+5",
      "--5",
      '"é',
      "99999999999999999999",
      "-99999999999999999999",
      "-9223372036854775808",
      "1.5",
      "1e3",
      "0b1",
      "-",
    ];
    await compare(["%d", "%u", "%x"].flatMap((conversion) => odd.map((operand) => ["printf", conversion, operand])));
    await compare([
      ["printf", "%d"],
      ["printf", "%*d|", "x", "5"],
      ["printf", "%s %d\n", "a"],
    ]);
  });

  it("floats", async () => {
    const conversions = [
      "%f",
      "%.2f",
      "%10.3f|",
      "%-10.1f|",
      "%+.1f",
      "%010.2f",
      "%e",
      "%.0e",
      "%.3E",
      "%g",
      "%G",
      "%.3g",
      "%#g",
      "%.10g",
      "%.0f",
      "%#.0f",
      "% f",
    ];
    const operands = [
      "0",
      "1",
      "-1.5",
      "3.14159265358979",
      "0.1",
      "1e10",
      "1.5e-7",
      "123456789",
      "0.00001234",
      "2.5",
      "3.5",
      "1e100",
      "100000",
      "1000000",
      "inf",
      "-nan",
      "0x1p4",
      ".5",
      "5.",
      "-0",
    ];
    await compare(conversions.flatMap((conversion) => operands.map((operand) => ["printf", conversion, operand])));
    await compare(
      ["", "abc", "1.5x", "'a", "1e", "2.675", "0.25", "1e-4950"].flatMap((operand) => [
        ["printf", "%f", operand],
        ["printf", "%.20f", operand],
        ["printf", "%.2f", operand],
      ]),
    );
    await compare([
      ["printf", "%.30f", "0.1"],
      ["printf", "%.25g", "0.3"],
      ["printf", "%.40f", "123456789.123456789"],
    ]);
  });

  it("times", async () => {
    const formats =
      "%(%Y-%m-%d %H:%M:%S)T %(%a %A %b %B %C %d %e %F %D %R %T)T %(%g %G %V %u %w %U %W %j)T %(%I %l %p %k %M %S %y %Z %z %%)T %(%c|%x|%X|%r)T".match(
        /%\([^)]*\)T/g,
      ) ?? [];
    const times = ["0", "1700000000", "951782400", "1104537600", "4102444799"];
    await compare(formats.flatMap((format) => times.map((time) => ["printf", format, time])));
  });
});

it("keeps the end of a text when a format is at fault", async () => {
  const ran = await runCommand(printf, ["%d %s\\n", "x", "y"]);
  expect([ran.stdout.toString(), ran.stderr, ran.status]).toEqual(["0 y\n", "printf: x: invalid number\n", 1]);
});
