import { z } from "zod";
import { blockAnswer, blockShape, contextAnswers, contextShape, driftAnswer, driftShape, mcpTool } from "../tool.ts";

const address = z.string().describe("a context: label, short id, id prefix, `.` or `.parent`");

const stagingTools = [
  mcpTool(
    {
      name: "drift_ls",
      title: "Where drift can go",
      description: "The contexts of this kernel that drift can be pushed to or pulled from.",
      input: {},
      output: { contexts: z.array(contextShape) },
      effect: "reads",
    },
    async (_args, { session }) => ({ structured: { contexts: await contextAnswers(session) } }),
  ),
  mcpTool(
    {
      name: "drift_push",
      title: "Stage a finding for another context",
      description:
        "Stages text for another context; drift_flush delivers it as a drift block that says where it came from. With summarize, this " +
        "context's conversation is distilled first and the text is the focus.",
      input: {
        target: address,
        content: z.string(),
        summarize: z.boolean().optional(),
        now: z.boolean().optional().describe("deliver at once"),
      },
      output: { drift: driftShape },
      effect: "adds",
    },
    async (args, { session }) => {
      const drift = await session.api.driftPush(args.target, args.content, {
        ...(args.summarize === undefined ? {} : { summarize: args.summarize }),
        ...(args.now === undefined ? {} : { now: args.now }),
      });
      return { structured: { drift: driftAnswer(drift) } };
    },
  ),
  mcpTool(
    {
      name: "drift_queue",
      title: "Staged drifts",
      description: "What this context has staged and not yet flushed.",
      input: { all: z.boolean().optional().describe("of the whole kernel") },
      output: { staged: z.array(driftShape) },
      effect: "reads",
    },
    async (args, { session }) => {
      const staged = await session.api.driftQueue(args.all === undefined ? {} : { all: args.all });
      return { structured: { staged: staged.map(driftAnswer) } };
    },
  ),
  mcpTool(
    {
      name: "drift_cancel",
      title: "Cancel a staged drift",
      description: "Takes a staged drift out of the queue.",
      input: { id: z.string().describe("its number or id") },
      output: { cancelled: driftShape },
      effect: "destroys",
    },
    async (args, { session }) => ({ structured: { cancelled: driftAnswer(await session.api.driftCancel(args.id)) } }),
  ),
];

const deliveringTools = [
  mcpTool(
    {
      name: "drift_flush",
      title: "Deliver staged drifts",
      description: "Delivers what this context has staged. What could not be delivered stays queued and is listed.",
      input: { all: z.boolean().optional().describe("of the whole kernel") },
      output: {
        delivered: z.array(z.string()),
        failed: z.array(z.object({ id: z.string(), error: z.string() })),
      },
      effect: "adds",
    },
    async (args, { session }) => {
      const { delivered, failed } = await session.api.driftFlush(args.all === undefined ? {} : { all: args.all });
      return { structured: { delivered: delivered.map(String), failed: failed.map(({ id, error }) => ({ id, error })) } };
    },
  ),
  mcpTool(
    {
      name: "drift_pull",
      title: "Pull a briefing from another context",
      description: "Distils another context's conversation and adds the briefing here as a drift block.",
      input: { source: address, question: z.string().optional().describe("what the briefing should answer") },
      output: { block: blockShape },
      effect: "adds",
    },
    async (args, { session }) => {
      const block = await session.api.driftPull(args.source, args.question);
      return { structured: { block: blockAnswer(block) }, text: block.content };
    },
  ),
  mcpTool(
    {
      name: "drift_merge",
      title: "Merge a fork's findings into its parent",
      description: "Distils a fork and adds the briefing to its parent as a drift block.",
      input: {
        source: address.optional().describe("the fork; default this context"),
        into: address.optional().describe("default the fork's parent"),
      },
      output: { block: blockShape },
      effect: "adds",
    },
    async (args, { session }) => {
      const block = await session.api.driftMerge(args.source, args.into);
      return { structured: { block: blockAnswer(block) }, text: block.content };
    },
  ),
];

export const driftTools = [...stagingTools, ...deliveringTools];
