import { spawn } from "node:child_process";
import type {
  BlockId,
  BlockSnapshot,
  Completions,
  Context,
  ExecuteOptions,
  ExecuteResult,
  Execution,
  KernelApi,
  KernelEvent,
  KernelInfo,
  NewBlock,
} from "../../src/kernel/index.ts";

type Sink = NonNullable<ExecuteOptions["stdout"]>;

interface Call {
  readonly words: readonly string[];
  readonly options: ExecuteOptions;
  readonly out: Sink;
  readonly err: Sink;
  readonly interrupted: AbortSignal;
}

const quiet: Sink = { write: () => undefined };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function uuid(text: string): string {
  return text.padStart(32, "0").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * A kernel that knows a few words, for the front ends: it answers the parts of `KernelApi` that they use, with its events in the real
 * order and its own calls and results as blocks.
 */
export class FakeKernel {
  readonly contexts: Context[] = [];
  readonly executed: string[] = [];
  /** Waits before a result is known to the caller, but after its events are out, or the other way round. */
  eventsAfterDone = false;
  foreground: <T>(run: () => Promise<T>) => Promise<T> = (run) => run();
  #version = 0;
  #seq = 0;
  #status = 0;
  #cwd = "/home/person/work";
  readonly #blocks: BlockSnapshot[] = [];
  readonly #subscribers = new Set<(events: readonly KernelEvent[]) => void>();

  constructor() {
    this.addContext("main");
  }

  addContext(label: string, parent?: Context): Context {
    const context = {
      id: uuid(`c${this.contexts.length}`),
      kernelId: uuid("k"),
      label,
      createdBy: uuid("a"),
      createdAt: 0,
      cwd: "/",
      shortId: `00000${this.contexts.length}`,
      ...(parent === undefined ? {} : { parentId: parent.id, forkKind: "fork" }),
    } as Context;
    this.contexts.push(context);
    return context;
  }

  /** A block by somebody else, with its event. */
  insert(
    block: NewBlock & { readonly exitCode?: number; readonly stderr?: string },
    author = "b",
    context = this.contexts[0] as Context,
  ): BlockSnapshot {
    this.#seq += 1;
    const now = Date.now();
    const made = {
      content: "",
      status: "done",
      collapsed: false,
      excluded: false,
      ephemeral: false,
      createdAt: now,
      updatedAt: now,
      ...block,
      id: { contextId: context.id, principalId: uuid(author), seq: this.#seq },
    } as BlockSnapshot;
    this.#blocks.push(made);
    this.#send({ topic: "block", type: "inserted", contextId: context.id, version: this.#next(), block: made });
    return made;
  }

  append(id: BlockId, text: string): void {
    const block = this.#replace(id, (before) => ({ ...before, content: before.content + text }));
    const offset = block.content.length - text.length;
    this.#send({ topic: "block", type: "appended", contextId: id.contextId, version: this.#next(), id, offset, text });
  }

  change(id: BlockId, patch: Partial<BlockSnapshot>): void {
    const block = this.#replace(id, (before) => ({ ...before, ...patch }));
    this.#send({ topic: "block", type: "changed", contextId: id.contextId, version: this.#next(), block });
  }

  /** A session in a context, as far as front ends use one. */
  api(context = this.contexts[0] as Context): KernelApi {
    const info = {
      kernel: { label: "test" },
      context,
      session: { principalId: uuid("a"), contextId: context.id },
      ephemeral: true,
    };
    const api: Partial<KernelApi> = {
      info: async () => info as unknown as KernelInfo,
      getCwd: async () => this.#cwd,
      getLastStatus: async () => this.#status,
      getCommandHistory: async () => [
        { code: "echo older", at: 1 },
        { code: "echo newer", at: 2 },
      ],
      listContexts: async () => this.contexts,
      listBlocks: async () => this.#blocks.filter((block) => block.id.contextId === context.id),
      readBlock: async (id) => this.#blocks.find((block) => block.id.seq === id.seq) as BlockSnapshot,
      version: async () => this.#version,
      detach: async () => undefined,
      joinContext: async (address) => {
        const found = this.contexts.find((one) => one.label === address || one.id === address);
        if (found === undefined) throw new Error(`no context ${address}`);
        return this.api(found);
      },
      complete: async (line, cursor) => this.#complete(line, cursor),
      subscribe: async (_options, callback) => {
        this.#subscribers.add(callback);
        return { close: () => void this.#subscribers.delete(callback) };
      },
      execute: (code, options = {}) => this.#execute(code, options, context),
    };
    return api as KernelApi;
  }

  #execute(code: string, options: ExecuteOptions, context: Context): Execution {
    const controller = new AbortController();
    const interrupted = options.signal === undefined ? controller.signal : AbortSignal.any([controller.signal, options.signal]);
    const records = options.record !== false;
    if (records) this.executed.push(code);
    const done = this.#run(code, options, context, interrupted, records);
    return { id: this.executed.length, done, interrupt: () => controller.abort() };
  }

  async #run(
    code: string,
    options: ExecuteOptions,
    context: Context,
    interrupted: AbortSignal,
    records: boolean,
  ): Promise<ExecuteResult> {
    const call = records
      ? this.insert({ role: "user", kind: "toolCall", toolKind: "shell", content: code }, "a", context)
      : undefined;
    const result =
      call === undefined
        ? undefined
        : this.insert({ role: "tool", kind: "toolResult", toolKind: "shell", parentId: call.id, status: "running" }, "a", context);
    const tee = (sink: Sink | undefined): Sink => ({
      write: (chunk) => {
        if (result !== undefined && !code.startsWith("flood"))
          this.append(result.id, typeof chunk === "string" ? chunk : decoder.decode(chunk));
        return sink?.write(chunk);
      },
    });
    const words = code.trim().split(/\s+/);
    const outcome = await this.#word({ words, options, out: tee(options.stdout), err: tee(options.stderr ?? quiet), interrupted });
    this.#status = outcome.status;
    if (result === undefined) return outcome;
    const finish = (): void =>
      this.change(result.id, { status: outcome.status === 0 ? "done" : "error", exitCode: outcome.status });
    if (this.eventsAfterDone) setImmediate(finish);
    else finish();
    return { ...outcome, blockId: result.id };
  }

  async #word({ words, options, out, err, interrupted }: Call): Promise<ExecuteResult> {
    const [name = "", ...args] = words;
    switch (name) {
      case "echo":
        await out.write(`${args.join(" ")}\n`);
        return { status: 0 };
      case "part":
        await out.write(args.join(" "));
        return { status: 0 };
      case "warn":
        await err.write(`${args.join(" ")}\n`);
        return { status: 1 };
      case "flood":
        for (let line = 1; line <= Number(args[0]); line += 1) {
          if (interrupted.aborted) return { status: 130 };
          const wait = out.write(`line ${line}\n`);
          if (wait !== undefined) await wait;
        }
        return { status: 0 };
      case "wait":
        await out.write("waiting\n");
        await new Promise((resolve) => interrupted.addEventListener("abort", resolve, { once: true }));
        return { status: 130 };
      case "read": {
        await out.write("name: ");
        const answer = await options.stdin?.read();
        await out.write(`hello ${answer === null || answer === undefined ? "nobody" : decoder.decode(answer).trimEnd()}\n`);
        return { status: 0 };
      }
      case "run":
        return { status: await this.#spawn(args) };
      case "drift": {
        const debug = this.contexts.find((one) => one.label === "debug") ?? this.addContext("debug", this.contexts[0]);
        this.insert({
          role: "system",
          kind: "drift",
          content: args.join(" "),
          sourceContext: debug.id,
          driftKind: "push",
          sourceModel: "local/extractive",
        });
        return { status: 0 };
      }
      case "stream": {
        const block = this.insert({ role: "model", kind: "text", status: "running" });
        setTimeout(() => this.append(block.id, "first line\nsecond"), 20);
        setTimeout(() => this.append(block.id, " line\nunfinished"), 60);
        return { status: 0 };
      }
      case "tokens": {
        const block = this.insert({ role: "model", kind: "text", status: "running" });
        const total = Number(args[0]);
        const next = (token: number): void => {
          if (token > total) this.change(block.id, { status: "done" });
          else {
            this.append(block.id, `t${token}${token % 10 === 0 ? "\n" : " "}`);
            setImmediate(next, token + 1);
          }
        };
        next(1);
        return { status: 0 };
      }
      case "finish": {
        const live = this.#blocks.find((block) => block.status === "running" && block.kind === "text") as BlockSnapshot;
        this.change(live.id, { status: "done", content: `${live.content} end` });
        return { status: 0 };
      }
      case "crash":
        setTimeout(() => {
          throw new Error("a fault of ours");
        }, 0);
        return { status: 0 };
      case "switch":
        return {
          status: 0,
          switchedTo: (this.contexts.find((one) => one.label === args[0]) ?? this.addContext(args[0] ?? "other", this.contexts[0]))
            .id,
        };
      case "cd":
        this.#cwd = args[0] ?? "/home/person";
        return { status: 0 };
      case "exit":
        return { status: Number(args[0] ?? 0), exited: true };
      case "test":
        return { status: args[1] === "/help" ? 0 : 1 };
      case "":
        return { status: 0 };
      default:
        await err.write(encoder.encode(`kaish: ${name}: command not found\n`));
        return { status: 127 };
    }
  }

  #spawn(argv: readonly string[]): Promise<number> {
    return this.foreground(
      () =>
        new Promise<number>((resolve) => {
          const child = spawn(argv[0] ?? "true", argv.slice(1), { stdio: "inherit" });
          child.on("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
        }),
    );
  }

  async #complete(line: string, cursor: number): Promise<Completions> {
    const start = line.lastIndexOf(" ", cursor - 1) + 1;
    const word = line.slice(start, cursor);
    const texts = start === 0 ? ["echo", "exit", "flood"] : ["alpha.txt", "alpine.txt", "beta.txt"];
    const items = texts
      .filter((text) => text.startsWith(word))
      .map((text) => ({ text, kind: start === 0 ? ("command" as const) : ("path" as const), help: `help of ${text}` }));
    return { start, end: cursor, items };
  }

  #replace(id: BlockId, change: (block: BlockSnapshot) => BlockSnapshot): BlockSnapshot {
    const index = this.#blocks.findIndex((block) => block.id.seq === id.seq);
    const block = change(this.#blocks[index] as BlockSnapshot);
    this.#blocks[index] = block;
    return block;
  }

  #next(): number {
    this.#version += 1;
    return this.#version;
  }

  #send(event: KernelEvent): void {
    for (const callback of this.#subscribers) callback([event]);
  }
}
