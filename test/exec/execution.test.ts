import { describe, expect, it } from "vitest";
import type { ByteSink } from "../../src/kernel/command.ts";
import { bytesSource } from "../../src/kernel/exec/index.ts";
import { runKaish, TextSink, testHost, testShell } from "../language/harness.ts";

function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + 10_000;
    const look = () => {
      if (condition()) resolve();
      else if (Date.now() > deadline) reject(new Error("waited too long"));
      else setTimeout(look, 5);
    };
    look();
  });
}

describe("cancellation", () => {
  const endless = [
    "while true; do :; done",
    "while ((1)); do ((i++)); done",
    "for ((;;)); do x=$(echo a); done",
    "f() { f2; }; f2() { :; }; until false; do f; done",
    "yes > /dev/null",
    "yes | cat > /dev/null",
    "yes | while read x; do :; done",
    "while :; do echo x; done | cat > /dev/null",
    "/bin/sleep 100",
    "/bin/sleep 100 | cat",
    "(while :; do :; done)",
    "x=$(while :; do :; done)",
    "cat /dev/zero | /bin/cat > /dev/null",
    "/bin/sh -c 'sleep 100 & sleep 100'",
    "while :; do /bin/true; done",
    "wait_for_me & wait",
  ];

  it.each(endless)("an abort stops: %s", async (script) => {
    const controller = new AbortController();
    const shell = testShell("/");
    const io = { stdin: bytesSource(""), stdout: new TextSink(), stderr: new TextSink(), signal: controller.signal };
    const running = Promise.resolve(shell.run(script.replace("wait_for_me", "sleep 100"), "kaish", io));
    setTimeout(() => controller.abort(), 20);
    const result = await running;
    expect(result).toEqual({ status: 130, refused: false, exited: false });
    await shell.close(io);
  });

  it("a time-out is status 124", async () => {
    const shell = testShell("/");
    const io = { stdin: bytesSource(""), stdout: new TextSink(), stderr: new TextSink(), signal: AbortSignal.timeout(20) };
    expect((await shell.run("while :; do :; done", "kaish", io)).status).toBe(124);
  });

  it("the shell goes on to work after an abort", async () => {
    const controller = new AbortController();
    const shell = testShell("/");
    const stdout = new TextSink();
    const io = { stdin: bytesSource(""), stdout, stderr: new TextSink(), signal: controller.signal };
    setTimeout(() => controller.abort(), 10);
    await shell.run("x=1; f() { while :; do :; done; }; f", "kaish", io);
    const again = { ...io, signal: new AbortController().signal };
    expect(await shell.run("echo $x $?; local y=1; echo $?", "kaish", again)).toMatchObject({ status: 0 });
    expect(stdout.text).toBe("1 130\n1\n");
  });

  it("an INT trap runs after an interrupt", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    const done = await runKaish("trap 'echo caught' INT; while :; do :; done", { signal: controller.signal });
    expect(done).toMatchObject({ stdout: "caught\n", status: 130 });
  });

  it("timers run while a loop does", async () => {
    const controller = new AbortController();
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 5) controller.abort();
    }, 1);
    await runKaish("while :; do :; done", { signal: controller.signal });
    clearInterval(timer);
    expect(turns).toBeGreaterThanOrEqual(5);
  });
});

describe("streaming", () => {
  it("output comes while the program runs", async () => {
    const controller = new AbortController();
    const stdout = new TextSink();
    const shell = testShell("/");
    const io = { stdin: bytesSource(""), stdout, stderr: new TextSink(), signal: controller.signal };
    const running = Promise.resolve(shell.run("{ echo first; /bin/sleep 100; } | cat", "kaish", io));
    await until(() => stdout.text === "first\n");
    controller.abort();
    expect((await running).status).toBe(130);
  });

  it("a slow reader holds the writer back", async () => {
    let most = 0;
    let taken = 0;
    const slow: ByteSink = {
      async write(chunk) {
        most = Math.max(most, chunk.length);
        taken += chunk.length;
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
    const shell = testShell("/");
    const io = { stdin: bytesSource(""), stdout: slow, stderr: new TextSink(), signal: new AbortController().signal };
    await shell.run("yes 0123456789012345678901234567890 | head -c 20000000 | cat", "kaish", io);
    expect(taken).toBe(20_000_000);
    expect(most).toBeLessThan(1_000_000);
  });

  it.each([
    ["yes | head -3; echo ${PIPESTATUS[@]}", "y\ny\ny\n141 0\n"],
    ["while :; do echo x; done | head -1; echo ${PIPESTATUS[0]}", "x\n141\n"],
    ["cat /dev/zero | head -c 3 | wc -c", "3\n"],
    ["seq 1000000 | { read a; echo $a; }", "1\n"],
    ["/usr/bin/yes | head -1; echo ${PIPESTATUS[@]}", "y\n141 0\n"],
  ])("a reader that stops stops its writer: %s", async (script, stdout) => {
    expect(await runKaish(script)).toMatchObject({ stdout, status: 0 });
  });

  it("many stages with much data", async () => {
    const done = await runKaish("seq 200000 | cat | /bin/cat | cat | tail -1; seq 200000 | wc -l");
    expect(done).toMatchObject({ stdout: "200000\n200000\n", status: 0 });
  });
});

describe("depth", () => {
  it.each([
    ["f() { if (($1 < 990)); then f $(($1+1)); else echo bottom $1; fi; }; f 1", "bottom 990\n", 0],
    ["f() { if (($1 < 300)); then echo $(f $(($1+1))); else echo deep; fi; }; f 1", "deep\n", 0],
    ["f() { f; }; f; echo not here", "", 1],
    ["f() { x=$(f); }; f; echo ended", "ended\n", 0],
    ["f() { (f); }; f 2>/dev/null; echo ended", "ended\n", 0],
    ["f() { f | cat; }; f 2>/dev/null; echo ended", "ended\n", 0],
  ])("%s", async (script, stdout, status) => {
    expect(await runKaish(script)).toMatchObject({ stdout, status });
  });

  it("says what went wrong", async () => {
    expect((await runKaish("f() { f; }; f")).stderr).toBe("kaish: line 1: nested deeper than 1000 calls\n");
  });
});

describe("programs", () => {
  it("are refused with the policy's reason", async () => {
    const done = await runKaish("/bin/echo hi", { host: { refuseExternal: "external programs are off here" } });
    expect(done).toMatchObject({ stdout: "", status: 126 });
    expect(done.stderr).toContain("external programs are off here");
  });

  it("see exported variables only", async () => {
    const done = await runKaish("A=1; export B=2; /usr/bin/env | grep -E '^(A|B)='");
    expect(done.stdout).toBe("B=2\n");
  });

  it("unknown commands name their neighbours", async () => {
    const done = await runKaish("ecoh hi");
    expect(done.status).toBe(127);
    expect(done.stderr).toContain("echo");
  });

  it("a loop keeps the input that its programs do not read", async () => {
    const done = await runKaish("seq 5 > in; while read x; do /bin/echo $x; done < in");
    expect(done.stdout).toBe("1\n2\n3\n4\n5\n");
  });

  it("a program reads on where the shell stopped, and the shell where the program stopped", async () => {
    const done = await runKaish("seq 20000 > in; { read a; /usr/bin/dd bs=1 count=4 2>/dev/null; read b; echo $a $b; } < in");
    expect(done.stdout).toBe("2\n3\n1 4\n");
  });
});

describe("errors of the program", () => {
  it("name the line they happened on", async () => {
    expect((await runKaish("f() {\n  echo $((1 / 0))\n}\necho 日本\n\nf\n")).stderr).toBe("kaish: line 2: division by 0\n");
  });
});

describe("refused programs", () => {
  it("nothing of a program with an error runs", async () => {
    const done = await runKaish("echo before\nif true; then");
    expect(done).toMatchObject({ stdout: "", status: 2 });
    expect(done.stderr).not.toBe("");
  });

  it("usage errors are status 2", async () => {
    expect((await runKaish("head --no-such lines")).status).toBe(2);
  });
});

describe("state between programs", () => {
  it("variables, functions, folder and options stay; a copy goes its own way", async () => {
    const shell = testShell("/");
    const stdout = new TextSink();
    const io = { stdin: bytesSource(""), stdout, stderr: new TextSink(), signal: new AbortController().signal };
    await shell.run("x=1; f() { echo f$x; }; cd /usr; set -u", "kaish", io);
    const copy = shell.copy(testHost());
    await shell.run("x=2; cd /", "kaish", io);
    await copy.run("f; pwd; echo $-", "kaish", io);
    await shell.run("f; pwd", "kaish", io);
    expect(stdout.text).toBe("f1\n/usr\nhu\nf2\n/\n");
    expect(shell.get("x")).toBe(2);
    expect(copy.get("x")).toBe(1);
    expect(shell.functionNames()).toEqual(["f"]);
  });

  it("exit tells so, and args are for one run", async () => {
    const shell = testShell("/");
    const stdout = new TextSink();
    const io = { stdin: bytesSource(""), stdout, stderr: new TextSink(), signal: new AbortController().signal };
    await shell.run("echo $1 $#", "kaish", { ...io, args: ["a", "b"] });
    expect(await shell.run("echo $#; exit 7", "kaish", io)).toEqual({ status: 7, refused: false, exited: true });
    expect(stdout.text).toBe("a 2\n0\n");
  });
});

describe("pipes to programs", () => {
  it.each([
    ["echo hi | /bin/cat /dev/stdin", "hi\n"],
    ["/bin/sh -c 'echo a > /dev/stdout' | cat", "a\n"],
    ["printf 'a\\nb\\nc\\n' | while read x; do /bin/echo got $x; done", "got a\ngot b\ngot c\n"],
    ["seq 50000 | { /usr/bin/dd bs=1 count=4 2>/dev/null; cat; } | tail -1", "50000\n"],
    ["seq 50000 | { /usr/bin/dd bs=1 count=4 2>/dev/null; cat; } | wc -c", "288894\n"],
    ["for i in 1 2 3 4 5 6 7 8 9 10; do echo $i | /bin/cat; done | tail -1", "10\n"],
    ["/bin/cat lines | /bin/cat | /usr/bin/wc -l", "3\n"],
    ['x=$(/bin/echo a; /bin/echo b); echo "$x"', "a\nb\n"],
    ["/bin/cat < lines | head -1", "one\n"],
    ["/bin/echo err >&2 | cat; echo out", "out\n"],
  ])("%s", async (script, stdout) => {
    expect(await runKaish(script)).toMatchObject({ stdout, status: 0 });
  });
});

describe("many at once", () => {
  it("stages and jobs beyond Node's listener limit raise no warning", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    const stages = Array.from({ length: 20 }, () => "{ sleep 0.01; cat; }").join(" | ");
    const done = await runKaish(`echo through | ${stages}; for i in {1..20}; do sleep 0.01 & done; wait; echo end`);
    process.off("warning", note);
    expect(done).toMatchObject({ stdout: "through\nend\n", status: 0 });
    expect(warnings).toEqual([]);
  });
});
