import { spawn } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { commandTable } from "../../src/commands/index.ts";
import { findKernel, listKernelFolders, openKernelFolder } from "../../src/kernel/host/kernels.ts";
import { liveOwner, takeOwnership } from "../../src/kernel/host/ownership.ts";
import { makePrivate, places, socketPath } from "../../src/kernel/host/places.ts";
import { ownPrincipal } from "../../src/kernel/host/principal.ts";
import { KernelError, type KernelId, type PrincipalId } from "../../src/kernel/index.ts";
import { type HostedKernel, openKernel } from "../../src/kernel/kernel.ts";
import { run } from "./api-contract.ts";
import { testEnv } from "./test-env.ts";

function temporary(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "kaish-host-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const env = (variables: Readonly<Record<string, string>>) => (name: string) => variables[name];
const founder = "01900000-0000-7000-8000-000000000001" as PrincipalId;

async function open(home: string, name = "test", notice?: (sentence: string) => void): Promise<HostedKernel> {
  const folder = join(home, "work");
  mkdirSync(folder, { recursive: true });
  const hosted = await openKernel({
    name,
    commands: commandTable(),
    env: testEnv(home),
    cwd: folder,
    ...(notice === undefined ? {} : { notice }),
  });
  onTestFinished(() => hosted.close());
  return hosted;
}

function caught(attempt: () => unknown): KernelError {
  try {
    attempt();
  } catch (error) {
    expect(error).toBeInstanceOf(KernelError);
    return error as KernelError;
  }
  throw new Error("it did not fail");
}

async function rejected(attempt: Promise<unknown>): Promise<KernelError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KernelError);
  return error as KernelError;
}

describe("places", () => {
  it.each([
    [{ HOME: "/h" }, "/h/.local/share/kaijutsu", "/h/.config/kaijutsu", /\/kaish-\d+$/],
    [
      { HOME: "/h", XDG_DATA_HOME: "/d", XDG_CONFIG_HOME: "/c", XDG_RUNTIME_DIR: "/r" },
      "/d/kaijutsu",
      "/c/kaijutsu",
      /^\/r\/kaish$/,
    ],
    [{ HOME: "/h", XDG_DATA_HOME: "relative" }, "/h/.local/share/kaijutsu", "/h/.config/kaijutsu", /./],
    [{ HOME: "/h", XDG_DATA_HOME: "/d", XDG_RUNTIME_DIR: "/r", KAISH_HOME: "/k" }, "/k", "/k", /^\/k\/run$/],
  ])("%j", (variables, data, config, runtime) => {
    const where = places(env(variables as Record<string, string>));
    expect(where.data).toBe(data);
    expect(where.config).toBe(config);
    expect(where.runtime).toMatch(runtime);
  });

  it("a socket path fits into an address, however deep the home is", () => {
    const id = "01900000-0000-7000-8000-000000000002" as KernelId;
    const short = socketPath(places(env({ KAISH_HOME: "/k" })), id);
    expect(short).toBe(`/k/run/${id}.sock`);
    const deep = socketPath(places(env({ KAISH_HOME: `/${"deep/".repeat(30)}` })), id);
    expect(Buffer.byteLength(deep)).toBeLessThanOrEqual(103);
    expect(deep).not.toBe(socketPath(places(env({ KAISH_HOME: `/${"peed/".repeat(30)}` })), id));
  });

  it("a private folder is 0700, and no file", () => {
    const folder = temporary();
    makePrivate(join(folder, "a/b"));
    expect(lstatSync(join(folder, "a/b")).mode & 0o777).toBe(0o700);
    mkdirSync(join(folder, "open"), { mode: 0o755 });
    makePrivate(join(folder, "open"));
    expect(lstatSync(join(folder, "open")).mode & 0o777).toBe(0o700);
    writeFileSync(join(folder, "file"), "");
    expect(caught(() => makePrivate(join(folder, "file"))).code).toBe("io");
  });
});

describe("kernels on disk", () => {
  it("is made once, and found by label and by id", () => {
    const where = places(env({ KAISH_HOME: temporary() }));
    expect(findKernel(where, "tour")).toBeUndefined();
    expect(listKernelFolders(where)).toEqual([]);
    const made = openKernelFolder(where, "tour", founder);
    expect(made.kernel).toMatchObject({ label: "tour", founder });
    expect(openKernelFolder(where, "tour", founder)).toEqual(made);
    expect(findKernel(where, made.kernel.id)).toEqual(made);
    openKernelFolder(where, "日本", founder);
    expect(listKernelFolders(where).map(({ kernel }) => kernel.label)).toEqual(["tour", "日本"]);
  });

  it.each(["", ".", "..", "a/b", "-x", "a b", "x".repeat(65), "a\nb"])("refuses the name %j", (name) => {
    const where = places(env({ KAISH_HOME: temporary() }));
    expect(caught(() => openKernelFolder(where, name, founder)).code).toBe("invalid");
  });

  it("a kernel that was made halfway does not exist, and its name is free", () => {
    const where = places(env({ KAISH_HOME: temporary() }));
    mkdirSync(join(where.data, "kernels/01900000-0000-7000-8000-000000000009"), { recursive: true });
    mkdirSync(join(where.data, "labels"), { recursive: true });
    writeFileSync(join(where.data, "labels/half"), "01900000-0000-7000-8000-000000000009\n");
    expect(findKernel(where, "half")).toBeUndefined();
    expect(listKernelFolders(where)).toEqual([]);
  });

  it("who I am is made once", () => {
    const where = places(env({ KAISH_HOME: temporary() }));
    expect(ownPrincipal(where, false).id).not.toBe(ownPrincipal(where, false).id);
    const kept = ownPrincipal(where, true);
    expect(ownPrincipal(where, true)).toEqual(kept);
    expect(ownPrincipal(where, false)).toEqual(kept);
  });
});

describe("ownership", () => {
  it("is one owner's, by name, until it is released", () => {
    const where = places(env({ KAISH_HOME: temporary() }));
    const { kernel, folder } = openKernelFolder(where, "tour", founder);
    expect(liveOwner(folder)).toBeUndefined();
    const first = takeOwnership(folder, kernel, "/run/x.sock");
    expect(liveOwner(folder)).toMatchObject({ pid: process.pid, socket: "/run/x.sock" });
    const error = caught(() => takeOwnership(folder, kernel, "/run/x.sock"));
    expect(error.code).toBe("locked");
    expect(error.data).toMatchObject({ pid: process.pid, socket: "/run/x.sock" });
    expect(error.message).toContain(`process ${process.pid}`);
    expect(error.message).toContain("kaish --connect /run/x.sock");
    first.release();
    expect(liveOwner(folder)).toBeUndefined();
    takeOwnership(folder, kernel, "/run/x.sock").release();
  });

  it("what a dead process left does not count, even under a number that lives again", () => {
    const where = places(env({ KAISH_HOME: temporary() }));
    const { kernel, folder } = openKernelFolder(where, "tour", founder);
    writeFileSync(join(folder, "owner.json"), JSON.stringify({ pid: process.pid, startedAt: "1", socket: "/x" }));
    if (existsSync("/proc/self/stat")) expect(liveOwner(folder)).toBeUndefined();
    writeFileSync(join(folder, "owner.json"), "{ half");
    expect(liveOwner(folder)).toBeUndefined();
    takeOwnership(folder, kernel, "/x").release();
  });
});

describe("a kernel on disk, opened again", () => {
  it("has the documents, variables, folder, mounts, history, contexts and staged drifts", async () => {
    const home = temporary();
    const first = await open(home);
    const api = await first.attachKernel("test");
    const { result } = await run(api, "x=[a {b: 1}]; n=9007199254740993; mkdir sub; cd sub; echo kept");
    await run(api, 'mkdir src; echo hi >src/file; mount /mnt/project src; greet() { echo "hello $1"; }');
    const debug = await api.fork({ label: "debug" });
    await debug.setVariable("only", "debug");
    const staged = await debug.driftPush("main", "not delivered yet");
    await api.createBlock({ kind: "text", role: "user", content: "žluťoučký 🎉" });
    const before = {
      blocks: await api.listBlocks(),
      version: await api.version(),
      contexts: await api.listContexts(),
      who: await api.whoami(),
    };
    await first.close();

    const again = await (await open(home)).attachKernel("test");
    expect(await again.listBlocks()).toEqual(before.blocks);
    expect(await again.version()).toBe(before.version);
    expect(await again.listContexts()).toEqual(before.contexts);
    expect(await again.whoami()).toEqual(before.who);
    expect((await again.readBlock(result.blockId!)).content).toBe("kept\n");
    expect((await run(again, "echo $x $((n)); pwd; cat /mnt/project/file")).stdout).toMatch(
      /^\["a",\{"b":1\}\] 9007199254740993\n.*\/sub\nhi\n$/,
    );
    expect((await run(again, "greet you")).stdout).toBe("hello you\n");
    expect((await again.getCommandHistory(9)).map(({ code }) => code)[0]).toContain("x=[a");
    const there = await again.joinContext("debug");
    expect(await there.getVariable("only")).toBe("debug");
    expect((await there.driftQueue()).map((item) => item.id)).toEqual([staged.id]);
    expect((await there.driftFlush()).delivered).toEqual([staged.id]);
    const block = await again.createBlock({ kind: "text", role: "user", content: "after" });
    expect(before.blocks.some((one) => one.id.seq === block.id.seq && one.id.principalId === block.id.principalId)).toBe(false);
  });

  it("says which mount's source is gone, opens without it, and has it again when it is back", async () => {
    const home = temporary();
    const source = join(home, "work/src");
    mkdirSync(source, { recursive: true });
    const first = await open(home);
    await (await first.attachKernel("test")).mount("/mnt/project", source, false);
    await first.close();
    renameSync(source, `${source}-moved`);
    const notices: string[] = [];
    const second = await open(home, "test", (sentence) => notices.push(sentence));
    expect(notices).toEqual([`/mnt/project is not mounted: ${source}: No such file or directory`]);
    expect((await run(await second.attachKernel("test"), "echo works")).stdout).toBe("works\n");
    await second.close();
    renameSync(`${source}-moved`, source);
    const third = await open(home);
    expect((await (await third.attachKernel("test")).listMounts()).map((mount) => mount.path)).toContain("/mnt/project");
  });

  it("a folder that is gone is no obstacle", async () => {
    const home = temporary();
    const first = await open(home);
    await run(await first.attachKernel("test"), "mkdir gone; cd gone");
    await first.close();
    rmSync(join(home, "work/gone"), { recursive: true });
    const api = await (await open(home)).attachKernel("test");
    expect((await run(api, "pwd")).stdout).toBe(`${join(home, "work")}\n`);
  });

  it("opens for someone it does not know whose name another has, under a longer one", async () => {
    const home = temporary();
    const first = await open(home);
    const before = await first.whoami();
    await (await first.attachKernel("test")).createBlock({ kind: "text", role: "user", content: "by the first" });
    await first.close();
    rmSync(join(home, "principal.json"));
    const api = await (await open(home)).attachKernel("test");
    const now = await api.whoami();
    expect(now.id).not.toBe(before.id);
    expect(now.username).toMatch(new RegExp(`^${before.username}-[0-9a-f]{6}$`));
    expect((await api.listBlocks())[0]?.id.principalId).toBe(before.id);
  });

  it("an ephemeral kernel writes nothing to disk", async () => {
    const home = temporary();
    const hosted = await openKernel({ commands: commandTable(), env: testEnv(join(home, "none")), cwd: home });
    await run(await hosted.attachKernel("ephemeral"), "x=1; block_create text");
    await hosted.close();
    expect(existsSync(join(home, "none"))).toBe(false);
  });

  it("every call of a closed kernel says so", async () => {
    const hosted = await open(temporary());
    const api = await hosted.attachKernel("test");
    const endless = api.execute("while true; do :; done").done;
    await hosted.close();
    await hosted.close();
    expect((await endless).status).toBe(130);
    expect((await rejected(api.info())).code).toBe("disconnected");
    expect((await rejected(hosted.attachKernel("test"))).code).toBe("disconnected");
  });

  it("a document that cannot be read is named; its context still runs programs, and the others are whole", async () => {
    const home = temporary();
    const first = await open(home);
    const api = await first.attachKernel("test");
    await api.createBlock({ kind: "text", role: "user", content: "lost" });
    const other = await api.thread("other");
    await other.createBlock({ kind: "text", role: "user", content: "whole" });
    const { context } = await api.info();
    const id = first.kernel.id;
    await first.close();
    const db = new Database(join(home, "kernels", id, "state.db"));
    db.exec(
      "UPDATE log SET data = x'ffff' WHERE document = 1; DELETE FROM keyframe WHERE document = 1; DELETE FROM block WHERE document = 1",
    );
    db.close();
    const again = await (await open(home)).attachKernel("test");
    const error = await rejected(again.readBlock({ contextId: context.id, principalId: context.createdBy, seq: 1 }));
    expect(error.code).toBe("corrupt");
    const { stdout, stderr, result } = await run(again, "echo runs");
    expect(stdout).toBe("runs\n");
    expect(stderr).toContain("the program was not recorded: ");
    expect(result).toEqual({ status: 0 });
    expect((await again.listBlocks({}, "other")).map((block) => block.content)).toEqual(["whole"]);
  });

  it("a database of a newer version is refused by name", async () => {
    const home = temporary();
    const first = await open(home);
    const id = first.kernel.id;
    await first.close();
    const file = join(home, "kernels", id, "state.db");
    const db = new Database(file);
    db.pragma("user_version = 9999");
    db.close();
    const error = await rejected(open(home));
    expect(error.code).toBe("newer");
    expect(error.message).toContain(file);
    // The refusal let the lock go.
    expect((await rejected(open(home))).code).toBe("newer");
  });
});

interface Line {
  readonly printed?: string;
  readonly status?: number;
  readonly ready?: number;
  readonly block?: number;
  readonly content?: string;
  readonly staged?: string;
  readonly delivered?: string;
  readonly program?: number;
  readonly n?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Starts the child; `enough` ends it with SIGKILL. Answers what it acknowledged. */
async function child(what: string, home: string, enough: (lines: readonly Line[]) => boolean): Promise<readonly Line[]> {
  const script = join(import.meta.dirname, "host-child.ts");
  const folder = join(home, "work");
  mkdirSync(folder, { recursive: true });
  const process_ = spawn(process.execPath, ["--import", "tsx", script, what, home, "test", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: Line[] = [];
  for await (const text of createInterface({ input: process_.stdout })) {
    lines.push(JSON.parse(text) as Line);
    if (enough(lines)) process_.kill("SIGKILL");
  }
  return lines;
}

describe("with another process", () => {
  it("locked: names the process and how to attach; free as soon as it is killed", async () => {
    const home = temporary();
    let error: KernelError | undefined;
    const folder = join(home, "work");
    mkdirSync(folder, { recursive: true });
    const script = join(import.meta.dirname, "host-child.ts");
    const holder = spawn(process.execPath, ["--import", "tsx", script, "hold", home, "test", folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const text of createInterface({ input: holder.stdout })) {
      expect(JSON.parse(text)).toEqual({ ready: holder.pid });
      error = await rejected(open(home));
      const ephemeral = await openKernel({ commands: commandTable(), env: testEnv(home), cwd: home });
      const listed = await run(
        await ephemeral.attachKernel("ephemeral"),
        "for k in $(kernel ls --json); do echo ${k[label]} ${k[pid]}; done",
      );
      expect(listed.stdout).toBe(`ephemeral ${process.pid}\ntest ${holder.pid}\n`);
      await ephemeral.close();
      holder.kill("SIGKILL");
    }
    expect(error?.code).toBe("locked");
    expect(error?.message).toContain(`process ${holder.pid}`);
    expect(error?.message).toContain("kaish --connect ");
    const api = await (await open(home)).attachKernel("test");
    expect((await run(api, "echo mine")).stdout).toBe("mine\n");
  });

  it.each([8, 21, 40])("kill -9 after %i acknowledgements loses nothing acknowledged and doubles nothing", async (count) => {
    const home = temporary();
    const lines = await child("work", home, (so) => so.length >= count);
    expect(lines.find((line) => line.error !== undefined)).toBeUndefined();
    const api = await (await open(home)).attachKernel("test");
    const debug = await api.joinContext("debug");
    const blocks = await api.listBlocks();
    for (const { block, content } of lines.filter((line) => line.block !== undefined)) {
      expect(blocks.find((one) => one.id.seq === block && one.kind === "text")?.content).toBe(content);
    }
    const programs = lines.filter((line) => line.program !== undefined);
    for (const { program, n } of programs) {
      expect(blocks.find((one) => one.id.seq === program && one.kind === "toolResult")).toMatchObject({
        status: "done",
        content: `${n}\n`,
      });
    }
    const last = programs.at(-1)?.n;
    if (last !== undefined) expect(await api.getVariable("n")).toBeGreaterThanOrEqual(last);
    expect(await api.listBlocks({ status: "running" })).toEqual([]);
    // Every staged drift is either delivered, once, or still waiting; what was acknowledged as delivered is.
    const delivered = blocks.filter((one) => one.kind === "drift").map((one) => one.driftId as string);
    const waiting = (await debug.driftQueue()).map((item) => item.id as string);
    expect(new Set([...delivered, ...waiting]).size).toBe(delivered.length + waiting.length);
    for (const { staged } of lines) if (staged !== undefined) expect([...delivered, ...waiting]).toContain(staged);
    for (const line of lines) if (line.delivered !== undefined) expect(delivered).toContain(line.delivered);
    await debug.driftFlush();
    const after = (await api.listBlocks({ kind: "drift" })).map((one) => one.driftId as string);
    expect(new Set(after).size).toBe(after.length);
    expect([...after].sort()).toEqual([...delivered, ...waiting].sort());
  });

  it.each([
    ["rooms-1 (", 0],
    ["staged 1 for main", 1],
    ["delivered 1", 1],
  ])("kill -9 during the tour, when it has said %j", async (said, drifts) => {
    const home = temporary();
    const tour = join(import.meta.dirname, "../../examples/tour.kai");
    const lines = await child(tour, home, (so) => so.some(({ printed }) => printed?.includes(said)));
    expect(lines.map(({ printed }) => printed ?? "").join("")).toContain(said);
    expect(lines.some(({ status }) => status !== undefined)).toBe(false);
    const api = await (await open(home)).attachKernel("test");
    const fork = await api.joinContext("rooms-1");
    expect((await api.listBlocks({ kind: "text" })).map((block) => block.content)[0]).toMatch(
      /^Survey: the source has \d+ TypeScript files/,
    );
    const arrived = (await api.listBlocks({ kind: "drift" })).filter((block) => block.driftKind === "push");
    const waiting = await fork.driftQueue();
    expect(arrived.length + waiting.length).toBeGreaterThanOrEqual(drifts);
    if (said === "delivered 1") expect({ arrived: arrived.length, waiting: waiting.length }).toEqual({ arrived: 1, waiting: 0 });
    expect(await api.listBlocks({ status: "running" })).toEqual([]);
    expect(await fork.listBlocks({ status: "running" })).toEqual([]);
    // The next tour goes on from there.
    const { status, stdout, stderr } = await run(api, readFileSync(tour, "utf8"), { name: tour, cwd: join(home, "work") });
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("[pull from rooms-");
  });
});
