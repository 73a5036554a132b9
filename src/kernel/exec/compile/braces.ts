import type { BraceRangePart, Word, WordPart } from "../../../parser/index.ts";

/** More words than this from one brace word are refused: `{1..1000000}{1..1000000}` would never end. */
const maxWords = 1_000_000;

/** The words that `{a,b}` and `{1..9}` make of one; the word itself when it has no braces. */
export function expandBraces(word: Word): readonly Word[] {
  if (!word.parts.some((part) => part.kind === "brace" || part.kind === "range")) return [word];
  let products: WordPart[][] = [[]];
  for (const part of word.parts) {
    const choices = choicesOf(part);
    if (products.length * choices.length > maxWords) throw new RangeError(`a brace expansion makes more than ${maxWords} words`);
    products = products.flatMap((before) => choices.map((choice) => [...before, ...choice]));
  }
  return products.map((parts) => ({ ...word, parts }));
}

function choicesOf(part: WordPart): readonly (readonly WordPart[])[] {
  if (part.kind === "brace") return part.items.flatMap(expandBraces).map((word) => word.parts);
  if (part.kind !== "range") return [[part]];
  const texts = rangeTexts(part);
  if (texts === undefined) {
    const step = part.step === undefined ? "" : `..${part.step}`;
    return [[{ kind: "literal", text: `{${part.from}..${part.to}${step}}`, span: part.span }]];
  }
  return texts.map((text) => [{ kind: "quoted", style: "single", text, span: part.span }]);
}

function rangeTexts(range: BraceRangePart): readonly string[] | undefined {
  const { from, to } = range;
  const step = Math.abs(Number(range.step ?? "1")) || 1;
  if (/^[A-Za-z]$/.test(from) && /^[A-Za-z]$/.test(to)) {
    return numbers(from.charCodeAt(0), to.charCodeAt(0), step).map((code) => String.fromCharCode(code));
  }
  if (!/^[-+]?[0-9]+$/.test(from) || !/^[-+]?[0-9]+$/.test(to)) return undefined;
  const padded = /^[-+]?0[0-9]/.test(from) || /^[-+]?0[0-9]/.test(to);
  const width = padded ? Math.max(from.length, to.length) : 0;
  return numbers(Number(from), Number(to), step).map((number) => pad(number, width));
}

function numbers(from: number, to: number, step: number): number[] {
  const count = Math.floor(Math.abs(to - from) / step) + 1;
  if (count > maxWords) throw new RangeError(`a brace expansion makes more than ${maxWords} words`);
  const sign = to >= from ? step : -step;
  return Array.from({ length: count }, (_, index) => from + index * sign);
}

function pad(number: number, width: number): string {
  const digits = String(Math.abs(number));
  return number < 0 ? `-${digits.padStart(width - 1, "0")}` : digits.padStart(width, "0");
}
