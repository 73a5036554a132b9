/** TextRank: how much each sentence has in common with the others, by the words they share. */

const damping = 0.85;
const rounds = 30;

/** Words that join sentences without saying what they are about. */
const common = new Set(
  `a about after all also an and any are as at be because been before but by can could did do does for from get had has have he her here his
  how i if in into is it its just like me more my no not now of on one or our out over she so some than that the their them then there these
  they this to too up us was we were what when where which who why will with would you your`.split(/\s+/),
);

const segmenter = (): Intl.Segmenter => new Intl.Segmenter("en", { granularity: "word" });

/** The words of a text that carry meaning, in lower case; works where words are not set apart by spaces. */
export function wordsOf(texts: readonly string[]): readonly ReadonlySet<string>[] {
  const words = segmenter();
  return texts.map((text) => {
    const found = new Set<string>();
    for (const { segment, isWordLike } of words.segment(text.toLowerCase())) {
      if (isWordLike === true && !common.has(segment)) found.add(stem(segment));
    }
    return found;
  });
}

/** Enough to let `cache`, `caches` and `cached` meet. */
function stem(word: string): string {
  return /^[a-z]{5,}$/.test(word) ? word.replace(/(?:ing|ed|es|s|e)$/, "") : word;
}

/** One rank per sentence; their mean is 1. */
export function rank(sentences: readonly ReadonlySet<string>[]): readonly number[] {
  const links = similarities(sentences);
  const totals = links.map((row) => [...row.values()].reduce((sum, weight) => sum + weight, 0));
  let ranks = sentences.map(() => 1);
  for (let round = 0; round < rounds; round++) {
    const next = sentences.map(() => 1 - damping);
    links.forEach((row, from) => {
      const total = totals[from] ?? 0;
      for (const [to, weight] of row) next[to] = (next[to] ?? 0) + (damping * (ranks[from] ?? 0) * weight) / total;
    });
    ranks = next;
  }
  return ranks;
}

/** Sparse, through the sentences of each word; a word that is everywhere links nothing. */
function similarities(sentences: readonly ReadonlySet<string>[]): readonly Map<number, number>[] {
  const places = new Map<string, number[]>();
  sentences.forEach((words, at) => {
    for (const word of words) {
      const list = places.get(word);
      if (list === undefined) places.set(word, [at]);
      else list.push(at);
    }
  });
  const links = sentences.map(() => new Map<number, number>());
  for (const list of places.values()) {
    if (list.length > Math.max(20, sentences.length / 10)) continue;
    for (const a of list) for (const b of list) if (a !== b) links[a]?.set(b, (links[a]?.get(b) ?? 0) + 1);
  }
  links.forEach((row, a) => {
    for (const [b, shared] of row)
      row.set(b, shared / (Math.log((sentences[a]?.size ?? 0) + 1) + Math.log((sentences[b]?.size ?? 0) + 1)));
  });
  return links;
}

/** Shared words over all words, 0 to 1. */
export function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  const all = a.size + b.size - shared;
  return all === 0 ? 0 : shared / all;
}
