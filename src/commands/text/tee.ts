import { command } from "../../kernel/command.ts";
import { type FileHandle, VfsError } from "../../vfs/index.ts";
import { fileError, next } from "../support/io/input.ts";
import { complain, put } from "../support/io/output.ts";
import { drive, type Steps, wait } from "../support/io/steps.ts";

export const tee = command(
  {
    name: "tee",
    summary: "copy standard input to files and to standard output",
    group: "text",
    needs: ["vfs.write"],
    args: [{ name: "file", help: "where to write", optional: true, rest: true, means: "path" }],
    flags: {
      append: { short: "a", help: "add to the files" },
      "ignore-interrupts": { short: "i", help: "ignored" },
      p: { help: "go on when nobody reads the output" },
    },
    examples: [
      { run: "echo x | tee f; cat f", stdout: "x\nx\n" },
      { run: "echo a > f; echo b | tee -a f > g; cat f", stdout: "a\nb\n" },
    ],
  },
  ({ flags, args }, ctx) =>
    drive(
      (function* (): Steps<number> {
        const files: { readonly name: string; readonly handle: FileHandle }[] = [];
        let status = 0;
        const mode = flags.append ? { append: true, create: true } : { write: true, create: true, truncate: true };
        const failed = function* (error: unknown, name: string): Steps<void> {
          status = 1;
          yield* complain(ctx, `${name}: ${fileError(error).message}`);
        };
        try {
          for (const name of args) {
            try {
              files.push({ name, handle: yield* wait(ctx.vfs.open(ctx.resolve(name), mode)) });
            } catch (error) {
              yield* failed(error, name);
            }
          }
          let reads = true;
          for (;;) {
            const chunk = yield* next(ctx.stdin);
            if (chunk === null) break;
            for (const file of [...files]) {
              try {
                yield* wait(file.handle.write(chunk));
              } catch (error) {
                files.splice(files.indexOf(file), 1);
                yield* failed(error, file.name);
              }
            }
            try {
              if (reads) yield* put(ctx.stdout, chunk);
            } catch (error) {
              if (!flags.p || !(error instanceof VfsError)) throw error;
              reads = false;
            }
          }
        } finally {
          for (const { handle } of files) yield* wait(handle.close());
        }
        return status;
      })(),
      ctx.signal,
    ),
);
