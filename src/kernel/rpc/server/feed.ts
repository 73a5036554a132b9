/** Subscriptions of a peer. */
import type { KernelApi } from "../../api.ts";
import type { EventTopic } from "../../types.ts";
import { keep, serve } from "../capability.ts";
import { eventTopic, putEvent } from "../codec/events.ts";
import { fill, fromUint64, items, optional } from "../codec/values.ts";
import { EventPump } from "../event-pump.ts";
import * as wire from "../generated/kaijutsu.ts";

/** What ends a subscription: the peer's call, its letting go, or its leaving. */
export function subscription(end: () => void): wire.Subscription$Client {
  return new wire.Subscription$Client(serve<wire.Subscription$Server$Target>(wire.Subscription$Client, { close: end }, end));
}

export async function subscribeEvents(
  api: KernelApi,
  params: wire.Kernel_SubscribeEvents$Params,
): Promise<wire.Subscription$Client> {
  const topics = items(params.topics)
    .map((topic) => eventTopic.from(topic))
    .filter((topic): topic is EventTopic => topic !== undefined);
  const feed = new wire.EventFeed$Client(keep(params.callback.client));
  let inner: { close(): void } | undefined;
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    pump.end();
    inner?.close();
    feed.client.close();
  };
  const pump = new EventPump(async (events) => {
    await feed.onEvents((out) => fill(out._initEvents(events.length), events, putEvent)).promise();
  }, end);
  const from = optional("fromVersion", params.hasFromVersion, () => fromUint64(params.fromVersion));
  try {
    inner = await api.subscribe({ topics, all: params.all, ...from }, (events) => pump.push(events));
  } catch (error) {
    end();
    throw error;
  }
  if (ended) inner.close();
  return subscription(end);
}
