import type { ByteSource } from "../../../kernel/command.ts";
import { eachInput, type ReadContext } from "./input.ts";
import { complain, type Output, quoted } from "./output.ts";
import type { Steps } from "./steps.ts";

type Phase = "open" | "read";

/**
 * What most text commands are: runs `body` on each operand (stdin when there are none), says what failed as `what` names it, and
 * flushes `out`. Answers the status.
 */
export function* filterInputs(
  ctx: ReadContext,
  operands: readonly string[],
  out: Output,
  body: (source: ByteSource, operand: string) => Steps<void>,
  what: (operand: string, phase: Phase) => string = (operand) => operand,
): Steps<number> {
  const good = yield* eachInput(ctx, operands, body, function* (error, operand, phase) {
    yield* out.flush();
    yield* complain(ctx, `${what(operand, phase)}: ${error.message}`);
  });
  yield* out.flush();
  return good ? 0 : 1;
}

/** The same with a line in front of each operand's part that names it, where `headers` is on: `head`, `tail`. */
export function headedInputs(
  ctx: ReadContext,
  operands: readonly string[],
  out: Output,
  headers: boolean,
  body: (source: ByteSource) => Steps<void>,
): Steps<number> {
  let printed = 0;
  return filterInputs(
    ctx,
    operands,
    out,
    function* (source, operand) {
      if (headers) out.text(`${printed++ > 0 ? "\n" : ""}==> ${operand === "-" ? "standard input" : operand} <==\n`);
      yield* body(source);
    },
    (operand, phase) => (phase === "open" ? `cannot open ${quoted(operand)} for reading` : `error reading ${quoted(operand)}`),
  );
}
