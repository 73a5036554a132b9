import { promisify } from "node:util";
import { deflateRawSync, inflateRaw } from "node:zlib";
import { KernelError } from "../errors.ts";
import type { ContextId, PrincipalId } from "../ids.ts";
import type { Store } from "../state/index.ts";
import { BlockState } from "./block-state.ts";

const inflate = promisify(inflateRaw);
/** First byte of a keyframe: how the rest is encoded. 1 is a Yjs V1 state, deflated. */
const encoding = 1;

/** A document as it comes from the store. */
export interface Loaded {
  readonly state: BlockState;
  readonly version: number;
  readonly clients: ReadonlyMap<PrincipalId, number>;
  /** Number of the newest operation. */
  readonly operation: number;
  readonly projected: number;
  /** Keys of blocks that changed after version `projected`. */
  readonly unprojected: readonly string[];
  /** Bytes of the newest keyframe's state and of the rows after it. */
  readonly keyframeBytes: number;
  readonly tailBytes: number;
}

export function encodeKeyframe(state: Uint8Array): Uint8Array {
  const packed = deflateRawSync(state, { level: 1 });
  const data = new Uint8Array(packed.length + 1);
  data[0] = encoding;
  data.set(packed, 1);
  return data;
}

/** The document at `upTo` (default: now). `notFound`, `corrupt`. */
export async function loadState(
  store: Store,
  contextId: ContextId,
  upTo?: number,
): Promise<Omit<Loaded, "clients" | "operation" | "unprojected">> {
  const row = await store.document(contextId);
  if (row === undefined) throw new KernelError("notFound", `no document of context ${contextId}`, { contextId });
  const version = upTo ?? row.head;
  if (!Number.isSafeInteger(version) || version < 0 || version > row.head) {
    throw new KernelError("invalid", `no version ${version} of context ${contextId}: it has 0 to ${row.head}`, { head: row.head });
  }
  const keyframe = await store.keyframe(contextId, version);
  const base = keyframe === undefined ? undefined : await decodeKeyframe(contextId, keyframe.data);
  const rows = await store.log(contextId, keyframe?.seq ?? 0, version);
  let seq = keyframe?.seq ?? 0;
  let tailBytes = 0;
  for (const entry of rows) {
    if (entry.seq !== ++seq) throw missing(contextId, seq);
    tailBytes += entry.data.length;
  }
  if (seq !== version) throw missing(contextId, seq + 1);
  const state = new BlockState(contextId, base, rows);
  return { state, version, projected: row.projected, keyframeBytes: base?.length ?? 0, tailBytes };
}

/** All a writer needs. */
export async function load(store: Store, contextId: ContextId): Promise<Loaded> {
  const loaded = await loadState(store, contextId);
  const clients = await store.clients(contextId);
  const unprojected = new Set<string>();
  let operation = 0;
  if (loaded.projected < loaded.version) {
    if (loaded.projected === 0) for (const key of loaded.state.keys()) unprojected.add(key);
    else for (const changed of await changedSince(store, contextId, loaded.projected)) unprojected.add(changed);
  }
  for (const newest of await store.operations(contextId, { limit: 1 })) operation = newest.number;
  return { ...loaded, clients, operation, unprojected: [...unprojected] };
}

async function changedSince(store: Store, contextId: ContextId, version: number): Promise<readonly string[]> {
  const keys: string[] = [];
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const operations = await store.operations(contextId, { limit: 256, before });
    for (const { to, blocks } of operations) if (to > version) keys.push(...blocks);
    const oldest = operations.at(-1);
    if (oldest === undefined || oldest.to <= version) return keys;
    before = oldest.number;
  }
}

async function decodeKeyframe(contextId: ContextId, data: Uint8Array): Promise<Uint8Array> {
  if (data[0] !== encoding) {
    throw new KernelError("corrupt", `a keyframe of context ${contextId} has the unknown encoding ${data[0]}`, { contextId });
  }
  try {
    return await inflate(data.subarray(1));
  } catch (error) {
    throw new KernelError("corrupt", `a keyframe of context ${contextId} cannot be read`, { contextId }, { cause: error });
  }
}

function missing(contextId: ContextId, seq: number): KernelError {
  return new KernelError("corrupt", `version ${seq} of context ${contextId} is missing`, { contextId, version: seq });
}
