import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer, connect as dial } from "node:net";
import { dirname } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { World } from "../../src/kernel/index.ts";
import { Connection } from "../../src/kernel/rpc/connection.ts";
import * as wire from "../../src/kernel/rpc/generated/kaijutsu.ts";
import { connect, serveSocket } from "../../src/kernel/rpc/index.ts";
import { fakeWorld, kernel, principal, socketPlace, until } from "./fake-world.ts";

function place(): string {
  const { path, remove } = socketPlace();
  onTestFinished(remove);
  return path;
}

async function served(path: string, world: World = fakeWorld()) {
  const server = await serveSocket(() => world, path);
  onTestFinished(() => server.close());
  return server;
}

describe("the socket", () => {
  it("is its owner's alone, and goes with the server", async () => {
    const path = place();
    const server = await served(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  it("a live one is never replaced", async () => {
    const path = place();
    await served(path);
    await expect(serveSocket(() => fakeWorld(), path)).rejects.toMatchObject({
      code: "locked",
      message: expect.stringContaining(path),
    });
    const world = await connect(path);
    expect(await world.whoami()).toEqual(principal);
    await world.close();
  });

  it("a dead one is", async () => {
    const path = place();
    mkdirSync(dirname(path), { mode: 0o700 });
    // A process that dies leaves its socket behind.
    const { spawnSync } = await import("node:child_process");
    spawnSync(process.execPath, [
      "-e",
      `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`,
    ]);
    expect(existsSync(path)).toBe(true);
    await expect(connect(path)).rejects.toMatchObject({
      code: "disconnected",
      message: `cannot connect to ${path}: no kernel listens there`,
    });
    await served(path);
    const world = await connect(path);
    await world.close();
  });

  it("a file that is no socket stays, and is said", async () => {
    const path = place();
    mkdirSync(dirname(path), { mode: 0o700 });
    writeFileSync(path, "precious");
    await expect(serveSocket(() => fakeWorld(), path)).rejects.toMatchObject({ code: "refused" });
    expect(existsSync(path)).toBe(true);
  });

  it("is not put where others may write", async () => {
    const path = place();
    mkdirSync(dirname(path));
    chmodSync(dirname(path), 0o777);
    await expect(serveSocket(() => fakeWorld(), path)).rejects.toMatchObject({ code: "refused" });
  });

  it("a path that cannot be is one clear sentence", async () => {
    const path = `${place()}${"x".repeat(200)}`;
    await expect(serveSocket(() => fakeWorld(), path)).rejects.toMatchObject({
      code: "io",
      message: expect.stringContaining(path),
    });
    await expect(connect("/nonexistent/k.sock")).rejects.toMatchObject({
      name: "KernelError",
      code: "disconnected",
      message: "cannot connect to /nonexistent/k.sock: no kernel listens there",
    });
  });
});

describe("the greeting", () => {
  it("refuses a version it does not speak, in words that name both", async () => {
    const path = place();
    await served(path);
    const socket = dial(path);
    const connection = new Connection(socket);
    const world = new wire.World$Client(await connection.bootstrap());
    const asked = world.hello((params) => {
      params.peer = "test";
      params.wireVersion = 99;
    });
    await expect(asked.promise()).rejects.toMatchObject({
      code: "refused",
      message: "the client speaks wire version 99, this kernel speaks 1",
      data: { client: 99, server: 1 },
    });
    connection.close();
  });

  it("a peer that does not speak the protocol ends the attempt", async () => {
    const path = place();
    mkdirSync(dirname(path), { mode: 0o700 });
    const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await expect(connect(path)).rejects.toMatchObject({ code: "disconnected" });
  });

  it("tells which kernel it is", async () => {
    const path = place();
    await served(path);
    const world = await connect(path);
    expect(await world.listKernels()).toEqual([kernel]);
    await world.close();
  });
});

describe("sessions", () => {
  it("end when the client detaches, lets go, or leaves", async () => {
    const path = place();
    const fake = fakeWorld();
    const server = await served(path, fake);
    const one = await connect(path);
    const two = await connect(path);
    const a = await one.attachKernel("default");
    await one.attachKernel("default");
    await (await two.attachKernel("default")).joinContext(".");
    expect(fake.attached).toBe(4);
    await a.detach();
    // Detached by the call; letting go afterwards detaches what is detached.
    expect(fake.detached).toBeGreaterThanOrEqual(1);
    await one.close();
    await until(() => fake.detached >= 3 && server.connections === 1, "the sessions of the first");
    await two.close();
    await until(() => server.connections === 0, "the second");
    await until(() => fake.detached === 5, "all sessions");
  });

  it("are told when the server closes", async () => {
    const path = place();
    const server = await served(path);
    const world = await connect(path);
    const api = await world.attachKernel("default");
    const closing = server.close();
    await expect(
      (async () => {
        for (;;) await api.info();
      })(),
    ).rejects.toMatchObject({ code: "disconnected" });
    await closing;
    expect(server.connections).toBe(0);
  });

  it("of one connection are limited", async () => {
    const path = place();
    const fake = fakeWorld();
    await served(path, fake);
    const world = await connect(path);
    const attempts = await Promise.allSettled(Array.from({ length: 1005 }, () => world.attachKernel("default")));
    const failed = attempts.filter((one) => one.status === "rejected");
    expect(failed.length).toBe(5);
    expect(failed[0]).toMatchObject({ reason: { code: "refused" } });
    expect(fake.detached).toBe(5);
    await world.close();
  });
});
