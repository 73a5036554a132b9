/**
 * Lines of one buffer and their order: `starts[i]` and `ends[i]` are the i-th line's place.
 */
export interface Lines {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Cuts a buffer into lines without their separators. */
export function cutLines(bytes: Buffer, separator: number): Lines {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === separator) count++;
  if (bytes.length > 0 && bytes[bytes.length - 1] !== separator) count++;
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  let start = 0;
  for (let line = 0; line < count; line++) {
    let end = bytes.indexOf(separator, start);
    if (end < 0) end = bytes.length;
    starts[line] = start;
    ends[line] = end;
    start = end + 1;
  }
  return { bytes, starts, ends };
}

/** Below this many lines insertion is faster. */
const small = 12;

/**
 * Sorts whole lines by their bytes. A quicksort over four bytes at a time (kept beside, so that most comparisons touch no line),
 * then over the next four of those that were equal: shared beginnings are looked at once.
 */
export function* sortBytes({ bytes, starts, ends }: Lines): Generator<undefined, Uint32Array> {
  const order = Uint32Array.from(starts.keys());
  const keys = new Uint32Array(order.length);
  const work: number[] = [0, order.length, 0];
  let budget = 0;
  while (work.length > 0) {
    const depth = work.pop() as number;
    const to = work.pop() as number;
    const from = work.pop() as number;
    budget += to - from;
    if (budget > 100_000) {
      budget = 0;
      yield;
    }
    for (let i = from; i < to; i++)
      keys[i] = keyAt(bytes, starts[order[i] as number] as number, ends[order[i] as number] as number, depth);
    sortKeys(keys, order, from, to);
    for (let i = from; i < to; ) {
      let end = i + 1;
      while (end < to && keys[end] === keys[i]) end++;
      if (end - i > 1) {
        const longer = endedFirst(order, starts, ends, i, end, depth + 4);
        if (end - longer > 1) work.push(longer, end, depth + 4);
      }
      i = end;
    }
  }
  return order;
}

function keyAt(bytes: Uint8Array, start: number, end: number, depth: number): number {
  const at = start + depth;
  if (at + 4 <= end) {
    return (
      (((bytes[at] as number) << 24) |
        ((bytes[at + 1] as number) << 16) |
        ((bytes[at + 2] as number) << 8) |
        (bytes[at + 3] as number)) >>>
      0
    );
  }
  let key = 0;
  for (let i = 0; i < 4; i++) key = (key << 8) | (at + i < end ? (bytes[at + i] as number) : 0);
  return key >>> 0;
}

/** Among lines that are equal so far, those that end here come first, shorter before longer. Answers where the others begin. */
function endedFirst(order: Uint32Array, starts: Uint32Array, ends: Uint32Array, from: number, to: number, depth: number): number {
  const length = (line: number) => (ends[line] as number) - (starts[line] as number);
  let at = from;
  for (let i = from; i < to; i++) {
    const line = order[i] as number;
    if (length(line) > depth) continue;
    order[i] = order[at] as number;
    order[at++] = line;
  }
  if (at - from > 1) order.subarray(from, at).sort((a, b) => length(a) - length(b) || a - b);
  return at;
}

/** Sorts keys[from, to) and moves `order` along. */
function sortKeys(keys: Uint32Array, order: Uint32Array, from: number, to: number): void {
  const stack: number[] = [from, to];
  while (stack.length > 0) {
    const end = stack.pop() as number;
    const start = stack.pop() as number;
    if (end - start <= small) {
      insertion(keys, order, start, end);
      continue;
    }
    const pivot = median(keys[start] as number, keys[(start + end) >>> 1] as number, keys[end - 1] as number);
    let low = start;
    let high = end;
    for (let i = start; i < high; ) {
      const key = keys[i] as number;
      if (key < pivot) swap(keys, order, low++, i++);
      else if (key > pivot) swap(keys, order, i, --high);
      else i++;
    }
    stack.push(start, low, high, end);
  }
}

function insertion(keys: Uint32Array, order: Uint32Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const key = keys[i] as number;
    const line = order[i] as number;
    let at = i;
    for (; at > start && (keys[at - 1] as number) > key; at--) {
      keys[at] = keys[at - 1] as number;
      order[at] = order[at - 1] as number;
    }
    keys[at] = key;
    order[at] = line;
  }
}

function swap(keys: Uint32Array, order: Uint32Array, a: number, b: number): void {
  const key = keys[a] as number;
  keys[a] = keys[b] as number;
  keys[b] = key;
  const line = order[a] as number;
  order[a] = order[b] as number;
  order[b] = line;
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
