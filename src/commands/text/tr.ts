import { type BaseContext, CommandError, command, type Flag, type Input } from "../../kernel/command.ts";
import { next } from "../support/io/input.ts";
import { Output, put, quoted } from "../support/io/output.ts";
import { drive, type Steps } from "../support/io/steps.ts";

const flags = {
  delete: { short: "d", help: "delete the characters of SET1" },
  "squeeze-repeats": { short: "s", help: "one of several equal characters of the last set" },
  complement: { short: "c", aliases: ["C"], help: "use all characters that are not in SET1" },
  "truncate-set1": { short: "t", help: "cut SET1 to the length of SET2" },
} as const satisfies Readonly<Record<string, Flag>>;

type TrInput = Input<typeof flags>;

export const tr = command(
  {
    name: "tr",
    summary: "replace or delete characters",
    description: "Characters are bytes, as GNU has it. Sets: a-z, [:alpha:], [=c=], [x*3], \\n, \\012.",
    group: "text",
    needs: [],
    parse: "posix",
    args: [
      { name: "set1", help: "the characters" },
      { name: "set2", help: "what they become", optional: true },
    ],
    flags,
    examples: [
      { run: "echo hello | tr a-z A-Z", stdout: "HELLO\n" },
      { run: "echo 'a  b' | tr -s ' '", stdout: "a b\n" },
      { run: "printf '1a2b' | tr -dc 0-9", stdout: "12" },
    ],
  },
  (input, ctx) => drive(run(input, ctx), ctx.signal),
);

type Part =
  | { readonly kind: "bytes"; readonly bytes: readonly number[] }
  | { readonly kind: "class"; readonly name: string; readonly bytes: readonly number[] }
  | { readonly kind: "repeat"; readonly byte: number; readonly count: number };

const members: Readonly<Record<string, (byte: number) => boolean>> = {
  alnum: (b) => isAlpha(b) || isDigit(b),
  alpha: (b) => isAlpha(b),
  blank: (b) => b === 32 || b === 9,
  cntrl: (b) => b < 32 || b === 127,
  digit: (b) => isDigit(b),
  graph: (b) => b > 32 && b < 127,
  lower: (b) => b >= 97 && b <= 122,
  print: (b) => b >= 32 && b < 127,
  punct: (b) => b > 32 && b < 127 && !isAlpha(b) && !isDigit(b),
  space: (b) => b === 32 || (b >= 9 && b <= 13),
  upper: (b) => b >= 65 && b <= 90,
  xdigit: (b) => isDigit(b) || (b >= 65 && b <= 70) || (b >= 97 && b <= 102),
};

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function isAlpha(byte: number): boolean {
  return (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}

interface Char {
  readonly byte: number;
  readonly escaped: boolean;
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92 };

function unescaped(text: string): readonly Char[] {
  const bytes = Buffer.from(text);
  const out: Char[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte !== 92 || i + 1 >= bytes.length) {
      out.push({ byte, escaped: false });
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(bytes.toString("latin1", i + 1, i + 4))?.[0];
    if (octal !== undefined) {
      const fits = Number.parseInt(octal, 8) < 256 ? octal : octal.slice(0, 2);
      out.push({ byte: Number.parseInt(fits, 8), escaped: true });
      i += fits.length;
    } else {
      i++;
      out.push({ byte: escapes[String.fromCharCode(bytes[i] as number)] ?? (bytes[i] as number), escaped: true });
    }
  }
  return out;
}

function parseSet(text: string): readonly Part[] {
  const chars = unescaped(text);
  const parts: Part[] = [];
  const is = (at: number, char: string) => chars[at]?.byte === char.charCodeAt(0) && !chars[at]?.escaped;
  const string = (from: number, to: number) => Buffer.from(chars.slice(from, to).map((char) => char.byte)).toString("latin1");
  for (let i = 0; i < chars.length; ) {
    const special = is(i, "[") ? bracket(chars, i, is, string) : undefined;
    if (special !== undefined) {
      parts.push(special.part);
      i = special.end;
      continue;
    }
    const low = (chars[i] as Char).byte;
    if (is(i + 1, "-") && i + 2 < chars.length) {
      const high = (chars[i + 2] as Char).byte;
      if (high < low) throw new CommandError(`range-endpoints of '${string(i, i + 3)}' are in reverse collating sequence order`, 2);
      parts.push({ kind: "bytes", bytes: Array.from({ length: high - low + 1 }, (_, k) => low + k) });
      i += 3;
    } else {
      parts.push({ kind: "bytes", bytes: [low] });
      i++;
    }
  }
  return parts;
}

function bracket(
  chars: readonly Char[],
  i: number,
  is: (at: number, char: string) => boolean,
  string: (from: number, to: number) => string,
): { readonly part: Part; readonly end: number } | undefined {
  for (const mark of [":", "="]) {
    if (!is(i + 1, mark)) continue;
    for (let end = i + 2; end + 1 < chars.length; end++) {
      if (!is(end, mark) || !is(end + 1, "]") || (mark === "=" && end === i + 2)) continue;
      const name = string(i + 2, end);
      if (mark === "=") {
        if (name.length !== 1) throw new CommandError(`${name}: equivalence class operand must be a single character`, 2);
        return { part: { kind: "bytes", bytes: [name.charCodeAt(0)] }, end: end + 2 };
      }
      const member = members[name];
      if (member === undefined) throw new CommandError(`invalid character class ${quoted(name)}`, 2);
      return { part: { kind: "class", name, bytes: Array.from({ length: 256 }, (_, b) => b).filter(member) }, end: end + 2 };
    }
  }
  if (i + 2 < chars.length && is(i + 2, "*")) {
    let end = i + 3;
    while (end < chars.length && !is(end, "]")) end++;
    const digits = string(i + 3, end);
    if (end < chars.length && /^[0-9]*$/.test(digits)) {
      const count = digits === "" ? 0 : digits.startsWith("0") ? Number.parseInt(digits, 8) : Number(digits);
      return { part: { kind: "repeat", byte: (chars[i + 1] as Char).byte, count }, end: end + 1 };
    }
  }
  return undefined;
}

/** All bytes of a set; a `[x*]` fills it up to `length`. */
function expand(parts: readonly Part[], length: number): readonly number[] {
  const fixed = parts.reduce((sum, part) => sum + (part.kind === "repeat" ? part.count : part.bytes.length), 0);
  return parts.flatMap((part) => {
    if (part.kind !== "repeat") return part.bytes;
    return new Array<number>(part.count === 0 ? Math.max(0, length - fixed) : part.count).fill(part.byte);
  });
}

interface Plan {
  /** What each byte becomes; -1: nothing. */
  readonly map: Int16Array;
  readonly squeeze: Uint8Array;
}

function planOf({ flags: given, args }: TrInput): Plan {
  const [text1 = "", text2] = args;
  const needsTwo = given.delete === given["squeeze-repeats"];
  if (needsTwo && text2 === undefined) {
    throw new CommandError(
      `missing operand after ${quoted(text1)}\nTwo strings must be given when ${given.delete ? "both deleting and squeezing repeats" : "translating"}.`,
      2,
    );
  }
  if (given.delete && !given["squeeze-repeats"] && text2 !== undefined) throw new CommandError(`extra operand ${quoted(text2)}`, 2);
  const parts1 = parseSet(text1);
  if (parts1.some((part) => part.kind === "repeat"))
    throw new CommandError("the [c*] repeat construct may not appear in string1", 2);
  let set1 = expand(parts1, 0);
  if (given.complement) {
    const inside = new Set(set1);
    set1 = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !inside.has(byte));
  }
  const parts2 = text2 === undefined ? [] : parseSet(text2);
  const set2 = expand(parts2, set1.length);
  const map = Int16Array.from({ length: 256 }, (_, byte) => byte);
  if (given.delete) for (const byte of set1) map[byte] = -1;
  else if (text2 !== undefined) translate(map, set1, set2, given, parts1, parts2);
  const squeeze = new Uint8Array(256);
  if (given["squeeze-repeats"]) for (const byte of text2 === undefined ? set1 : set2) squeeze[byte] = 1;
  return { map, squeeze };
}

function translate(
  map: Int16Array,
  set1: readonly number[],
  set2: readonly number[],
  given: TrInput["flags"],
  parts1: readonly Part[],
  parts2: readonly Part[],
): void {
  for (const part of parts2) {
    if (part.kind === "class" && part.name !== "upper" && part.name !== "lower") {
      throw new CommandError("when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'", 2);
    }
  }
  if (set2.length === 0 && set1.length > 0 && !given["truncate-set1"])
    throw new CommandError("when not truncating set1, string2 must be non-empty", 2);
  const classes2 = parts2.filter((part) => part.kind === "class");
  if (classes2.length > 0 && !parts1.some((part) => part.kind === "class"))
    throw new CommandError("misaligned [:upper:] and/or [:lower:] construct", 2);
  const last = set2.at(-1) as number;
  const count = given["truncate-set1"] ? Math.min(set1.length, set2.length) : set1.length;
  for (let i = 0; i < count; i++) map[set1[i] as number] = set2[i] ?? last;
}

function* run(input: TrInput, ctx: BaseContext): Steps<number> {
  const { map, squeeze } = planOf(input);
  const squeezes = squeeze.includes(1);
  const drops = map.includes(-1);
  const out = new Output(ctx.stdout);
  let before = -1;
  for (;;) {
    const chunk = yield* next(ctx.stdin, out);
    if (chunk === null) break;
    const result = Buffer.allocUnsafeSlow(chunk.length);
    let used = 0;
    if (!squeezes && !drops) {
      for (let i = 0; i < chunk.length; i++) result[i] = map[chunk[i] as number] as number;
      used = chunk.length;
    } else {
      for (let i = 0; i < chunk.length; i++) {
        const byte = map[chunk[i] as number] as number;
        if (byte < 0 || (byte === before && squeeze[byte] === 1)) continue;
        before = byte;
        result[used++] = byte;
      }
    }
    if (used > 0) yield* put(ctx.stdout, result.subarray(0, used));
  }
  return 0;
}
