import type { Node } from "./node.ts";

/** Past this length answers are found again rather than kept: one takes as many bytes as the text. */
const maxRemembered = 4_000;

/**
 * Where a pattern with complement can end, for every place it can start: sets of places instead of backtracking, so that
 * the cost is polynomial. `!(p)` may end wherever `p` may not. One object reads one text; places count code points.
 */
export class SetMatcher {
  readonly #codes: readonly number[];
  readonly #period: boolean;
  /** Answers already found for one complement at one start. */
  readonly #known = new Map<Node, (Uint8Array | undefined)[]>();

  /** `period`: a dot at the very start is matched by nothing but a literal dot. */
  constructor(codes: readonly number[], period: boolean) {
    this.#codes = codes;
    this.#period = period && codes[0] === 46;
  }

  /** Marks (1) each place from 0 to the text's length where `node` may end, having started at one marked in `starts`. */
  ends(node: Node, starts: Uint8Array): Uint8Array {
    switch (node.kind) {
      case "unit": {
        const out = new Uint8Array(starts.length);
        for (let i = 0; i < this.#codes.length; i++) {
          if (starts[i] === 1 && node.test(this.#codes[i] as number) && !(this.#period && i === 0 && node.literal !== 46))
            out[i + 1] = 1;
        }
        return out;
      }
      case "sequence":
        return node.items.reduce((at, item) => this.ends(item, at), starts);
      case "either":
        return node.items.map((item) => this.ends(item, starts)).reduce((a, b) => union(a, b));
      case "maybe":
        return union(this.ends(node.item, starts), starts);
      case "many":
        return this.#many(node.item, starts);
      case "not": {
        const out = new Uint8Array(starts.length);
        for (let i = 0; i < starts.length; i++) if (starts[i] === 1) union(this.#not(node.item, i), out, out);
        return out;
      }
      default:
        return node satisfies never;
    }
  }

  #many(item: Node, starts: Uint8Array): Uint8Array {
    const all = this.ends(item, starts).slice();
    let frontier = all.slice();
    for (;;) {
      const next = this.ends(item, frontier);
      let grew = false;
      frontier = new Uint8Array(starts.length);
      for (let i = 0; i < all.length; i++) {
        if (next[i] === 1 && all[i] === 0) {
          all[i] = 1;
          frontier[i] = 1;
          grew = true;
        }
      }
      if (!grew) return all;
    }
  }

  #not(item: Node, start: number): Uint8Array {
    let answers = this.#known.get(item);
    if (answers === undefined) this.#known.set(item, (answers = []));
    const known = answers[start];
    if (known !== undefined) return known;
    const starts = new Uint8Array(this.#codes.length + 1);
    starts[start] = 1;
    const ends = this.ends(item, starts);
    const out = new Uint8Array(starts.length);
    const limit = this.#period && start === 0 ? 1 : out.length;
    for (let i = start; i < limit; i++) out[i] = ends[i] === 1 ? 0 : 1;
    if (this.#codes.length <= maxRemembered) answers[start] = out;
    return out;
  }
}

function union(a: Uint8Array, b: Uint8Array, into: Uint8Array = new Uint8Array(a.length)): Uint8Array {
  for (let i = 0; i < a.length; i++) into[i] = (a[i] as number) | (b[i] as number);
  return into;
}
