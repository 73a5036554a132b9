import { z } from "zod";
import { contextAnswer, contextAnswers, contextShape, mcpTool } from "../tool.ts";

const address = z.string().describe("label, short id, id prefix, `.` or `.parent`");

export const contextTools = [
  mcpTool(
    {
      name: "whoami",
      title: "Who am I",
      description: "The principal, kernel and context this session acts as and in.",
      input: {},
      output: {
        principal: z.object({ id: z.string(), username: z.string(), display_name: z.string() }),
        kernel: z.object({ id: z.string(), label: z.string(), ephemeral: z.boolean() }),
        context: contextShape,
      },
      effect: "reads",
    },
    async (_args, { session }) => {
      const [principal, info] = await Promise.all([session.api.whoami(), session.api.info()]);
      return {
        structured: {
          principal: { id: principal.id, username: principal.username, display_name: principal.displayName },
          kernel: { id: info.kernel.id, label: info.kernel.label, ephemeral: info.ephemeral },
          context: contextAnswer(info.context, info.context.id),
        },
      };
    },
  ),
  mcpTool(
    {
      name: "context_list",
      title: "List contexts",
      description: "All contexts of the kernel with their lineage.",
      input: {},
      output: { contexts: z.array(contextShape) },
      effect: "reads",
    },
    async (_args, { session }) => ({ structured: { contexts: await contextAnswers(session) } }),
  ),
  mcpTool(
    {
      name: "context_create",
      title: "Create a context",
      description: "A new, empty context. The session stays where it is; use context_switch to go there.",
      input: { label: z.string() },
      output: { context: contextShape },
      effect: "adds",
    },
    async (args, { session }) => {
      const context = await session.api.createContext(args.label);
      return { structured: { context: contextAnswer(context, (await session.api.info()).context.id) } };
    },
  ),
  mcpTool(
    {
      name: "context_fork",
      title: "Fork this context",
      description:
        "A new context with a copy of this one's document and variables, to explore without touching it. The session moves there.",
      input: {
        label: z.string().optional(),
        at: z.number().int().nonnegative().optional().describe("fork the document as it was at this version"),
      },
      output: { context: contextShape },
      effect: "adds",
    },
    async (args, { session }) => {
      session.api = await session.api.fork({
        ...(args.label === undefined ? {} : { label: args.label }),
        ...(args.at === undefined ? {} : { at: args.at }),
      });
      const info = await session.api.info();
      return { structured: { context: contextAnswer(info.context, info.context.id) } };
    },
  ),
  mcpTool(
    {
      name: "context_switch",
      title: "Go to another context",
      description: "The session goes on in another context of the kernel.",
      input: { context: address },
      output: { context: contextShape },
      effect: "adds",
      idempotent: true,
    },
    async (args, { session }) => {
      session.api = await session.api.joinContext(args.context);
      const info = await session.api.info();
      return { structured: { context: contextAnswer(info.context, info.context.id) } };
    },
  ),
];
