import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { KernelApi } from "../api.ts";
import { KernelError } from "../errors.ts";
import type { McpSession, McpTool } from "./tool.ts";
import { blockTools } from "./tools/blocks.ts";
import { contextTools } from "./tools/contexts.ts";
import { driftTools } from "./tools/drift.ts";
import { shellTool } from "./tools/shell.ts";

export const mcpTools: readonly McpTool[] = [shellTool, ...blockTools, ...contextTools, ...driftTools];

/** What a failed call answers: `isError`, the message, and the typed error for clients that read it. */
function failure(error: unknown, onFault: (error: unknown) => void) {
  if (!(error instanceof KernelError)) onFault(error);
  const known = error instanceof KernelError ? error : new KernelError("internal", "the kernel failed; see its log");
  return {
    isError: true,
    content: [{ type: "text" as const, text: `${known.code}: ${known.message}` }],
    _meta: { "kaish/error": { code: known.code, data: known.data } },
  };
}

export interface McpServerOptions {
  readonly version: string;
  /** Faults of ours, which clients are not told of. */
  readonly onFault: (error: unknown) => void;
}

/** An MCP server over one kernel session. It owns the session from here on: closing the server detaches it. */
export function createMcpServer(api: KernelApi, options: McpServerOptions): McpServer {
  const session: McpSession = { api };
  const server = new McpServer(
    { name: "kaish", version: options.version },
    {
      instructions:
        "kaish is a shell with a memory. Run programs with `shell`; each runs in this session's context and is recorded as blocks. Fork a " +
        "context to explore, and drift what you found back: drift_push, drift_queue, drift_flush.",
    },
  );
  for (const tool of mcpTools) {
    server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        inputSchema: { ...tool.input },
        outputSchema: { ...tool.output },
        annotations: tool.annotations,
      },
      async (args: Readonly<Record<string, unknown>>, extra: { readonly signal: AbortSignal }) => {
        try {
          const answer = await tool.run(args, { session, signal: extra.signal });
          const text = answer.text ?? JSON.stringify(answer.structured, null, 2);
          return { content: [{ type: "text" as const, text }], structuredContent: { ...answer.structured } };
        } catch (error) {
          return failure(error, options.onFault);
        }
      },
    );
  }
  return server;
}

/** Serves MCP on this process's stdin and stdout until the client closes them or `signal` aborts. */
export async function serveStdio(api: KernelApi, options: McpServerOptions & { readonly signal: AbortSignal }): Promise<void> {
  const server = createMcpServer(api, options);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
    options.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await server.connect(new StdioServerTransport());
  await closed;
  await server.close();
  await api.detach();
}
