import type { Node, Unit } from "./node.ts";

/** The places of a pattern without complement (Glushkov's construction): no empty moves. */
interface Places {
  readonly units: Unit[];
  readonly follow: Set<number>[];
}

interface Ends {
  readonly empty: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

function place(node: Node, places: Places): Ends {
  switch (node.kind) {
    case "unit": {
      const at = places.units.push(node) - 1;
      places.follow.push(new Set());
      return { empty: false, first: [at], last: [at] };
    }
    case "sequence": {
      let ends: Ends = { empty: true, first: [], last: [] };
      for (const item of node.items) {
        const next = place(item, places);
        connect(places, ends.last, next.first);
        ends = {
          empty: ends.empty && next.empty,
          first: ends.empty ? [...ends.first, ...next.first] : ends.first,
          last: next.empty ? [...ends.last, ...next.last] : next.last,
        };
      }
      return ends;
    }
    case "either": {
      const all = node.items.map((item) => place(item, places));
      return { empty: all.some((one) => one.empty), first: all.flatMap((one) => one.first), last: all.flatMap((one) => one.last) };
    }
    case "maybe":
      return { ...place(node.item, places), empty: true };
    case "many": {
      const ends = place(node.item, places);
      connect(places, ends.last, ends.first);
      return ends;
    }
    case "not":
      throw new Error("complement has no automaton");
    default:
      return node satisfies never;
  }
}

function connect(places: Places, from: readonly number[], to: readonly number[]): void {
  for (const one of from) for (const other of to) places.follow[one]?.add(other);
}

/** A set of places, with what was learnt about where each character leads. `null` is no place at all. */
interface State {
  readonly next: readonly number[];
  readonly accepts: boolean;
  readonly ascii: (State | null | undefined)[];
  readonly others: Map<number, State | null>;
}

/** States that are kept; past it they are forgotten and made anew, so that no pattern eats the memory. */
const maxStates = 500;

/** A lazily made deterministic automaton: each character costs one step, whatever the pattern. */
export class Automaton {
  readonly #units: readonly Unit[];
  readonly #follow: readonly (readonly number[])[];
  readonly #first: readonly number[];
  readonly #last: ReadonlySet<number>;
  readonly #empty: boolean;
  readonly #states = new Map<string, State>();
  #start: State | undefined;
  #dotted: State | null | undefined;

  /** `backwards`: reads the text from its end to its start. */
  constructor(root: Node, backwards: boolean) {
    const places: Places = { units: [], follow: [] };
    const ends = place(root, places);
    this.#units = places.units;
    this.#empty = ends.empty;
    this.#first = [...new Set(backwards ? ends.last : ends.first)].sort((a, b) => a - b);
    this.#last = new Set(backwards ? ends.first : ends.last);
    const follow: number[][] = places.units.map(() => []);
    places.follow.forEach((targets, from) => {
      for (const to of targets) follow[backwards ? to : from]?.push(backwards ? from : to);
    });
    this.#follow = follow;
  }

  get start(): State {
    this.#start ??= { next: this.#first, accepts: this.#empty, ascii: [], others: new Map() };
    return this.#start;
  }

  /** Where the start goes with a dot that only a literal dot may match. */
  afterPeriod(): State | null {
    this.#dotted ??= this.#make(this.#first.filter((at) => this.#units[at]?.literal === 46));
    return this.#dotted;
  }

  /** Where `state` goes with `code`; null when nothing can match any more. */
  step(state: State, code: number): State | null {
    const known = code < 128 ? state.ascii[code] : state.others.get(code);
    if (known !== undefined) return known;
    const made = this.#make(state.next.filter((at) => this.#units[at]?.test(code) === true));
    if (code < 128) state.ascii[code] = made;
    else state.others.set(code, made);
    return made;
  }

  #make(reached: readonly number[]): State | null {
    if (reached.length === 0) return null;
    const key = reached.join();
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const next = new Set<number>();
    for (const at of reached) for (const to of this.#follow[at] ?? []) next.add(to);
    const state: State = {
      next: [...next].sort((a, b) => a - b),
      accepts: reached.some((at) => this.#last.has(at)),
      ascii: [],
      others: new Map(),
    };
    if (this.#states.size >= maxStates) {
      this.#states.clear();
      this.#start = undefined;
    }
    this.#states.set(key, state);
    return state;
  }
}

export type { State };
