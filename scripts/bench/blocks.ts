import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import * as Y from "yjs";
import { openDocuments } from "../../src/kernel/blocks/index.ts";
import { memoryBus } from "../../src/kernel/flow/index.ts";
import { type ContextId, newId, type PrincipalId } from "../../src/kernel/ids.ts";
import { openSqliteStore } from "../../src/kernel/state/index.ts";
import { assertAgree, print, ratio } from "./measure.ts";

const tokens = 100_000;
const token = (i: number) => (i % 17 === 0 ? "línea\n" : "tok ");

/** One `Y.Text.insert` a token with an update listener, nothing stored. */
function rawYjs(): { ms: number; halves: number; text: string } {
  const doc = new Y.Doc();
  // A listener makes Yjs encode each update, as whoever keeps or sends them must.
  doc.on("update", () => undefined);
  const text = doc.getText("t");
  const began = performance.now();
  let middle = began;
  for (let i = 0; i < tokens; i++) {
    text.insert(text.length, token(i));
    if (i === tokens / 2) middle = performance.now();
  }
  const end = performance.now();
  return { ms: end - began, halves: (end - middle) / (middle - began), text: text.toString() };
}

/** The same tokens through a document: batched, logged in SQLite, acknowledged. */
async function durable(folder: string): Promise<{ ms: number; halves: number; text: string }> {
  const store = openSqliteStore(join(folder, "state.db"));
  const documents = openDocuments({ store, bus: memoryBus() });
  const contextId = newId<ContextId>();
  await documents.create(contextId);
  const document = await documents.open(contextId);
  const author = newId<PrincipalId>();
  const block = await document.create(author, { role: "model", kind: "text", status: "running" });
  const began = performance.now();
  let middle = began;
  const acknowledged: Promise<void>[] = [];
  for (let i = 0; i < tokens; i++) {
    acknowledged.push(document.append(author, block.id, token(i)));
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (i === tokens / 2) middle = performance.now();
  }
  await Promise.all(acknowledged);
  const end = performance.now();
  const text = document.read(block.id).content;
  await documents.close();
  await store.close();
  return { ms: end - began, halves: (end - middle) / (middle - began), text };
}

/** Streaming appends against raw Yjs. Below 1: kaish, on disk, is faster than Yjs in memory. */
export async function benchBlocks(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kaish-bench-"));
  try {
    const raw = rawYjs();
    const ours = await durable(folder);
    assertAgree("block appends", [
      { name: "raw yjs", stdout: raw.text },
      { name: "kaish", stdout: ours.text },
    ]);
    print(`\nappending ${tokens.toLocaleString("en")} tokens to one block      ms   second half / first half`);
    print(`  raw yjs, a transaction a token, in memory  ${raw.ms.toFixed(0).padStart(6)}   ${raw.halves.toFixed(2)}`);
    print(
      `  kaish, durable                             ${ours.ms.toFixed(0).padStart(6)}   ${ours.halves.toFixed(2)}   ${ratio(ours.ms, raw.ms)} of raw yjs`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
