/** Kernel events on the wire. */
import { KernelError } from "../../errors.ts";
import type { ContextId } from "../../ids.ts";
import type { EventTopic, KernelEvent } from "../../types.ts";
import * as wire from "../generated/kaijutsu.ts";
import { putBlock, putBlockId, readBlock, readBlockId } from "./blocks.ts";
import { putContext, putDrift, readContext, readDrift } from "./contexts.ts";
import { enumCodec, fromUint64, optional, putId, readId, toUint64 } from "./values.ts";

export const eventTopic = enumCodec<EventTopic, wire.EventTopic>({
  block: wire.EventTopic.BLOCK,
  context: wire.EventTopic.CONTEXT,
  drift: wire.EventTopic.DRIFT,
});
const contextChange = enumCodec<Extract<KernelEvent, { topic: "context" }>["type"], wire.ContextChange>({
  created: wire.ContextChange.CREATED,
  changed: wire.ContextChange.CHANGED,
});
const driftChange = enumCodec<Extract<KernelEvent, { topic: "drift" }>["type"], wire.DriftChange>({
  staged: wire.DriftChange.STAGED,
  delivered: wire.DriftChange.DELIVERED,
  cancelled: wire.DriftChange.CANCELLED,
  lost: wire.DriftChange.LOST,
});

type BlockEvent = Extract<KernelEvent, { topic: "block" }>;

function putBlockEvent(out: wire.Event, event: BlockEvent): void {
  putId(out._initContextId(16), event.contextId);
  if (event.type !== "preview") out.version = toUint64(event.version);
  switch (event.type) {
    case "inserted": {
      const inserted = out._initInserted();
      putBlock(inserted._initBlock(), event.block);
      if (event.after) putBlockId(inserted._initAfter(), event.after);
      return;
    }
    case "appended": {
      const appended = out._initAppended();
      putBlockId(appended._initId(), event.id);
      appended.offset = toUint64(event.offset);
      appended.text = event.text;
      return;
    }
    case "changed":
      putBlock(out._initChanged(), event.block);
      return;
    case "preview": {
      const preview = out._initPreview();
      putBlockId(preview._initTarget(), event.id);
      preview.at = toUint64(event.offset);
      preview.delta = event.text;
      return;
    }
    default:
      event satisfies never;
  }
}

export function putEvent(out: wire.Event, event: KernelEvent): void {
  switch (event.topic) {
    case "block":
      putBlockEvent(out, event);
      return;
    case "context": {
      const change = out._initContextChange();
      change.kind = contextChange.to(event.type);
      putContext(change._initContext(), event.context);
      return;
    }
    case "drift": {
      const change = out._initDriftChange();
      change.what = driftChange.to(event.type);
      putDrift(change._initDrift(), event.drift);
      return;
    }
    case "resync":
      if (event.contextId) putId(out._initContextId(16), event.contextId);
      out.resync = true;
      return;
    default:
      event satisfies never;
  }
}

function readBlockEvent(event: wire.Event): BlockEvent {
  const contextId = readId<ContextId>(event.contextId);
  if (event._isPreview) {
    const { preview } = event;
    const offset = fromUint64(preview.at);
    return { topic: "block", type: "preview", contextId, id: readBlockId(preview.target), offset, text: preview.delta };
  }
  const version = fromUint64(event.version);
  if (event._isInserted) {
    const { inserted } = event;
    const after = optional("after", inserted._hasAfter(), () => readBlockId(inserted.after));
    return { topic: "block", type: "inserted", contextId, version, block: readBlock(inserted.block), ...after };
  }
  if (event._isAppended) {
    const { appended } = event;
    const offset = fromUint64(appended.offset);
    return { topic: "block", type: "appended", contextId, version, id: readBlockId(appended.id), offset, text: appended.text };
  }
  if (event._isChanged) return { topic: "block", type: "changed", contextId, version, block: readBlock(event.changed) };
  throw new KernelError("invalid", "unknown kind of event");
}

export function readEvent(event: wire.Event): KernelEvent {
  if (event._isContextChange) {
    const change = event.contextChange;
    return { topic: "context", type: contextChange.need(change.kind), context: readContext(change.context) };
  }
  if (event._isDriftChange) {
    const change = event.driftChange;
    return { topic: "drift", type: driftChange.need(change.what), drift: readDrift(change.drift) };
  }
  if (event._isResync) {
    return {
      topic: "resync",
      type: "resync",
      ...optional("contextId", event._hasContextId(), () => readId<ContextId>(event.contextId)),
    };
  }
  return readBlockEvent(event);
}
