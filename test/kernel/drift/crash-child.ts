/**
 * Works on the store at argv[2] without end, and prints a line for each thing that was acknowledged; crash.test.ts kills it.
 * argv[3] makes what it writes different from what other runs wrote.
 */
import { writeSync } from "node:fs";
import { openDocuments } from "../../../src/kernel/blocks/index.ts";
import { openContexts } from "../../../src/kernel/contexts/index.ts";
import { extractiveDistiller, openDrift } from "../../../src/kernel/drift/index.ts";
import { memoryBus } from "../../../src/kernel/flow/index.ts";
import type { KernelId, PrincipalId } from "../../../src/kernel/ids.ts";
import { openSqliteStore } from "../../../src/kernel/state/index.ts";

const [, , path = "", run = ""] = process.argv;
const principals = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"] as PrincipalId[];
const kernel = { id: "33333333-3333-4333-8333-333333333333" as KernelId, founder: principals[0]!, label: "crash", createdAt: 0 };

function acknowledged(...words: (string | number)[]): void {
  writeSync(1, `${words.join(" ")}\n`);
}

async function work(): Promise<void> {
  const store = openSqliteStore(path);
  const bus = memoryBus();
  const documents = openDocuments({ store, bus });
  const contexts = await openContexts({ store, bus, documents, kernel });
  for (const label of ["main", "debug"]) {
    if (!contexts.list().some((context) => context.label === label))
      await contexts.create({ label, createdBy: principals[0]!, cwd: "/" });
  }
  const [main, debug] = [contexts.resolve("main"), contexts.resolve("debug")];
  const drift = await openDrift({ store, bus, documents, contexts, distillerOf: () => extractiveDistiller() });
  const document = await documents.open(main.id);
  acknowledged("ready");
  const stream = async (who: PrincipalId, name: string): Promise<void> => {
    for (let b = 0; ; b++) {
      const { id } = await document.create(who, {
        role: "model",
        kind: "text",
        status: "running",
        content: `block ${run}.${name}.${b}\n`,
      });
      acknowledged("create", `${run}.${name}.${b}`);
      const all: Promise<void>[] = [];
      for (let n = 0; n < 40; n++) {
        const token = `${run}.${name}.${b}.${n}`;
        all.push(document.append(who, id, `token ${token} é🦊\n`).then(() => acknowledged("append", token)));
        if (n % 4 === 3) await Promise.all(all.splice(0));
      }
      await document.patch(who, id, { status: "done", exitCode: b });
      acknowledged("done", `${run}.${name}.${b}`);
    }
  };
  const pushing = async (): Promise<void> => {
    for (let n = 0; ; n++) {
      await drift.push({ source: debug.id, target: main.id, principalId: principals[1]!, content: `drift ${run}.${n}` });
      acknowledged("push", `${run}.${n}`);
      if (n % 3 === 2) await drift.flush();
      if (n % 10 === 9) {
        const fork = await contexts.fork(main.id, { createdBy: principals[0]! });
        acknowledged("fork", fork.id, fork.forkedAt ?? -1);
      }
    }
  };
  await Promise.all([stream(principals[0]!, "a"), stream(principals[1]!, "b"), pushing()]);
}

void work();
