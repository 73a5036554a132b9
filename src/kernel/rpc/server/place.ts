/** Where a session is and what its shell knows, for a peer. */
import type { KernelApi } from "../../api.ts";
import type { Handlers } from "../capability.ts";
import { putCompletions, putHistoryEntry, putMount, putSignature } from "../codec/commands.ts";
import { putContext, putInfo, putMember } from "../codec/contexts.ts";
import { fill, putId, readJson } from "../codec/values.ts";
import type * as wire from "../generated/kaijutsu.ts";

type KernelHandlers = Handlers<wire.Kernel$Server$Target>;

export function placeHandlers(api: KernelApi): KernelHandlers {
  return {
    async getInfo(_params, results) {
      const info = await api.info();
      putInfo(results._initInfo(), info, await api.whoami());
    },
    async getContextId(_params, results) {
      const { context } = await api.info();
      putId(results._initContextId(16), context.id);
      results.label = context.label;
    },
    async getCwd(_params, results) {
      results.path = await api.getCwd();
    },
    setCwd: (params) => api.setCwd(params.path),
    async listMounts(_params, results) {
      const mounts = await api.listMounts();
      fill(results._initMounts(mounts.length), mounts, putMount);
    },
    mount: (params) => api.mount(params.path, params.source, params.writable),
    unmount: (params) => api.unmount(params.path),
  };
}

export function contextHandlers(api: KernelApi): KernelHandlers {
  return {
    async listAllContexts(_params, results) {
      const contexts = await api.listContexts();
      fill(results._initContexts(contexts.length), contexts, putContext);
    },
    async listContexts(_params, results) {
      const { username } = await api.whoami();
      const joined = new Set((await api.listMembers()).filter(({ nick }) => nick === username).map(({ contextId }) => contextId));
      const contexts = (await api.listContexts()).filter(({ id }) => joined.has(id));
      fill(results._initContexts(contexts.length), contexts, putContext);
    },
    async createContext(params, results) {
      putContext(results._initContext(), await api.createContext(params.label));
    },
    async resolveContext(params, results) {
      putContext(results._initContext(), await api.resolveContext(params.address));
    },
    async listMembers(_params, results) {
      const members = await api.listMembers();
      fill(results._initMembers(members.length), members, putMember);
    },
  };
}

export function shellHandlers(api: KernelApi): KernelHandlers {
  return {
    async complete(params, results) {
      putCompletions(results, await api.complete(params.partial, params.cursor));
    },
    async getCommandHistory(params, results) {
      const entries = await api.getCommandHistory(params.limit);
      fill(results._initEntries(entries.length), entries, putHistoryEntry);
    },
    async getLastResult(_params, results) {
      results.status = await api.getLastStatus();
    },
    async getShellVar(params, results) {
      const value = await api.getVariable(params.name);
      if (value !== undefined) results.valueJson = JSON.stringify(value);
    },
    setShellVar: (params) => api.setVariable(params.name, readJson(params.valueJson)),
    async listShellVars(_params, results) {
      const variables = Object.entries(await api.listVariables());
      fill(results._initVariables(variables.length), variables, (out, [name, value]) => {
        out.name = name;
        out.valueJson = JSON.stringify(value);
      });
    },
    async listCommands(_params, results) {
      const signatures = await api.listCommands();
      fill(results._initCommands(signatures.length), signatures, putSignature);
    },
  };
}
