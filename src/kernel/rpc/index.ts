/** The kernel in another process: serving it, and speaking to it. */
export { connect, type ServeOptions, type SocketServer, serveSocket } from "./socket.ts";
