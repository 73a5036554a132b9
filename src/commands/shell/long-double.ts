/**
 * Numbers as C's long double (x87: 64 bits of mantissa), exactly as bash's printf reads and prints them. A number is
 * `mantissa × 2^exponent`, with exact integers throughout.
 */
export interface LongDouble {
  readonly negative: boolean;
  readonly kind: "finite" | "infinite" | "nan";
  readonly mantissa: bigint;
  readonly exponent: number;
}

const maxExponent = 16_384;

/** Reads the number at the start of `text` as strtold(3). `length` is how much of it was read, 0 for none. */
export function readLongDouble(text: string): { readonly value: LongDouble; readonly length: number } {
  const match =
    /^[\t-\r ]*([-+]?)(?:0[xX]([0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP]([-+]?[0-9]+))?|([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([-+]?[0-9]+))?|(inf(?:inity)?)|(nan))/i.exec(
      text,
    );
  if (match === null) return { value: zero(false), length: 0 };
  const [all, sign, hex, hexPower, decimal, power, infinite] = match;
  const negative = sign === "-";
  const length = all.length;
  if (infinite !== undefined) return { value: special(negative, "infinite"), length };
  const digits = hex ?? decimal;
  if (digits === undefined) return { value: special(negative, "nan"), length };
  const [whole = "", part = ""] = digits.split(".");
  const integer = BigInt(`${hex === undefined ? "" : "0x"}${whole}${part}` || "0");
  if (integer === 0n) return { value: zero(negative), length };
  if (hex !== undefined) return { value: round(negative, integer, 1n, clamp(hexPower) - 4 * part.length), length };
  const scale = clamp(power) - part.length;
  const value =
    scale >= 0 ? round(negative, integer * 10n ** BigInt(scale), 1n, 0) : round(negative, integer, 10n ** BigInt(-scale), 0);
  return { value, length };
}

/** Exponents past what a long double holds are as good as the largest. */
function clamp(text: string | undefined): number {
  return Math.max(-6_000, Math.min(6_000, Number(text ?? 0)));
}

function zero(negative: boolean): LongDouble {
  return { negative, kind: "finite", mantissa: 0n, exponent: 0 };
}

function special(negative: boolean, kind: "infinite" | "nan"): LongDouble {
  return { negative, kind, mantissa: 0n, exponent: 0 };
}

function bits(value: bigint): number {
  return value.toString(16).length * 4 - Math.clz32(Number.parseInt(value.toString(16).charAt(0), 16)) + 28;
}

/** The division, halves to even. */
function divide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  return twice > denominator || (twice === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function round(negative: boolean, numerator: bigint, denominator: bigint, shift: number): LongDouble {
  let exponent = bits(numerator) - bits(denominator) - 64;
  for (;;) {
    const mantissa =
      exponent >= 0 ? divide(numerator, denominator << BigInt(exponent)) : divide(numerator << BigInt(-exponent), denominator);
    if (mantissa >> 64n === 0n) {
      if (exponent + shift + 64 > maxExponent) return special(negative, "infinite");
      return { negative, kind: "finite", mantissa, exponent: exponent + shift };
    }
    exponent++;
  }
}

/** The value times 10^power as the nearest integer, halves to even. */
function scaled(value: LongDouble, power: number): bigint {
  let numerator = value.mantissa;
  let denominator = 1n;
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  if (value.exponent >= 0) numerator <<= BigInt(value.exponent);
  else denominator <<= BigInt(-value.exponent);
  return divide(numerator, denominator);
}

/** `%.{precision}f` without sign. */
export function fixed(value: LongDouble, precision: number): string {
  const digits = scaled(value, precision)
    .toString()
    .padStart(precision + 1, "0");
  return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

/** Decimal digits `d.ddd` (precision + 1 of them) and the exponent of ten. */
function scientific(value: LongDouble, precision: number): { readonly digits: string; readonly exponent: number } {
  if (value.mantissa === 0n) return { digits: "0".repeat(precision + 1), exponent: 0 };
  let exponent = Math.floor((bits(value.mantissa) - 1 + value.exponent) * Math.LOG10E * Math.LN2);
  for (;;) {
    const digits = scaled(value, precision - exponent).toString();
    if (digits.length === precision + 1) return { digits, exponent };
    exponent += digits.length > precision + 1 ? 1 : -1;
  }
}

/** `%.{precision}e` without sign. */
export function exponential(value: LongDouble, precision: number): string {
  const { digits, exponent } = scientific(value, precision);
  const point = precision === 0 ? "" : ".";
  return `${digits.charAt(0)}${point}${digits.slice(1)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** `%.{precision}g` without sign; `keep` (the flag #) leaves zeros at the end. */
export function general(value: LongDouble, precision: number, keep: boolean): string {
  const wanted = Math.max(1, precision);
  const { exponent } = scientific(value, wanted - 1);
  const small = exponent >= -4 && exponent < wanted;
  const text = small ? fixed(value, wanted - 1 - exponent) : exponential(value, wanted - 1);
  const [mantissa = "", power] = text.split("e");
  if (keep) return mantissa.includes(".") ? text : text.replace(mantissa, `${mantissa}.`);
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return power === undefined ? short : `${short}e${power}`;
}
