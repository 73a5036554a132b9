/** Blocks and drift of a session, for a peer. */
import type { KernelApi } from "../../api.ts";
import { KernelError } from "../../errors.ts";
import type { Handlers } from "../capability.ts";
import { putBlock, putBlockId, readBlockId, readFilter, readNewBlock, readPatch } from "../codec/blocks.ts";
import { putDrift } from "../codec/contexts.ts";
import { fill, putId, toUint64 } from "../codec/values.ts";
import type * as wire from "../generated/kaijutsu.ts";

type KernelHandlers = Handlers<wire.Kernel$Server$Target>;

export function blockHandlers(api: KernelApi): KernelHandlers {
  return {
    async applyBlockOp({ op }, results) {
      if (op._isAppend) await api.appendBlock(readBlockId(op.append.id), op.append.text);
      else if (op._isPatch) await api.patchBlock(readBlockId(op.patch.target), readPatch(op.patch.change));
      else if (op._isCreate) putBlock(results._initBlock(), await api.createBlock(readNewBlock(op.create)));
      else throw new KernelError("unimplemented", "unknown block operation");
    },
    async readBlock(params, results) {
      putBlock(results._initBlock(), await api.readBlock(readBlockId(params.blockId)));
    },
    async listBlocks(params, results) {
      const filter = params._hasFilter() ? readFilter(params.filter) : {};
      const blocks = await api.listBlocks(filter, params._hasContext() ? params.context : undefined);
      fill(results._initBlocks(blocks.length), blocks, putBlock);
    },
    async resolveBlock(params, results) {
      putBlockId(results._initBlockId(), await api.resolveBlock(params.text));
    },
    async getVersion(_params, results) {
      results.version = toUint64(await api.version());
    },
    async getDocumentState(params, results) {
      const context = params._hasDocumentId() && params.documentId !== "" ? params.documentId : ".";
      const { id } = await api.resolveContext(context);
      const info = await api.info();
      if (id !== info.context.id) throw new KernelError("unimplemented", "only the state of the session's own document is given");
      const version = await api.version();
      const blocks = await api.listBlocks();
      const state = results._initState();
      state.documentId = id;
      state.version = toUint64(version);
      fill(state._initBlocks(blocks.length), blocks, putBlock);
    },
  };
}

export function driftHandlers(api: KernelApi): KernelHandlers {
  return {
    async driftPush(params, results) {
      const staged = await api.driftPush(params.targetCtx, params.content, { summarize: params.summarize, now: params.now });
      results.stagedId = toUint64(staged.number);
      putDrift(results._initStaged(), staged);
    },
    async driftFlush(params, results) {
      const { delivered, failed } = await api.driftFlush({ all: params.all });
      results.count = delivered.length;
      fill(results._initDelivered(delivered.length), delivered, (out, id) => putId(out._initId(16), id));
      fill(results._initFailed(failed.length), failed, (out, failure) => {
        putId(out._initId(16), failure.id);
        out.reason = failure.error;
      });
    },
    async driftPull(params, results) {
      const block = await api.driftPull(params.sourceCtx, params._hasPrompt() ? params.prompt : undefined);
      putBlockId(results._initBlockId(), block.id);
      putBlock(results._initBlock(), block);
    },
    async driftMerge(params, results) {
      const source = params._hasSourceCtx() ? params.sourceCtx : undefined;
      const block = await api.driftMerge(source, params._hasInto() ? params.into : undefined);
      putBlockId(results._initBlockId(), block.id);
      putBlock(results._initBlock(), block);
    },
    async driftQueue(params, results) {
      const staged = await api.driftQueue({ all: params.all });
      fill(results._initStaged(staged.length), staged, putDrift);
    },
    async driftCancel(params, results) {
      putDrift(results._initStaged(), await api.driftCancel(params._hasId() ? params.id : String(params.stagedId)));
      results.success = true;
    },
    async driftHistory(_params, results) {
      const blocks = await api.driftHistory();
      fill(results._initBlocks(blocks.length), blocks, putBlock);
    },
  };
}
