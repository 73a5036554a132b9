import { Command, CommanderError, InvalidArgumentError } from "commander";

/** Which kernel a call is about. */
export interface Where {
  /** `-k NAME`; absent: an ephemeral one for programs, `default` for the REPL and verbs. */
  readonly kernel?: string;
  /** `--context ADDRESS`; absent: the kernel's default context. */
  readonly context?: string;
  /** `--connect PATH`: the socket of a kernel that another process hosts. */
  readonly connect?: string;
}

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: "script"; readonly path: string; readonly args: readonly string[]; readonly where: Where }
  | { readonly kind: "code"; readonly code: string; readonly arg0: string; readonly args: readonly string[]; readonly where: Where }
  | { readonly kind: "check"; readonly paths: readonly string[]; readonly code?: string }
  | { readonly kind: "verb"; readonly argv: readonly string[]; readonly where: Where }
  | { readonly kind: "interactive"; readonly plain: boolean; readonly where: Where }
  | { readonly kind: "serve-socket"; readonly path?: string; readonly where: Where }
  | { readonly kind: "serve-stdio"; readonly allowWrite: readonly string[]; readonly where: Where }
  /** commander has printed what was asked for, or what is wrong. */
  | { readonly kind: "done"; readonly status: number };

export interface CliTexts {
  readonly version: string;
  /** Kernel verbs that `kaish VERB …` runs. */
  readonly verbs: ReadonlySet<string>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface MainOptions {
  readonly command?: string;
  readonly kernel?: string;
  readonly context?: string;
  readonly connect?: string;
  readonly check?: true;
  readonly plain?: true;
}

interface ServeOptions {
  readonly socket?: string | true;
  readonly stdio?: true;
  readonly allowWrite?: readonly string[];
  readonly kernel?: string;
  readonly context?: string;
}

function nonEmpty(value: string): string {
  if (value === "") throw new InvalidArgumentError("it must not be empty.");
  return value;
}

function program(name: string, texts: CliTexts): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({
      writeOut: texts.out,
      writeErr: texts.err,
      outputError: (text, write) => write(text.replace(/^error: /, `${name}: `)),
    })
    .showSuggestionAfterError(true)
    .helpOption("-h, --help", "print this help");
}

function mainProgram(texts: CliTexts): Command {
  return program("kaish", texts)
    .usage("[options] [FILE [ARG…] | VERB … | serve …]")
    .description(
      "A shell and kernel where people and agents work in the same place. Without FILE: the REPL, or a program from standard input.",
    )
    .argument("[file]", "a script, a kernel verb, or `serve`")
    .argument("[args...]", "its arguments")
    .option("-c, --command <code>", "run CODE; the operands are $0, $1, …")
    .option("-k, --kernel <name>", "use (or make) the kernel NAME, kept on disk", nonEmpty)
    .option("--context <address>", "start in this context: label, short id or id prefix", nonEmpty)
    .option("--connect <path>", "attach to the kernel that serves this socket", nonEmpty)
    .option("--check", "only check the program; run nothing")
    .option("--plain", "a line reader without screen control")
    .version(texts.version, "-V, --version", "print the version")
    .passThroughOptions()
    .addHelpText(
      "after",
      `\nVerbs:    ${[...texts.verbs].sort().join(" ")}\nServe:    kaish serve --socket [PATH] | --stdio   (see kaish serve --help)\nCommands: kaish -c help`,
    );
}

function serveProgram(texts: CliTexts): Command {
  return program("kaish serve", texts)
    .description("Serve a kernel to other programs: Cap'n Proto RPC on a unix socket, or MCP on standard input and output.")
    .option("--socket [path]", "serve RPC on this socket (default: the kernel's own)")
    .option("--stdio", "serve MCP on standard input and output")
    .option(
      "--allow-write <dir>",
      "MCP: let sessions write below DIR (repeatable)",
      (dir: string, dirs: readonly string[] = []) => [...dirs, dir],
    )
    .option("-k, --kernel <name>", "use (or make) the kernel NAME, kept on disk", nonEmpty)
    .option("--context <address>", "start in this context", nonEmpty);
}

function whereOf(options: { kernel?: string; context?: string; connect?: string }): Where {
  return {
    ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
    ...(options.context === undefined ? {} : { context: options.context }),
    ...(options.connect === undefined ? {} : { connect: options.connect }),
  };
}

function usage(texts: CliTexts, message: string): Invocation {
  texts.err(`kaish: ${message}\n`);
  return { kind: "done", status: 2 };
}

function parseServe(argv: readonly string[], outer: Where, texts: CliTexts): Invocation {
  const parsed = serveProgram(texts).parse(argv, { from: "user" });
  const options = parsed.opts<ServeOptions>();
  const where = { ...outer, ...whereOf({ ...options }) };
  if ((options.socket !== undefined) === (options.stdio !== undefined))
    return usage(texts, "serve: say either --socket [PATH] or --stdio");
  if (options.stdio !== undefined) return { kind: "serve-stdio", allowWrite: options.allowWrite ?? [], where };
  if (options.allowWrite !== undefined) return usage(texts, "serve: --allow-write goes with --stdio");
  return { kind: "serve-socket", where, ...(typeof options.socket === "string" ? { path: options.socket } : {}) };
}

function parseMain(argv: readonly string[], texts: CliTexts): Invocation {
  const parsed = mainProgram(texts).parse(argv, { from: "user" });
  const options = parsed.opts<MainOptions>();
  const where = whereOf({ ...options });
  const [file, ...args] = parsed.args;
  if (where.connect !== undefined && where.kernel !== undefined) return usage(texts, "--connect and --kernel exclude each other");
  if (options.check === true) {
    if (options.command !== undefined) return { kind: "check", paths: [], code: options.command };
    return file === undefined ? usage(texts, "--check needs a file") : { kind: "check", paths: [file, ...args] };
  }
  const isVerb = file === "serve" || (file !== undefined && texts.verbs.has(file));
  const isProgram = options.command !== undefined || (file !== undefined && !isVerb);
  if (isProgram && where.context !== undefined && where.kernel === undefined && where.connect === undefined)
    return usage(texts, "--context needs -k NAME or --connect PATH: a program alone has a kernel of its own");
  if (options.command !== undefined) return { kind: "code", code: options.command, arg0: file ?? "kaish", args, where };
  if (file === undefined) return { kind: "interactive", plain: options.plain === true, where };
  if (file === "serve") return parseServe(args, where, texts);
  if (texts.verbs.has(file)) return { kind: "verb", argv: [file, ...args], where };
  return { kind: "script", path: file, args, where };
}

/** Reads the command line (without node and the script). Usage errors are status 2 and already printed. */
export function parseCommandLine(argv: readonly string[], texts: CliTexts): Invocation {
  try {
    return parseMain(argv, texts);
  } catch (error) {
    if (error instanceof CommanderError) return { kind: "done", status: error.exitCode === 0 ? 0 : 2 };
    throw error;
  }
}
