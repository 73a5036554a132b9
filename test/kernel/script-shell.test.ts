import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { emptySource } from "../../src/kernel/exec/streams.ts";
import { collector } from "./api-contract.ts";
import { openScript } from "./harness.ts";

describe("script shell", () => {
  it("reaches no store, no document and no package but the parser's before a kernel is loaded", async () => {
    const { metafile } = await build({
      entryPoints: ["src/kernel/script-shell.ts"],
      bundle: true,
      platform: "node",
      format: "cjs",
      packages: "external",
      metafile: true,
      write: false,
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain("src/kernel/exec/create-shell.ts");
    expect(
      inputs.filter((path) => /src\/kernel\/(state|blocks|contexts|drift|flow|host|rpc|mcp)\/|memory-backend/.test(path)),
    ).toEqual([]);
    const packages = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
    expect([...new Set(packages)].filter((path) => !path.startsWith("node:"))).toEqual(["chevrotain"]);
  });

  it("answers at once and loads no kernel for a program without kernel verbs", async () => {
    const one = openScript(["a", "b c"]);
    const stdout = collector();
    const result = one.shell.run('echo "$0 $1 $2 $#"; x=1', "test.kai", {
      stdin: emptySource(),
      stdout,
      stderr: stdout,
      signal: new AbortController().signal,
    });
    expect(result).not.toBeInstanceOf(Promise);
    expect(result).toMatchObject({ status: 0 });
    expect(stdout.text()).toBe("test.kai a b c 2\n");
    expect(one.loads).toBe(0);
    expect(await one.run("echo $x; exit 3")).toEqual({ stdout: "1\n", stderr: "", status: 3 });
    expect(one.loads).toBe(0);
  });

  it("has a scratch folder in memory, loaded when it is first used", async () => {
    const one = openScript();
    expect(await one.run("echo kept >/scratch/file; cat /scratch/file; ls /scratch")).toEqual({
      stdout: "kept\nfile\n",
      stderr: "",
      status: 0,
    });
  });

  it("the first kernel verb brings a kernel whose context main has the running shell", async () => {
    const one = openScript();
    const { stdout, status } = await one.run(
      "x=before; fork debug >/dev/null; x=after; context tree --json >tree; context info | head -1; echo $x",
    );
    expect({ stdout, status }).toEqual({ stdout: "label    debug\nafter\n", status: 0 });
    expect(one.loads).toBe(1);
    // The next program runs in the same shell, in the context where the script began.
    expect((await one.run("context info | head -1; echo $x")).stdout).toBe("label    main\nafter\n");
    expect(one.loads).toBe(1);
  });

  it("records a program from its first byte, external programs too", async () => {
    const one = openScript();
    const code = "echo one; /bin/echo two; block_create mine >/dev/null; /bin/sh -c 'echo three; echo oops >&2'; false";
    const first = await one.run(code);
    expect(first).toEqual({ stdout: "one\ntwo\nthree\n", stderr: "oops\n", status: 1 });
    const { stdout } = await one.run('for b in $(block_list --json); do echo "${b[kind]} ${b[status]} ${b[content]}"; done');
    expect(stdout).toBe(
      `toolCall done ${code}\ntoolResult error one\ntwo\nthree\n\ntext done mine\n`.concat(
        stdout.slice(stdout.indexOf("toolCall done for")),
      ),
    );
    expect(stdout).toContain("toolCall done for b in");
    expect((await one.run("b=$(block_list --kind toolResult --json); echo ${b[0][exitCode]} ${b[0][stderr]}")).stdout).toBe(
      "1 oops\n\n",
    );
  });

  it("records what a program wrote before anyone could know that it needs a kernel", async () => {
    const one = openScript();
    await one.run("echo early; v=block_create; $v mine >/dev/null; echo late");
    const { stdout } = await one.run("b=$(block_list --kind toolResult --json); echo ${b[0][content]}");
    expect(stdout).toBe("early\nlate\n\n");
  });

  it("drifts findings back, and shows where they came from", async () => {
    const one = openScript();
    const { stdout, stderr, status } = await one.run(
      [
        "block_create --role user 'why is it slow?' >/dev/null",
        "fork debug >/dev/null",
        "block_create --role user 'The cache is never cleared.' >/dev/null",
        "drift push main 'the cache is never cleared' >/dev/null",
        "drift queue",
        "drift flush",
        "context switch main",
        "drift pull debug 'what about the cache?' >/dev/null",
        "block_list --kind drift",
        "context show",
      ].join("\n"),
    );
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    expect(stdout).toMatch(/^N +FROM +TO +KIND +TRIES +TEXT\n1 +debug +main +push +0 +the cache is never cleared\ndelivered 1\n/);
    expect(stdout).toMatch(/\[push from debug by \S+\] main › debug: the cache is never cleared/);
    expect(stdout).toContain("[pull from debug via local/extractive] main › debug");
    expect(stdout).toContain("   why is it slow?\n");
  });

  it("a verb that fails is a status and a sentence", async () => {
    const one = openScript();
    expect(await one.run("context switch nowhere")).toEqual({
      stdout: "",
      stderr: "context: no context nowhere (there is: main)\n",
      status: 1,
    });
    expect(await one.run("drift")).toMatchObject({ status: 2 });
    const { stderr, status } = await one.run("drift pusch main x");
    expect(status).toBe(2);
    expect(stderr).toContain("push");
    expect(await one.run("drift queue --summarize")).toMatchObject({ status: 2 });
    expect((await one.run("help drift || drift --help")).stdout).toMatch(/drift push CTX \[TEXT\.\.\.\] \[--summarize\] \[--now\]/);
  });
});
