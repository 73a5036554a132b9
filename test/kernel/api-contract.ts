import { describe, expect, it, onTestFinished } from "vitest";
import type { ByteSink, ByteSource } from "../../src/kernel/command.ts";
import type { BlockSnapshot, ExecuteOptions, KernelApi, KernelEvent, World } from "../../src/kernel/index.ts";

/** A world over one fresh kernel whose files are a fresh, empty folder of the host; sessions start in that folder. */
export interface OpenWorld {
  readonly world: World;
  readonly close: () => Promise<void>;
}

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** A sink that keeps what it is given. */
export function collector(): ByteSink & { text(): string; bytes(): Buffer } {
  const chunks: Buffer[] = [];
  return {
    write: (chunk) => void chunks.push(typeof chunk === "string" ? Buffer.from(chunk, "utf8") : Buffer.from(chunk)),
    text: () => Buffer.concat(chunks).toString("utf8"),
    bytes: () => Buffer.concat(chunks),
  };
}

function textSource(text: string): ByteSource {
  const waiting: Uint8Array[] = text === "" ? [] : [new TextEncoder().encode(text)];
  return { read: () => waiting.shift() ?? null, close: () => undefined, unread: (chunk) => void waiting.unshift(chunk) };
}

/** A source that has nothing yet, until it is opened. */
function gatedSource(text: string): { readonly source: ByteSource; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const inner = textSource(text);
  return { source: { ...inner, read: () => opened.then(() => inner.read()) }, open: () => open() };
}

/** Runs a program to its end. */
export async function run(
  api: KernelApi,
  code: string,
  options: ExecuteOptions = {},
): Promise<Outcome & { result: Awaited<ReturnType<KernelApi["execute"]>["done"]> }> {
  const stdout = collector();
  const stderr = collector();
  const result = await api.execute(code, { stdout, stderr, ...options }).done;
  return { stdout: stdout.text(), stderr: stderr.text(), status: result.status, result };
}

/** Resolves when `holds` does; asks again whenever the event loop has turned. */
async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function failure(
  attempt: Promise<unknown>,
): Promise<{ code: string; data: Readonly<Record<string, unknown>>; message: string }> {
  try {
    await attempt;
  } catch (error) {
    const { name, code, data, message } = error as { name: string; code: string; data: Record<string, unknown>; message: string };
    expect(name).toBe("KernelError");
    return { code, data, message };
  }
  throw new Error("it did not fail");
}

const contents = (blocks: readonly BlockSnapshot[]): string[] => blocks.map((block) => block.content);

/** What every `World` and `KernelApi` does, in this process or at the other end of a wire. */
export function apiContract(name: string, open: () => Promise<OpenWorld>): void {
  describe(`KernelApi: ${name}`, () => {
    const opened = async (): Promise<World> => {
      const { world, close } = await open();
      onTestFinished(close);
      return world;
    };
    const attached = async (): Promise<KernelApi> => {
      const world = await opened();
      return attach(world);
    };
    const attach = async (world: World, options?: { context?: string; instance?: string }): Promise<KernelApi> => {
      const kernel = (await world.listKernels())[0];
      if (kernel === undefined) throw new Error("no kernel");
      return world.attachKernel(kernel.label, options);
    };

    describe("identity", () => {
      it("says who, where and in which kernel", async () => {
        const world = await opened();
        const api = await attach(world, { instance: "laptop" });
        const info = await api.info();
        const who = await world.whoami();
        expect(await api.whoami()).toEqual(who);
        expect(info.kernel).toEqual((await world.listKernels())[0]);
        expect(info.context.label).toBe("main");
        expect(info.session).toMatchObject({
          principalId: who.id,
          kernelId: info.kernel.id,
          contextId: info.context.id,
          instance: "laptop",
        });
      });

      it("attaches by id too, and names the candidates of an unknown kernel", async () => {
        const world = await opened();
        const kernel = (await world.listKernels())[0]!;
        expect((await (await world.attachKernel(kernel.id)).info()).kernel.id).toBe(kernel.id);
        const error = await failure(world.attachKernel("no-such"));
        expect(error.code).toBe("notFound");
        expect(error.data.candidates).toEqual([kernel.label]);
      });

      it("attaches to a context by its address", async () => {
        const world = await opened();
        const fork = await (await attach(world)).fork({ label: "debug" });
        const { context } = await fork.info();
        expect((await (await attach(world, { context: "debug" })).info()).context.id).toBe(context.id);
        expect((await (await attach(world, { context: context.shortId })).info()).context.id).toBe(context.id);
        const error = await failure(attach(world, { context: "debgu" }));
        expect(error.code).toBe("notFound");
        expect(error.data.candidates).toEqual(expect.arrayContaining(["debug", "main"]));
      });

      it("is a member while attached, and gone after detach", async () => {
        const world = await opened();
        const one = await attach(world, { instance: "one" });
        const two = await attach(world, { instance: "two" });
        const nick = (await one.whoami()).username;
        const active = async () =>
          (await one.listMembers())
            .filter((member) => member.status === "active")
            .map((member) => `${member.nick}/${member.instance}`)
            .sort();
        expect(await active()).toEqual([`${nick}/one`, `${nick}/two`]);
        await two.detach();
        expect(await active()).toEqual([`${nick}/one`]);
      });

      it("rejects every call after detach, and a second detach is nothing", async () => {
        const api = await attached();
        await api.detach();
        await api.detach();
        expect((await failure(api.info())).code).toBe("disconnected");
        expect((await failure(api.listBlocks())).code).toBe("disconnected");
        expect((await failure((async () => api.execute("true").done)())).code).toBe("disconnected");
      });
    });

    describe("execute", () => {
      it.each([
        ["echo hi", "hi\n", "", 0],
        ["echo out; echo err >&2; exit 3", "out\n", "err\n", 3],
        ["false", "", "", 1],
        ["printf '%s' 'žluťoučký 日本 🎉'", "žluťoučký 日本 🎉", "", 0],
      ])("%s", async (code, stdout, stderr, status) => {
        const api = await attached();
        const { result, ...outcome } = await run(api, code);
        expect(outcome).toEqual({ stdout, stderr, status });
        expect(await api.getLastStatus()).toBe(status);
        expect(result.blockId).toBeDefined();
      });

      it("reads its stdin, takes a name and parameters", async () => {
        const api = await attached();
        expect((await run(api, "cat", { stdin: textSource("given\n") })).stdout).toBe("given\n");
        expect((await run(api, "cat")).stdout).toBe("");
        expect((await run(api, 'echo "$1-$2-$#"', { args: ["a b", "c"] })).stdout).toBe("a b-c-2\n");
        expect((await run(api, 'echo "$0 $#"', { name: "script.kai" })).stdout).toBe("script.kai 0\n");
        expect((await run(api, 'echo "$#"')).stdout).toBe("0\n");
      });

      it("keeps variables and the working directory from one program to the next", async () => {
        const api = await attached();
        await run(api, "n=41; mkdir sub; cd sub");
        expect((await run(api, "echo $((n+1)); pwd")).stdout).toMatch(/^42\n.*\/sub\n$/);
        expect(await api.getVariable("n")).toBe(41);
        expect(await api.getCwd()).toMatch(/\/sub$/);
        expect((await api.info()).context.cwd).toBe(await api.getCwd());
      });

      it("a guest with its own folder and environment sees the context's variables and leaves nothing in its shell", async () => {
        const api = await attached();
        await run(api, "x=ours; mkdir sub");
        const start = await api.getCwd();
        const code = "trap 'echo bye' EXIT; echo $x $GUEST; pwd; printenv GUEST; x=theirs; y=1; cd /; exit 3";
        const { stdout, status } = await run(api, code, { cwd: `${start}/sub`, env: { GUEST: "g g" } });
        expect({ stdout, status }).toEqual({ stdout: `ours g g\n${start}/sub\ng g\nbye\n`, status: 3 });
        expect((await run(api, 'echo "$x[$y][$GUEST]"; pwd')).stdout).toBe(`ours[][]\n${start}\n`);
        expect(await run(api, "echo never", { cwd: "/no/such" })).toMatchObject({
          stdout: "",
          stderr: "kaish: /no/such: No such file or directory\n",
          status: 1,
        });
        await run(api, "inner=yes; fork debug >/dev/null", { env: {} });
        expect((await run(await api.joinContext("debug"), "echo $inner")).stdout).toBe("yes\n");
      });

      it("records a call and a result whose parent is the call", async () => {
        const api = await attached();
        const { result } = await run(api, "echo hi; echo oops >&2; false");
        const [call, answer] = await api.listBlocks();
        expect(call).toMatchObject({
          kind: "toolCall",
          toolKind: "shell",
          role: "user",
          status: "done",
          content: "echo hi; echo oops >&2; false",
        });
        expect(answer).toMatchObject({
          kind: "toolResult",
          toolKind: "shell",
          role: "tool",
          status: "error",
          content: "hi\n",
          stderr: "oops\n",
          exitCode: 1,
          isError: true,
          parentId: call!.id,
        });
        expect(answer!.id).toEqual(result.blockId);
        expect(await api.readBlock(result.blockId!)).toEqual(answer);
      });

      it("a huge program runs whole; its block has both ends", async () => {
        const api = await attached();
        const code = `echo start\n${"# padding\n".repeat(120_000)}echo end`;
        const { stdout } = await run(api, code);
        expect(stdout).toBe("start\nend\n");
        const call = (await api.listBlocks())[0]!;
        expect(call.content.length).toBeLessThan(200_000);
        expect(call.content).toMatch(/^echo start\n.*characters left out.*echo end$/s);
      });

      it("leaves no block when told so", async () => {
        const api = await attached();
        const { stdout, result } = await run(api, "echo hi", { record: false });
        expect(stdout).toBe("hi\n");
        expect(result.blockId).toBeUndefined();
        expect(await api.listBlocks()).toEqual([]);
        expect(await api.getCommandHistory(10)).toEqual([]);
      });

      it("refuses a program with a syntax error and runs none of it", async () => {
        const api = await attached();
        const { stdout, stderr, status, result } = await run(api, "echo one\nif true; then");
        expect({ stdout, status, refused: result.refused }).toEqual({ stdout: "", status: 2, refused: true });
        expect(stderr).not.toBe("");
        expect(await api.readBlock(result.blockId!)).toMatchObject({ status: "error", exitCode: 2, stderr });
      });

      it("says when the program called exit", async () => {
        const api = await attached();
        expect((await run(api, "exit 4")).result).toMatchObject({ status: 4, exited: true });
        expect((await run(api, "true")).result.exited).toBeUndefined();
      });

      it("streams: output comes before the program ends, and into its block", async () => {
        const api = await attached();
        const gate = gatedSource("open\n");
        const stdout = collector();
        const execution = api.execute("echo first; cat; echo last", { stdin: gate.source, stdout });
        await until(() => stdout.text() === "first\n", "the first line");
        await until(
          async () => contents(await api.listBlocks({ status: "running" })).includes("first\n"),
          "the first line in the block",
        );
        gate.open();
        expect((await execution.done).status).toBe(0);
        expect(stdout.text()).toBe("first\nopen\nlast\n");
      });

      it("shellExecute answers the result block at once, which then streams", async () => {
        const api = await attached();
        const id = await api.shellExecute("echo hi");
        expect((await api.readBlock(id)).kind).toBe("toolResult");
        await until(async () => (await api.readBlock(id)).status === "done", "the end of the program");
        expect(await api.readBlock(id)).toMatchObject({ content: "hi\n", exitCode: 0 });
      });

      it("keeps the first and the last 64 KB of much output, and gives the sink all of it", async () => {
        const api = await attached();
        const stdout = collector();
        const result = await api.execute("seq 1 60000", { stdout }).done;
        const expected = `${Array.from({ length: 60_000 }, (_, at) => at + 1).join("\n")}\n`;
        expect(stdout.text()).toBe(expected);
        const block = await api.readBlock(result.blockId!);
        expect(block.truncated).toBe(true);
        expect(block.content.startsWith(expected.slice(0, 65_536))).toBe(true);
        expect(block.content.endsWith(expected.slice(-65_536))).toBe(true);
        expect(block.content).toContain(`… ${expected.length - 131_072} bytes left out …`);
      });

      it("a reader that is slow holds the program up, not the memory", async () => {
        const api = await attached();
        let waiting: (() => void) | undefined;
        let written = 0;
        const slow: ByteSink = {
          write: (chunk) => {
            written += chunk.length;
            return new Promise<void>((resolve) => {
              waiting = resolve;
            });
          },
        };
        const controller = new AbortController();
        const execution = api.execute("yes", { stdout: slow, signal: controller.signal });
        await until(() => waiting !== undefined, "the first write");
        for (let turn = 0; turn < 50; turn++) await api.version();
        expect(written).toBeLessThan(2 * 1024 * 1024);
        controller.abort();
        waiting?.();
        expect((await execution.done).status).toBe(130);
      });

      it("bytes that are not UTF-8 reach the sink unharmed and are U+FFFD in the block", async () => {
        const api = await attached();
        const stdout = collector();
        const result = await api.execute("printf 'a\\xffb'", { stdout }).done;
        expect([...stdout.bytes()]).toEqual([0x61, 0xff, 0x62]);
        expect((await api.readBlock(result.blockId!)).content).toBe("a\ufffdb");
      });

      it("is interrupted: by interrupt, and by the caller's signal", async () => {
        const api = await attached();
        const first = api.execute("while true; do :; done");
        first.interrupt();
        expect((await first.done).status).toBe(130);
        const controller = new AbortController();
        const stdout = collector();
        const second = api.execute("echo on; while true; do :; done", { stdout, signal: controller.signal });
        await until(() => stdout.text() === "on\n", "the loop");
        controller.abort();
        const result = await second.done;
        expect(result.status).toBe(130);
        expect(await api.readBlock(result.blockId!)).toMatchObject({ status: "error", exitCode: 130, content: "on\n" });
        expect((await run(api, "echo alive")).stdout).toBe("alive\n");
      });

      it("one program at a time in a context: others wait, and show it", async () => {
        const api = await attached();
        const controller = new AbortController();
        const stdout = collector();
        const first = api.execute("echo go; while true; do :; done", { stdout, signal: controller.signal });
        await until(() => stdout.text() === "go\n", "the first program");
        const order: string[] = [];
        const second = api.execute("x=2; echo second", { stdout: { write: () => void order.push("second") } });
        const third = api.execute("echo third$x", {
          stdout: { write: (chunk) => void order.push(Buffer.from(chunk).toString().trim()) },
        });
        const dropped = api.execute("echo never", { stdout: { write: () => void order.push("never") } });
        await until(async () => (await api.listBlocks({ status: "pending" })).length === 3, "three that wait");
        dropped.interrupt();
        expect((await dropped.done).status).toBe(130);
        controller.abort();
        expect((await first.done).status).toBe(130);
        expect((await second.done).status).toBe(0);
        expect((await third.done).status).toBe(0);
        expect(order).toEqual(["second", "third2"]);
        expect(await api.listBlocks({ status: "pending" })).toEqual([]);
      });

      it("two sessions in one context share the shell and the document; $? is each one's own", async () => {
        const world = await opened();
        const one = await attach(world, { instance: "one" });
        const two = await attach(world, { instance: "two" });
        await run(one, "shared=yes; false");
        expect((await run(two, "echo $shared")).stdout).toBe("yes\n");
        expect(await one.getLastStatus()).toBe(1);
        expect(await two.getLastStatus()).toBe(0);
        expect((await two.listBlocks()).length).toBe(4);
        expect(await one.listBlocks()).toEqual(await two.listBlocks());
      });

      it("a session that detaches interrupts what it runs", async () => {
        const world = await opened();
        const one = await attach(world, { instance: "one" });
        const two = await attach(world, { instance: "two" });
        const stdout = collector();
        const execution = one.execute("echo on; while true; do :; done", { stdout });
        const ended = execution.done.catch(() => undefined);
        await until(() => stdout.text() === "on\n", "the loop");
        await one.detach();
        await ended;
        expect((await run(two, "echo free")).stdout).toBe("free\n");
      });

      it("remembers what was run, but not what begins with a space or is a script", async () => {
        const api = await attached();
        await run(api, "echo one");
        await run(api, " echo secret");
        await run(api, "echo script", { name: "script.kai" });
        await run(api, "false");
        const entries = await api.getCommandHistory(10);
        expect(entries.map(({ code, status }) => [code, status])).toEqual([
          ["echo one", 0],
          ["false", 1],
        ]);
        expect((await api.getCommandHistory(1)).map(({ code }) => code)).toEqual(["false"]);
      });
    });

    describe("variables and place", () => {
      it("sets and reads variables as JSON", async () => {
        const api = await attached();
        const value = { name: "amy", tags: ["dev", "ops"], age: 41, ž: null };
        await api.setVariable("user", value);
        expect(await api.getVariable("user")).toEqual(value);
        expect((await run(api, "echo ${user[tags][1]}")).stdout).toBe("ops\n");
        expect((await api.listVariables()).user).toEqual(value);
        expect(await api.getVariable("nothing_here")).toBeUndefined();
      });

      it("changes the working directory, and says what is wrong with a path", async () => {
        const api = await attached();
        await run(api, "mkdir -p a/b; echo x >file");
        const start = await api.getCwd();
        await api.setCwd("a/b");
        expect(await api.getCwd()).toBe(`${start}/a/b`);
        expect(await failure(api.setCwd("/no/such"))).toMatchObject({ code: "notFound", data: { errno: "ENOENT" } });
        expect(await failure(api.setCwd(`${start}/file`))).toMatchObject({ code: "invalid", data: { errno: "ENOTDIR" } });
        expect(await api.getCwd()).toBe(`${start}/a/b`);
      });

      it("lists the commands with their signatures", async () => {
        const api = await attached();
        const all = await api.listCommands();
        expect(all.find((one) => one.name === "drift")).toMatchObject({ group: "kernel", json: true });
        expect(all.map((one) => one.name)).toEqual([...all.map((one) => one.name)].sort());
      });
    });

    describe("completion", () => {
      const texts = async (api: KernelApi, line: string): Promise<string[]> =>
        (await api.complete(line, line.length)).items.map((item) => item.text);

      it("offers commands, flags, variables, paths and contexts", async () => {
        const api = await attached();
        await run(api, "mkdir 'my folder'; echo >main.txt; myvar=1; myfunction() { :; }");
        await api.createContext("side");
        expect(await texts(api, "ec")).toContain("echo");
        expect(await texts(api, "true && myf")).toEqual(["myfunction"]);
        expect(await texts(api, "drift --sum")).toEqual(["--summarize"]);
        expect(await texts(api, "drift pu")).toEqual(["pull", "push"]);
        expect(await texts(api, "ls -S")).toEqual(["-S"]);
        expect(await texts(api, "ls --S")).toEqual([]);
        expect(await texts(api, "echo $myv")).toEqual(["myvar"]);
        expect(await texts(api, "cat m")).toEqual(["main.txt", "my\\ folder/"]);
        expect(await texts(api, "drift push s")).toEqual(["side"]);
        expect(await texts(api, "cat /no/such/")).toEqual([]);
      });

      it("says which range is replaced", async () => {
        const api = await attached();
        await run(api, "echo >日本.txt");
        const line = "cat 日 | wc";
        const found = await api.complete(line, 5);
        expect(found).toMatchObject({ start: 4, end: 5, items: [{ text: "日本.txt", kind: "path" }] });
        const variable = await api.complete('echo "${HO', 10);
        expect(variable).toMatchObject({ start: 8, end: 10 });
        expect(variable.items.map((item) => item.text)).toContain("HOME");
      });

      it("never fails for what is typed", async () => {
        const api = await attached();
        for (const line of ["", "'", '"$(', "a | | b", "if ${", "\\", "x=(", "\u{1f389}"]) {
          await expect(api.complete(line, line.length), line).resolves.toBeDefined();
          await expect(api.complete(line, 999), line).resolves.toBeDefined();
        }
      });
    });

    describe("mounts", () => {
      it("mounts read-only unless said, relative to the working directory, and unmounts", async () => {
        const api = await attached();
        await run(api, "mkdir src; echo hello >src/file");
        await api.mount("/mnt/project", "src", false);
        expect((await run(api, "cat /mnt/project/file")).stdout).toBe("hello\n");
        expect((await run(api, "echo more >/mnt/project/file")).status).toBe(1);
        expect((await api.listMounts()).find((mount) => mount.path === "/mnt/project")).toMatchObject({
          writable: false,
          type: "local",
        });
        await api.mount("/mnt/writable", "src", true);
        expect((await run(api, "echo more >/mnt/writable/file; cat src/file")).stdout).toBe("more\n");
        await api.unmount("/mnt/project");
        expect((await api.listMounts()).some((mount) => mount.path === "/mnt/project")).toBe(false);
        expect((await run(api, "cat /mnt/project/file")).status).toBe(1);
      });

      it("tells what is wrong", async () => {
        const api = await attached();
        await run(api, "mkdir src; echo x >file");
        expect(await failure(api.mount("/mnt/a", "no-such", false))).toMatchObject({ code: "notFound", data: { errno: "ENOENT" } });
        expect(await failure(api.mount("/mnt/a", "file", false))).toMatchObject({ code: "invalid", data: { errno: "ENOTDIR" } });
        await api.mount("/mnt/a", "src", false);
        expect((await failure(api.mount("/mnt/a", "src", false))).code).toBe("conflict");
        expect((await failure(api.unmount("/mnt/b"))).code).toBe("notFound");
        expect((await failure(api.unmount("/"))).code).toBe("refused");
        expect((await failure(api.mount("/mnt/k", "kernel://other", false))).code).toBe("unimplemented");
      });
    });

    describe("contexts", () => {
      it("forks: both sides have the past, and each its own future", async () => {
        const api = await attached();
        await run(api, "x=1; list=[a b]");
        await api.createBlock({ kind: "text", role: "user", content: "before" });
        const fork = await api.fork({ label: "debug" });
        const info = await fork.info();
        expect(info.context).toMatchObject({ label: "debug", forkKind: "fork", parentId: (await api.info()).context.id });
        expect((await run(fork, "echo $x ${list[1]}; x=2")).stdout).toBe("1 b\n");
        expect((await run(api, "echo $x")).stdout).toBe("1\n");
        expect((await run(fork, "echo $x")).stdout).toBe("2\n");
        await fork.createBlock({ kind: "text", role: "user", content: "in the fork" });
        await api.createBlock({ kind: "text", role: "user", content: "in main" });
        const ours = contents(await api.listBlocks({ kind: "text" }));
        const theirs = contents(await fork.listBlocks({ kind: "text" }));
        expect(ours).toEqual(["before", "in main"]);
        expect(theirs).toEqual(["before", "in the fork"]);
        expect((await fork.listBlocks())[0]!.id.contextId).toBe(info.context.id);
      });

      it("forks the document as it was at a version", async () => {
        const api = await attached();
        await api.createBlock({ kind: "text", role: "user", content: "one" });
        const at = await api.version();
        await api.createBlock({ kind: "text", role: "user", content: "two" });
        const fork = await api.fork({ at });
        expect(contents(await fork.listBlocks())).toEqual(["one"]);
        expect((await fork.info()).context.forkedAt).toBe(at);
        expect((await failure(api.fork({ at: 9_999 }))).code).toBe("invalid");
      });

      it("threads: an empty document and a fresh shell in the same folder", async () => {
        const api = await attached();
        await run(api, "x=1; mkdir sub; cd sub");
        const thread = await api.thread("side");
        expect(await thread.listBlocks()).toEqual([]);
        expect((await run(thread, 'echo "[$x]"; pwd')).stdout).toMatch(/^\[\]\n.*\/sub\n$/);
        expect((await thread.info()).context).toMatchObject({
          label: "side",
          forkKind: "thread",
          parentId: (await api.info()).context.id,
        });
      });

      it("joins by label, short id, id prefix, . and .parent; an unknown address names the candidates", async () => {
        const api = await attached();
        const fork = await api.fork({ label: "debug" });
        const { context } = await fork.info();
        for (const address of ["debug", context.shortId, context.id, context.id.slice(0, 30)]) {
          expect((await (await api.joinContext(address)).info()).context.id, address).toBe(context.id);
        }
        expect((await fork.resolveContext(".")).label).toBe("debug");
        expect((await fork.resolveContext(".parent")).label).toBe("main");
        expect((await (await fork.joinContext(".parent")).info()).context.label).toBe("main");
        const error = await failure(api.joinContext("debgu"));
        expect(error.code).toBe("notFound");
        expect(error.data.candidates).toEqual(expect.arrayContaining(["debug", "main"]));
      });

      it("makes contexts; a label is taken once, and must be one", async () => {
        const api = await attached();
        const made = await api.createContext("ideas");
        expect(await api.listContexts()).toEqual([(await api.info()).context, made]);
        expect((await failure(api.createContext("ideas"))).code).toBe("conflict");
        expect((await failure(api.createContext("no spaces"))).code).toBe("invalid");
      });

      it("a program that moves goes on acting there, and says where it went", async () => {
        const api = await attached();
        const { result } = await run(api, "fork debug >/dev/null; x=1; block_create found >/dev/null");
        const debug = await api.resolveContext("debug");
        expect(result.switchedTo).toBe(debug.id);
        expect(contents(await api.listBlocks({ kind: "text" }, "debug"))).toEqual(["found"]);
        expect(await api.listBlocks({ kind: "text" }, "main")).toEqual([]);
        expect((await run(api, "true")).result.switchedTo).toBeUndefined();
        expect((await run(api, "context switch debug; context switch main")).result.switchedTo).toBeUndefined();
        expect(await api.listBlocks({ status: "running" }, "debug")).toEqual([]);
      });
    });

    describe("blocks", () => {
      it("creates, appends, patches, reads and lists", async () => {
        const api = await attached();
        const block = await api.createBlock({ kind: "text", role: "model", content: "žl", status: "running" });
        expect(block).toMatchObject({
          kind: "text",
          role: "model",
          content: "žl",
          status: "running",
          collapsed: false,
          excluded: false,
          ephemeral: false,
        });
        await api.appendBlock(block.id, "uť 🎉\n");
        await api.patchBlock(block.id, { status: "done", collapsed: true });
        expect(await api.readBlock(block.id)).toMatchObject({ content: "žluť 🎉\n", status: "done", collapsed: true });
        const child = await api.createBlock({ kind: "text", role: "user", content: "child", parentId: block.id });
        expect(contents(await api.listBlocks({ parentId: block.id }))).toEqual(["child"]);
        const between = await api.createBlock({ kind: "text", role: "user", content: "between", after: block.id });
        expect((await api.listBlocks()).map((one) => one.id)).toEqual([block.id, between.id, child.id]);
        expect(contents(await api.listBlocks({ limit: 1 }))).toEqual(["child"]);
      });

      it("names blocks: last, a number, and whole names", async () => {
        const api = await attached();
        const block = await api.createBlock({ kind: "text", role: "user", content: "x" });
        const { context } = await api.info();
        const who = await api.whoami();
        for (const text of [
          "last",
          String(block.id.seq),
          `${who.username}/${block.id.seq}`,
          `${context.shortId}/${who.username}/${block.id.seq}`,
        ]) {
          expect(await api.resolveBlock(text), text).toEqual(block.id);
        }
        expect((await failure(api.resolveBlock("?"))).code).toBe("invalid");
        expect((await failure(api.resolveBlock("nobody/1"))).code).toBe("notFound");
        expect((await failure(api.readBlock({ ...block.id, seq: 99 }))).code).toBe("notFound");
      });

      it("last, asked from inside a program, is not the program's own block", async () => {
        const api = await attached();
        await api.createBlock({ kind: "text", role: "user", content: "mine" });
        expect((await run(api, "block_read last")).stdout).toBe("mine\n");
      });

      it("refuses what is not allowed, and says what is there", async () => {
        const api = await attached();
        const block = await api.createBlock({ kind: "text", role: "user", content: "x" });
        expect((await failure(api.patchBlock(block.id, { status: "running" }))).code).toBe("illegal");
        expect((await failure(api.listBlocks({}, "no-such"))).code).toBe("notFound");
        const version = await api.version();
        expect((await failure(api.createBlock({ kind: "text", role: "user", parentId: { ...block.id, seq: 77 } }))).code).toBe(
          "notFound",
        );
        expect(await api.version()).toBe(version);
      });

      it("every change is one more version", async () => {
        const api = await attached();
        const versions = [await api.version()];
        const block = await api.createBlock({ kind: "text", role: "user", status: "running" });
        versions.push(await api.version());
        await api.appendBlock(block.id, "text\n");
        versions.push(await api.version());
        await api.patchBlock(block.id, { status: "done" });
        versions.push(await api.version());
        expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
        expect(versions[0]).toBe(0);
      });
    });

    describe("drift", () => {
      it("stages, shows, cancels and delivers, with where it came from", async () => {
        const main = await attached();
        const debug = await main.fork({ label: "debug" });
        const first = await debug.driftPush("main", "the cache is never cleared");
        const second = await debug.driftPush(".parent", "a second thought");
        expect(first.number).not.toBe(second.number);
        expect((await debug.driftQueue()).map((item) => item.content)).toEqual(["the cache is never cleared", "a second thought"]);
        expect(await main.driftQueue()).toEqual([]);
        expect((await main.driftQueue({ all: true })).length).toBe(2);
        expect((await debug.driftCancel(String(second.number))).id).toBe(second.id);
        expect(await main.listBlocks({ kind: "drift" })).toEqual([]);
        expect(await debug.driftFlush()).toEqual({ delivered: [first.id], failed: [] });
        const [block] = await main.listBlocks({ kind: "drift" });
        const { context } = await debug.info();
        expect(block).toMatchObject({
          content: "the cache is never cleared",
          status: "done",
          driftKind: "push",
          sourceContext: context.id,
          driftId: first.id,
        });
        expect(block!.id.principalId).toBe((await debug.whoami()).id);
        expect(await debug.driftFlush()).toEqual({ delivered: [], failed: [] });
        expect((await main.driftHistory()).map((one) => one.id)).toEqual([block!.id]);
        expect((await debug.driftHistory()).map((one) => one.id)).toEqual([block!.id]);
      });

      it("a push without a text reads what it is given, but no terminal", async () => {
        const main = await attached();
        const debug = await main.fork({ label: "debug" });
        expect((await run(debug, "drift push main", { stdin: textSource("piped\n") })).status).toBe(0);
        const typed = { ...textSource("the next line\n"), isTty: true };
        const refused = await run(debug, "drift push main", { stdin: typed });
        expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining("missing text") });
        expect((await debug.driftQueue()).map((item) => item.content)).toEqual(["piped\n"]);
      });

      it("pushes at once with now; flushes only its own unless all", async () => {
        const main = await attached();
        const debug = await main.fork({ label: "debug" });
        await debug.driftPush("main", "urgent", { now: true });
        expect(contents(await main.listBlocks({ kind: "drift" }))).toEqual(["urgent"]);
        await debug.driftPush("main", "later");
        expect((await main.driftFlush()).delivered).toEqual([]);
        expect((await main.driftFlush({ all: true })).delivered.length).toBe(1);
      });

      it("pulls and merges a summary, and says by which model", async () => {
        const main = await attached();
        const debug = await main.fork({ label: "debug" });
        for (const content of ["The parser fails on empty input.", "We decided to return an empty tree.", "Weather is nice."]) {
          await debug.createBlock({ kind: "text", role: "user", content });
        }
        const pulled = await main.driftPull("debug", "what does the parser do?");
        expect(pulled).toMatchObject({ kind: "drift", driftKind: "pull", sourceModel: "local/extractive" });
        expect(pulled.content).toContain("parser");
        expect(pulled.id.contextId).toBe((await main.info()).context.id);
        const merged = await debug.driftMerge();
        expect(merged).toMatchObject({ driftKind: "merge", sourceModel: "local/extractive" });
        expect(merged.id.contextId).toBe((await main.info()).context.id);
        expect((await main.listBlocks({ kind: "drift" })).map((block) => block.driftKind)).toEqual(["pull", "merge"]);
      });

      it("tells what is wrong", async () => {
        const main = await attached();
        expect(await failure(main.driftPush("nowhere", "x"))).toMatchObject({ code: "notFound", data: { candidates: ["main"] } });
        expect((await failure(main.driftPush("main", "x"))).code).toBe("invalid");
        expect((await failure(main.driftMerge())).code).toBe("invalid");
        expect((await failure(main.driftCancel("7"))).code).toBe("notFound");
        await main.createContext("other");
        expect((await failure(main.driftPush("other", ""))).code).toBe("invalid");
      });
    });

    describe("events", () => {
      const record = (): { events: KernelEvent[]; take: (events: readonly KernelEvent[]) => void } => {
        const events: KernelEvent[] = [];
        return { events, take: (more) => void events.push(...more) };
      };

      it("tells of every change in version order, without gaps, and previews that are superseded", async () => {
        const api = await attached();
        const { events, take } = record();
        await api.subscribe({ topics: ["block"] }, take);
        await run(api, "seq 1 2000");
        const last = await api.version();
        await until(() => events.some((event) => "version" in event && event.version === last), "the last version");
        const versions = events.flatMap((event) => ("version" in event ? [event.version] : []));
        expect(versions).toEqual([...versions].sort((a, b) => a - b));
        expect(new Set(versions).size).toBe(versions.length);
        const [call, answer] = await api.listBlocks();
        expect(replay(events)).toEqual([call!.content, answer!.content]);
      });

      it("subscribe, then snapshot, then what is newer: nothing is lost and nothing counts twice", async () => {
        const api = await attached();
        const writer = await attach2(api);
        const block = await api.createBlock({ kind: "text", role: "user", status: "running" });
        const writing = (async () => {
          for (let at = 0; at < 200; at++) await writer.appendBlock(block.id, `${at}\n`);
        })();
        const { events, take } = record();
        await api.subscribe({ topics: ["block"] }, take);
        const version = await api.version();
        const snapshot = await api.readBlock(block.id);
        await writing;
        const final = (await api.readBlock(block.id)).content;
        const end = await api.version();
        await until(
          () => end === version || events.some((event) => "version" in event && event.version === end),
          "the last version",
        );
        const later = events.flatMap((event) => (event.type === "appended" && event.version > version ? [event.text] : []));
        // The snapshot may hold text of a version that came after `version` was asked for.
        const text = later.join("");
        expect(final.endsWith(text) || snapshot.content === final).toBe(true);
        expect(final).toBe(`${Array.from({ length: 200 }, (_, at) => at).join("\n")}\n`);
      });

      it("hears of its own context only, unless all", async () => {
        const api = await attached();
        const other = await api.thread("other");
        const mine = record();
        const everything = record();
        await api.subscribe({ topics: ["block", "context", "drift"] }, mine.take);
        await api.subscribe({ topics: ["block", "context", "drift"], all: true }, everything.take);
        await other.createBlock({ kind: "text", role: "user", content: "there" });
        await api.createBlock({ kind: "text", role: "user", content: "here" });
        const inserted = (events: readonly KernelEvent[]): string[] =>
          events.flatMap((event) => (event.type === "inserted" ? [event.block.content] : []));
        await until(() => inserted(everything.events).length === 2 && inserted(mine.events).length === 1, "the blocks");
        expect(inserted(mine.events)).toEqual(["here"]);
        await api.createContext("third");
        await until(() => everything.events.some((event) => event.topic === "context" && event.type === "created"), "the context");
      });

      it("only the topics asked for; nothing after close", async () => {
        const api = await attached();
        const { events, take } = record();
        const subscription = await api.subscribe({ topics: ["drift"], all: true }, take);
        const other = await api.fork({ label: "debug" });
        await api.createBlock({ kind: "text", role: "user", content: "not told" });
        await other.driftPush("main", "told");
        await until(() => events.length > 0, "the drift");
        expect(events.map((event) => `${event.topic} ${event.type}`)).toEqual(["drift staged"]);
        subscription.close();
        await other.driftFlush();
        await api.version();
        expect(events.length).toBe(1);
      });

      it("from a version that is not the newest, says to read the state again", async () => {
        const api = await attached();
        await api.createBlock({ kind: "text", role: "user", content: "one" });
        const at = await api.version();
        await api.createBlock({ kind: "text", role: "user", content: "two" });
        const old = record();
        const fresh = record();
        await api.subscribe({ topics: ["block"], fromVersion: at }, old.take);
        await api.subscribe({ topics: ["block"], fromVersion: at + 1 }, fresh.take);
        await until(() => old.events.length > 0, "the resync");
        expect(old.events[0]).toMatchObject({ topic: "resync" });
        await api.createBlock({ kind: "text", role: "user", content: "three" });
        await until(() => fresh.events.length > 0, "the third block");
        expect(fresh.events.map((event) => event.type)).toEqual(["inserted"]);
      });
    });

    /** A second session in the same context. */
    async function attach2(api: KernelApi): Promise<KernelApi> {
      return api.joinContext(".");
    }
  });
}

/** The texts of the blocks as a plain reader of events has them, in the order they were inserted. */
function replay(events: readonly KernelEvent[]): string[] {
  const texts = new Map<string, string>();
  for (const event of events) {
    if (event.type === "inserted") texts.set(JSON.stringify(event.block.id), event.block.content);
    if (event.type === "appended") texts.set(JSON.stringify(event.id), (texts.get(JSON.stringify(event.id)) ?? "") + event.text);
    if (event.topic === "block" && event.type === "changed") texts.set(JSON.stringify(event.block.id), event.block.content);
  }
  return [...texts.values()];
}
