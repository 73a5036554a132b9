/**
 * Matching of literal texts with `*` between them (`*.txt`, `a*b*`, `abc`) by plain searches. Each function takes the
 * literals in order, at least one; the first and the last may be empty. All cost is linear.
 */
export type Parts = readonly string[];

/** Where the literals after the first and before the last end, each as early as it can; -1 if one is missing. */
function leftmost(parts: Parts, text: string, from: number): number {
  let at = from;
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i] as string;
    const found = text.indexOf(part, at);
    if (found < 0) return -1;
    at = found + part.length;
  }
  return at;
}

/** Where they begin, each as late as it can. */
function rightmost(parts: Parts, text: string, until: number): number {
  let at = until;
  for (let i = parts.length - 2; i > 0; i--) {
    const part = parts[i] as string;
    if (part.length > at) return -1;
    at = text.lastIndexOf(part, at - part.length);
    if (at < 0) return -1;
  }
  return at;
}

export function matchesParts(parts: Parts, text: string): boolean {
  const first = parts[0] as string;
  if (parts.length === 1) return text === first;
  const last = parts[parts.length - 1] as string;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  if (parts.length === 2) return true;
  const at = leftmost(parts, text, first.length);
  return at >= 0 && at <= text.length - last.length;
}

/** The end of the longest or shortest match that starts at `from`, -1 if there is none. */
export function partsEnd(parts: Parts, text: string, from: number, longest: boolean): number {
  const first = parts[0] as string;
  if (!text.startsWith(first, from)) return -1;
  if (parts.length === 1) return from + first.length;
  const at = leftmost(parts, text, from + first.length);
  if (at < 0) return -1;
  const last = parts[parts.length - 1] as string;
  if (last === "") return longest ? text.length : at;
  const found = longest ? text.lastIndexOf(last) : text.indexOf(last, at);
  return found < at ? -1 : found + last.length;
}

/** The start of the longest or shortest match that ends at the text's end, -1 if there is none. */
export function partsStart(parts: Parts, text: string, longest: boolean): number {
  const last = parts[parts.length - 1] as string;
  if (!text.endsWith(last)) return -1;
  if (parts.length === 1) return text.length - last.length;
  const until = rightmost(parts, text, text.length - last.length);
  if (until < 0) return -1;
  const first = parts[0] as string;
  if (first === "") return longest ? 0 : until;
  if (first.length > until) return -1;
  const found = longest ? text.indexOf(first) : text.lastIndexOf(first, until - first.length);
  return found >= 0 && found + first.length <= until ? found : -1;
}

/** The leftmost match at or after `from`, the longest there: `[start, end]`. */
export function findParts(parts: Parts, text: string, from: number): readonly [number, number] | undefined {
  const start = text.indexOf(parts[0] as string, from);
  if (start < 0) return undefined;
  // A later start leaves less room: where the first fails, all do.
  const end = partsEnd(parts, text, start, true);
  return end < 0 ? undefined : [start, end];
}
