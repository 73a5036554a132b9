/** The MCP door: kaish as a server. */
export { createMcpServer, mcpTools, serveStdio } from "./server.ts";
