/** Blocks on the wire. */
import type { BlockId, ContextId, DriftId, PrincipalId } from "../../ids.ts";
import type {
  BlockFilter,
  BlockKind,
  BlockPatch,
  BlockSnapshot,
  DriftKind,
  NewBlock,
  Role,
  Status,
  ToolKind,
  Usage,
} from "../../types.ts";
import * as wire from "../generated/kaijutsu.ts";
import { enumCodec, fromUint64, optional, optionalBool, putId, readBool, readId, readJson, toUint32, toUint64 } from "./values.ts";

const blockKind = enumCodec<BlockKind, wire.BlockKind>({
  text: wire.BlockKind.TEXT,
  thinking: wire.BlockKind.THINKING,
  toolCall: wire.BlockKind.TOOL_CALL,
  toolResult: wire.BlockKind.TOOL_RESULT,
  drift: wire.BlockKind.DRIFT,
});
const toolKind = enumCodec<ToolKind, wire.ToolKind>({
  shell: wire.ToolKind.SHELL,
  mcp: wire.ToolKind.MCP,
  builtin: wire.ToolKind.BUILTIN,
});
export const driftKind = enumCodec<DriftKind, wire.DriftKind>({
  push: wire.DriftKind.PUSH,
  pull: wire.DriftKind.PULL,
  merge: wire.DriftKind.MERGE,
  distill: wire.DriftKind.DISTILL,
  commit: wire.DriftKind.COMMIT,
});
const role = enumCodec<Role, wire.Role>({
  user: wire.Role.USER,
  model: wire.Role.MODEL,
  system: wire.Role.SYSTEM,
  tool: wire.Role.TOOL,
});
const status = enumCodec<Status, wire.Status>({
  pending: wire.Status.PENDING,
  running: wire.Status.RUNNING,
  done: wire.Status.DONE,
  error: wire.Status.ERROR,
});

export function putBlockId(out: wire.BlockId, id: BlockId): void {
  putId(out._initContextId(16), id.contextId);
  putId(out._initAgentId(16), id.principalId);
  out.seq = toUint64(id.seq);
}

export function readBlockId(id: wire.BlockId): BlockId {
  return {
    contextId: readId<ContextId>(id.contextId),
    principalId: readId<PrincipalId>(id.agentId),
    seq: fromUint64(id.seq),
  };
}

function putUsage(out: wire.Usage, usage: Usage): void {
  out.inputTokens = toUint64(usage.inputTokens);
  out.outputTokens = toUint64(usage.outputTokens);
  if (usage.cacheReadTokens !== undefined) {
    out.hasCacheRead = true;
    out.cacheReadTokens = toUint64(usage.cacheReadTokens);
  }
  if (usage.cacheWriteTokens !== undefined) {
    out.hasCacheWrite = true;
    out.cacheWriteTokens = toUint64(usage.cacheWriteTokens);
  }
}

function readUsage(usage: wire.Usage): Usage {
  return {
    inputTokens: fromUint64(usage.inputTokens),
    outputTokens: fromUint64(usage.outputTokens),
    ...optional("cacheReadTokens", usage.hasCacheRead, () => fromUint64(usage.cacheReadTokens)),
    ...optional("cacheWriteTokens", usage.hasCacheWrite, () => fromUint64(usage.cacheWriteTokens)),
  };
}

/** The fields that a snapshot and a new block have alike, where a block came from. */
function putOrigin(out: wire.BlockSnapshot | wire.NewBlock, block: BlockSnapshot | NewBlock): void {
  if (block.parentId) putBlockId(out._initParentId(), block.parentId);
  if (block.toolKind) out.toolKind = toolKind.to(block.toolKind);
  if (block.toolName !== undefined) out.toolName = block.toolName;
  if (block.toolInput !== undefined) out.toolInputJson = JSON.stringify(block.toolInput);
  if (block.toolCallId !== undefined) out.toolCallId = block.toolCallId;
  if (block.sourceContext) putId(out._initSourceContext(16), block.sourceContext);
  if (block.sourceModel !== undefined) out.sourceModel = block.sourceModel;
  if (block.driftKind) out.driftKind = driftKind.to(block.driftKind);
  if (block.driftId) putId(out._initDriftId(16), block.driftId);
}

function readOrigin(block: wire.BlockSnapshot | wire.NewBlock) {
  const tool = toolKind.from(block.toolKind);
  const drift = driftKind.from(block.driftKind);
  return {
    ...optional("parentId", block._hasParentId(), () => readBlockId(block.parentId)),
    ...(tool ? { toolKind: tool } : {}),
    ...optional("toolName", block._hasToolName(), () => block.toolName),
    ...optional("toolInput", block._hasToolInputJson(), () => readJson(block.toolInputJson)),
    ...optional("toolCallId", block._hasToolCallId(), () => block.toolCallId),
    ...optional("sourceContext", block._hasSourceContext(), () => readId<ContextId>(block.sourceContext)),
    ...optional("sourceModel", block._hasSourceModel(), () => block.sourceModel),
    ...(drift ? { driftKind: drift } : {}),
    ...optional("driftId", block._hasDriftId(), () => readId<DriftId>(block.driftId)),
  };
}

/** What a run leaves on a block: in a snapshot and in a patch alike. */
function putOutcome(out: wire.BlockSnapshot | wire.BlockPatch, block: BlockSnapshot | BlockPatch): void {
  if (block.exitCode !== undefined) {
    out.hasExitCode = true;
    out.exitCode = block.exitCode;
  }
  out.isError = optionalBool(block.isError);
  if (block.stderr !== undefined) out.stderr = block.stderr;
  out.truncated = optionalBool(block.truncated);
  if (block.data !== undefined) out.dataJson = JSON.stringify(block.data);
  if (block.usage) putUsage(out._initUsage(), block.usage);
}

function readOutcome(block: wire.BlockSnapshot | wire.BlockPatch) {
  return {
    ...optional("exitCode", block.hasExitCode, () => block.exitCode),
    ...readBool("isError", block.isError),
    ...optional("stderr", block._hasStderr(), () => block.stderr),
    ...readBool("truncated", block.truncated),
    ...optional("data", block._hasDataJson(), () => readJson(block.dataJson)),
    ...optional("usage", block._hasUsage(), () => readUsage(block.usage)),
  };
}

export function putBlock(out: wire.BlockSnapshot, block: BlockSnapshot): void {
  putBlockId(out._initId(), block.id);
  out.role = role.to(block.role);
  out.kind = blockKind.to(block.kind);
  out.status = status.to(block.status);
  out.createdAt = toUint64(block.createdAt);
  out.updatedAt = toUint64(block.updatedAt);
  out.content = block.content;
  out.collapsed = block.collapsed;
  out.excluded = block.excluded;
  out.ephemeral = block.ephemeral;
  putOrigin(out, block);
  putOutcome(out, block);
}

export function readBlock(block: wire.BlockSnapshot): BlockSnapshot {
  return {
    id: readBlockId(block.id),
    role: role.need(block.role),
    kind: blockKind.need(block.kind),
    status: status.need(block.status),
    createdAt: fromUint64(block.createdAt),
    updatedAt: fromUint64(block.updatedAt),
    content: block.content,
    collapsed: block.collapsed,
    excluded: block.excluded,
    ephemeral: block.ephemeral,
    ...readOrigin(block),
    ...readOutcome(block),
  };
}

export function putNewBlock(out: wire.NewBlock, block: NewBlock): void {
  out.role = role.to(block.role);
  out.kind = blockKind.to(block.kind);
  if (block.content !== undefined) out.content = block.content;
  if (block.status) out.status = status.to(block.status);
  if (block.after) putBlockId(out._initAfter(), block.after);
  out.collapsed = optionalBool(block.collapsed);
  out.excluded = optionalBool(block.excluded);
  out.ephemeral = optionalBool(block.ephemeral);
  putOrigin(out, block);
}

export function readNewBlock(block: wire.NewBlock): NewBlock {
  const state = status.from(block.status);
  return {
    role: role.need(block.role),
    kind: blockKind.need(block.kind),
    ...optional("content", block._hasContent(), () => block.content),
    ...(state ? { status: state } : {}),
    ...optional("after", block._hasAfter(), () => readBlockId(block.after)),
    ...readBool("collapsed", block.collapsed),
    ...readBool("excluded", block.excluded),
    ...readBool("ephemeral", block.ephemeral),
    ...readOrigin(block),
  };
}

export function putPatch(out: wire.BlockPatch, patch: BlockPatch): void {
  if (patch.status) out.status = status.to(patch.status);
  out.collapsed = optionalBool(patch.collapsed);
  out.excluded = optionalBool(patch.excluded);
  putOutcome(out, patch);
}

export function readPatch(patch: wire.BlockPatch): BlockPatch {
  const state = status.from(patch.status);
  return {
    ...(state ? { status: state } : {}),
    ...readBool("collapsed", patch.collapsed),
    ...readBool("excluded", patch.excluded),
    ...readOutcome(patch),
  };
}

export function putFilter(out: wire.BlockFilter, filter: BlockFilter): void {
  if (filter.kind) out.kind = blockKind.to(filter.kind);
  if (filter.role) out.role = role.to(filter.role);
  if (filter.status) out.status = status.to(filter.status);
  if (filter.parentId) putBlockId(out._initParentId(), filter.parentId);
  if (filter.limit !== undefined) {
    out.hasLimit = true;
    out.limit = toUint32(filter.limit);
  }
}

export function readFilter(filter: wire.BlockFilter): BlockFilter {
  const kind = blockKind.from(filter.kind);
  const who = role.from(filter.role);
  const state = status.from(filter.status);
  return {
    ...(kind ? { kind } : {}),
    ...(who ? { role: who } : {}),
    ...(state ? { status: state } : {}),
    ...optional("parentId", filter._hasParentId(), () => readBlockId(filter.parentId)),
    ...optional("limit", filter.hasLimit, () => filter.limit),
  };
}
