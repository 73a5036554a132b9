import { type ByteSource, command } from "../../kernel/command.ts";
import { eachInput, next, type ReadContext } from "../support/io/input.ts";
import { complain, Output, put } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

export const cat = command(
  {
    name: "cat",
    summary: "join files and print them",
    group: "text",
    needs: ["vfs.read"],
    args: [{ name: "file", help: "what to print; `-` or nothing is standard input", optional: true, rest: true, means: "path" }],
    flags: {
      number: { short: "n", help: "number all lines" },
      "number-nonblank": { short: "b", help: "number lines that are not empty" },
      "squeeze-blank": { short: "s", help: "print one of several empty lines" },
      "show-ends": { short: "E", help: "show `$` at the end of each line" },
      "show-tabs": { short: "T", help: "show tabs as ^I" },
      "show-nonprinting": { short: "v", help: "show control characters as ^X and M-X" },
      "show-all": { short: "A", help: "as -vET" },
      e: { help: "as -vE" },
      t: { help: "as -vT" },
      u: { help: "ignored" },
    },
    examples: [
      { run: "printf 'a\\nb\\n' | cat -n", stdout: "     1\ta\n     2\tb\n" },
      { run: "printf 'one\\n' > f; printf 'two\\n' | cat f -", stdout: "one\ntwo\n" },
      { run: "printf 'a\\tb\\n' | cat -A", stdout: "a^Ib$\n" },
    ],
  },
  ({ flags, args }, ctx) => {
    const style: Style = {
      number: flags["number-nonblank"] ? "nonblank" : flags.number ? "all" : "none",
      squeeze: flags["squeeze-blank"],
      ends: flags["show-ends"] || flags["show-all"] || flags.e,
      tabs: flags["show-tabs"] || flags["show-all"] || flags.t,
      controls: flags["show-nonprinting"] || flags["show-all"] || flags.e || flags.t,
    };
    return drive(run(ctx, args, style), ctx.signal);
  },
);

interface Style {
  readonly number: "none" | "all" | "nonblank";
  readonly squeeze: boolean;
  readonly ends: boolean;
  readonly tabs: boolean;
  readonly controls: boolean;
}

function* run(ctx: ReadContext, args: readonly string[], style: Style): Steps<number> {
  const plain = style.number === "none" && !style.squeeze && !style.ends && !style.tabs && !style.controls;
  const out = new Output(ctx.stdout);
  const printer = new Printer(style, out);
  const body = function* (source: ByteSource): Steps<void> {
    for (;;) {
      const chunk = yield* next(source, out);
      if (chunk === null) return;
      if (plain) yield* put(ctx.stdout, chunk);
      else {
        printer.print(chunk);
        if (out.full) yield* out.flush();
      }
    }
  };
  const good = yield* eachInput(ctx, args, body, function* (error, operand) {
    yield* out.flush();
    yield* complain(ctx, `${operand}: ${error.message}`);
  });
  printer.end();
  yield* out.flush();
  return good ? 0 : 1;
}

/** Prints with decorations; its state goes on over files, as GNU's does. */
class Printer {
  readonly #style: Style;
  readonly #out: Output;
  readonly #shown: readonly (string | undefined)[];
  #line = 0;
  #atStart = true;
  #blank = false;
  /** A carriage return at the end of a chunk: with -E it shows as ^M if a newline follows. */
  #heldReturn = false;

  constructor(style: Style, out: Output) {
    this.#style = style;
    this.#out = out;
    this.#shown = Array.from({ length: 256 }, (_, byte) => shown(byte, style));
  }

  print(input: Uint8Array): void {
    let plainFrom = 0;
    let chunk = this.#heldReturn ? Buffer.concat([carriageReturn, input]) : input;
    this.#heldReturn = this.#style.ends && chunk[chunk.length - 1] === 13;
    if (this.#heldReturn) chunk = chunk.subarray(0, -1);
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.#atStart) {
        this.#out.addSlice(chunk, plainFrom, i);
        plainFrom = i;
        if (byte === 10) {
          const skip = this.#blank && this.#style.squeeze;
          this.#blank = true;
          if (skip) {
            plainFrom = i + 1;
            continue;
          }
          if (this.#style.number === "all") this.#number();
        } else {
          this.#blank = false;
          this.#atStart = false;
          if (this.#style.number !== "none") this.#number();
        }
      }
      if (byte === 10) {
        if (this.#style.ends) {
          this.#out.addSlice(chunk, plainFrom, i);
          plainFrom = i;
          this.#out.byte(36);
        }
        this.#atStart = true;
        continue;
      }
      const text = byte === 13 && this.#style.ends && chunk[i + 1] === 10 ? "^M" : this.#shown[byte];
      if (text !== undefined) {
        this.#out.addSlice(chunk, plainFrom, i);
        plainFrom = i + 1;
        this.#out.latin1(text);
      }
    }
    this.#out.addSlice(chunk, plainFrom, chunk.length);
  }

  end(): void {
    if (this.#heldReturn) this.#out.latin1(this.#shown[13] ?? "\r");
  }

  #number(): void {
    this.#out.latin1(`${String(++this.#line).padStart(6)}\t`);
  }
}

const carriageReturn = Uint8Array.of(13);

/** How a byte is shown, where it is not shown as itself. */
function shown(byte: number, style: Style): string | undefined {
  if (byte === 9) return style.tabs ? "^I" : undefined;
  if (byte === 10 || !style.controls) return undefined;
  const high = byte >= 128 ? "M-" : "";
  const low = byte & 127;
  if (low < 32) return `${high}^${String.fromCharCode(low + 64)}`;
  if (low === 127) return `${high}^?`;
  return high === "" ? undefined : high + String.fromCharCode(low);
}
