import type { BaseContext, ByteSink } from "../../kernel/command.ts";
import { after, type MaybePromise } from "../../vfs/index.ts";

/** Writes `out` and answers `status`: at once when the sink takes it at once. */
export function reply(sink: ByteSink, out: string | Uint8Array, status = 0): MaybePromise<number> {
  if (out.length === 0) return status;
  return after(sink.write(out), () => status);
}

/** What a command that goes on after an error has gathered: it is printed at the end, errors last. */
export class Report {
  out: string | Uint8Array = "";
  #errors = "";
  status = 0;

  /** Notes `NAME: message` for stderr. */
  fail(ctx: Pick<BaseContext, "name">, message: string, status = 1): void {
    this.#errors += `${ctx.name}: ${message}\n`;
    this.status = status;
  }

  /** Notes something that is no failure. */
  warn(ctx: Pick<BaseContext, "name">, message: string): void {
    this.fail(ctx, message, this.status);
  }

  end(ctx: Pick<BaseContext, "stdout" | "stderr">): MaybePromise<number> {
    const status = this.status;
    if (this.#errors === "") return reply(ctx.stdout, this.out, status);
    return after(reply(ctx.stdout, this.out, status), () => reply(ctx.stderr, this.#errors, status));
  }
}
