import { z } from "zod";
import type { KernelApi } from "../api.ts";
import { type BlockId, randomPart } from "../ids.ts";
import type { BlockSnapshot, Context, StagedDrift } from "../types.ts";

/** The kernel session behind one MCP connection. `context_switch` and `context_fork` replace `api`. */
export interface McpSession {
  api: KernelApi;
}

export interface ToolCallContext {
  readonly session: McpSession;
  /** Aborted when the client cancels the call or leaves. */
  readonly signal: AbortSignal;
}

type Shape = Readonly<Record<string, z.ZodType>>;
type OptionalKeys<S extends Shape> = { [K in keyof S]: undefined extends z.infer<S[K]> ? K : never }[keyof S];
type Values<S extends Shape> = { readonly [K in Exclude<keyof S, OptionalKeys<S>>]: z.infer<S[K]> } & {
  readonly [K in OptionalKeys<S>]?: z.infer<S[K]>;
};

/** One MCP tool: schemas, hints and what it does. The answer goes out as structured content and as text. */
export interface McpTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Shape;
  readonly output: Shape;
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
  run(args: Readonly<Record<string, unknown>>, call: ToolCallContext): Promise<ToolAnswer>;
}

export interface ToolAnswer {
  readonly structured: Readonly<Record<string, unknown>>;
  /** For clients that read only text; default: the structured answer as JSON. */
  readonly text?: string;
}

/** What a tool does to the kernel: it only looks, it adds, or it may destroy. */
export type ToolEffect = "reads" | "adds" | "destroys";

export function mcpTool<const I extends Shape, const O extends Shape>(
  declared: {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly input: I;
    readonly output: O;
    readonly effect: ToolEffect;
    readonly idempotent?: boolean;
  },
  run: (args: Values<I>, call: ToolCallContext) => Promise<{ readonly structured: Values<O>; readonly text?: string }>,
): McpTool {
  return {
    name: declared.name,
    title: declared.title,
    description: declared.description,
    input: declared.input,
    output: declared.output,
    annotations: {
      readOnlyHint: declared.effect === "reads",
      destructiveHint: declared.effect === "destroys",
      idempotentHint: declared.idempotent ?? declared.effect === "reads",
      openWorldHint: false,
    },
    run: run as unknown as McpTool["run"],
  };
}

/** A block id as the tools show and take it; `KernelApi.resolveBlock` reads it back. */
export function blockAddress(id: BlockId): string {
  return `${randomPart(id.contextId)}/${randomPart(id.principalId)}/${id.seq}`;
}

export const blockShape = z.object({
  id: z.string(),
  kind: z.string(),
  role: z.string(),
  status: z.string(),
  content: z.string(),
  parent: z.string().optional(),
  tool_kind: z.string().optional(),
  exit_code: z.number().optional(),
  stderr: z.string().optional(),
  truncated: z.boolean().optional(),
  drift_kind: z.string().optional(),
  source_context: z.string().optional(),
  source_model: z.string().optional(),
  created_at: z.number(),
  updated_at: z.number(),
});

export function blockAnswer(block: BlockSnapshot): z.infer<typeof blockShape> {
  return {
    id: blockAddress(block.id),
    kind: block.kind,
    role: block.role,
    status: block.status,
    content: block.content,
    ...(block.parentId === undefined ? {} : { parent: blockAddress(block.parentId) }),
    ...(block.toolKind === undefined ? {} : { tool_kind: block.toolKind }),
    ...(block.exitCode === undefined ? {} : { exit_code: block.exitCode }),
    ...(block.stderr === undefined ? {} : { stderr: block.stderr }),
    ...(block.truncated === undefined ? {} : { truncated: block.truncated }),
    ...(block.driftKind === undefined ? {} : { drift_kind: block.driftKind }),
    ...(block.sourceContext === undefined ? {} : { source_context: block.sourceContext }),
    ...(block.sourceModel === undefined ? {} : { source_model: block.sourceModel }),
    created_at: block.createdAt,
    updated_at: block.updatedAt,
  };
}

export const contextShape = z.object({
  id: z.string(),
  short_id: z.string(),
  label: z.string(),
  parent: z.string().optional(),
  fork_kind: z.string().optional(),
  cwd: z.string(),
  model: z.string().optional(),
  current: z.boolean(),
});

/** Every context of the kernel, as a client sees them. */
export async function contextAnswers(session: McpSession): Promise<z.infer<typeof contextShape>[]> {
  const [contexts, info] = await Promise.all([session.api.listContexts(), session.api.info()]);
  return contexts.map((context) => contextAnswer(context, info.context.id));
}

export function contextAnswer(context: Context, current: string): z.infer<typeof contextShape> {
  return {
    id: context.id,
    short_id: context.shortId,
    label: context.label,
    ...(context.parentId === undefined ? {} : { parent: context.parentId }),
    ...(context.forkKind === undefined ? {} : { fork_kind: context.forkKind }),
    cwd: context.cwd,
    ...(context.model === undefined ? {} : { model: context.model }),
    current: context.id === current,
  };
}

export const driftShape = z.object({
  id: z.string(),
  number: z.number(),
  source: z.string(),
  target: z.string(),
  kind: z.string(),
  content: z.string(),
  state: z.string(),
  attempts: z.number(),
});

export function driftAnswer(drift: StagedDrift): z.infer<typeof driftShape> {
  const { id, number, source, target, kind, content, state, attempts } = drift;
  return { id, number, source, target, kind, content, state, attempts };
}
