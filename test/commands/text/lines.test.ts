import { describe } from "vitest";
import { rev } from "../../../src/commands/text/rev.ts";
import { seq } from "../../../src/commands/text/seq.ts";
import { tac } from "../../../src/commands/text/tac.ts";
import { tail } from "../../../src/commands/text/tail.ts";
import { tee } from "../../../src/commands/text/tee.ts";
import { wc } from "../../../src/commands/text/wc.ts";
import { sameAsGnu } from "../gnu.ts";

describe("tail", () => {
  sameAsGnu(tail, [
    "b",
    "-n 3 b",
    "-3 b",
    "-n3 b",
    "-n +3 b",
    "-n +1 b",
    "-n +0 b",
    "-n +100 b",
    "-n 0 b",
    "-n -2 b",
    "-n 100 b",
    "-c 5 b",
    "-c +5 b",
    "-c -5 b",
    "-c 0 b",
    "-c +0 b",
    "-n 1 nonl",
    "-n 2 nonl",
    "-n +2 nonl",
    "-c 3 nonl",
    "a b",
    "-q a b",
    "-v a",
    "-n1 a none b",
    "none",
    "d",
    "empty",
    "-n 1 empty a",
    ["-n 2", "x\ny\nz\n"],
    ["-n 2 - a", "x\ny\nz"],
    ["+2", "x\ny\nz\n"],
    { args: "-n x b", status: 2 },
    "-z -n1 bin",
    "-c 1K b",
    "-n 3 blank",
    "-n 1 blank",
    "--lines=2 b",
    "-n 1 -- -dash",
    "-c4 utf8",
  ]);
});

describe("wc", () => {
  sameAsGnu(wc, [
    "a",
    "-l a",
    "-w a",
    "-c a",
    "-m utf8",
    "-L utf8",
    "-L a tabs",
    "a b",
    "-l a b",
    "-lw a b",
    "-cl a",
    "-lwmcL utf8 a",
    "empty",
    "none a",
    "d a",
    "d",
    "nonl",
    "utf8",
    "latin1",
    "-m latin1",
    "bin",
    "controls",
    "-L controls",
    "-w controls",
    "crlf",
    "-L crlf",
    "/dev/null",
    "- a",
    ["", "x y\n"],
    ["-l", "x y\n"],
    ["-", "x y\n"],
    ["a -", "x y\n"],
    "-mw utf8",
    "sizes sizes sizes",
    "-c bin empty",
    "--lines --bytes a",
    "$'new\\nline'",
  ]);
});

describe("seq", () => {
  sameAsGnu(seq, [
    "3",
    "0",
    "2 5",
    "5 2",
    "5 -1 1",
    "1 2 8",
    "1 .5 3",
    "0 0.25 1",
    "-3 3",
    "-w 1 10",
    "-w -5 5",
    "-w 0.5 0.5 10",
    "-s, 3",
    "-s '' 3",
    "-f %.2f 3",
    "-f %03g 3",
    "-f 'x%gy' 2",
    "-f %e 2",
    "1 1 1",
    "1.0 2",
    "1 3.5",
    "0.1 0.1 0.5",
    { args: "x", status: 2 },
    { args: "", status: 2 },
    { args: "1 2 3 4", status: 2 },
    { args: "1 0 3", status: 2 },
    "1e1",
    "999998 1000001",
    "-0 1",
    "-1",
    "-5 -3",
    "10 -3 -4",
    { args: "-f %5.1f% 1", status: 2 },
    "-f '%g%%' 2",
    "0x10",
    "1 -1 -1",
    "3 1",
  ]);
});

describe("tac", () => {
  sameAsGnu(tac, [
    "b",
    "nonl",
    "a b",
    "empty",
    "none a",
    "blank",
    "-s , csv",
    "-b b",
    "-b -s e b",
    "-s an a",
    ["", "1\n2\n3"],
    "bin",
    "d",
  ]);
});

describe("rev", () => {
  sameAsGnu(rev, ["a", "utf8", "nonl", "blank", "tabs", ["", "abc\n"], ["", ""], "a b"]);
});

describe("tee", () => {
  sameAsGnu(tee, [
    { args: "out", stdin: "x\n", changes: true },
    { args: "-a a", stdin: "x\n", changes: true },
    { args: "a b new", stdin: new Uint8Array([0, 255, 10]), changes: true },
    { args: "d ok", stdin: "x\n", changes: true },
    { args: "none/x", stdin: "x\n", changes: true },
    { args: "", stdin: "x\n" },
  ]);
});
