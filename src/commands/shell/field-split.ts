/** A line as `read` sees it: its characters, and which of them stood behind a backslash. */
export interface ReadLine {
  readonly text: string;
  /** Indices of characters that split nothing; absent when there are none. */
  readonly protected?: ReadonlySet<number>;
}

/** Takes the backslashes out of a line (`read` without -r): each protects the next character, and a newline goes with it. */
export function withoutBackslashes(text: string): ReadLine {
  if (!text.includes("\\")) return { text };
  let out = "";
  const kept = new Set<number>();
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") {
      i++;
      if (i >= text.length) break;
      if (text[i] === "\n") continue;
      kept.add(out.length);
    }
    out += text[i];
  }
  return { text: out, protected: kept };
}

const blank = 1;
const mark = 2;

/** What each character does under one IFS; the last one asked for is kept. */
let kinds: { readonly ifs: string; readonly ascii: Uint8Array } | undefined;

function kindsOf(ifs: string): Uint8Array {
  if (kinds?.ifs === ifs) return kinds.ascii;
  const ascii = new Uint8Array(128);
  for (const char of ifs) {
    const code = char.charCodeAt(0);
    if (code < 128) ascii[code] = code === 32 || code === 9 || code === 10 ? blank : mark;
  }
  kinds = { ifs, ascii };
  return ascii;
}

/**
 * Splits a line into at most `limit` fields by the characters of IFS, as `read`: white space of IFS joins and is dropped at
 * both ends, any other character ends one field each; the last field has all that is left.
 */
export function splitFields(line: ReadLine, ifs: string, limit: number): string[] {
  const { text } = line;
  const { length } = text;
  const ascii = kindsOf(ifs);
  const kindAt = (at: number): number => {
    if (at >= length || line.protected?.has(at) === true) return 0;
    const code = text.charCodeAt(at);
    if (code < 128) return ascii[code] as number;
    return ifs.includes(text.charAt(at)) ? mark : 0;
  };
  const skip = (from: number): number => {
    let at = from;
    while (kindAt(at) === blank) at++;
    return at;
  };
  const fields: string[] = [];
  let at = skip(0);
  while (at < length) {
    let end = at;
    while (end < length && kindAt(end) === 0) end++;
    let next = skip(end);
    if (kindAt(next) === mark) next = skip(next + 1);
    if (fields.length + 1 === limit && next < length) {
      let last = length;
      while (last > at && kindAt(last - 1) === blank) last--;
      fields.push(text.slice(at, last));
      return fields;
    }
    fields.push(text.slice(at, end));
    at = next;
  }
  return fields;
}
