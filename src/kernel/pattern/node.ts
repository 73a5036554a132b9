/** One code point that a pattern reads. `test` is given the code point as it is; it folds case itself where asked. */
export interface Unit {
  readonly kind: "unit";
  readonly test: (code: number) => boolean;
  /** The code point, where it is one and only one. */
  readonly literal?: number;
}

/** A pattern as a regular expression with complement. `many` is one or more; `maybe` is zero or one. */
export type Node =
  | Unit
  | { readonly kind: "sequence"; readonly items: readonly Node[] }
  | { readonly kind: "either"; readonly items: readonly Node[] }
  | { readonly kind: "many" | "maybe" | "not"; readonly item: Node };

export const nothing: Node = { kind: "sequence", items: [] };
export const anyUnit: Unit = { kind: "unit", test: () => true };
/** `*` */
export const star: Node = { kind: "maybe", item: { kind: "many", item: anyUnit } };

/** Simple folding of one code point, as towlower(3) does it. */
export function foldCode(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code;
  const lower = String.fromCodePoint(code).toLowerCase();
  const folded = lower.codePointAt(0) ?? code;
  return lower.length === (folded > 0xffff ? 2 : 1) ? folded : code;
}

const classes: Readonly<Record<string, RegExp>> = {
  alpha: /[\p{L}\p{Nl}]/u,
  digit: /[0-9]/,
  alnum: /[\p{L}\p{Nl}\p{Nd}]/u,
  upper: /\p{Lu}/u,
  lower: /\p{Ll}/u,
  space: /[\t-\r \u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]/,
  blank: /[\t \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]/,
  punct: /[!-/:-@[-`{-~]|(?![\p{L}\p{N}])[\u00a1-\u{10ffff}](?<![\p{C}\p{Z}])/u,
  cntrl: /\p{Cc}|[\u2028\u2029]/u,
  xdigit: /[0-9A-Fa-f]/,
  print: /[^\p{Cc}\p{Cs}\p{Cn}\u2028\u2029]/u,
  graph: /[^\p{Cc}\p{Cs}\p{Cn}\p{Z}]/u,
  word: /[\p{L}\p{Nl}\p{Nd}_]/u,
  ascii: /[\0-\x7f]/,
};

/** Membership in a POSIX class; undefined for a name that is none. */
export function classTest(name: string): ((code: number) => boolean) | undefined {
  if (!Object.hasOwn(classes, name)) return undefined;
  const pattern = classes[name] as RegExp;
  const ascii = Array.from({ length: 128 }, (_, code) => pattern.test(String.fromCharCode(code)));
  return (code) => (code < 128 ? ascii[code] === true : pattern.test(String.fromCodePoint(code)));
}
