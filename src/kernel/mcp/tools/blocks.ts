import { z } from "zod";
import { blockAnswer, blockShape, mcpTool } from "../tool.ts";

const blockArgument = z.string().describe("a block id as block_list shows it, a bare number of your own, or `last`");
const role = z.enum(["user", "model", "system", "tool"]);
const kind = z.enum(["text", "thinking", "toolCall", "toolResult", "drift"]);
const status = z.enum(["pending", "running", "done", "error"]);

export const blockTools = [
  mcpTool(
    {
      name: "block_create",
      title: "Create a block",
      description:
        "Adds a text or thinking block to this session's context. Create it with status running to append to it in parts.",
      input: {
        content: z.string().describe("the text"),
        role: role.optional().describe("who speaks; default model"),
        kind: z.enum(["text", "thinking"]).optional().describe("default text"),
        status: status.optional().describe("default done"),
        parent: z.string().optional().describe("the block this one answers"),
      },
      output: { block: blockShape },
      effect: "adds",
    },
    async (args, { session }) => {
      const parentId = args.parent === undefined ? undefined : await session.api.resolveBlock(args.parent);
      const block = await session.api.createBlock({
        role: args.role ?? "model",
        kind: args.kind ?? "text",
        content: args.content,
        ...(args.status === undefined ? {} : { status: args.status }),
        ...(parentId === undefined ? {} : { parentId }),
      });
      return { structured: { block: blockAnswer(block) } };
    },
  ),
  mcpTool(
    {
      name: "block_read",
      title: "Read a block",
      description: "The whole of one block.",
      input: { block: blockArgument },
      output: { block: blockShape },
      effect: "reads",
    },
    async (args, { session }) => {
      const block = await session.api.readBlock(await session.api.resolveBlock(args.block));
      return { structured: { block: blockAnswer(block) }, text: block.content };
    },
  ),
  mcpTool(
    {
      name: "block_append",
      title: "Append to a block",
      description: "Adds text at the end of a block; answers when it is on disk.",
      input: { block: blockArgument, text: z.string() },
      output: { length: z.number().describe("characters in the block now") },
      effect: "adds",
    },
    async (args, { session }) => {
      const id = await session.api.resolveBlock(args.block);
      await session.api.appendBlock(id, args.text);
      return { structured: { length: [...(await session.api.readBlock(id)).content].length } };
    },
  ),
  mcpTool(
    {
      name: "block_list",
      title: "List blocks",
      description: "The blocks of a context in document order, with their text.",
      input: {
        context: z.string().optional().describe("label, short id, id prefix, `.` or `.parent`; default this context"),
        kind: kind.optional(),
        role: role.optional(),
        status: status.optional(),
        limit: z.number().int().positive().max(1000).optional().describe("the last N that match; default 100"),
      },
      output: { blocks: z.array(blockShape) },
      effect: "reads",
    },
    async (args, { session }) => {
      const blocks = await session.api.listBlocks(
        {
          limit: args.limit ?? 100,
          ...(args.kind === undefined ? {} : { kind: args.kind }),
          ...(args.role === undefined ? {} : { role: args.role }),
          ...(args.status === undefined ? {} : { status: args.status }),
        },
        args.context,
      );
      return { structured: { blocks: blocks.map(blockAnswer) } };
    },
  ),
];
