import type { Documents } from "../blocks/index.ts";
import { type ContextId, systemPrincipalId } from "../ids.ts";
import type { BlockPatch, BlockSnapshot } from "../types.ts";

/** What an earlier host was running when it died. */
const died: BlockPatch = { status: "error", isError: true, truncated: true };
/** The program runs on in the context that was forked; the copy has what it had printed so far. */
const leftBehind: BlockPatch = { status: "done", truncated: true };

/**
 * Documents in which no program seems to run that cannot be running. Each is looked at once, when it is first asked for; one
 * without such a program is not loaded for it.
 */
export function recoveringDocuments(documents: Documents): Documents {
  const looked = new Map<ContextId, Promise<void>>();
  const once = (contextId: ContextId, patch: BlockPatch): Promise<void> => {
    const before = looked.get(contextId);
    if (before !== undefined) return before;
    const now = settleRunning(documents, contextId, patch);
    looked.set(contextId, now);
    now.catch(() => looked.delete(contextId));
    return now;
  };
  return {
    create: async (contextId, also) => {
      looked.set(contextId, Promise.resolve());
      await documents.create(contextId, also);
    },
    open: async (contextId) => {
      await once(contextId, died);
      return documents.open(contextId);
    },
    list: async (contextId, filter) => {
      await once(contextId, died);
      return documents.list(contextId, filter);
    },
    fork: async (source, target, at, also) => {
      const version = await documents.fork(source, target, at, also);
      await once(target, leftBehind);
      return version;
    },
    at: (contextId, version) => documents.at(contextId, version),
    close: () => documents.close(),
  };
}

async function settleRunning(documents: Documents, contextId: ContextId, patch: BlockPatch): Promise<void> {
  const running = (await documents.list(contextId, { kind: "toolResult" })).filter(isRunningProgram);
  if (running.length === 0) return;
  const document = await documents.open(contextId);
  await Promise.all(running.map((block) => document.patch(systemPrincipalId, block.id, patch)));
}

function isRunningProgram(block: BlockSnapshot): boolean {
  return block.toolKind === "shell" && (block.status === "running" || block.status === "pending");
}
