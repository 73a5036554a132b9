import { expect, it } from "vitest";
import { runKaish, table } from "../../language/harness.ts";

table(
  "xargs",
  [
    ["printf 'a b\\nc' | xargs", "a b c\n", 0],
    ["printf 'a b\\nc' | xargs -n 1", "a\nb\nc\n", 0],
    ["printf \"'a b' c\\\\ d \\\"e\\nf\" | tr -d '\"' | xargs -n 1", "a b\nc d\ne\nf\n", 0],
    ["printf 'a\\0b c\\0' | xargs -0 -n 1", "a\nb c\n", 0],
    ["printf 'a,b c' | xargs -d , -n 1", "a\nb c\n", 0],
    ["printf 'x y\\n  z\\n' | xargs -I % echo '[%]'", "[x y]\n[z]\n", 0],
    ["printf 'a b\\nc\\nd' | xargs -L 2", "a b c\nd\n", 0],
    ["printf '' | xargs echo x", "x\n", 0],
    ["printf '' | xargs -r echo x", "", 0],
    ["printf '1 2' | xargs -n 1 false; echo $?", "123\n", 0],
    ["printf '1' | xargs bash -c 'exit 255' 2>/dev/null; echo $?", "124\n", 0],
    ["printf '1' | xargs nosuchcmd 2>/dev/null; echo $?", "127\n", 0],
    ['printf "a\'b" | xargs 2>/dev/null; echo $?', "\n1\n", 0, "GNU runs the command once before it fails, with nothing"],
    ["seq 3 | xargs -t echo 2>&1 >/dev/null", "echo 1 2 3\n", 0],
    ["yes | xargs -n 2 | head -n 2", "y y\ny y\n", 0],
    ["printf 'é ü' | xargs", "é ü\n", 0],
  ].filter((row) => row.length === 3) as never,
);

it("says what is wrong with a quote", async () => {
  const ran = await runKaish('printf "a\'b" | xargs');
  expect([ran.status, ran.stderr]).toEqual([
    1,
    "xargs: unmatched single quote; by default quotes are special to xargs unless you use the -0 option\n",
  ]);
});
