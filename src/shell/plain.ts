import type { Readable, Writable } from "node:stream";
import { type ExecuteOptions, type Execution, type KernelApi, KernelError } from "../kernel/index.ts";
import { parse } from "../parser/index.ts";
import { runFrontCommand } from "./front-commands.ts";
import { type ContextView, openContextView } from "./tui/context-view.ts";
import { plainTheme } from "./tui/theme.ts";

type ByteSink = NonNullable<ExecuteOptions["stdout"]>;
type ByteSource = NonNullable<ExecuteOptions["stdin"]>;

export interface PlainOptions {
  /** Where the person starts. It is not detached here. */
  readonly api: KernelApi;
  readonly input: Readable & { readonly isTTY?: boolean; readonly fd?: number };
  readonly output: Writable & { readonly isTTY?: boolean; readonly fd?: number; readonly columns?: number };
  /** Default: `output`. */
  readonly errors?: Writable & { readonly isTTY?: boolean; readonly fd?: number };
  /** Print a prompt, and what others do in the context. Default: when the output is a terminal. */
  readonly prompt?: boolean;
  /** Aborting it interrupts what runs and ends the reading: status 130. */
  readonly signal?: AbortSignal;
  /** Default: what the parser says. */
  isIncomplete?(text: string): boolean;
}

/**
 * The REPL without a terminal's powers: reads lines, gathers what is incomplete, runs it, prints results; no escapes of
 * its own. A program that reads its input gets the lines that follow. Resolves at the end of input with the status of the last
 * program, or with what `exit` was given.
 */
export async function runPlain(options: PlainOptions): Promise<number> {
  return new PlainRepl(options).run();
}

class PlainRepl {
  readonly #options: PlainOptions;
  readonly #lines: LineSource;
  readonly #prompts: boolean;
  #api: KernelApi;
  #joined: KernelApi | null = null;
  #view: ContextView | null = null;
  #label = "";
  #status = 0;
  #left = false;
  #busy = false;
  /** What others did while a program ran: printed after it. */
  #later: string[] = [];
  #execution: Execution | null = null;

  constructor(options: PlainOptions) {
    this.#options = options;
    this.#api = options.api;
    this.#lines = new LineSource(options.input);
    this.#prompts = options.prompt ?? options.output.isTTY === true;
  }

  async run(): Promise<number> {
    const onAbort = (): void => this.#lines.end();
    this.#options.signal?.addEventListener("abort", onAbort, { once: true });
    const onInterrupt = (): void => this.#interrupt();
    // While a program runs the input is paused, and alone would not keep the process.
    const alive = setInterval(() => undefined, 2 ** 30);
    if (this.#options.input.isTTY === true) process.on("SIGINT", onInterrupt);
    try {
      await this.#enter(this.#api);
      while (!this.#left) {
        const code = await this.#gather();
        if (code === null || this.#options.signal?.aborted === true) break;
        await this.#runSafely(code);
      }
      return this.#options.signal?.aborted === true ? 130 : this.#status;
    } finally {
      this.#options.signal?.removeEventListener("abort", onAbort);
      process.off("SIGINT", onInterrupt);
      clearInterval(alive);
      this.#view?.close();
      this.#lines.end();
      await this.#joined?.detach().catch(() => undefined);
    }
  }

  /** One complete input; null at the end. */
  async #gather(): Promise<string | null> {
    const isIncomplete = this.#options.isIncomplete ?? ((text: string) => parse(text).incomplete);
    let code = "";
    for (;;) {
      if (this.#prompts)
        await this.#print(code === "" ? `${this.#label}${this.#status === 0 ? "" : ` [${this.#status}]`}> ` : "> ");
      const line = await this.#lines.line();
      if (line === null) {
        if (this.#prompts) await this.#print("\n");
        return code === "" ? null : code;
      }
      code = code === "" ? line : `${code}\n${line}`;
      if (code.trim() === "") code = "";
      else if (!isIncomplete(code)) return code;
    }
  }

  async #runSafely(code: string): Promise<void> {
    this.#busy = true;
    try {
      await this.#runCode(code);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await writeTo(this.#options.errors ?? this.#options.output, `kaish: ${message}\n`);
      this.#status = 1;
      if (error instanceof KernelError && error.code === "disconnected") this.#left = true;
    } finally {
      this.#busy = false;
    }
    const later = this.#later.join("");
    this.#later = [];
    if (later !== "") await this.#print(later);
  }

  async #runCode(code: string): Promise<void> {
    const front = await runFrontCommand(this.#api, code);
    if (front !== null) {
      await this.#print(front.text);
      this.#status = front.status;
      this.#left = front.leave === true;
      if (front.moveTo !== undefined) await this.#move(front.moveTo);
      return;
    }
    const { input, output, errors, signal } = this.#options;
    this.#view?.transcript.beginOwn();
    const own = [];
    try {
      this.#execution = this.#api.execute(code, {
        stdin: this.#lines.source(input.isTTY === true ? input.fd : undefined),
        stdout: sinkOf(output),
        stderr: sinkOf(errors ?? output),
        ...(signal === undefined ? {} : { signal }),
      });
      const result = await this.#execution.done;
      this.#status = result.status;
      if (result.blockId !== undefined && this.#view !== null) {
        own.push(result.blockId);
        const { parentId } = await this.#api.readBlock(result.blockId);
        if (parentId !== undefined) own.push(parentId);
      }
      this.#left = result.exited === true;
      if (result.switchedTo !== undefined) await this.#move(await this.#api.joinContext(result.switchedTo));
    } finally {
      this.#execution = null;
      this.#view?.transcript.endOwn(own);
    }
  }

  /** ctrl-c on a terminal: the program that runs, or nothing but a new line. */
  #interrupt(): void {
    if (this.#execution !== null) this.#execution.interrupt();
    else this.#show("");
  }

  async #move(api: KernelApi): Promise<void> {
    const before = this.#joined;
    await this.#enter(api);
    this.#joined = api;
    await before?.detach();
  }

  async #enter(api: KernelApi): Promise<void> {
    this.#api = api;
    if (!this.#prompts) return;
    const view = await openContextView({
      api,
      theme: plainTheme,
      width: () => this.#options.output.columns || 80,
      commit: (lines) => this.#show(lines),
      changed: () => undefined,
      fail: (error) => this.#show(`kaish: ${error instanceof Error ? error.message : String(error)}\n`),
    });
    this.#view?.close();
    this.#view = view;
    this.#label = view.info.context.label;
    for (const block of view.unread) view.print(block);
  }

  #show(lines: string): void {
    if (this.#busy) this.#later.push(lines);
    // A line is being typed: what comes starts on one of its own.
    else this.#options.output.write(`\n${lines}${this.#label}> `);
  }

  async #print(text: string): Promise<void> {
    if (text !== "") await writeTo(this.#options.output, text);
  }
}

function sinkOf(stream: PlainOptions["output"]): ByteSink {
  return {
    write: (chunk) => (stream.write(chunk) ? undefined : drained(stream)),
    ...(stream.isTTY === true ? { isTty: true } : {}),
    ...(stream.fd === undefined ? {} : { hostFd: stream.fd }),
    ...(stream.columns === undefined ? {} : { columns: stream.columns }),
  };
}

async function writeTo(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await drained(stream);
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("drain", resolve);
    stream.once("error", reject);
  });
}

const LINE_END = 0x0a;

/** The input, read by lines for us and by chunks for the programs, from one buffer. */
class LineSource {
  readonly #input: Readable;
  #buffer: Uint8Array = new Uint8Array(0);
  #ended = false;
  #wake: (() => void) | null = null;

  constructor(input: Readable) {
    this.#input = input;
    input.pause();
    input.on("data", (chunk: Uint8Array | string) => {
      const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
      this.#buffer = joined(this.#buffer, bytes);
      this.#input.pause();
      this.#wakeUp();
    });
    input.on("end", () => this.end());
    input.on("error", () => this.end());
    input.pause();
  }

  /** No more is read. */
  end(): void {
    this.#ended = true;
    this.#input.pause();
    this.#wakeUp();
  }

  /** The next line without its end; null at the end of input. */
  async line(): Promise<string | null> {
    let searched = 0;
    for (;;) {
      const end = this.#buffer.indexOf(LINE_END, searched);
      if (end >= 0) {
        const line = this.#buffer.subarray(0, end);
        this.#buffer = this.#buffer.subarray(end + 1);
        return new TextDecoder().decode(line).replace(/\r$/, "");
      }
      searched = this.#buffer.length;
      if (this.#ended) {
        const rest = this.#buffer;
        this.#buffer = new Uint8Array(0);
        return rest.length === 0 ? null : new TextDecoder().decode(rest);
      }
      await this.#more();
    }
  }

  /** The same input for a program; `fd` is the terminal's descriptor behind it. */
  source(fd: number | undefined): ByteSource {
    let isClosed = false;
    return {
      ...(fd === undefined ? {} : { isTty: true, hostFd: fd }),
      read: async () => {
        while (this.#buffer.length === 0 && !this.#ended && !isClosed) await this.#more();
        if (isClosed || this.#buffer.length === 0) return null;
        const chunk = this.#buffer;
        this.#buffer = new Uint8Array(0);
        return chunk;
      },
      unread: (chunk) => {
        this.#buffer = joined(chunk, this.#buffer);
      },
      close: () => {
        isClosed = true;
      },
    };
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#input.resume();
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
