import type { ByteSink, ByteSource, Command } from "../../src/kernel/command.ts";
import { CommandError } from "../../src/kernel/command.ts";
import { parseArguments } from "../../src/kernel/signature.ts";
import type { Value } from "../../src/kernel/value.ts";
import { toJson } from "../../src/kernel/value.ts";
import { join, type MountTable, mountTable, VfsError } from "../../src/vfs/index.ts";
import { memoryBackend } from "../../src/vfs/memory-backend.ts";

export interface Ran {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly status: number;
  /** Values given to `emit`. */
  readonly values: readonly Value[];
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array | ByteSource;
  readonly vfs?: MountTable;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly stdout?: Partial<ByteSink>;
  /** The name it is called by. */
  readonly name?: string;
  /** Stands for the exec power. */
  readonly exec?: (argv: readonly string[]) => Promise<number>;
}

/** A source over bytes, in chunks; counts what was read. */
export class TestSource implements ByteSource {
  readonly #chunks: Uint8Array[];
  reads = 0;
  closed = false;

  constructor(data: Uint8Array, chunk = 65_536) {
    this.#chunks = [];
    for (let at = 0; at < data.length; at += chunk) this.#chunks.push(data.subarray(at, at + chunk));
  }

  read(): Uint8Array | null {
    this.reads++;
    return this.#chunks.shift() ?? null;
  }

  unread(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#chunks.unshift(chunk);
  }

  close(): void {
    this.closed = true;
  }
}

/** An endless source, some chunks of which come late. */
export function endless(line: string, state: { reads: number } = { reads: 0 }): ByteSource {
  const chunk = Buffer.from(line.repeat(Math.ceil(4096 / line.length)));
  return {
    read: () => {
      state.reads++;
      return state.reads % 3 === 0 ? Promise.resolve(chunk) : chunk;
    },
    unread: () => {},
    close: () => {},
  };
}

function toSource(stdin: RunOptions["stdin"]): ByteSource {
  if (stdin === undefined) return new TestSource(new Uint8Array(0));
  if (typeof stdin === "string") return new TestSource(Buffer.from(stdin));
  return stdin instanceof Uint8Array ? new TestSource(stdin) : stdin;
}

/** Runs a command as the executor would: arguments by signature, errors as messages and a status. */
export async function runCommand(command: Command, argv: readonly Value[], options: RunOptions = {}): Promise<Ran> {
  const chunks: Buffer[] = [];
  let stderr = "";
  const name = options.name ?? command.signature.name;
  const finish = (status: number): Ran => ({ stdout: Buffer.concat(chunks), stderr, status, values });
  const values: Value[] = [];
  const parsed = parseArguments(command.signature, argv);
  if (parsed.kind !== "input") {
    if (parsed.kind === "error") stderr += `${name}: ${parsed.message}\n`;
    return finish(parsed.kind === "help" ? 0 : 2);
  }
  const cwd = options.cwd ?? "/";
  const vfs = options.vfs ?? mountTable(memoryBackend(), { writable: true });
  const sink: ByteSink = {
    write: (chunk) => {
      chunks.push(Buffer.from(chunk as Uint8Array));
    },
    ...options.stdout,
  };
  const context = {
    name,
    stdin: toSource(options.stdin),
    stdout: sink,
    stderr: {
      write: (chunk: Uint8Array | string) => {
        stderr += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      },
    },
    signal: options.signal ?? new AbortController().signal,
    cwd,
    env: (key: string) => options.env?.[key],
    resolve: (path: string) => join(cwd, path),
    emit: (value: Value, text: () => string) => {
      values.push(value);
      return sink.write(parsed.input.json ? `${toJson(value)}\n` : text());
    },
    vfs,
    mountTable: vfs,
    exec: { run: options.exec ?? (() => Promise.resolve(127)) },
    clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
  };
  try {
    return finish(await command.run(parsed.input, context as never));
  } catch (error) {
    if (error instanceof CommandError) {
      stderr += `${name}: ${error.message}\n`;
      return finish(error.status);
    }
    if (error instanceof VfsError) {
      stderr += `${name}: ${error.path === undefined ? "" : `${error.path}: `}${error.message}\n`;
      return finish(error.code === "EPIPE" ? 141 : 1);
    }
    throw error;
  }
}
