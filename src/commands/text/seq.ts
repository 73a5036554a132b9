import { CommandError, command } from "../../kernel/command.ts";
import { Output, quoted } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

export const seq = command(
  {
    name: "seq",
    summary: "print numbers in order",
    group: "text",
    needs: [],
    args: [{ name: "number", help: "LAST, FIRST LAST, or FIRST STEP LAST", rest: true }],
    flags: {
      separator: { short: "s", value: "string", help: "between numbers (newline)" },
      "equal-width": { short: "w", help: "pad with zeros to one width" },
      format: { short: "f", value: "string", placeholder: "FORMAT", help: "printf's %e %f or %g" },
    },
    parse: "posix",
    negativeOperands: true,
    examples: [
      { run: "seq 3", stdout: "1\n2\n3\n" },
      { run: "seq -s, 1 2 7", stdout: "1,3,5,7\n" },
      { run: "seq -w 8 10", stdout: "08\n09\n10\n" },
      { run: "seq 0 0.5 1", stdout: "0.0\n0.5\n1.0\n" },
    ],
  },
  ({ flags, args }, ctx) => {
    if (args.length > 3) throw new CommandError(`extra operand ${quoted(args[3] ?? "")}`, 2);
    const numbers = args.map(parse);
    const last = numbers.at(-1) as Operand;
    const first = numbers.length > 1 ? (numbers[0] as Operand) : one;
    const step = numbers.length > 2 ? (numbers[1] as Operand) : one;
    if (step.value === 0) throw new CommandError(`invalid Zero increment value: ${quoted(args[1] ?? "")}`, 2);
    if (flags.format !== undefined && flags["equal-width"]) {
      throw new CommandError("format string may not be specified when printing equal width strings", 2);
    }
    const print = flags.format === undefined ? printer(first, step, last, flags["equal-width"]) : formatter(flags.format);
    return drive(run(first, step, last, print, flags.separator ?? "\n", new Output(ctx.stdout)), ctx.signal);
  },
);

interface Operand {
  readonly value: number;
  readonly decimals: number;
  readonly text: string;
}

const one: Operand = { value: 1, decimals: 0, text: "1" };

function parse(text: string): Operand {
  const match = /^\s*[-+]?(?:[0-9]+\.?([0-9]*)|\.([0-9]+))(?:[eE]([-+]?[0-9]+))?$/.exec(text);
  const isHex = /^[-+]?0x[0-9a-f]+$/i.test(text);
  const infinite = /^([-+]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null)
    return { value: infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, decimals: 0, text };
  if (match === null && !isHex) throw new CommandError(`invalid floating point argument: ${quoted(text)}`, 2);
  const value = isHex ? Number.parseInt(text.replace(/^[-+]/, ""), 16) * (text.startsWith("-") ? -1 : 1) : Number(text);
  const decimals = Math.max(0, (match?.[1] ?? match?.[2] ?? "").length - Number(match?.[3] ?? 0));
  return { value, decimals, text: text.trim().replace(/^\+/, "") };
}

function printer(first: Operand, step: Operand, last: Operand, equalWidth: boolean): (value: number) => string {
  const decimals = Math.max(first.decimals, step.decimals);
  const width = equalWidth
    ? Math.max(first.value.toFixed(decimals).length, Number.isFinite(last.value) ? last.value.toFixed(decimals).length : 0)
    : 0;
  return (value) => {
    const text = decimals === 0 ? String(Object.is(value, -0) ? "-0" : value) : value.toFixed(decimals);
    if (text.length >= width) return text;
    return text.startsWith("-") ? `-${text.slice(1).padStart(width - 1, "0")}` : text.padStart(width, "0");
  };
}

/** One conversion of printf: `%[-+ 0#][width][.precision][efgEFG]`, with text around it. */
function formatter(format: string): (value: number) => string {
  const match = /^((?:[^%]|%%)*)%([-+ 0#']*)([0-9]*)(?:\.([0-9]*))?([efgEFG])((?:[^%]|%%)*)$/.exec(format);
  if (match === null) throw new CommandError(`format ${quoted(format)} has no % directive, or one that is not %e, %f or %g`, 2);
  const [, before = "", marks = "", width = "", precision, letter = "g", after = ""] = match;
  const digits = precision === undefined ? 6 : Number(precision);
  const plain = (text: string) => text.replaceAll("%%", "%");
  return (value) => {
    let text = convert(Math.abs(value), letter.toLowerCase(), digits, marks.includes("#"));
    if (letter !== letter.toLowerCase()) text = text.toUpperCase();
    const sign = value < 0 || Object.is(value, -0) ? "-" : marks.includes("+") ? "+" : marks.includes(" ") ? " " : "";
    const size = Number(width);
    if (marks.includes("-")) text = (sign + text).padEnd(size);
    else if (marks.includes("0")) text = sign + text.padStart(size - sign.length, "0");
    else text = (sign + text).padStart(size);
    return plain(before) + text + plain(after);
  };
}

function convert(value: number, letter: string, digits: number, keepZeros: boolean): string {
  const exponential = (places: number) => value.toExponential(Math.min(100, places)).replace(/e([-+])([0-9])$/, "e$10$2");
  if (letter === "f") return value.toFixed(Math.min(100, digits));
  if (letter === "e") return exponential(digits);
  const significant = digits === 0 ? 1 : digits;
  const power = value === 0 ? 0 : Number(value.toExponential(significant - 1).split("e")[1]);
  const scientific = power < -4 || power >= significant;
  const text = scientific ? exponential(significant - 1) : value.toFixed(Math.max(0, significant - 1 - power));
  return keepZeros || !text.includes(".") ? text : text.replace(/\.?0+(?=e|$)/, "");
}

function* run(
  first: Operand,
  step: Operand,
  last: Operand,
  print: (value: number) => string,
  separator: string,
  out: Output,
): Steps<number> {
  const exact =
    first.decimals === 0 && step.decimals === 0 && Number.isSafeInteger(first.value) && Number.isSafeInteger(step.value);
  const scale = 10 ** Math.max(first.decimals, step.decimals, last.decimals);
  const at = (index: number) =>
    exact ? first.value + index * step.value : Math.round(first.value * scale + index * step.value * scale) / scale;
  const within = (value: number) => (step.value > 0 ? value <= last.value : value >= last.value);
  if (!within(first.value)) return 0;
  let value = first.value;
  for (let index = 0; ; ) {
    out.text(print(value));
    value = at(++index);
    if (!within(value)) break;
    out.text(separator);
    if (out.full) {
      yield;
      yield* out.flush();
    }
  }
  out.text("\n");
  yield* out.flush();
  return 0;
}
