import { readFileSync } from "node:fs";
import { toVfsError } from "../../vfs/index.ts";

/** A program text and what it is called in messages. */
export interface ProgramText {
  readonly source: string;
  readonly name: string;
}

/** Why a program could not be read, and the status bash gives for that: 127 not there, 126 there but not to be read. */
export interface Unreadable {
  readonly message: string;
  readonly status: 126 | 127;
}

/** Reads a script of the host. Bytes that are not UTF-8 become U+FFFD, for the checker to point at. */
export function readProgram(path: string): ProgramText | Unreadable {
  try {
    const bytes = readFileSync(path);
    if (isBinary(bytes)) return { message: `${path}: cannot execute binary file`, status: 126 };
    return { source: bytes.toString("utf8"), name: path };
  } catch (error) {
    const { code, message } = toVfsError(error, path);
    return { message: `${path}: ${message}`, status: code === "ENOENT" || code === "ENOTDIR" ? 127 : 126 };
  }
}

/** True for what no text begins with: a NUL in its first line, as bash tells a program of the machine from a script. */
function isBinary(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(0x0a);
  const nul = bytes.indexOf(0);
  return nul >= 0 && (end < 0 || nul < end);
}

/** The whole of standard input. */
export function readStandardInput(): ProgramText {
  return { source: readFileSync(0, "utf8"), name: "-" };
}
