import { backslashQuote } from "../../kernel/command.ts";
import { strftime } from "../support/time/strftime.ts";
import { bytesAsText, unescapeArgument, unescapeFormat } from "./escapes.ts";
import { exponential, fixed, general, type LongDouble, readLongDouble } from "./long-double.ts";

/** A format taken apart: text, or one conversion. */
export type FormatPiece =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "conversion";
      readonly flags: string;
      readonly width: string;
      readonly precision: string | undefined;
      readonly letter: string;
      readonly time: string;
      /** `%s`, `%d` or `%i` and nothing more. */
      readonly plain: boolean;
    };

/** What one use of a format needs and changes. */
export interface FormatState {
  readonly operands: readonly string[];
  /** The next operand. */
  at: number;
  /** Nothing more may be printed. */
  stop: boolean;
  zone(): string | undefined;
  now(): number;
  /** Notes an error; printing goes on. */
  fail(message: string): void;
  /** The same, and it is no failure. */
  warn(message: string): void;
}

const cache = new Map<string, readonly FormatPiece[]>();

/** Takes a format apart. The last ones are remembered. */
export function parseFormat(format: string): readonly FormatPiece[] {
  const known = cache.get(format);
  if (known !== undefined) return known;
  const pieces: FormatPiece[] = [];
  let from = 0;
  for (const match of format.matchAll(
    /%(?:%|([-+ #0']*)(\*|[0-9]*)(?:\.(\*|-?[0-9]*))?(?:\(([^)]*)\)(?=T)|[hlLjzt]*)([\s\S]?))/g,
  )) {
    if (match.index > from) pieces.push({ kind: "text", text: unescapeFormat(format.slice(from, match.index)) });
    from = match.index + match[0].length;
    const [all, flags = "", width = "", precision, time = "", letter = ""] = match;
    if (all === "%%") pieces.push({ kind: "text", text: "%" });
    else {
      const plain = flags === "" && width === "" && precision === undefined && (letter === "s" || letter === "d" || letter === "i");
      pieces.push({ kind: "conversion", flags, width, precision, letter, time, plain });
    }
  }
  if (from < format.length) pieces.push({ kind: "text", text: unescapeFormat(format.slice(from)) });
  if (cache.size >= 100) cache.clear();
  cache.set(format, pieces);
  return pieces;
}

/** The format once, over the next operands. */
export function formatOnce(pieces: readonly FormatPiece[], state: FormatState): string {
  let out = "";
  for (const piece of pieces) {
    if (piece.kind === "text") out += piece.text;
    else out += convert(piece, state);
    if (state.stop) break;
  }
  return out;
}

interface Shape {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

/** A decimal integer that prints as it is written. */
const plainInteger = /^(?:0|-?[1-9][0-9]{0,17})$/;

function convert(piece: Extract<FormatPiece, { kind: "conversion" }>, state: FormatState): string {
  if (piece.plain) {
    const operand = state.operands[state.at];
    if (piece.letter === "s" || (operand !== undefined && plainInteger.test(operand))) {
      state.at++;
      return operand ?? "";
    }
  }
  let flags = piece.flags;
  let width = piece.width === "*" ? Number(readInteger(state.operands[state.at++], state)) : Number(piece.width || 0);
  if (width < 0) {
    flags += "-";
    width = -width;
  }
  let precision =
    piece.precision === undefined
      ? undefined
      : Number(piece.precision === "*" ? readInteger(state.operands[state.at++], state) : piece.precision || 0);
  if (precision !== undefined && precision < 0) precision = undefined;
  const shape: Shape = {
    flags,
    width: Math.min(width, 1_000_000),
    precision: precision === undefined ? undefined : Math.min(precision, 10_000),
  };
  const next = (): string | undefined => state.operands[state.at++];
  switch (piece.letter) {
    case "s":
      return padText(next() ?? "", shape);
    case "b": {
      const { text, stop } = unescapeArgument(next() ?? "");
      state.stop = stop;
      return padText(text, shape);
    }
    case "q":
    case "Q":
      return padText(backslashQuote(next() ?? ""), shape);
    case "c":
      return padText([...(next() ?? "")][0] ?? "\0", { ...shape, precision: undefined });
    case "d":
    case "i":
      return formatInteger(BigInt.asIntN(64, readInteger(next(), state)), "", shape);
    case "u":
    case "o":
    case "x":
    case "X":
      return formatUnsigned(piece.letter, BigInt.asUintN(64, readInteger(next(), state, true)), shape);
    case "f":
    case "F":
    case "e":
    case "E":
    case "g":
    case "G":
      return formatFloat(piece.letter, readFloat(next(), state), shape);
    case "T":
      return padText(formatTime(piece.time, next(), state), shape);
    default:
      state.stop = true;
      state.fail(piece.letter === "" ? "`%': missing format character" : `\`${piece.letter}': invalid format character`);
      return "";
  }
}

function formatTime(format: string, operand: string | undefined, state: FormatState): string {
  const seconds = operand === undefined ? -1 : Number(readInteger(operand, state));
  return strftime(format || "%X", seconds < 0 ? state.now() : seconds * 1000, state.zone());
}

/** Widths and precisions count bytes, as C's. */
function padText(text: string, { flags, width, precision }: Shape): string {
  let shown = text;
  if (precision !== undefined && byteLength(text) > precision) {
    // A character may be cut: its first bytes stay bytes.
    shown = "";
    for (const char of text) {
      const room = precision - byteLength(shown);
      if (room <= 0) break;
      shown += byteLength(char) <= room ? char : bytesAsText(Buffer.from(char).subarray(0, room));
    }
  }
  const missing = width - (width === 0 ? 0 : byteLength(shown));
  if (missing <= 0) return shown;
  return flags.includes("-") ? shown + " ".repeat(missing) : " ".repeat(missing) + shown;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text.replace(/(?<![\ud800-\udbff])[\udc80-\udcff]/g, "x"));
}

// ── Reading numbers ───────────────────────────────────────────────────────────────────────────

/** `'a` is the character's number. */
function characterCode(text: string): bigint | undefined {
  return text.startsWith("'") || text.startsWith('"') ? BigInt(text.codePointAt(1) ?? 0) : undefined;
}

function readInteger(text: string | undefined, state: FormatState, unsigned = false): bigint {
  if (text === undefined) return 0n;
  const code = characterCode(text);
  if (code !== undefined) return code;
  const match = /^[\t-\r ]*([-+]?)(0[xX][0-9a-fA-F]+|[0-9]+)?/.exec(text);
  let digits = match?.[2] ?? "";
  let length = match?.[0].length ?? 0;
  if (/^0[0-9]/.test(digits)) {
    const octal = /^0[0-7]*/.exec(digits)?.[0] ?? "0";
    length -= digits.length - octal.length;
    digits = `0o${octal.slice(1) || "0"}`;
  }
  if (length < text.length || (digits === "" && text !== "")) state.fail(`${text}: invalid number`);
  if (digits === "") return 0n;
  const size = BigInt(digits);
  const value = match?.[1] === "-" ? -size : size;
  const [low, high] = unsigned ? [-(2n ** 64n) + 1n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
  if (value >= low && value <= high) return value;
  state.warn(`warning: ${text}: Numerical result out of range`);
  return value < low && !unsigned ? low : high;
}

function readFloat(text: string | undefined, state: FormatState): LongDouble {
  const code = text === undefined ? undefined : characterCode(text);
  const { value, length } = readLongDouble(code === undefined ? (text ?? "") : String(code));
  if (code === undefined && text !== undefined && length < text.length) state.fail(`${text}: invalid number`);
  return value;
}

// ── Showing numbers ───────────────────────────────────────────────────────────────────────────

function formatInteger(value: bigint, prefix: string, shape: Shape): string {
  const sign = value < 0n ? "-" : shape.flags.includes("+") ? "+" : shape.flags.includes(" ") ? " " : "";
  return padNumber(sign, prefix, digitsOf(String(value < 0n ? -value : value), shape), shape, shape.precision === undefined);
}

function digitsOf(digits: string, { precision }: Shape): string {
  if (precision === 0 && digits === "0") return "";
  return digits.padStart(precision ?? 0, "0");
}

function formatUnsigned(letter: string, value: bigint, shape: Shape): string {
  const zeros = shape.precision === undefined;
  if (letter === "u") return padNumber("", "", digitsOf(String(value), shape), shape, zeros);
  let digits = digitsOf(value.toString(letter === "o" ? 8 : 16), shape);
  const alternate = shape.flags.includes("#");
  if (letter === "o" && alternate && !digits.startsWith("0")) digits = `0${digits}`;
  const prefix = letter !== "o" && alternate && value !== 0n ? "0x" : "";
  const text = padNumber("", prefix, digits, shape, zeros);
  return letter === "X" ? text.toUpperCase() : text;
}

function formatFloat(letter: string, value: LongDouble, shape: Shape): string {
  const sign = value.negative ? "-" : shape.flags.includes("+") ? "+" : shape.flags.includes(" ") ? " " : "";
  const text = padNumber(sign, "", floatDigits(letter.toLowerCase(), value, shape), shape, value.kind === "finite");
  return letter === letter.toUpperCase() ? text.toUpperCase() : text;
}

function floatDigits(letter: string, value: LongDouble, shape: Shape): string {
  if (value.kind !== "finite") return value.kind === "nan" ? "nan" : "inf";
  const precision = shape.precision ?? 6;
  const alternate = shape.flags.includes("#");
  if (letter === "g") return general(value, precision, alternate);
  const text = letter === "f" ? fixed(value, precision) : exponential(value, precision);
  return alternate && precision === 0 ? text.replace(/^[0-9]+/, "$&.") : text;
}

function padNumber(sign: string, prefix: string, digits: string, { flags, width }: Shape, zeros: boolean): string {
  const missing = width - sign.length - prefix.length - digits.length;
  if (missing <= 0) return sign + prefix + digits;
  if (flags.includes("-")) return sign + prefix + digits + " ".repeat(missing);
  if (flags.includes("0") && zeros) return sign + prefix + "0".repeat(missing) + digits;
  return " ".repeat(missing) + sign + prefix + digits;
}
