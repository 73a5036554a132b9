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

/**
 * Splits a line into at most `limit` fields by the characters of IFS, as `read`: white space of IFS joins and is dropped at
 * both ends, any other character ends one field each; the last field has all that is left.
 */
export function splitFields(line: ReadLine, ifs: string, limit: number): string[] {
  const { text } = line;
  const isFree = (at: number): boolean => line.protected?.has(at) !== true;
  const isBlank = (at: number): boolean =>
    at < text.length && isFree(at) && /[ \t\n]/.test(text[at] as string) && ifs.includes(text[at] as string);
  const isMark = (at: number): boolean => at < text.length && isFree(at) && ifs.includes(text[at] as string) && !isBlank(at);
  const skip = (from: number): number => {
    let at = from;
    while (isBlank(at)) at++;
    return at;
  };
  const fieldEnd = (from: number): number => {
    let at = from;
    while (at < text.length && !isBlank(at) && !isMark(at)) at++;
    return at;
  };
  const fields: string[] = [];
  let at = skip(0);
  while (at < text.length) {
    const end = fieldEnd(at);
    let next = skip(end);
    if (isMark(next)) next = skip(next + 1);
    if (fields.length + 1 === limit && next < text.length) {
      let last = text.length;
      while (last > at && isBlank(last - 1)) last--;
      fields.push(text.slice(at, last));
      return fields;
    }
    fields.push(text.slice(at, end));
    at = next;
  }
  return fields;
}
