/** A session of a kernel as an object that a peer may call. */
import type { Execution, KernelApi } from "../../api.ts";
import { KernelError } from "../../errors.ts";
import { type Handlers, keep, type ServedCapability, serve } from "../capability.ts";
import { putBlockId } from "../codec/blocks.ts";
import { fromUint64 } from "../codec/values.ts";
import * as wire from "../generated/kaijutsu.ts";
import { blockHandlers, driftHandlers } from "./blocks.ts";
import { runBroadcast, runStreaming } from "./execution.ts";
import { subscribeEvents, subscription } from "./feed.ts";
import { contextHandlers, placeHandlers, shellHandlers } from "./place.ts";

type KernelHandlers = Handlers<wire.Kernel$Server$Target>;

/** The sessions one connection has open. */
export interface Sessions {
  /** Offers a session; it is detached when the peer lets go of it or leaves. Throws `KernelError` refused past the limit. */
  offer(api: KernelApi): wire.Kernel$Client;
}

/** Sessions of one connection, at most. */
const maxSessions = 1000;

export function openSessions(onFault: (error: unknown) => void): Sessions {
  let open = 0;
  const sessions: Sessions = {
    offer(api) {
      const detach = () => {
        open--;
        api.detach().catch((error: unknown) => {
          // It had detached itself.
          if (!(error instanceof KernelError && error.code === "disconnected")) onFault(error);
        });
      };
      open++;
      if (open <= maxSessions) return new wire.Kernel$Client(kernelCapability(api, sessions, detach));
      detach();
      throw new KernelError("refused", `too many sessions on one connection: at most ${maxSessions}`);
    },
  };
  return sessions;
}

function sessionHandlers(api: KernelApi, sessions: Sessions): KernelHandlers {
  const label = (params: { _hasName(): boolean; readonly name: string }) => (params._hasName() ? { label: params.name } : {});
  return {
    async fork(params, results) {
      results.kernel = sessions.offer(await api.fork(label(params)));
    },
    async forkFromVersion(params, results) {
      results.kernel = sessions.offer(await api.fork({ ...label(params), at: fromUint64(params.version) }));
    },
    async thread(params, results) {
      results.kernel = sessions.offer(await api.thread(label(params).label));
    },
    async joinContext(params, results) {
      results.kernel = sessions.offer(await api.joinContext(params.address));
    },
    detach: () => api.detach(),
    async subscribeEvents(params, results) {
      results.subscription = await subscribeEvents(api, params);
    },
  };
}

function runHandlers(api: KernelApi): KernelHandlers {
  const running = new Map<bigint, Execution>();
  const listeners = new Set<wire.KernelOutput$Client>();
  let lastId = 0n;
  const track = (id: bigint, execution: Execution) => {
    running.set(id, execution);
    const forget = () => void running.delete(id);
    execution.done.then(forget, forget);
  };
  return {
    execute(params, results) {
      const id = ++lastId;
      results.execId = id;
      track(id, runBroadcast(api, params.code, id, listeners));
    },
    executeStreaming(params, results) {
      const id = ++lastId;
      const { execution, steering } = runStreaming(api, params);
      track(id, execution);
      results.execId = id;
      results.execution = steering;
    },
    interrupt(params) {
      const execution = running.get(params.execId);
      if (!execution) throw new KernelError("notFound", `no program ${params.execId} runs here`);
      execution.interrupt();
    },
    subscribeOutput(params, results) {
      const listener = new wire.KernelOutput$Client(keep(params.callback.client));
      listeners.add(listener);
      results.subscription = subscription(() => {
        if (listeners.delete(listener)) listener.client.close();
      });
    },
    async shellExecute(params, results) {
      const { cellId } = params;
      if (cellId !== "" && cellId !== (await api.info()).context.id) {
        throw new KernelError("unimplemented", "a program runs in the session's own context: join the other one");
      }
      putBlockId(results._initBlockId(), await api.shellExecute(params.code));
    },
  };
}

function kernelCapability(api: KernelApi, sessions: Sessions, dropped: () => void): ServedCapability {
  const handlers: KernelHandlers = {
    ...placeHandlers(api),
    ...contextHandlers(api),
    ...shellHandlers(api),
    ...blockHandlers(api),
    ...driftHandlers(api),
    ...sessionHandlers(api, sessions),
    ...runHandlers(api),
  };
  return serve<wire.Kernel$Server$Target>(wire.Kernel$Client, handlers, dropped);
}
