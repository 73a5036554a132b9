import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { localBackend, type MountTable, mountTable, VfsError } from "../../src/vfs/index.ts";
import { memoryBackend } from "../../src/vfs/memory-backend.ts";
import { get, put } from "./backend-contract.ts";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "kaish-same-")));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;

const name = fc.constantFrom("a", "b", "ů", "new\nline", "🐎 x");
const path = fc
  .tuple(
    fc.array(fc.oneof({ weight: 6, arbitrary: name }, { weight: 1, arbitrary: fc.constantFrom(".", "..", "") }), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.constantFrom("", "", "", "/"),
  )
  .map(([names, end]) => `/${names.join("/")}${end}`);
const target = fc.oneof(path, fc.constantFrom("a", "b", "../a", "../b/a", "ů", "."));

const operation = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), path, content: fc.string({ maxLength: 5 }) }),
  fc.record({ kind: fc.constant("append" as const), path }),
  fc.record({ kind: fc.constant("get" as const), path }),
  fc.record({
    kind: fc.constantFrom(
      "mkdir" as const,
      "rmdir" as const,
      "unlink" as const,
      "readdir" as const,
      "stat" as const,
      "lstat" as const,
      "readlink" as const,
      "realpath" as const,
    ),
    path,
  }),
  fc.record({ kind: fc.constantFrom("rename" as const, "link" as const), path, to: path }),
  fc.record({ kind: fc.constant("symlink" as const), path, to: target }),
  fc.record({ kind: fc.constant("truncate" as const), path, size: fc.nat(8) }),
  fc.record({ kind: fc.constant("chmod" as const), path, mode: fc.constantFrom(0o711, 0o755, 0o700) }),
  fc.record({ kind: fc.constant("exclusive" as const), path }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

async function perform(tree: MountTable, op: Operation): Promise<unknown> {
  switch (op.kind) {
    case "put":
      return put(tree, op.path, op.content);
    case "append":
    case "exclusive": {
      const handle = await tree.open(
        op.path,
        op.kind === "append" ? { append: true } : { write: true, create: true, exclusive: true },
      );
      await handle.write(Buffer.from("+"));
      return handle.close();
    }
    case "get":
      return get(tree, op.path);
    case "readdir":
      return [...(await tree.readdir(op.path))].map((entry) => `${entry.kind} ${entry.name}`).sort();
    case "stat":
    case "lstat": {
      const { kind, size, mode, nlink } = await tree[op.kind](op.path);
      return kind === "directory" ? { kind, mode } : kind === "symlink" ? { kind } : { kind, size, mode, nlink };
    }
    case "rename":
      return tree.rename(op.path, op.to);
    case "link":
      return tree.link(op.path, op.to);
    case "symlink":
      return tree.symlink(op.to, op.path);
    case "truncate":
      return tree.truncate(op.path, op.size);
    case "chmod":
      return tree.setattr(op.path, { mode: op.mode });
    default:
      return tree[op.kind](op.path);
  }
}

async function outcome(tree: MountTable, op: Operation): Promise<unknown> {
  try {
    return (await perform(tree, op)) ?? "done";
  } catch (error) {
    if (error instanceof VfsError) return error.code;
    throw error;
  }
}

const isCode = (result: unknown) => typeof result === "string" && /^E[A-Z]+$/.test(result);

test("memory and local give the same results and errors for any sequence", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 25 }), async (operations) => {
      const root = join(scratch, String(++count));
      mkdirSync(root);
      const memory = mountTable(memoryBackend(), { writable: true });
      const local = mountTable(localBackend(root), { writable: true });
      for (const op of operations) {
        expect([op, await outcome(memory, op)]).toEqual([op, await outcome(local, op)]);
      }
    }),
    { numRuns: 400 },
  );
});

test("the host's own tree gives the same as a confined one", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 20 }), async (operations) => {
      const root = join(scratch, String(++count));
      mkdirSync(root);
      const confined = mountTable(localBackend(root), { writable: true });
      const twin = `${root}-host`;
      mkdirSync(twin);
      const host = mountTable(localBackend("/"), { writable: true });
      for (const op of operations) {
        // Above the root, and at the end of an absolute link, the host's tree is another.
        if (op.path.includes("..") || ("to" in op && (op.to.includes("..") || op.kind === "symlink") && op.to.startsWith("/")))
          continue;
        if (op.kind === "symlink" && op.to.includes("..")) continue;
        const moved = {
          ...op,
          path: twin + op.path,
          ...("to" in op && op.kind !== "symlink" ? { to: twin + op.to } : {}),
        } as Operation;
        const theirs = await outcome(host, moved);
        const plain = typeof theirs === "string" && theirs.startsWith(twin) ? theirs.slice(twin.length) || "/" : theirs;
        const ours = await outcome(confined, op);
        // The root of a mount is busy; a directory of the host is not.
        if (ours === "EBUSY" || (ours !== plain && /^\/[/.]*$/.test("to" in op ? op.to : op.path))) break;
        // Where both paths are wrong, either error may come first.
        const either = (op.kind === "rename" || op.kind === "link") && isCode(plain) && isCode(ours);
        if (!either) expect([op, plain]).toEqual([op, ours]);
      }
    }),
    { numRuns: 200 },
  );
});
